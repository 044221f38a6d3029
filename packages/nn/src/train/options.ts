/** @file The options of fit and fitSteps. Imports types. */
import type { Generator, Tensor } from '@tapegrad/core/ops'
import type { AbortSignalLike } from '../data/prefetch.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { AnyOptimizer, Callback } from './callbacks.ts'
import type { History, HistoryData } from './history.ts'
import type { Metric } from './totals.ts'
import type { BatchOf } from './types.ts'

/** A loss as `mse`, or as a module, `new MSE()`: gives one number. */
export type LossOf<Prediction, Target> =
  | ((prediction: Prediction, target: Target) => Tensor)
  | { call(prediction: Prediction, target: Target): Tensor }

/** What fit and fitSteps have in common. */
export interface TrainOptions<Prediction, Target, Names extends string, Validation> {
  readonly optimizer: AnyOptimizer
  /** How many epochs (passes over the data) there are to be in all, those of `history` included. */
  readonly epochs: number
  /** Data that are only evaluated, after each epoch, in evaluation mode. */
  readonly validation?: Validation
  /**
   * Numbers to watch, by name, as in { accuracy }: functions of prediction and target, averaged over samples. Those of the
   * training data are taken while the model learns, so they lag behind those of the validation data.
   */
  readonly metrics?: { readonly [K in Names]: Metric<Prediction, Target> }
  /** Called while training: progress, earlyStopping, checkpoints, csvLog, or your own. */
  readonly callbacks?: readonly Callback<NoInfer<Names>>[]
  /** Sets the learning rate: its step() gets the validation loss, or the training loss where there is no validation. */
  readonly schedule?: Schedule
  /** When the schedule makes its step: after each epoch (default), or after each batch, with that batch's loss. */
  readonly scheduleEvery?: 'epoch' | 'batch'
  /** Scales the gradients so that their common norm is at most this: `clipGradNorm`. */
  readonly clipNorm?: number
  /** Clips each number of the gradients to ± this, before clipNorm: `clipGradValue`. */
  readonly clipValue?: number
  /** Samples per batch where fit makes the batches: of tensors and datasets. Default 32. */
  readonly batchSize?: number
  /** Whether the samples of the training data come in a new order in each epoch, where fit makes the batches; default true. */
  readonly shuffle?: boolean
  /** Where that order comes from: a seed or a generator; the shared generator when both are left out. */
  readonly seed?: number
  readonly generator?: Generator
  /** What an earlier training left, to go on from there: a History, or its data from a checkpoint. */
  readonly history?: History | HistoryData
  /** Ends training after the step that runs; fit then returns the history of what was done. */
  readonly signal?: AbortSignalLike
}

export interface FitOptions<
  Prediction = Tensor,
  Target = Tensor,
  Names extends string = string,
  Validation = unknown,
> extends TrainOptions<Prediction, Target, Names, Validation> {
  /** What is to become small: loss(prediction, target), a function or a module, one number per batch. */
  readonly loss: LossOf<Prediction, Target>
}

export interface FitStepsOptions<
  Data,
  Prediction,
  Target,
  Names extends string = string,
  Validation = unknown,
> extends TrainOptions<Prediction, Target, Names, Validation> {
  /** Computes the loss of a batch, in training and in validation; with the others where there are metrics. */
  readonly step: (
    batch: BatchOf<Data>,
  ) => Tensor | { readonly loss: Tensor; readonly prediction: Prediction; readonly target: Target }
}
