/** @file earlyStopping: ends training when nothing gets better, with the best weights. Imports callbacks.ts, errors.ts and state-dict.ts (types). */
import { checkFlag, checkNonNegative, checkOptions, checkTally, describe, fail } from '../errors.ts'
import type { StateDict } from '../state-dict.ts'
import type { Callback, TrainingState } from './callbacks.ts'
import type { History } from './history.ts'

export interface EarlyStoppingOptions {
  /** What to watch: 'validationLoss' (default), 'loss', or a metric: of the validation data if there are any. */
  readonly monitor?: string
  /** After so many epochs in a row without an improvement training ends; default 5. */
  readonly patience?: number
  /** Only what is better by more than this is an improvement, default 0. */
  readonly minDelta?: number
  /** Whether less or more is better: 'min' for losses; for a metric it must be said. */
  readonly mode?: 'min' | 'max'
  /** Whether the model has the parameters and buffers of its best epoch again when training has ended; default true. */
  readonly restoreBest?: boolean
}

const NAMES = ['monitor', 'patience', 'minDelta', 'mode', 'restoreBest']

/** A callback that knows the best epoch so far. */
export interface EarlyStopping extends Callback {
  /** The best epoch, counted from 1, and the number that was watched; null before the first. */
  readonly best: { readonly epoch: number; readonly value: number } | null
}

/**
 * Ends training after `patience` epochs that brought nothing better; NaN is never better. When training has ended, also
 * because its epochs ran out, by the signal or in an error, the model gets its best weights back: a copy is kept of the
 * best epoch. Where training goes on with an earlier `history` the epochs of that count too, but their weights are gone:
 * then the best weights are those of the best epoch from then on, if it is better than all before.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  const op = 'earlyStopping'
  const {
    monitor = 'validationLoss',
    patience = 5,
    minDelta = 0,
    restoreBest = true,
  } = checkOptions(op, options, NAMES)
  if (typeof monitor !== 'string')
    fail(op, `monitor must be 'validationLoss', 'loss' or the name of a metric, got ${describe(monitor)}`)
  checkTally(op, 'patience', patience)
  checkNonNegative(op, 'minDelta', minDelta)
  checkFlag(op, 'restoreBest', restoreBest)
  const isLoss = monitor === 'loss' || monitor === 'validationLoss'
  const { mode = isLoss ? 'min' : undefined } = options
  if (mode !== 'min' && mode !== 'max')
    fail(
      op,
      `mode must be 'min' or 'max', got ${describe(mode)}; say whether less or more ${monitor} is better`,
    )
  return new Watch({ monitor, patience, minDelta, mode, restoreBest })
}

class Watch implements EarlyStopping {
  best: { epoch: number; value: number } | null = null
  readonly #settings: Required<EarlyStoppingOptions>
  #weights: StateDict | null = null
  #checked = 0

  constructor(settings: Required<EarlyStoppingOptions>) {
    this.#settings = settings
  }

  onStart(state: TrainingState): void {
    checkMonitor(this.#settings.monitor, state)
    this.best = null
    this.#weights = null
    this.#checked = 0
    this.#look(state)
  }

  onEpochEnd(state: TrainingState): void {
    this.#look(state)
  }

  onEnd({ model }: TrainingState): void {
    if (this.#weights !== null) model.loadStateDict(this.#weights)
    this.#weights = null
  }

  /** Goes through the epochs of the history that were not looked at yet: usually the last one. */
  #look(state: TrainingState): void {
    const { monitor, patience, restoreBest } = this.#settings
    const { epochs } = state.history
    const values = seriesOf(monitor, state.history)
    for (; this.#checked < epochs; this.#checked++) {
      const value = values[this.#checked]!
      if (this.#improves(value)) this.best = { epoch: this.#checked + 1, value }
    }
    if (epochs === 0) return
    const since = epochs - (this.best?.epoch ?? 0)
    if (restoreBest && since === 0) this.#weights = state.model.stateDict()
    // With patience 0 the first epoch without an improvement ends it.
    if (since > 0 && since >= patience) state.stop('earlyStopping')
  }

  #improves(value: number): boolean {
    const { mode, minDelta } = this.#settings
    if (Number.isNaN(value)) return false
    if (this.best === null) return true
    return mode === 'min' ? value < this.best.value - minDelta : value > this.best.value + minDelta
  }
}

function checkMonitor(monitor: string, { history, validated }: TrainingState): void {
  const op = 'earlyStopping'
  if (monitor === 'validationLoss' && !validated)
    fail(op, `there are no validation data; pass them to fit as validation, or watch monitor: 'loss'`)
  const names = ['loss', 'validationLoss', ...Object.keys(history.metrics)]
  if (!names.includes(monitor))
    fail(op, `there is nothing called ${describe(monitor)}; there are ${names.join(', ')}`)
}

/** The numbers to watch, one per epoch. */
function seriesOf(monitor: string, history: History): readonly number[] {
  if (monitor === 'loss') return history.loss
  if (monitor === 'validationLoss') return history.validationLoss
  const validated: readonly number[] = history.validationMetrics[monitor]!
  return history.validationLoss.length > 0 ? validated : history.metrics[monitor]!
}
