/** @file RMSProp. Imports core, errors.ts, adaptive.ts, optimizer.ts and parameters.ts. */
import { add, assign, div, maximum, mul, sqrt, square, sub, type Tensor, zerosLike } from '@tapegrad/core/ops'
import { checkFlag, checkNonNegative, checkOptions, fail } from '../errors.ts'
import type { StateDict } from '../state-dict.ts'
import { Adaptive, follow, followSquare } from './adaptive.ts'
import { type OptimizerOptions, penalized, type Slot } from './optimizer.ts'
import type { Params } from './parameters.ts'

export interface RMSPropOptions extends OptimizerOptions {
  /** Learning rate, default 0.01. */
  readonly lr?: number
  /** What stays of the running average of squares at each step, default 0.99. */
  readonly alpha?: number
  /** Added to the root that is divided by, default 1e-8. */
  readonly eps?: number
  /** Share of the last step's direction that goes on, default 0. */
  readonly momentum?: number
  /** Divide by the standard deviation of the gradient, not by its root mean square (Graves 2013); default false. */
  readonly centered?: boolean
  /** Adds weightDecay * p to the gradient of p, default 0. */
  readonly weightDecay?: number
}

type Settings = Required<RMSPropOptions>

const defaults: Settings = {
  lr: 0.01,
  alpha: 0.99,
  eps: 1e-8,
  momentum: 0,
  centered: false,
  weightDecay: 0,
}

function check({ alpha, eps, momentum, centered, weightDecay }: Settings): void {
  checkNonNegative('RMSProp', 'alpha', alpha)
  if (alpha > 1) fail('RMSProp', `alpha must be at most 1, got ${alpha}`)
  checkNonNegative('RMSProp', 'eps', eps)
  checkNonNegative('RMSProp', 'momentum', momentum)
  checkFlag('RMSProp', 'centered', centered)
  checkNonNegative('RMSProp', 'weightDecay', weightDecay)
}

function makeState(p: Tensor, { momentum, centered }: Settings): StateDict {
  return {
    square_avg: zerosLike(p),
    ...(momentum > 0 && { momentum_buffer: zerosLike(p) }),
    ...(centered && { grad_avg: zerosLike(p) }),
  }
}

/**
 * RMSProp (Tieleman and Hinton 2012), in PyTorch's arithmetic. With g = grad + weightDecay p:
 * v = alpha v + (1 - alpha) g^2 and d = g / (sqrt(v) + eps); centered, a = alpha a + (1 - alpha) g and the root is that of
 * v - a^2; with momentum b = momentum b + d, and d becomes b; then p = p - lr d. Note that eps stands outside of the root.
 */
export class RMSProp extends Adaptive<Settings> {
  constructor(params: Params<RMSPropOptions>, options: RMSPropOptions = {}) {
    super(
      'RMSProp',
      params,
      { ...defaults, ...checkOptions('RMSProp', options, Object.keys(defaults)) },
      check,
      makeState,
    )
  }

  protected update({ parameter, rate, options, state }: Slot<Settings>, grad: Tensor): void {
    const { alpha, eps, momentum, weightDecay } = options
    const { square_avg, grad_avg, momentum_buffer: buffer } = state
    const g = penalized(grad, parameter, weightDecay)
    let spreadOf = followSquare(square_avg!, g, alpha)
    // Rounding can bring a variance of nearly 0 below it, where PyTorch has NaN.
    if (grad_avg !== undefined) spreadOf = maximum(sub(spreadOf, square(follow(grad_avg, g, alpha))), 0)
    const divisor = add(sqrt(spreadOf), eps)
    if (buffer === undefined) {
      assign(parameter, sub(parameter, div(mul(g, rate), divisor)))
      return
    }
    const direction = add(mul(buffer, momentum), div(g, divisor))
    assign(buffer, direction)
    assign(parameter, sub(parameter, mul(direction, rate)))
  }
}
