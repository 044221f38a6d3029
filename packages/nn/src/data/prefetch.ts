/** @file Batches asked for before they are needed, and an orderly end. Imports errors.ts and promises.ts. */
import { describe, fail } from '../errors.ts'
import { quietly } from './promises.ts'

/** What is needed of an AbortSignal: browsers and Node have the same, and their types are not needed here. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Throws unless `signal` is a signal. */
export function checkSignal(op: string, signal: unknown): void {
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignalLike>
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function')
    fail(op, `signal must be an AbortSignal, got ${describe(signal)}; pass the signal of an AbortController`)
}

/** Throws what the signal was aborted with, if it was. */
export function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) throw signal.reason
}

/** One pass. */
export interface Batches<Batch> {
  /** Can be called again before the last call is answered. */
  next(): Promise<IteratorResult<Batch, void>>
  /** Whether batches are waited for: only then it helps to ask early. */
  readonly waits: boolean
  /** Nothing more is wanted, not even what was asked for. */
  close(asked: readonly Promise<unknown>[]): unknown
}

/**
 * The batches in turn. While one is in use, `ahead` more have been asked for. When the loop is left, by `break` or by an
 * error, the source is closed, and that is awaited; only an abort does not wait for a source that is busy.
 */
export async function* prefetched<Batch>(
  open: () => Batches<Batch>,
  ahead: number,
  signal: AbortSignalLike | undefined,
): AsyncGenerator<Batch, void, undefined> {
  throwIfAborted(signal)
  const batches = open()
  const asked: Promise<IteratorResult<Batch, void>>[] = []
  let busy = 0
  let failed = false
  try {
    for (;;) {
      while (asked.length === 0 || (batches.waits && asked.length <= ahead)) {
        busy++
        asked.push(quietly(batches.next(), () => busy--))
      }
      const { done, value } = await orAborted(asked.shift()!, signal)
      if (done) break
      yield value
      throwIfAborted(signal)
    }
  } catch (error) {
    failed = true
    const closing = quietly(close())
    if (busy === 0 || !signal?.aborted) await Promise.allSettled([closing])
    // Not what went wrong in closing.
    throw error
  } finally {
    if (!failed) await close()
  }

  async function close(): Promise<void> {
    await batches.close(asked)
  }
}

/** The promise, or a rejection as soon as the signal is aborted. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    // The source may have aborted it while it was asked.
    throwIfAborted(signal)
    const stop = (): void => reject(signal.reason)
    // Not Promise.race with one promise for the whole pass, which would hold on to every batch.
    signal.addEventListener('abort', stop)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
