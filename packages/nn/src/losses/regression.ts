/** @file Losses of numbers: squared, absolute, and Huber's between the two. Imports core, errors.ts, reduction.ts and module.ts. */
import { abs, clamp, mul, type Shape, square, sub, type Tensor } from '@tapegrad/core/ops'
import { checkPositive } from '../errors.ts'
import { ElementwiseLoss } from './module.ts'
import {
  checkLoss,
  elementwise,
  type LossMask,
  type LossOptions,
  NAMES,
  NO_OPTIONS,
  type Reduced,
  type Reduction,
  SETTINGS,
} from './reduction.ts'

// ── squared ──────────────────────────────────────────────────────────────────

const squares = (prediction: Tensor, target: Tensor): Tensor => square(sub(prediction, target))

/**
 * Squared error, (prediction - target)²; by default its mean over all elements, 1/(NK) Σ (p - t)², for N samples of K
 * numbers. Other conventions: 1/N Σ with { reduction: 'batchMean' }, ½ Σ with { reduction: 'sum', scale: 0.5 },
 * 1/(2N) Σ with { reduction: 'batchMean', scale: 0.5 }. Shapes must be equal.
 */
export function mse<S extends Shape, const R extends Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Tensor<S>,
  options?: LossOptions<R> & LossMask,
): Tensor<Reduced<S, R>>
export function mse(
  prediction: Tensor,
  target: Tensor,
  options: LossOptions & LossMask = NO_OPTIONS,
): Tensor {
  if (options !== NO_OPTIONS) checkLoss('mse', options, NAMES)
  return elementwise('mse', squares, prediction, target, options)
}

/** `mse` with its options as a module. */
export class MSE<R extends Reduction = 'mean'> extends ElementwiseLoss<R> {
  declare readonly '~loss': 'mse'
  constructor(options: LossOptions<R> = {}) {
    super(checkLoss('MSE', options, SETTINGS))
  }
  forward<S extends Shape>(
    prediction: Tensor<S>,
    target: Tensor<S>,
    options?: LossMask,
  ): Tensor<Reduced<S, R>> {
    return mse(prediction, target, this.given(options))
  }
}

// ── absolute ─────────────────────────────────────────────────────────────────

const distances = (prediction: Tensor, target: Tensor): Tensor => abs(sub(prediction, target))

/**
 * Absolute error, |prediction - target|; by default its mean over all elements, 1/(NK) Σ |p - t|, for N samples of K
 * numbers. 1/N Σ is { reduction: 'batchMean' }. The gradient where both are equal is 0. Shapes must be equal.
 */
export function l1<S extends Shape, const R extends Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Tensor<S>,
  options?: LossOptions<R> & LossMask,
): Tensor<Reduced<S, R>>
export function l1(prediction: Tensor, target: Tensor, options: LossOptions & LossMask = NO_OPTIONS): Tensor {
  if (options !== NO_OPTIONS) checkLoss('l1', options, NAMES)
  return elementwise('l1', distances, prediction, target, options)
}

/** `l1` with its options as a module. */
export class L1<R extends Reduction = 'mean'> extends ElementwiseLoss<R> {
  declare readonly '~loss': 'l1'
  constructor(options: LossOptions<R> = {}) {
    super(checkLoss('L1', options, SETTINGS))
  }
  forward<S extends Shape>(
    prediction: Tensor<S>,
    target: Tensor<S>,
    options?: LossMask,
  ): Tensor<Reduced<S, R>> {
    return l1(prediction, target, this.given(options))
  }
}

// ── Huber ────────────────────────────────────────────────────────────────────

export interface HuberOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** The error from which on the loss grows in proportion to it; above 0, default 1. */
  readonly delta?: number
}

function checkHuber<O extends HuberOptions>(op: string, options: O, names: readonly string[]): O {
  const { delta = 1 } = checkLoss(op, options, [...names, 'delta'])
  checkPositive(op, 'delta', delta)
  return options
}

/**
 * Huber's loss of the error e = prediction - target: ½ e² where |e| <= delta, delta (|e| - ½ delta) beyond, with the
 * factor ½ (Huber 1964); by default its mean over all elements, 1/(NK) Σ, for N samples of K numbers. 1/N Σ is
 * { reduction: 'batchMean' }; without the ½, { scale: 2 }. Divided by delta, { scale: 1 / delta }, it is PyTorch's
 * smooth_l1_loss with beta = delta. Shapes must be equal.
 */
export function huber<S extends Shape, const R extends Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Tensor<S>,
  options?: HuberOptions<R> & LossMask,
): Tensor<Reduced<S, R>>
export function huber(
  prediction: Tensor,
  target: Tensor,
  options: HuberOptions & LossMask = NO_OPTIONS,
): Tensor {
  if (options !== NO_OPTIONS) checkHuber('huber', options, NAMES)
  const { delta = 1 } = options
  const losses = (p: Tensor, t: Tensor): Tensor => {
    const error = sub(p, t)
    // Not by |e|, whose second derivative at 0 would be lost, nor by e², which overflows.
    const near = clamp(error, -delta, delta)
    return mul(near, sub(error, mul(near, 0.5)))
  }
  return elementwise('huber', losses, prediction, target, options)
}

/** `huber` with its options as a module. */
export class Huber<R extends Reduction = 'mean'> extends ElementwiseLoss<R, HuberOptions<R>> {
  declare readonly '~loss': 'huber'
  constructor(options: HuberOptions<R> = {}) {
    super(checkHuber('Huber', options, SETTINGS))
  }
  forward<S extends Shape>(
    prediction: Tensor<S>,
    target: Tensor<S>,
    options?: LossMask,
  ): Tensor<Reduced<S, R>> {
    return huber(prediction, target, this.given(options))
  }
}
