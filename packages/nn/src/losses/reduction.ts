/** @file What all losses share: options and their checks, masks, and how individual losses become one number. Imports core and errors.ts. */
import { broadcastTo, div, mul, reshape, type Shape, sum, type Tensor, to, where } from '@tapegrad/core/ops'
import {
  checkFinite,
  checkOptions,
  checkTensor,
  describe,
  fail,
  isFloat,
  sameShape,
  showShape,
} from '../errors.ts'

/**
 * How individual losses become the result: their `mean` over all that there are (1/NK, for N samples of K numbers each),
 * `batchMean` their sum divided by the size of axis 0 (1/N), their `sum`, or `none`: they stay as they are.
 */
export type Reduction = 'mean' | 'batchMean' | 'sum' | 'none'

/** What every loss takes, as a function and as a module. */
export interface LossOptions<R extends Reduction = Reduction> {
  /** Default 'mean'. */
  readonly reduction?: R
  /** A factor on the result, default 1. The usual loss of textbooks is { reduction: 'sum', scale: 0.5 }. */
  readonly scale?: number
}

/** What every loss takes at each call. */
export interface LossMask {
  /**
   * A bool tensor, true where losses count. Its shape is that of the individual losses or of their leading axes: a mask
   * [samples, steps] covers losses [samples, steps, features]. A loss that does not count is 0, with gradient 0, whatever
   * the prediction and the target hold there, and means are over those that count ('batchMean': over the samples of which
   * any does). Where none counts the result is 0.
   */
  readonly mask?: Tensor
}

/** Shape of a loss whose individual losses have shape S. */
export type Reduced<S extends Shape, R extends Reduction> = [R] extends ['none']
  ? S
  : 'none' extends R
    ? Shape
    : []

export const NO_OPTIONS: LossOptions & LossMask = {}
const REDUCTIONS: readonly unknown[] = ['mean', 'batchMean', 'sum', 'none']
/** The options of a module that has no others. */
export const SETTINGS: readonly string[] = ['reduction', 'scale']
/** The options of a function that has no others. */
export const NAMES: readonly string[] = ['reduction', 'scale', 'mask']

/** Throws unless `options` are those called `names`, and the reduction and the scale make sense. */
export function checkLoss<O extends LossOptions>(op: string, options: O, names: readonly string[]): O {
  const { reduction = 'mean', scale = 1 } = checkOptions(op, options, names)
  if (!REDUCTIONS.includes(reduction))
    fail(op, `reduction must be one of ${REDUCTIONS.join(', ')}, got ${describe(reduction)}`)
  checkFinite(op, 'scale', scale)
  return options
}

/** Throws unless both are floating-point tensors of one dtype and shape: broadcasting here hides mistakes. */
export function checkAlike(op: string, prediction: Tensor, target: Tensor): void {
  checkTensor(op, 'the prediction', prediction)
  checkTensor(op, 'the target', target)
  if (!sameShape(prediction.shape, target.shape)) {
    fail(
      op,
      `the prediction is ${showShape(prediction.shape)}, the target ${showShape(target.shape)}; reshape one of them, they are not broadcast`,
    )
  }
  if (!isFloat(prediction.dtype))
    fail(op, `needs floating-point numbers, got ${prediction.dtype}; convert with to('float32')`)
  if (prediction.dtype !== target.dtype)
    fail(
      op,
      `the prediction is ${prediction.dtype}, the target ${target.dtype}; convert one with to('${prediction.dtype}')`,
    )
}

/** The mask, checked and repeated to the shape of the individual losses; null where there is none. */
export function maskFor(op: string, mask: Tensor | undefined, shape: Shape): Tensor | null {
  if (mask === undefined) return null
  checkTensor(op, 'the mask', mask)
  if (mask.dtype !== 'bool')
    fail(op, `the mask must be bool, got ${mask.dtype}; compare first, as in x.gt(0)`)
  if (!sameShape(mask.shape, shape.slice(0, mask.ndim)))
    fail(
      op,
      `a mask ${showShape(mask.shape)} does not fit losses ${showShape(shape)}; it needs their shape, or that of their first axes`,
    )
  return broadcastTo(
    reshape(
      mask,
      shape.map((size, i) => (i < mask.ndim ? size : 1)),
    ),
    shape,
  )
}

/** The loss of tensors of one shape, by `losses`, which is defined where both are 0. */
export function elementwise(
  op: string,
  losses: (prediction: Tensor, target: Tensor) => Tensor,
  prediction: Tensor,
  target: Tensor,
  options: LossOptions & LossMask,
): Tensor {
  checkAlike(op, prediction, target)
  const kept = maskFor(op, options.mask, prediction.shape)
  if (kept === null) return reduce(op, losses(prediction, target), options)
  // Replaced before the loss: an infinite slope times the gradient 0 would be NaN.
  const blank = (x: Tensor): Tensor => where(kept, x, 0)
  return reduce(op, blank(losses(blank(prediction), blank(target))), options, kept)
}

/**
 * The individual losses brought to the result that the options ask for. `kept` says which of them count, in their shape;
 * `weights`, how much each counts in a mean. Losses and weights that do not count are 0.
 */
export function reduce(
  op: string,
  losses: Tensor,
  { reduction = 'mean', scale = 1 }: LossOptions,
  kept: Tensor | null = null,
  weights: Tensor | null = kept,
): Tensor {
  let result = losses
  if (reduction !== 'none') result = sum(losses)
  if (reduction === 'mean') result = div(result, countOf(op, losses, losses.size, weights))
  if (reduction === 'batchMean') {
    const [samples = 1, ...rest] = losses.shape
    const any =
      kept &&
      to(
        sum(
          kept,
          rest.map((_, i) => i + 1),
        ),
        'bool',
      )
    result = div(result, countOf(op, losses, samples, any))
  }
  return scale === 1 ? result : mul(result, scale)
}

/** What a sum of losses is divided by: `size`, or the sum of the weights, 1 if that is 0. */
function countOf(
  op: string,
  { shape, dtype }: Tensor,
  size: number,
  weights: Tensor | null,
): number | Tensor {
  if (size === 0) fail(op, `there are no elements to average in ${showShape(shape)}`)
  if (weights === null) return size
  const count = to(sum(weights), dtype)
  return where(to(count, 'bool'), count, 1)
}
