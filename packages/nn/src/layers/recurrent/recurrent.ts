/**
 * @file Recurrent: what RNN, GRU and LSTM share: options, layers above one another, the state. Imports core, errors.ts,
 * layer.ts, module.ts, the layers dropout.ts and settings.ts, and cell.ts.
 */
import { permute, reshape, type Shape, slice, stack, type Tensor, zeros } from '@tapegrad/core/ops'
import {
  checkCount,
  checkFloat,
  checkGenerator,
  checkOptions,
  checkProbability,
  describe,
  fail,
  sameShape,
  showShape,
} from '../../errors.ts'
import { Layer } from '../../layer.ts'
import { within } from '../../module.ts'
import { Dropout } from '../dropout.ts'
import { type Setting, shown } from '../settings.ts'
import { type Cell, type ParameterOptions, parametersOf, type RecurrentLayer, scanLayer } from './cell.ts'

/** What a recurrent layer returns: its output at each time step, or that of the last step alone. */
export type Returns = 'sequence' | 'last'

/** The trailing dimensions that a recurrent layer gives. */
export type Returned<R, H extends number> = [R] extends ['last']
  ? [H]
  : [R] extends ['sequence']
    ? [number, H]
    : Shape

export interface RecurrentOptions<R extends Returns = Returns> extends ParameterOptions {
  /** How many layers stand above one another, each fed the outputs of the one below: default 1. */
  readonly layers?: number
  /** 'sequence' (default): the outputs of the top layer at all time steps; 'last': its output at the last one. */
  readonly returns?: R
  /**
   * While training, the probability that an output of a layer is 0 on its way to the layer above: default 0. Nothing is
   * dropped between time steps, nor above the top layer. Masks come from `generator`.
   */
  readonly dropout?: number
}

/** What RNN, GRU and LSTM share: see them. */
export abstract class Recurrent<I extends number, H extends number, R extends Returns> extends Layer<
  [number, I],
  Returned<R, H>
> {
  readonly inputs: I
  readonly hidden: H
  readonly returns: R
  /** The parameters of each layer, from the input up. */
  readonly layers: readonly RecurrentLayer[]
  /** Between the layers; null where nothing is dropped. */
  readonly dropout: Dropout | null

  /** The kind of layer. */
  readonly #cell: Cell

  constructor(cell: Cell, inputs: I, hidden: H, options: RecurrentOptions<R>) {
    super()
    const { name } = cell
    checkCount(name, 'the number of inputs', inputs)
    checkCount(name, 'the number of hidden units', hidden)
    const { layers = 1, returns = 'sequence', dropout = 0, generator } = options
    checkCount(name, 'layers', layers)
    if (returns !== 'sequence' && returns !== 'last')
      fail(name, `returns must be 'sequence' or 'last', got ${describe(returns)}`)
    checkProbability(name, 'dropout', dropout)
    checkGenerator(name, generator)
    this.#cell = cell
    this.inputs = inputs
    this.hidden = hidden
    this.returns = returns as R
    this.layers = Array.from({ length: layers }, (_, l) =>
      parametersOf(cell, l, l === 0 ? inputs : hidden, hidden, options),
    )
    this.dropout = dropout === 0 ? null : new Dropout(dropout, generator === undefined ? {} : { generator })
  }

  forward(x: Tensor): Tensor {
    return this.#run(x)[0]
  }

  /** `scan` of each kind: a state of one part is that tensor, one of several their list. */
  protected scanned(x: Tensor, state: unknown): [output: Tensor, state: Tensor | Tensor[]] {
    return within(this, () => {
      const { name, parts } = this.#cell
      const list = parts.length === 1 ? [state] : state
      if (state !== undefined && !(Array.isArray(list) && list.length === parts.length))
        fail(name, `the state must be [${parts.join(', ')}], as scan returned it, got ${describe(state)}`)
      const [output, next] = this.#run(x, state === undefined ? undefined : (list as Tensor[]))
      return [output, parts.length === 1 ? next[0]! : next]
    })
  }

  /** The output, and the state after the last step, part by part, each [layers, ...batch, hidden]. */
  #run(x: Tensor, given?: readonly Tensor[]): [output: Tensor, state: Tensor[]] {
    const cell = this.#cell
    const { hidden, layers, returns } = this
    const batch = this.#batchOf(cell.name, x)
    if (given !== undefined) this.#checkState(cell, x, batch, given)
    const rows = batch.reduce((product, size) => product * size, 1)
    const none = zeros([rows, hidden], { dtype: x.dtype }) as Tensor
    // Time first, so that a step is one piece of memory.
    let sequence = permute(reshape(x, [rows, ...x.shape.slice(-2)]), [1, 0, 2]) as Tensor
    let outputs: Tensor[] = []
    const finals = layers.map((layer, l) => {
      if (l > 0) sequence = stack(outputs, 0)
      if (l > 0 && this.dropout !== null) sequence = this.dropout.call(sequence)
      const start = cell.parts.map((_, p) =>
        given === undefined ? none : reshape(slice(given[p]!, [l]), [rows, hidden]),
      )
      const states = scanLayer(cell, layer, hidden, sequence, start)
      outputs = states.map(([h]) => h!)
      return states.at(-1)!
    })
    const output = returns === 'last' ? outputs.at(-1)! : stack(outputs, 1)
    const state = cell.parts.map((_, p) =>
      stack(
        finals.map((parts) => parts[p]!),
        0,
      ),
    )
    return [
      reshape(output, [...batch, ...output.shape.slice(1)]),
      state.map((part) => reshape(part, [layers.length, ...batch, hidden])),
    ]
  }

  /** The leading axes of an input. */
  #batchOf(op: string, x: Tensor): Shape {
    checkFloat(op, 'the input', x)
    const { shape } = x
    if (shape.length < 2 || shape.at(-1) !== this.inputs)
      fail(op, `expected [..., time, ${this.inputs}], got ${showShape(shape)}`)
    if (shape.at(-2) === 0) fail(op, `${showShape(shape)} has no time step; give at least one`)
    return shape.slice(0, -2)
  }

  #checkState({ name, parts }: Cell, { dtype }: Tensor, batch: Shape, state: readonly Tensor[]): void {
    const wanted = [this.layers.length, ...batch, this.hidden]
    parts.forEach((part, p) => {
      const x = state[p]!
      checkFloat(name, `${part} of the state`, x)
      if (!sameShape(x.shape, wanted))
        fail(
          name,
          `${part} of the state must be ${showShape(wanted)} = [layers, ...batch, hidden], got ${showShape(x.shape)}`,
        )
      if (x.dtype !== dtype)
        fail(
          name,
          `${part} of the state is ${x.dtype}, the input ${dtype}; convert one with to('${x.dtype}') or to('${dtype}')`,
        )
    })
  }

  /** The code that makes the layer. */
  protected shown(more: readonly Setting[] = []): string {
    const { inputs, hidden, layers, returns, dropout } = this
    return shown(
      this.#cell.name,
      [inputs, hidden],
      [
        ['layers', layers.length, 1],
        ['returns', returns, 'sequence'],
        ['bias', layers[0]!.biasIh !== null, true],
        ['dropout', dropout?.p ?? 0, 0],
        ...more,
      ],
    )
  }

  override toString(): string {
    return this.shown()
  }
}

/** The options of a recurrent layer, which may have some of its own. */
export const checkRecurrent = <T extends object>(op: string, options: T, own: readonly string[] = []): T =>
  checkOptions(op, options, ['layers', 'returns', 'bias', 'init', 'dropout', 'dtype', 'generator', ...own])
