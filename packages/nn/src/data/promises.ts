/** @file Values that may be promises, and what DataLoader says when it cannot wait for them. Imports errors.ts and core. */
import { TapegradError } from '@tapegrad/core/ops'
import { describe, fail } from '../errors.ts'

/** Whose errors these are. */
export const OP = 'DataLoader'

export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

/** Lets a promise fail unseen: whoever waits for it is told, nobody else needs to be. Calls `after` when it is settled. */
export function quietly<T>(promise: Promise<T>, after: () => void = () => undefined): Promise<T> {
  promise.then(after, after)
  return promise
}

/** The value, which must not be a promise. */
export function now<T>(value: T | Promise<T>, what: string): T {
  if (!isPromise(value)) return value
  quietly(value)
  return mustWait(what)
}

/** Throws: `what` cannot be had without waiting. */
export const mustWait = (what: string): never =>
  fail(OP, `${what} is asynchronous; write for await (const batch of loader)`)

/** The error of a source, with the number of the sample that it failed to give; the error itself is the cause. */
export function sampleError(number: number, error: unknown): TapegradError {
  const message = error instanceof Error ? error.message : describe(error)
  return new TapegradError(OP, `sample ${number}: ${message}`, { cause: error })
}
