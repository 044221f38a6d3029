/** @file The likelihood of the right class: what cross entropy and negative log likelihood share. Imports core, errors.ts, reduction.ts and probability.ts. */
import {
  add,
  logicalAnd,
  mul,
  ne,
  oneHot,
  permute,
  reshape,
  type Shape,
  sub,
  sum,
  type Tensor,
  unsqueeze,
  where,
} from '@tapegrad/core/ops'
import { checkFloat, checkInteger, checkTensor, fail, isFloat, sameShape, showShape } from '../errors.ts'
import { product } from './probability.ts'
import { checkLoss, type LossMask, type LossOptions, maskFor, type Reduction, reduce } from './reduction.ts'

export interface NLLOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /**
   * [classes], in the dtype of the prediction: a factor on the loss of each class, default 1. The mean is the weighted
   * one: the sum is divided by the sum of the weights of the samples' classes.
   */
  readonly weight?: Tensor
  /** A class index, of targets that are indices, that stands for no class: such a sample does not count. Default: none. */
  readonly ignoreIndex?: number
}

export interface CrossEntropyOptions<R extends Reduction = Reduction> extends NLLOptions<R> {
  /** Share of the target, from 0 (default) to 1, that is spread evenly over all classes (Szegedy et al. 2016). */
  readonly labelSmoothing?: number
}

/** The shape of targets that are class indices: that of the logits without the class axis. */
export type ClassShape<S extends Shape> = number extends S['length']
  ? Shape
  : S extends readonly [number]
    ? []
    : S extends readonly [infer N extends number, number, ...infer Rest extends Shape]
      ? [N, ...Rest]
      : Shape

const CLASSES: readonly string[] = ['weight', 'ignoreIndex']

/** Throws unless `options` are those called `names`, or of classes, and make sense. */
export function checkClasses<O extends NLLOptions>(op: string, options: O, names: readonly string[]): O {
  const { weight, ignoreIndex = 0 } = checkLoss(op, options, [...names, ...CLASSES])
  if (weight !== undefined) checkFloat(op, 'weight', weight)
  if (weight !== undefined && weight.ndim !== 1)
    fail(op, `weight must have one axis, [classes], got ${showShape(weight.shape)}`)
  checkInteger(op, 'ignoreIndex', ignoreIndex)
  return options
}

/** What a loss of classes calls itself and its prediction. */
export interface Names {
  readonly op: string
  readonly scores: string
}

export const without = (shape: Shape, axis: number): Shape => shape.filter((_, i) => i !== axis)

/** The axis of classes of the prediction, [classes] or [samples, classes, ...], checked. */
export function classAxis({ op, scores: name }: Names, scores: Tensor): number {
  checkTensor(op, `the ${name}`, scores)
  if (!isFloat(scores.dtype))
    fail(op, `the ${name} must be floating-point numbers, got ${scores.dtype}; convert with to('float32')`)
  if (scores.ndim === 0)
    fail(op, `the ${name} are a 0-d tensor; they need an axis of classes: [classes] or [samples, classes]`)
  const axis = scores.ndim === 1 ? 0 : 1
  if (scores.shape[axis] === 0)
    fail(op, `there are no classes in ${name} of shape ${showShape(scores.shape)}`)
  return axis
}

/** Throws unless the target is class indices, one for each sample. */
export function checkIndices(
  { op, scores: name }: Names,
  scores: Tensor,
  target: Tensor,
  axis: number,
): void {
  const shape = without(scores.shape, axis)
  if (target.dtype !== 'int32')
    fail(op, `class indices must be int32, the target is ${target.dtype}; convert it with to('int32')`)
  if (!sameShape(target.shape, shape))
    fail(
      op,
      `class indices for ${name} ${showShape(scores.shape)} must be ${showShape(shape)}, got ${showShape(target.shape)}`,
    )
}

/** Whether each score is that of its sample's class: a bool tensor in the shape of the scores. */
function isClass(op: string, target: Tensor, classes: number, axis: number): Tensor {
  const last = target.ndim
  let hits: Tensor
  try {
    hits = oneHot(target, classes, { dtype: 'bool' }) as Tensor
  } catch (error) {
    // Not read before: inside vmap there are no values yet, and oneHot refuses them when there are.
    const bad = target.data.findIndex((index) => index < 0 || index >= classes)
    if (bad < 0) throw error
    const label = target.data[bad]!
    const fix = label < 0 ? `; if it marks samples that do not count, give { ignoreIndex: ${label} }` : ''
    fail(
      op,
      `class ${label} (number ${bad} of the target) is out of range for ${classes} classes, 0 to ${classes - 1}${fix}`,
    )
  }
  return axis === last ? hits : permute(hits, [0, last, ...target.shape.slice(1).map((_, i) => i + 1)])
}

/** The weights of the classes along `axis`, for tensors with the axes of `scores`. */
function weightsAlong(op: string, weight: Tensor, scores: Tensor, axis: number): Tensor {
  const classes = scores.shape[axis]!
  if (weight.shape[0] !== classes) fail(op, `weight has ${weight.shape[0]} numbers for ${classes} classes`)
  if (weight.dtype !== scores.dtype)
    fail(
      op,
      `weight is ${weight.dtype}, the prediction ${scores.dtype}; convert it with to('${scores.dtype}')`,
    )
  return reshape(weight, [classes, ...scores.shape.slice(axis + 1).map(() => 1)])
}

/** The loss of class scores, whose log-probabilities are `logsOf(scores)`. */
export function likelihood(
  { op }: Names,
  scores: Tensor,
  target: Tensor,
  axis: number,
  options: CrossEntropyOptions & LossMask,
  logsOf: (scores: Tensor) => Tensor,
): Tensor {
  const { labelSmoothing = 0, weight } = options
  const indices = target.dtype === 'int32'
  const classes = scores.shape[axis]!
  const kept = keptOf(op, target, without(scores.shape, axis), options)
  if (kept !== null) {
    const rows = unsqueeze(kept, axis)
    // Replaced before the loss: an infinite slope times the gradient 0 would be NaN, and 0 is a class that there is.
    scores = where(rows, scores, 0)
    target = where(indices ? kept : rows, target, 0)
  }
  const weights = weight === undefined ? null : weightsAlong(op, weight, scores, axis)
  const logs = logsOf(scores)
  const terms = weights === null ? logs : product(weights, logs)
  const hits = indices ? isClass(op, target, classes, axis) : null
  // Chosen, not multiplied by 0: a log of -Infinity elsewhere must not become NaN.
  let total = sum(hits === null ? product(target, terms) : where(hits, terms, 0), axis)
  if (labelSmoothing > 0)
    total = add(mul(total, 1 - labelSmoothing), mul(sum(terms, axis), labelSmoothing / classes))
  // Not neg, which would make -0 of a loss of 0.
  const losses = sub(0, total)
  const counts = hits === null || weights === null ? null : sum(where(hits, weights, 0), axis)
  if (kept === null) return reduce(op, losses, options, null, counts)
  return reduce(op, where(kept, losses, 0), options, kept, counts === null ? kept : where(kept, counts, 0))
}

/** Which samples count, by the mask and by their class; null: all. */
function keptOf(
  op: string,
  target: Tensor,
  shape: Shape,
  { ignoreIndex, mask }: CrossEntropyOptions & LossMask,
): Tensor | null {
  const kept = maskFor(op, mask, shape)
  if (ignoreIndex === undefined) return kept
  if (target.dtype !== 'int32')
    fail(op, 'ignoreIndex is for class indices; of probabilities mask what does not count: { mask }')
  const used = ne(target, ignoreIndex)
  return kept === null ? used : logicalAnd(kept, used)
}
