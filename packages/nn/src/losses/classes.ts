/** @file Losses of one class among several: cross entropy of logits, negative log likelihood. Imports core, errors.ts, marks.ts, likelihood.ts, reduction.ts and module.ts. */
import { clone, logSoftmax, type Shape, type Tensor } from '@tapegrad/core/ops'
import { checkTensor, describe, fail, sameShape } from '../errors.ts'
import { buffer } from '../marks.ts'
import {
  type ClassShape,
  type CrossEntropyOptions,
  checkClasses,
  checkIndices,
  classAxis,
  likelihood,
  type Names,
  type NLLOptions,
  without,
} from './likelihood.ts'
import { LossModule } from './module.ts'
import {
  checkAlike,
  type LossMask,
  NAMES,
  NO_OPTIONS,
  type Reduced,
  type Reduction,
  SETTINGS,
} from './reduction.ts'

export type { CrossEntropyOptions, NLLOptions }

// ── of logits ────────────────────────────────────────────────────────────────

const LOGITS: Names = { op: 'crossEntropy', scores: 'logits' }

function checkCrossEntropy<O extends CrossEntropyOptions>(
  op: string,
  options: O,
  names: readonly string[],
): O {
  const { labelSmoothing = 0 } = checkClasses(op, options, [...names, 'labelSmoothing'])
  if (typeof labelSmoothing !== 'number' || !(labelSmoothing >= 0 && labelSmoothing <= 1))
    fail(op, `labelSmoothing must be a number from 0 to 1, got ${describe(labelSmoothing)}`)
  return options
}

/**
 * Cross entropy, -Σ over classes of target * log softmax(logits), from logits [classes] or [samples, classes, ...]. The
 * target is an int32 tensor of class indices, [] or [samples, ...], or probabilities in the shape of the logits. By
 * default the mean over samples (and what follows the classes: positions, pixels): 1/N Σ; with `weight` and class indices
 * the weighted mean, as in PyTorch. The sum over positions, averaged over samples, is { reduction: 'batchMean' }; divided
 * by the number of classes too, { scale: 1 / K }.
 *
 * A class of probability 0 costs nothing, even where its logit is -Infinity.
 */
export function crossEntropy<S extends Shape, const R extends Reduction = 'mean'>(
  logits: Tensor<S>,
  target: Tensor<S> | Tensor<ClassShape<S>>,
  options?: CrossEntropyOptions<R> & LossMask,
): Tensor<Reduced<ClassShape<S>, R>>
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: CrossEntropyOptions & LossMask = NO_OPTIONS,
): Tensor {
  const { op } = LOGITS
  if (options !== NO_OPTIONS) checkCrossEntropy(op, options, NAMES)
  const axis = classAxis(LOGITS, logits)
  checkTensor(op, 'the target', target)
  const isSamples = sameShape(target.shape, without(logits.shape, axis))
  if (target.dtype === 'int32' || (isSamples && !sameShape(target.shape, logits.shape)))
    checkIndices(LOGITS, logits, target, axis)
  else checkAlike(op, logits, target)
  return likelihood(LOGITS, logits, target, axis, options, (z) => logSoftmax(z, axis))
}

/** A loss of classes as a module; `weight` is a buffer, a copy of what the constructor got. */
abstract class ClassLoss<O extends NLLOptions> extends LossModule<O> {
  /** [classes], or null. */
  readonly weight: Tensor | null
  constructor({ weight, ...options }: O) {
    super(options as O)
    this.weight = weight === undefined ? null : buffer(clone(weight.detach()))
  }
  protected override given(call: LossMask | undefined): O & LossMask {
    return super.given(call, this.weight && ({ weight: this.weight } as Partial<O>))
  }
}

/** `crossEntropy` with its options as a module. */
export class CrossEntropy<R extends Reduction = 'mean'> extends ClassLoss<CrossEntropyOptions<R>> {
  declare readonly '~loss': 'crossEntropy'
  constructor(options: CrossEntropyOptions<R> = {}) {
    super(checkCrossEntropy('CrossEntropy', options, SETTINGS))
  }
  forward<S extends Shape>(
    logits: Tensor<S>,
    target: Tensor<S> | Tensor<ClassShape<S>>,
    options?: LossMask,
  ): Tensor<Reduced<ClassShape<S>, R>> {
    return crossEntropy(logits, target, this.given(options))
  }
}
export interface CrossEntropy<R extends Reduction = 'mean'> {
  /** The loss of logits, for class indices or probabilities. */
  call<S extends Shape>(
    logits: Tensor<S>,
    target: Tensor<S> | Tensor<ClassShape<S>>,
    options?: LossMask,
  ): Tensor<Reduced<ClassShape<S>, R>>
}

// ── of log-probabilities ─────────────────────────────────────────────────────

const LOGS: Names = { op: 'nll', scores: 'log-probabilities' }

/**
 * Negative log likelihood, -log p of the right class, from log-probabilities [classes] or [samples, classes, ...] (of
 * `logSoftmax`) and an int32 tensor of class indices, [] or [samples, ...]. By default the mean over samples (and what
 * follows the classes), 1/N Σ; with `weight` the weighted mean, as in PyTorch. The sum over positions, averaged over
 * samples, is { reduction: 'batchMean' }.
 */
export function nll<S extends Shape, const R extends Reduction = 'mean'>(
  logProbabilities: Tensor<S>,
  target: Tensor<ClassShape<S>>,
  options?: NLLOptions<R> & LossMask,
): Tensor<Reduced<ClassShape<S>, R>>
export function nll(
  logProbabilities: Tensor,
  target: Tensor,
  options: NLLOptions & LossMask = NO_OPTIONS,
): Tensor {
  const { op } = LOGS
  if (options !== NO_OPTIONS) checkClasses(op, options, NAMES)
  const axis = classAxis(LOGS, logProbabilities)
  checkTensor(op, 'the target', target)
  checkIndices(LOGS, logProbabilities, target, axis)
  return likelihood(LOGS, logProbabilities, target, axis, options, (logs) => logs)
}

/** `nll` with its options as a module. */
export class NLL<R extends Reduction = 'mean'> extends ClassLoss<NLLOptions<R>> {
  declare readonly '~loss': 'nll'
  constructor(options: NLLOptions<R> = {}) {
    super(checkClasses('NLL', options, SETTINGS))
  }
  forward<S extends Shape>(
    logProbabilities: Tensor<S>,
    target: Tensor<ClassShape<S>>,
    options?: LossMask,
  ): Tensor<Reduced<ClassShape<S>, R>> {
    return nll(logProbabilities, target, this.given(options))
  }
}
export interface NLL<R extends Reduction = 'mean'> {
  /** The loss of log-probabilities, for class indices. */
  call<S extends Shape>(
    logProbabilities: Tensor<S>,
    target: Tensor<ClassShape<S>>,
    options?: LossMask,
  ): Tensor<Reduced<ClassShape<S>, R>>
}
