/** @file Losses, as functions and as modules: f(prediction, target, options). Imports core, errors.ts and module.ts. */
import {
  add,
  div,
  logSoftmax,
  mul,
  neg,
  oneHot,
  permute,
  type Shape,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '@tapegrad/core/ops'
import {
  checkFinite,
  checkOptions,
  checkTensor,
  describe,
  fail,
  isFloat,
  sameShape,
  showShape,
} from './errors.ts'
import { Module } from './module.ts'

/** `mean` and `sum` give one number; `none` keeps the individual losses. */
export type Reduction = 'mean' | 'sum' | 'none'

export interface LossOptions<R extends Reduction = Reduction> {
  /** Default 'mean'. */
  readonly reduction?: R
  /** A factor on the result, default 1. The usual loss of textbooks is { reduction: 'sum', scale: 0.5 }. */
  readonly scale?: number
}

/** Shape of a loss whose individual losses have shape S. */
type Reduced<S extends Shape, R extends Reduction> = [R] extends ['none'] ? S : 'none' extends R ? Shape : []

const NO_OPTIONS: LossOptions = {}
const NAMES = ['reduction', 'scale']
const CROSS_ENTROPY_NAMES = ['reduction', 'scale', 'labelSmoothing']

/** The individual losses brought to the result that the options ask for. */
function reduce(op: string, losses: Tensor, { reduction = 'mean', scale = 1 }: LossOptions): Tensor {
  checkFinite(op, 'scale', scale)
  let result = losses
  if (reduction === 'mean') {
    const { size } = losses
    if (size === 0) fail(op, `there are no elements to average in ${showShape(losses.shape)}`)
    result = div(sum(losses), size)
  } else if (reduction === 'sum') result = sum(losses)
  else if (reduction !== 'none')
    fail(op, `reduction must be 'mean', 'sum' or 'none', got ${describe(reduction)}`)
  return scale === 1 ? result : mul(result, scale)
}

/** Throws unless both are floating-point tensors of one dtype and shape: broadcasting here hides mistakes. */
function checkAlike(op: string, prediction: Tensor, target: Tensor): void {
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

/** Squared error: scale * mean, or sum, of (prediction - target)². */
export function mse<S extends Shape, const R extends Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Tensor<S>,
  options?: LossOptions<R>,
): Tensor<Reduced<S, R>>
export function mse(prediction: Tensor, target: Tensor, options: LossOptions = NO_OPTIONS): Tensor {
  if (options !== NO_OPTIONS) checkOptions('mse', options, NAMES)
  checkAlike('mse', prediction, target)
  return reduce('mse', square(sub(prediction, target)), options)
}

export interface CrossEntropyOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** Share of the target, from 0 (default) to 1, that is spread evenly over all classes (Szegedy et al. 2016). */
  readonly labelSmoothing?: number
}

/** The shape of targets that are class indices: that of the logits without the class axis. */
type ClassShape<S extends Shape> = number extends S['length']
  ? Shape
  : S extends readonly [number]
    ? []
    : S extends readonly [infer N extends number, number, ...infer Rest extends Shape]
      ? [N, ...Rest]
      : Shape

/**
 * -sum over classes of target * log softmax(logits), from logits [classes] or [samples, classes, ...]. The target is an
 * int32 tensor of class indices, [] or [samples, ...], or probabilities in the shape of the logits. Averaged over samples.
 */
export function crossEntropy<S extends Shape, const R extends Reduction = 'mean'>(
  logits: Tensor<S>,
  target: Tensor<S> | Tensor<ClassShape<S>>,
  options?: CrossEntropyOptions<R>,
): Tensor<Reduced<ClassShape<S>, R>>
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: CrossEntropyOptions = NO_OPTIONS,
): Tensor {
  const op = 'crossEntropy'
  if (options !== NO_OPTIONS) checkOptions(op, options, CROSS_ENTROPY_NAMES)
  checkTensor(op, 'the logits', logits)
  checkTensor(op, 'the target', target)
  const { labelSmoothing = 0 } = options
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    fail(op, `labelSmoothing must be a number from 0 to 1, got ${describe(labelSmoothing)}`)
  if (!isFloat(logits.dtype))
    fail(op, `the logits must be floating-point numbers, got ${logits.dtype}; convert with to('float32')`)
  if (logits.ndim === 0)
    fail(op, 'the logits are a 0-d tensor; they need an axis of classes: [classes] or [samples, classes]')
  const axis = logits.ndim === 1 ? 0 : 1
  const classes = logits.shape[axis]!
  if (classes === 0) fail(op, `there are no classes in logits of shape ${showShape(logits.shape)}`)
  const logp = logSoftmax(logits, axis)
  const indices = target.dtype === 'int32'
  if (!indices) {
    const shape = logits.shape.filter((_, i) => i !== axis)
    if (!sameShape(target.shape, logits.shape) && sameShape(target.shape, shape))
      fail(op, `class indices must be int32, the target is ${target.dtype}; convert it with to('int32')`)
    checkAlike(op, logits, target)
  }
  // Chosen, not multiplied by 0: a log of -Infinity elsewhere must not become NaN.
  const hits = indices ? where(isClass(op, logits, target, axis), logp, 0) : mul(target, logp)
  let losses = neg(sum(hits, axis))
  if (labelSmoothing > 0) {
    const spread = mul(sum(logp, axis), -labelSmoothing / classes)
    losses = add(mul(losses, 1 - labelSmoothing), spread)
  }
  return reduce(op, losses, options)
}

/** Whether each logit is that of its sample's class: a bool tensor in the shape of the logits. */
function isClass(op: string, logits: Tensor, target: Tensor, axis: number): Tensor {
  const shape = logits.shape.filter((_, i) => i !== axis)
  if (!sameShape(target.shape, shape)) {
    fail(
      op,
      `class indices for logits ${showShape(logits.shape)} must be ${showShape(shape)}, got ${showShape(target.shape)}`,
    )
  }
  const classes = logits.shape[axis]!
  const last = target.ndim
  let hits: Tensor
  try {
    hits = oneHot(target, classes, { dtype: 'bool' }) as Tensor
  } catch (error) {
    // Not read before: inside vmap there are no values yet, and oneHot refuses them when there are.
    const bad = target.data.findIndex((index) => index < 0 || index >= classes)
    if (bad < 0) throw error
    fail(
      op,
      `class ${target.data[bad]} (number ${bad} of the target) is out of range for ${classes} classes, 0 to ${classes - 1}`,
    )
  }
  return axis === last ? hits : permute(hits, [0, last, ...shape.slice(1).map((_, i) => i + 1)])
}

/** `mse` with its options as a module. */
export class MSE extends Module {
  readonly options: LossOptions
  constructor(options: LossOptions = NO_OPTIONS) {
    super()
    this.options = checkOptions('MSE', options, NAMES)
  }
  forward<S extends Shape>(prediction: Tensor<S>, target: Tensor<S>): Tensor {
    return mse(prediction, target, this.options)
  }
}

/** `crossEntropy` with its options as a module. */
export class CrossEntropy extends Module {
  readonly options: CrossEntropyOptions
  constructor(options: CrossEntropyOptions = NO_OPTIONS) {
    super()
    this.options = checkOptions('CrossEntropy', options, CROSS_ENTROPY_NAMES)
  }
  forward(logits: Tensor, target: Tensor): Tensor {
    return crossEntropy(logits, target, this.options) as Tensor
  }
}
