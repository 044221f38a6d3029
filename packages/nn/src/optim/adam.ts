/** @file Adam and AdamW. Imports core, errors.ts, adaptive.ts, optimizer.ts and parameters.ts. */
import { add, assign, div, maximum, mul, pow, sqrt, sub, type Tensor, zerosLike } from '@tapegrad/core/ops'
import { checkFlag, checkNonNegative, checkOptions, describe, fail } from '../errors.ts'
import type { StateDict } from '../state-dict.ts'
import { Adaptive, count, counter, follow, followSquare, spread } from './adaptive.ts'
import { type OptimizerOptions, penalized, type Slot } from './optimizer.ts'
import type { Params } from './parameters.ts'

export interface AdamOptions extends OptimizerOptions {
  /** Learning rate, default 0.001. */
  readonly lr?: number
  /** What stays of the running averages of the gradient and of its square at each step, default [0.9, 0.999]. */
  readonly betas?: readonly [number, number]
  /** Added to the root that is divided by, default 1e-8. */
  readonly eps?: number
  /**
   * Default 0 in Adam, where weightDecay * p is added to the gradient of p, and 0.01 in AdamW, where p shrinks by the
   * factor 1 - lr * weightDecay.
   */
  readonly weightDecay?: number
  /** Divide by the root of the largest average that there was (Reddi et al. 2018); default false. */
  readonly amsgrad?: boolean
}

type Settings = Required<AdamOptions>

const defaults: Settings = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false }

const checkFor =
  (op: string) =>
  ({ betas, eps, weightDecay, amsgrad }: Settings): void => {
    const fit = (beta: unknown): boolean => typeof beta === 'number' && beta >= 0 && beta < 1
    if (!Array.isArray(betas) || betas.length !== 2 || !betas.every(fit))
      fail(op, `betas must be two numbers >= 0 and < 1, got ${describe(betas)}`)
    checkNonNegative(op, 'eps', eps)
    checkNonNegative(op, 'weightDecay', weightDecay)
    checkFlag(op, 'amsgrad', amsgrad)
  }

function makeState(p: Tensor, { amsgrad }: Settings): StateDict {
  const zeros = (): Tensor => zerosLike(p)
  const state = { step: counter(), exp_avg: zeros(), exp_avg_sq: zeros() }
  return amsgrad ? { ...state, max_exp_avg_sq: zeros() } : state
}

/** What Adam and AdamW share. */
abstract class Moments extends Adaptive<Settings> {
  constructor(op: string, params: Params<AdamOptions>, options: AdamOptions, own: Settings) {
    super(op, params, { ...own, ...checkOptions(op, options, Object.keys(own)) }, checkFor(op), makeState)
  }

  /** Goes from `start`, the parameter or what decay left of it, by a step for the gradient. */
  protected move({ parameter, lr, options, state }: Slot<Settings>, start: Tensor, grad: Tensor): void {
    const { betas, eps } = options
    const [beta1, beta2] = betas
    const steps = count(state.step!)
    const mean = follow(state.exp_avg!, grad, beta1)
    let square = followSquare(state.exp_avg_sq!, grad, beta2)
    const { max_exp_avg_sq: largest } = state
    if (largest !== undefined) assign(largest, (square = maximum(largest, square)))
    // The averages began at 0: as yet they lack the part beta^steps of what they will be. In float64: near 1 - 0.999
    // the rounding errors of float32 would grow a thousandfold.
    const size = spread(div(lr, sub(1, pow(beta1, steps))), parameter)
    const root = spread(sqrt(sub(1, pow(beta2, steps))), parameter)
    const divisor = add(div(sqrt(square), root), eps)
    assign(parameter, sub(start, div(mul(mean, size), divisor)))
  }
}

/**
 * Adam (Kingma and Ba 2015), in PyTorch's arithmetic. With g = grad + weightDecay p, after step t:
 * m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and
 * p = p - lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps); with amsgrad the largest v there was.
 * t counts the steps in which the parameter had a gradient.
 */
export class Adam extends Moments {
  constructor(params: Params<AdamOptions>, options: AdamOptions = {}) {
    super('Adam', params, options, defaults)
  }

  protected update(slot: Slot<Settings>, grad: Tensor): void {
    const { parameter, options } = slot
    this.move(slot, parameter, penalized(grad, parameter, options.weightDecay))
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): g = grad, and p first becomes p (1 - lr weightDecay).
 * `weightDecay` is 0.01 unless told.
 */
export class AdamW extends Moments {
  constructor(params: Params<AdamOptions>, options: AdamOptions = {}) {
    super('AdamW', params, options, { ...defaults, weightDecay: 0.01 })
  }

  protected update(slot: Slot<Settings>, grad: Tensor): void {
    const { parameter, lr, options } = slot
    const { weightDecay } = options
    const kept = (): Tensor => mul(parameter, spread(sub(1, mul(lr, weightDecay)), parameter))
    this.move(slot, weightDecay === 0 ? parameter : kept(), grad)
  }
}
