/** @file What callbacks are and what they are told. Imports errors.ts, host.ts, and types. */
import type { Generator, Tensor } from '@tapegrad/core/ops'
import { describe, fail } from '../errors.ts'
import type { Module } from '../module.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { StateDict } from '../state-dict.ts'
import type { History } from './history.ts'
import { isPromise } from './host.ts'

/** An optimizer, whatever its settings. */
export interface AnyOptimizer {
  readonly groups: readonly { readonly params: readonly Tensor[]; lr: number }[]
  lr: number
  step(): void
  zeroGrad(): void
  stateDict(): StateDict
  loadStateDict(dict: Readonly<StateDict>): void
}

/** Where training is. One object, which changes while training goes on: copy what is to be kept. */
export interface TrainingState<Names extends string = string> {
  readonly model: Module
  readonly optimizer: AnyOptimizer
  readonly schedule: Schedule | undefined
  /** What draws the order of the samples, if it is known. */
  readonly generator: Generator | undefined
  /** The epoch, counted from 1, and how many there are to be. */
  readonly epoch: number
  readonly epochs: number
  /** How many batches of the epoch are done, and of how many, where that is known. */
  readonly batch: number
  readonly batches: number | undefined
  /** How many steps the optimizer has made in all. */
  readonly step: number
  /** The mean over the samples of this epoch so far. */
  readonly loss: number
  /** The loss of the last batch alone. */
  readonly batchLoss: number
  /** Means over the samples of this epoch so far. */
  readonly metrics: { readonly [K in Names]: number }
  /** Whether there are validation data. */
  readonly validated: boolean
  /** From the last validation; undefined before, and without validation. */
  readonly validation:
    | { readonly loss: number; readonly metrics: { readonly [K in Names]: number } }
    | undefined
  /** The learning rate, that of the first group if there are several. */
  readonly lr: number
  /** Seconds since this call of fit began, and about how many are left, where that can be told. */
  readonly elapsed: number
  readonly remaining: number | undefined
  /** The epochs that are finished. */
  readonly history: History<Names>
  /** What ended training in an error; undefined while there is none. */
  readonly error: unknown
  /** Ends training: after the step that runs, or after the epoch where that is already over. */
  stop(by?: 'callback' | 'earlyStopping'): void
}

/**
 * What is called while training: an object with some of these methods, which may be asynchronous (training waits). An
 * error in one ends training and rejects fit; `onEnd` is called in any case, so that nothing stays behind.
 */
export interface Callback<Names extends string = string> {
  /** Before the first epoch. */
  onStart?(state: TrainingState<Names>): unknown
  onEpochStart?(state: TrainingState<Names>): unknown
  /** The gradients are there (after clipping), the optimizer has not stepped yet. */
  onGradients?(state: TrainingState<Names>): unknown
  /** After each step. */
  onBatchEnd?(state: TrainingState<Names>): unknown
  /** After each epoch, its validation, and the step of the schedule. */
  onEpochEnd?(state: TrainingState<Names>): unknown
  /** After training, however it ended: `state.history.stoppedBy`, or `state.error`. */
  onEnd?(state: TrainingState<Names>): unknown
}

type Hook = keyof Callback
const HOOKS: readonly Hook[] = ['onStart', 'onEpochStart', 'onGradients', 'onBatchEnd', 'onEpochEnd', 'onEnd']

/** The callbacks that have each method. */
export type Hooks = { readonly [K in Hook]: readonly Callback[] }

/** Sorts callbacks by what they want to hear; refuses what would never be called. */
export function hooksOf(op: string, callbacks: unknown): Hooks {
  if (!Array.isArray(callbacks))
    fail(op, `callbacks must be an array, as in [progress(show)], got ${describe(callbacks)}`)
  callbacks.forEach((callback: unknown, i) => {
    if (typeof callback !== 'object' || callback === null)
      fail(op, `callback ${i} must be an object with methods such as onEpochEnd, got ${describe(callback)}`)
    const unknown = Object.keys(callback).find((key) => /^on[A-Z]/.test(key) && !HOOKS.includes(key as Hook))
    if (unknown !== undefined)
      fail(op, `callback ${i} has ${unknown}, which is never called; there are ${HOOKS.join(', ')}`)
    const own = HOOKS.filter((hook) => (callback as Callback)[hook] !== undefined)
    if (own.length === 0)
      fail(
        op,
        `callback ${i}, ${describe(callback)}, has no method that is called; there are ${HOOKS.join(', ')}`,
      )
    for (const hook of own)
      if (typeof (callback as Callback)[hook] !== 'function')
        fail(op, `callback ${i}: ${hook} must be a function, got ${describe((callback as Callback)[hook])}`)
  })
  const with_ = (hook: Hook): Callback[] => callbacks.filter((callback: Callback) => callback[hook])
  return Object.fromEntries(HOOKS.map((hook) => [hook, with_(hook)])) as unknown as Hooks
}

/** Calls one method of all callbacks, in order. A promise comes back only where there is something to wait for. */
export function notify(
  callbacks: readonly Callback[],
  hook: Hook,
  state: TrainingState,
  from = 0,
): Promise<unknown> | undefined {
  for (let i = from; i < callbacks.length; i++) {
    const result = callbacks[i]![hook]!(state)
    if (isPromise(result)) return Promise.resolve(result).then(() => notify(callbacks, hook, state, i + 1))
  }
  return undefined
}
