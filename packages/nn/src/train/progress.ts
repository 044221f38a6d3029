/** @file Callbacks that report: progress for any user interface, learning rates. Imports callbacks.ts, errors.ts and host.ts. */
import { checkNonNegative, checkOptions, describe, fail } from '../errors.ts'
import type { Callback, TrainingState } from './callbacks.ts'
import { seconds } from './host.ts'

/** How far training is. */
export interface ProgressReport {
  /** The epoch, counted from 1, and how many there are to be. */
  readonly epoch: number
  readonly epochs: number
  /** How many batches of the epoch are done, and of how many, where that is known. */
  readonly batch: number
  readonly batches: number | undefined
  /** Means over the samples of this epoch so far. */
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
  /** The epoch's last validation, if there was one. */
  readonly validation:
    | { readonly loss: number; readonly metrics: Readonly<Record<string, number>> }
    | undefined
  readonly lr: number
  /** Seconds since the call of fit, and about how many are left, where that can be told. */
  readonly elapsed: number
  readonly remaining: number | undefined
  /** Whether this report is the last: training has ended, however. */
  readonly done: boolean
}

export interface ProgressOptions {
  /** At most one report in so many milliseconds, default 100, besides those at the ends of epochs. */
  readonly every?: number
}

/**
 * Calls `report` while training, for any user interface: at the ends of epochs, in between from time to time, and when it
 * is over (`done`). Each report is a new object. An asynchronous `report` is awaited.
 */
export function progress(
  report: (report: ProgressReport) => unknown,
  options: ProgressOptions = {},
): Callback {
  const op = 'progress'
  if (typeof report !== 'function') fail(op, `expected a function to report to, got ${describe(report)}`)
  const { every = 100 } = checkOptions(op, options, ['every'])
  checkNonNegative(op, 'every', every)
  let last = 0
  const now = (state: TrainingState, done = false): unknown => {
    last = seconds()
    return report(reportOf(state, done))
  }
  return {
    onStart: () => {
      last = seconds()
    },
    onBatchEnd: (state) => (seconds() - last >= every / 1000 ? now(state) : undefined),
    onEpochEnd: (state) => now(state),
    onEnd: (state) => now(state, true),
  }
}

function reportOf(state: TrainingState, done: boolean): ProgressReport {
  const { epoch, epochs, batch, batches, loss, metrics, validation, lr, elapsed, remaining } = state
  return { epoch, epochs, batch, batches, loss, metrics, validation, lr, elapsed, remaining, done }
}

/** Learning rates from some step on. */
export interface RatesReport {
  readonly epoch: number
  /** How many steps were made before. */
  readonly step: number
  /** Of each group of parameters. */
  readonly rates: readonly number[]
}

export interface LearningRateOptions {
  /** Looks at the rates before each epoch (default), or after each step. */
  readonly every?: 'epoch' | 'batch'
}

/**
 * Calls `report` with the learning rates of all groups when training begins and whenever they have changed; by default a
 * line on the console. `History.lr` has the first group's rate of each epoch in any case.
 */
export function learningRates(
  report: (report: RatesReport) => unknown = print,
  options: LearningRateOptions = {},
): Callback {
  const op = 'learningRates'
  if (typeof report !== 'function') fail(op, `expected a function to report to, got ${describe(report)}`)
  const { every = 'epoch' } = checkOptions(op, options, ['every'])
  if (every !== 'epoch' && every !== 'batch')
    fail(op, `every must be 'epoch' or 'batch', got ${describe(every)}`)
  let last: readonly number[] = []
  const look = ({ epoch, step, optimizer }: TrainingState): unknown => {
    const rates = optimizer.groups.map(({ lr }) => lr)
    if (rates.length === last.length && rates.every((rate, i) => rate === last[i])) return undefined
    last = rates
    return report({ epoch, step, rates })
  }
  return {
    onStart: () => {
      last = []
    },
    onEpochStart: look,
    ...(every === 'batch' && { onBatchEnd: look }),
  }
}

declare const console: { log(text: string): void }

function print({ epoch, step, rates }: RatesReport): void {
  console.log(`epoch ${epoch}, step ${step}: learning rate ${rates.join(', ')}`)
}
