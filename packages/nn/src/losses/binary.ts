/** @file Losses of yes or no: binary cross entropy, of probabilities and of logits. Imports core, errors.ts, marks.ts, reduction.ts, probability.ts and module.ts. */
import {
  add,
  clone,
  ge,
  le,
  log,
  log1p,
  logicalAnd,
  maximum,
  mul,
  neg,
  type Shape,
  softplus,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '@tapegrad/core/ops'
import { checkFloat, checkNonNegative, fail, showShape } from '../errors.ts'
import { buffer } from '../marks.ts'
import { ElementwiseLoss } from './module.ts'
import { checkValues, product } from './probability.ts'
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

// ── of probabilities ─────────────────────────────────────────────────────────

/** From here to 0 the slope of the cost stays what it is here. */
const LEAST = 1e-12

/** -log q of a probability q, at most 100, where `exact(x)` is that cost without the limit; its slope is at least -1e12. */
function cost(q: Tensor, exact: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const isSmall = logicalAnd(ge(q, 0), le(q, LEAST))
  const constant = stopGradient(q)
  // The inner limit is below e^-100: it keeps the logarithm of 0 from being infinite.
  const limited = maximum(log(maximum(constant, 1e-44)), -100)
  const line = mul(sub(q, constant), 1 / LEAST)
  return neg(where(isSmall, add(limited, line), exact(where(isSmall, 0.5, x))))
}

const surprise = (p: Tensor, t: Tensor): Tensor => {
  checkValues(
    'bce',
    'the prediction',
    p,
    (value) => value < 0 || value > 1,
    'of logits the loss is bceWithLogits',
  )
  const yes = cost(p, log, p)
  const no = cost(sub(1, p), (x) => log1p(neg(x)), p)
  return add(mul(t, yes), mul(sub(1, t), no))
}

/**
 * Binary cross entropy of probabilities p from 0 to 1: -(t log p + (1 - t) log(1 - p)), with logarithms of at least -100,
 * as in PyTorch; by default its mean over all elements, 1/(NK) Σ, for N samples of K probabilities. 1/N Σ is
 * { reduction: 'batchMean' }. The target is of the same shape and dtype, 0 or 1 or between. The slopes of the logarithms
 * are at most 1e12, reached at 1e-12 from the edge, so that the worst mistakes still give a gradient. A probability out
 * of range is an error where values can be read, NaN inside of vmap. `bceWithLogits` of what goes into the sigmoid is
 * more accurate.
 */
export function bce<S extends Shape, const R extends Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Tensor<S>,
  options?: LossOptions<R> & LossMask,
): Tensor<Reduced<S, R>>
export function bce(
  prediction: Tensor,
  target: Tensor,
  options: LossOptions & LossMask = NO_OPTIONS,
): Tensor {
  if (options !== NO_OPTIONS) checkLoss('bce', options, NAMES)
  return elementwise('bce', surprise, prediction, target, options)
}

/** `bce` with its options as a module. */
export class BCE<R extends Reduction = 'mean'> extends ElementwiseLoss<R> {
  declare readonly '~loss': 'bce'
  constructor(options: LossOptions<R> = {}) {
    super(checkLoss('BCE', options, SETTINGS))
  }
  forward<S extends Shape>(
    prediction: Tensor<S>,
    target: Tensor<S>,
    options?: LossMask,
  ): Tensor<Reduced<S, R>> {
    return bce(prediction, target, this.given(options))
  }
}

// ── of logits ────────────────────────────────────────────────────────────────

export interface BCEWithLogitsOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /**
   * By how much more a missed yes costs: a number, or a tensor with the sizes of the last axes of the logits (or 1), such
   * as [classes] for logits [samples, classes]. Default 1. Above 1 it favours recall, below 1 precision.
   */
  readonly posWeight?: number | Tensor
}

function checkLogits<O extends BCEWithLogitsOptions>(op: string, options: O, names: readonly string[]): O {
  const { posWeight = 1 } = checkLoss(op, options, [...names, 'posWeight'])
  if (typeof posWeight === 'number') checkNonNegative(op, 'posWeight', posWeight)
  else checkFloat(op, 'posWeight', posWeight)
  return options
}

/** Throws unless the weights fit the last axes of the logits. */
function checkFit(op: string, weight: Tensor, logits: Tensor): void {
  const sizes = logits.shape.slice(logits.ndim - weight.ndim)
  if (weight.ndim > logits.ndim || weight.shape.some((size, i) => size !== 1 && size !== sizes[i]))
    fail(
      op,
      `posWeight ${showShape(weight.shape)} does not fit logits ${showShape(logits.shape)}; it must have the sizes of their last axes, or 1`,
    )
  if (weight.dtype !== logits.dtype)
    fail(
      op,
      `posWeight is ${weight.dtype}, the logits ${logits.dtype}; convert it with to('${logits.dtype}')`,
    )
}

/**
 * Binary cross entropy of logits z, the inverse of p = sigmoid(z): -(posWeight t log p + (1 - t) log(1 - p)), computed as
 * posWeight t softplus(-z) + (1 - t) softplus(z), which neither overflows nor cancels; by default its mean over all
 * elements, 1/(NK) Σ, for N samples of K logits. 1/N Σ is { reduction: 'batchMean' }. The target is of the same shape and
 * dtype, 0 or 1 or between.
 */
export function bceWithLogits<S extends Shape, const R extends Reduction = 'mean'>(
  logits: Tensor<S>,
  target: Tensor<S>,
  options?: BCEWithLogitsOptions<R> & LossMask,
): Tensor<Reduced<S, R>>
export function bceWithLogits(
  logits: Tensor,
  target: Tensor,
  options: BCEWithLogitsOptions & LossMask = NO_OPTIONS,
): Tensor {
  const op = 'bceWithLogits'
  if (options !== NO_OPTIONS) checkLogits(op, options, NAMES)
  const { posWeight = 1 } = options
  const losses = (z: Tensor, t: Tensor): Tensor => {
    if (typeof posWeight !== 'number') checkFit(op, posWeight, z)
    const yes = posWeight === 1 ? t : (mul(t, posWeight as Tensor) as Tensor)
    return add(product(yes, softplus(neg(z))), product(sub(1, t), softplus(z)))
  }
  return elementwise(op, losses, logits, target, options)
}

/** `bceWithLogits` with its options as a module; posWeight, if a tensor, is its buffer `pos_weight`, a copy. */
export class BCEWithLogits<R extends Reduction = 'mean'> extends ElementwiseLoss<R, BCEWithLogitsOptions<R>> {
  declare readonly '~loss': 'bceWithLogits'
  /** The weights, if they are a tensor; a number is one of the options. */
  readonly posWeight: Tensor | null
  constructor(options: BCEWithLogitsOptions<R> = {}) {
    const { posWeight, ...rest } = checkLogits('BCEWithLogits', options, SETTINGS)
    const isTensor = typeof posWeight === 'object'
    super(isTensor ? rest : options)
    this.posWeight = isTensor ? buffer(clone(posWeight.detach()), 'pos_weight') : null
  }
  forward<S extends Shape>(logits: Tensor<S>, target: Tensor<S>, options?: LossMask): Tensor<Reduced<S, R>> {
    const { posWeight } = this
    return bceWithLogits(logits, target, this.given(options, posWeight && { posWeight }))
  }
}
