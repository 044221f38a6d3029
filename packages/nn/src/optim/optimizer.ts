/** @file What all optimizers share: parameter groups, learning rates, saved state. Imports core, errors.ts, state-dict.ts and parameters.ts. */
import { add, assign, broadcastTo, mul, noGrad, Tensor, tensor } from '@tapegrad/core/ops'
import { checkNonNegative, checkOptions, describe, fail, sameShape, showShape } from '../errors.ts'
import { type Entry, restore, type StateDict, snapshot } from '../state-dict.ts'
import { groupsOf, type Params } from './parameters.ts'

/** Settings that every optimizer has. */
export interface OptimizerOptions {
  /** Learning rate. */
  readonly lr?: number
}

/** Parameters that share their settings. `lr` can be set at any time. */
export class ParameterGroup<Options extends Required<OptimizerOptions>> {
  readonly params: readonly Tensor[]
  /** As given at the start; `lr` has the learning rate of now. */
  readonly options: Options
  readonly #op: string
  #lr = 0
  // As tensors, so that compiled steps read the current value.
  readonly #rates = [tensor(0), tensor(0, { dtype: 'float64' })]

  constructor(op: string, params: readonly Tensor[], options: Options) {
    this.#op = op
    this.params = params
    this.options = options
    this.lr = options.lr
  }

  get lr(): number {
    return this.#lr
  }
  set lr(lr: number) {
    checkNonNegative(this.#op, 'lr', lr)
    this.#lr = lr
    for (const rate of this.#rates) assign(rate, lr)
  }

  /** The learning rate in the dtype and shape of a parameter: a view that follows `lr`. */
  rateFor({ dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>): Tensor {
    return broadcastTo(this.#rates[dtype === 'float64' ? 1 : 0]!, shape)
  }
}

/** One parameter and what belongs to it: all that a step reads, found once. */
export interface Slot<Options> {
  readonly parameter: Tensor
  /** Learning rate in the parameter's dtype and shape. */
  readonly rate: Tensor
  /** Learning rate as one float64 number, for what is computed from it. */
  readonly lr: Tensor
  readonly options: Options
  /** What changes from step to step besides the parameter. */
  readonly state: Readonly<StateDict>
}

/** Changes parameters by their gradients. Steps are tensor ops and `assign`; what changes between them lives in tensors. */
export abstract class Optimizer<Options extends Required<OptimizerOptions> = Required<OptimizerOptions>> {
  readonly groups: readonly ParameterGroup<Options>[]
  readonly #slots: readonly Slot<Options>[]
  readonly #update: () => void

  /** `check` throws for bad settings; `makeState` makes the tensors that belong to a parameter. */
  constructor(
    op: string,
    params: Params<Partial<Options>>,
    options: Options,
    check: (options: Options) => void,
    makeState: (parameter: Tensor, options: Options) => StateDict,
  ) {
    this.groups = groupsOf(op, params).map(({ params: own, ...rest }) => {
      const settings: Options = { ...options, ...checkOptions(op, rest, Object.keys(options)) }
      check(settings)
      return new ParameterGroup(op, own, settings)
    })
    this.#slots = this.groups.flatMap((group) =>
      group.params.map((parameter) => ({
        parameter,
        rate: group.rateFor(parameter),
        lr: group.rateFor({ dtype: 'float64', shape: [] }),
        options: group.options,
        state: makeState(parameter, group.options),
      })),
    )
    this.#update = () => {
      // All are checked before the first one moves.
      for (let i = 0; i < this.#slots.length; i++) checkGradient(op, this.#slots[i]!, i)
      for (const slot of this.#slots) {
        const { grad } = slot.parameter
        if (grad !== null) this.update(slot, grad)
      }
    }
  }

  /** Changes one parameter. Runs inside noGrad. */
  protected abstract update(slot: Slot<Options>, grad: Tensor): void

  /** One step: changes each parameter that has a gradient. */
  step(): void {
    noGrad(this.#update)
  }

  /** Forgets the gradients: `grad` becomes null. */
  zeroGrad(): void {
    for (const { parameter } of this.#slots) parameter.grad = null
  }

  /** The learning rate, of the first group if there are several; setting it sets it for all. */
  get lr(): number {
    return this.groups[0]!.lr
  }
  set lr(lr: number) {
    for (const group of this.groups) group.lr = lr
  }

  /** A snapshot: each group's learning rate (`groups.0.lr`) and each parameter's state (`state.0.momentum_buffer`). */
  stateDict(): StateDict {
    return snapshot(this.#entries())
  }

  /**
   * Takes over a state, all of it or, after an error, nothing; the optimizer must have been made with parameters and
   * settings of the same kind.
   */
  loadStateDict(dict: Readonly<StateDict>): void {
    const entries = this.#entries()
    restore(entries, dict, true, (key, value) => {
      if (key.endsWith('.lr')) checkNonNegative('loadStateDict', key, value.item())
      else this.checkState(key, value)
    })
    this.groups.forEach((group, i) => {
      // The entries of the rates are copies.
      group.lr = entries[i]![1].item()
    })
  }

  /** Throws, in the name of loadStateDict, where a loaded value cannot be one that this optimizer saved. */
  protected checkState(_key: string, _value: Tensor): void {}

  /** The learning rates, then the tensors of the state. */
  #entries(): Entry[] {
    return [
      ...this.groups.map(({ lr }, i): Entry => [`groups.${i}.lr`, tensor(lr, { dtype: 'float64' })]),
      ...this.#slots.flatMap(({ state }, i) =>
        Object.entries(state).map(([name, tensor]): Entry => [`state.${i}.${name}`, tensor]),
      ),
    ]
  }
}

/** Throws unless a parameter and its gradient, if it has one, are as a step needs them. */
function checkGradient(op: string, { parameter, rate }: Slot<unknown>, index: number): void {
  const { grad, dtype, shape } = parameter
  if (grad === null) return
  if (dtype !== rate.dtype) fail(op, `a parameter was converted to ${dtype}; make a new optimizer`)
  if (
    grad instanceof Tensor &&
    grad.dtype === dtype &&
    (grad.shape === shape || sameShape(grad.shape, shape))
  )
    return
  const show = (x: unknown): string =>
    x instanceof Tensor ? `${x.dtype} ${showShape(x.shape)}` : describe(x)
  fail(op, `parameter ${index} is ${show(parameter)}, its grad is ${show(grad)}`)
}

/** The gradient of a loss with the penalty weightDecay / 2 |p|^2 added to it. */
export const penalized = (grad: Tensor, parameter: Tensor, weightDecay: number): Tensor =>
  weightDecay === 0 ? grad : add(grad, mul(parameter, weightDecay))
