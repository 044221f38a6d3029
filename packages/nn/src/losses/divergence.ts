/** @file Losses between distributions and between directions: Kullback-Leibler divergence, cosine distance. Imports core, errors.ts, reduction.ts, probability.ts and module.ts. */
import {
  div,
  eq,
  exp,
  log,
  maximum,
  mul,
  norm,
  type Shape,
  sub,
  sum,
  type Tensor,
  unsqueeze,
  where,
} from '@tapegrad/core/ops'
import { checkFlag, checkInteger, checkPositive, fail, showShape } from '../errors.ts'
import { ElementwiseLoss, LossModule } from './module.ts'
import { checkValues, product } from './probability.ts'
import {
  checkAlike,
  checkLoss,
  elementwise,
  type LossMask,
  type LossOptions,
  maskFor,
  NAMES,
  NO_OPTIONS,
  type Reduced,
  type Reduction,
  reduce,
  SETTINGS,
} from './reduction.ts'

// ── Kullback-Leibler ─────────────────────────────────────────────────────────

export interface KLDivOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** Whether the target holds log-probabilities, as the prediction always does. Default false: probabilities. */
  readonly logTarget?: boolean
}

function checkKLDiv<O extends KLDivOptions>(op: string, options: O, names: readonly string[]): O {
  const { logTarget = false } = checkLoss(op, options, [...names, 'logTarget'])
  checkFlag(op, 'logTarget', logTarget)
  return options
}

/** q (log q - p) for probabilities q; where q is 0 it is 0, and so is the slope by q of its first term. */
const fromTarget = (p: Tensor, q: Tensor): Tensor => {
  const fix = 'of log-probabilities say so: { logTarget: true }'
  checkValues('klDiv', 'the target', q, (value) => value < 0, fix)
  return sub(mul(q, log(where(eq(q, 0), 1, q))), product(q, p))
}

/** e^q (q - p) for log-probabilities q, 0 where q is -Infinity. */
const fromLogs = (p: Tensor, q: Tensor): Tensor => {
  const none = eq(q, -Infinity)
  const logs = where(none, 0, q)
  return where(none, 0, mul(exp(logs), sub(logs, where(none, 0, p))))
}

/**
 * Kullback-Leibler divergence of the target q from the prediction, which is given by its log-probabilities (of
 * `logSoftmax`): for each element q (log q - prediction), or e^q (q - prediction) with { logTarget: true }. By default
 * their sum divided by the size of axis 0, the batch: 1/N Σ, PyTorch's 'batchmean', for 'mean' and 'batchMean' alike, so a
 * single distribution is [1, K]. Divided by the number K of classes too (PyTorch's 'mean'), { scale: 1 / K }. Shapes must
 * be equal.
 *
 * Where q is 0 the loss is 0, whatever the prediction. A probability below 0 is an error where values can be read, NaN
 * inside of vmap.
 */
export function klDiv<S extends Shape, const R extends Reduction = 'mean'>(
  logProbabilities: Tensor<S>,
  target: Tensor<S>,
  options?: KLDivOptions<R> & LossMask,
): Tensor<Reduced<S, R>>
export function klDiv(
  logProbabilities: Tensor,
  target: Tensor,
  options: KLDivOptions & LossMask = NO_OPTIONS,
): Tensor {
  if (options !== NO_OPTIONS) checkKLDiv('klDiv', options, NAMES)
  const { reduction = 'mean', logTarget = false } = options
  return elementwise('klDiv', logTarget ? fromLogs : fromTarget, logProbabilities, target, {
    ...options,
    reduction: reduction === 'mean' ? 'batchMean' : reduction,
  })
}

/** `klDiv` with its options as a module. */
export class KLDiv<R extends Reduction = 'mean'> extends ElementwiseLoss<R, KLDivOptions<R>> {
  declare readonly '~loss': 'klDiv'
  constructor(options: KLDivOptions<R> = {}) {
    super(checkKLDiv('KLDiv', options, SETTINGS))
  }
  forward<S extends Shape>(
    logProbabilities: Tensor<S>,
    target: Tensor<S>,
    options?: LossMask,
  ): Tensor<Reduced<S, R>> {
    return klDiv(logProbabilities, target, this.given(options))
  }
}

// ── cosine ───────────────────────────────────────────────────────────────────

export interface CosineSimilarityOptions<R extends Reduction = Reduction, X extends number = number>
  extends LossOptions<R> {
  /** The axis along which the vectors lie, default -1: the last. */
  readonly axis?: X
  /** Norms below it count as it, so that vectors of zeros have the cosine 0. Above 0, default 1e-8, as in PyTorch. */
  readonly eps?: number
}

/** The shape of one number for each vector along axis X. */
type VectorShape<S extends Shape, X extends number> = number extends X
  ? Shape
  : X extends -1
    ? S extends readonly [...infer Rest extends Shape, number]
      ? Rest
      : Shape
    : Shape

function checkCosine<O extends CosineSimilarityOptions>(op: string, options: O, names: readonly string[]): O {
  const { axis = -1, eps = 1e-8 } = checkLoss(op, options, [...names, 'axis', 'eps'])
  checkInteger(op, 'axis', axis)
  checkPositive(op, 'eps', eps)
  return options
}

/**
 * Cosine distance, 1 - cos of the angle between prediction and target: 0 where they point the same way, 1 at right
 * angles, 2 at opposite ones. It is a loss, to be made small, hence not the cosine itself; it is what PyTorch's
 * CosineEmbeddingLoss computes of pairs that belong together. One loss for each vector along `axis` (default the last):
 * [samples, features] has [samples] losses; by default their mean, 1/N Σ. Shapes must be equal.
 */
export function cosineSimilarity<
  S extends Shape,
  const R extends Reduction = 'mean',
  const X extends number = -1,
>(
  prediction: Tensor<S>,
  target: Tensor<S>,
  options?: CosineSimilarityOptions<R, X> & LossMask,
): Tensor<Reduced<VectorShape<S, X>, R>>
export function cosineSimilarity(
  prediction: Tensor,
  target: Tensor,
  options: CosineSimilarityOptions & LossMask = NO_OPTIONS,
): Tensor {
  const op = 'cosineSimilarity'
  if (options !== NO_OPTIONS) checkCosine(op, options, NAMES)
  checkAlike(op, prediction, target)
  const { axis = -1, eps = 1e-8 } = options
  const { ndim, shape } = prediction
  const along = axis < 0 ? axis + ndim : axis
  if (along < 0 || along >= ndim)
    fail(op, `there is no axis ${axis} in tensors of shape ${showShape(shape)} along which vectors could lie`)
  const unit = (x: Tensor): Tensor => div(x, maximum(norm(x, along, { keepdims: true }), eps))
  const distance = (p: Tensor, t: Tensor): Tensor => sub(1, sum(mul(unit(p), unit(t)), along))
  const kept = maskFor(
    op,
    options.mask,
    shape.filter((_, i) => i !== along),
  )
  if (kept === null) return reduce(op, distance(prediction, target), options)
  const blank = (x: Tensor): Tensor => where(unsqueeze(kept, along), x, 0)
  return reduce(op, where(kept, distance(blank(prediction), blank(target)), 0), options, kept)
}

/** `cosineSimilarity` with its options as a module. */
export class CosineSimilarity<R extends Reduction = 'mean', const X extends number = -1> extends LossModule<
  CosineSimilarityOptions<R, X>
> {
  declare readonly '~loss': 'cosineSimilarity'
  constructor(options: CosineSimilarityOptions<R, X> = {}) {
    super(checkCosine('CosineSimilarity', options, SETTINGS))
  }
  forward<S extends Shape>(
    prediction: Tensor<S>,
    target: Tensor<S>,
    options?: LossMask,
  ): Tensor<Reduced<VectorShape<S, X>, R>> {
    return cosineSimilarity(prediction, target, this.given(options))
  }
}
export interface CosineSimilarity<R extends Reduction = 'mean', X extends number = -1> {
  /** The distances of vectors. */
  call<S extends Shape>(
    prediction: Tensor<S>,
    target: Tensor<S>,
    options?: LossMask,
  ): Tensor<Reduced<VectorShape<S, X>, R>>
}
