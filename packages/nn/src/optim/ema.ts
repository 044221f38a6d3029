/** @file EMA: running averages of weights. Imports core, errors.ts, module.ts, state-dict.ts and parameters.ts. */
import { add, assign, clone, mul, noGrad, type Tensor, to } from '@tapegrad/core/ops'
import { checkNonNegative, describe, fail, sameShape, showShape } from '../errors.ts'
import { Module } from '../module.ts'
import { type Entry, restore, type StateDict, snapshot } from '../state-dict.ts'
import { checkParameters } from './parameters.ts'

/** A model, or its parameters. */
type Weights = Module | readonly Tensor[]

/**
 * An exponential moving average of weights (Polyak and Juditsky 1992), which often predicts better than the weights
 * themselves: average = decay average + (1 - decay) weight with each `update()`, called after the optimizer's step.
 * The averages begin as the weights at the time of `new EMA`, as PyTorch's AveragedModel after its first update: they
 * are no sums that began at 0, so there is nothing to correct, and decay is the same from the first update on.
 * Buffers, such as running statistics, are not averaged.
 */
export class EMA {
  /** The averaged weights, in the order of the parameters. */
  readonly averages: readonly Tensor[]
  readonly decay: number
  readonly #weights: readonly Entry[]
  #applying = false

  /** `decay` is at least 0 and below 1: 0.999 averages over about 1,000 updates. */
  constructor(weights: Weights, decay: number) {
    checkNonNegative('EMA', 'decay', decay)
    if (decay >= 1) fail('EMA', `decay must be below 1, got ${decay}; the averages would never move`)
    this.#weights = entriesOf(weights)
    this.decay = decay
    this.averages = this.#weights.map(([, weight]) => clone(weight.detach()))
  }

  /** Moves the averages toward the weights of now. */
  update(): void {
    if (this.#applying) fail('EMA', 'update() inside of applied() would average the averages; call it after')
    this.#checkWeights()
    noGrad(() => {
      this.averages.forEach((average, i) => {
        const [, weight] = this.#weights[i]!
        assign(average, add(mul(average, this.decay), mul(weight, 1 - this.decay)))
      })
    })
  }

  /**
   * Runs `f`, which may be async, while the parameters have the averages as values, and then gives them their own back,
   * after an error too. What an optimizer does to them in between is lost.
   */
  applied<R>(f: () => R): R {
    if (typeof f !== 'function') fail('EMA', `applied expects a function, got ${describe(f)}`)
    if (this.#applying)
      fail('EMA', 'applied() inside of applied(), or before an async one was over; await that first')
    this.#checkWeights()
    const weights = this.#weights.map(([, weight]) => weight)
    const own = weights.map((weight) => clone(weight.detach()))
    const putBack = (): void => {
      copy(own, weights)
      this.#applying = false
    }
    this.#applying = true
    let later = false
    try {
      copy(this.averages, weights)
      const result = f()
      later = typeof (result as { then?: unknown } | null | undefined)?.then === 'function'
      return later ? (Promise.resolve(result).finally(putBack) as R) : result
    } finally {
      if (!later) putBack()
    }
  }

  /** Copies the averages into the parameters, or into those of another model that is like it. */
  copyTo(weights?: Weights): void {
    const targets = weights === undefined ? this.#weights : entriesOf(weights)
    if (targets.length !== this.averages.length)
      fail('EMA', `copyTo: there are ${this.averages.length} averages, for ${targets.length} parameters`)
    targets.forEach(([key, { shape }], i) => {
      const average = this.averages[i]!
      if (!sameShape(shape, average.shape))
        fail('EMA', `copyTo: ${key} is ${showShape(shape)}, its average ${showShape(average.shape)}`)
    })
    copy(
      this.averages,
      targets.map(([, target]) => target),
    )
  }

  /** Copies of the averages, by the keys of the model, which can load them; by position if made from a list. */
  stateDict(): StateDict {
    return snapshot(this.#entries())
  }

  /** Takes over averages, all of them or, after an error, none. */
  loadStateDict(dict: Readonly<StateDict>): void {
    restore(this.#entries(), dict, true)
  }

  #entries(): Entry[] {
    return this.#weights.map(([key], i) => [key, this.averages[i]!])
  }

  /** All are checked before the first one moves. */
  #checkWeights(): void {
    this.#weights.forEach(([key, { dtype }], i) => {
      if (dtype !== this.averages[i]!.dtype)
        fail('EMA', `parameter ${key} was converted to ${dtype}; make a new EMA`)
    })
  }
}

function entriesOf(weights: Weights): readonly Entry[] {
  const entries: readonly Entry[] =
    weights instanceof Module
      ? weights.namedParameters()
      : (Array.isArray(weights) && weights.map((weight, i): Entry => [`${i}`, weight])) || []
  checkParameters('EMA', entries.length > 0 ? entries.map(([, weight]) => weight) : weights, ', or the model')
  return entries
}

function copy(values: readonly Tensor[], targets: readonly Tensor[]): void {
  noGrad(() => {
    targets.forEach((target, i) => {
      assign(target, to(values[i]!, target.dtype))
    })
  })
}
