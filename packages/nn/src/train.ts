/** @file fit: the training loop. Imports core, errors.ts, module.ts and the files of train/. */
import type { Tensor } from '@tapegrad/core/ops'
import { checkOptions, describe, fail } from './errors.ts'
import { Module } from './module.ts'
import type { History } from './train/history.ts'
import { Training } from './train/loop.ts'
import type { FitOptions, FitStepsOptions } from './train/options.ts'
import { type AnyOptions, NAMES, planOf } from './train/plan.ts'
import type { TrainingData } from './train/source.ts'
import type { Outcome } from './train/stepper.ts'
import type { BatchOf, Fits, TargetIn } from './train/types.ts'

export type { AnyOptimizer, Callback, TrainingState } from './train/callbacks.ts'
export { type EarlyStopping, type EarlyStoppingOptions, earlyStopping } from './train/early-stopping.ts'
export { type CheckpointOptions, checkpoints, csvLog } from './train/files.ts'
export { History, type HistoryData, type StoppedBy } from './train/history.ts'
export type { FitOptions, FitStepsOptions, LossOf, TrainOptions } from './train/options.ts'
export {
  type LearningRateOptions,
  learningRates,
  type ProgressOptions,
  type ProgressReport,
  progress,
  type RatesReport,
} from './train/progress.ts'
export type { TrainingData } from './train/source.ts'
export type { Metric } from './train/totals.ts'
export type { BatchOf } from './train/types.ts'

/** Whether there was a validation, in the type of the history. */
type IsGiven<T> = [T] extends [undefined] ? false : true

/**
 * Trains a model: in each epoch, for each batch [...inputs, target], `loss(model.call(...inputs), target)`, its gradients,
 * and a step of the optimizer; then an evaluation on the validation data. Returns the numbers of all epochs.
 *
 * `data` are tensors of equal length, inputs first ([x, y]), or a dataset, which fit divides into batches of `batchSize`,
 * shuffled; or batches as they are: a DataLoader, an iterable, or a function that opens one for each epoch, any of them
 * also asynchronous. For other batches and losses there is `fitSteps`.
 *
 * The model trains in training mode and is evaluated in evaluation mode, without gradients; afterwards each part has the
 * mode that it had before. A loss or a gradient that is NaN or infinite ends training, before the optimizer steps, with an
 * error that names the op, its operands and the layer. While training goes on timers, input and painting have their turn
 * every few milliseconds.
 */
export function fit<
  M extends Module,
  const Data extends TrainingData,
  Names extends string = never,
  const Validation extends TrainingData | undefined = undefined,
>(
  model: M,
  data: Data & Fits<M, BatchOf<Data>>,
  options: FitOptions<M['~result'], TargetIn<BatchOf<Data>>, Names, Validation>,
): Promise<History<Names, IsGiven<Validation>>>
export async function fit(
  model: Module,
  data: unknown,
  options: AnyOptions & { readonly loss: unknown },
): Promise<History> {
  const op = 'fit'
  const { loss } = checkOptions(op, options, [...NAMES, 'loss'])
  const call: unknown = typeof loss === 'object' ? (loss as { call?: unknown } | null)?.call : loss
  if ((loss as { prototype?: unknown } | undefined)?.prototype instanceof Module)
    fail(
      op,
      `loss is the class ${(loss as { name: string }).name}; write new ${(loss as { name: string }).name}()`,
    )
  if (typeof call !== 'function')
    fail(op, `loss must be a function, such as mse, or a module, such as new MSE(), got ${describe(loss)}`)
  const lossOf = (typeof loss === 'function' ? loss : call.bind(loss)) as (p: unknown, t: unknown) => Tensor
  const plan = planOf(op, model, data, options, (batch) => {
    if (!Array.isArray(batch) || batch.length < 2)
      fail(
        op,
        `a batch must be [...inputs, target], got ${describe(batch)}; make such batches, or use fitSteps with a step of your own`,
      )
    const target: unknown = batch[batch.length - 1]
    const prediction: unknown = model.call(...(batch.slice(0, -1) as never[]))
    return { loss: lossOf(prediction, target), prediction, target }
  })
  return new Training(plan).run()
}

/**
 * As `fit`, for any batches and losses: `step(batch)` computes the loss, in whatever way, from whatever a batch is. `model`
 * says what is switched between training and evaluation, and saved. Validation runs `step` too, in evaluation mode.
 */
export function fitSteps<
  const Data extends TrainingData,
  Prediction,
  Target,
  Names extends string = never,
  const Validation extends TrainingData | undefined = undefined,
>(
  model: Module,
  data: Data,
  options: FitStepsOptions<Data, Prediction, Target, Names, Validation>,
): Promise<History<Names, IsGiven<Validation>>>
export async function fitSteps(
  model: Module,
  data: unknown,
  options: AnyOptions & { readonly step: unknown },
): Promise<unknown> {
  const op = 'fitSteps'
  const { step } = checkOptions(op, options, [...NAMES, 'step'])
  if (typeof step !== 'function') fail(op, `step must be a function of a batch, got ${describe(step)}`)
  const plan = planOf(op, model, data, options, (batch) => {
    const result: unknown = step(batch)
    return isOutcome(result) ? result : { loss: result as Tensor }
  })
  return new Training(plan).run()
}

const isOutcome = (x: unknown): x is Outcome => typeof x === 'object' && x !== null && 'loss' in x
