/**
 * @file One layer of a recurrent network: what a kind of cell is, its parameters, the walk through time. Imports core,
 * init.ts and marks.ts.
 */
import { add, linear, reshape, slice, split, type Tensor } from '@tapegrad/core/ops'
import { type Initializer, type InitOptions, initialize, initializeBias, uniform } from '../../init.ts'
import { parameter } from '../../marks.ts'

/** A kind of recurrent layer. */
export interface Cell {
  readonly name: string
  readonly gates: number
  /** Names of the tensors that the state consists of; the first is the output. */
  readonly parts: readonly string[]
  /** The gate whose bias of the state is not just added to that of the input, if there is one. */
  readonly innerBias?: number
  /**
   * The next state. For gate k, `x[k]` is W_ih x + b_ih + b_hh, and `product(k)` is W_hh h; for the gate `innerBias`, b_hh
   * is in the product.
   */
  step(x: readonly Tensor[], product: (gate: number) => Tensor, state: readonly Tensor[]): Tensor[]
}

/** The parameters of one layer: rows of the weights, and elements of the biases, are `hidden` per gate, gate by gate. */
export interface RecurrentLayer {
  /** [gates * hidden, inputs], from the input; for the layers above the first, inputs = hidden. */
  readonly weightIh: Tensor
  /** [gates * hidden, hidden], from the state. */
  readonly weightHh: Tensor
  /** [gates * hidden]; null without bias, as is the next. */
  readonly biasIh: Tensor | null
  readonly biasHh: Tensor | null
}

export interface ParameterOptions extends InitOptions {
  /** Whether there are biases (default true), or how they start: by default uniform in ±1/√hidden, as in PyTorch. */
  readonly bias?: boolean | Initializer
  /** How the weights start: by default uniform in ±1/√hidden, as in PyTorch. */
  readonly init?: Initializer
}

/** The parameters of layer number `l`, under PyTorch's names. */
export function parametersOf(
  { name: op, gates }: Cell,
  l: number,
  inputs: number,
  hidden: number,
  options: ParameterOptions,
): RecurrentLayer {
  const rows = gates * hidden
  const limit = 1 / Math.sqrt(hidden)
  const { init = uniform(-limit, limit), bias = true } = options
  const weight = (name: string, columns: number): Tensor =>
    parameter(initialize(op, 'init', init, [rows, columns], options), `${name}_l${l}`)
  const offset = (name: string): Tensor | null => {
    const made = initializeBias(op, bias, rows, limit, options) as Tensor | null
    return made && parameter(made, `${name}_l${l}`)
  }
  return {
    weightIh: weight('weight_ih', inputs),
    weightHh: weight('weight_hh', hidden),
    biasIh: offset('bias_ih'),
    biasHh: offset('bias_hh'),
  }
}

/** The states of one layer after each step of `sequence`, [time, rows, inputs]. */
export function scanLayer(
  { gates, step, innerBias }: Cell,
  { weightIh, weightHh, biasIh, biasHh }: RecurrentLayer,
  hidden: number,
  sequence: Tensor,
  start: Tensor[],
): Tensor[][] {
  const [time, rows, inputs] = sequence.shape as [number, number, number]
  // Gate by gate: a part of a product's result would be strided, and its gradient be padded with zeros in each step.
  const parts = (x: Tensor): Tensor[] => (gates === 1 ? [x] : (split(x, hidden, 0) as Tensor[]))
  const [fromInput, fromState] = [parts(weightIh), parts(weightHh)]
  const ownBias = biasIh && parts(biasIh)
  const stateBias = biasHh && parts(biasHh)
  const biasOf = (k: number): Tensor | null =>
    ownBias && (k === innerBias ? ownBias[k]! : add(ownBias[k]!, stateBias![k]!))
  // One piece of memory for the products of all gates.
  const x = reshape(sequence, [time * rows, inputs])
  const projected = fromInput.map((weight, k) =>
    steps(reshape(linear(x, weight, biasOf(k)), [time, rows, hidden])),
  )
  const states: Tensor[][] = []
  let state = start
  for (let t = 0; t < time; t++) {
    const h = state[0]!
    const product = (k: number): Tensor =>
      linear(h, fromState[k]!, k === innerBias && stateBias ? stateBias[k]! : null)
    state = step(
      projected.map((all) => all[t]!),
      product,
      state,
    )
    states.push(state)
  }
  return states
}

/**
 * The entries of `x` along axis 0. Halved again and again: the gradient of a slice is padded to the size of what was
 * sliced, so slices of the whole would cost time² in place of time log(time).
 */
function steps(x: Tensor): Tensor[] {
  const count = x.shape[0]!
  if (count === 1) return [reshape(x, x.shape.slice(1))]
  const middle = count >> 1
  return [...steps(slice(x, [[0, middle]]) as Tensor), ...steps(slice(x, [[middle, count]]) as Tensor)]
}
