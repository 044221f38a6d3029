/** @file Streams that write down what happens to them, and loops over loaders. Imports core. */
import type { Tensor } from '@tapegrad/core'
import { afterAll, beforeAll, expect } from 'vitest'
import { flat } from '../support/close.ts'

/** The rows of batches, in plain arrays. */
export async function batchesOf(loader: AsyncIterable<Tensor>): Promise<number[][]> {
  const batches: number[][] = []
  for await (const batch of loader) batches.push(Array.from(batch.data))
  return batches
}

/** What happened to a source, in order: `read 0`, `closed`, and what a test adds. */
export type Log = string[]

/** 0, 1, ... count - 1, each after a turn of the event loop's microtasks. */
export async function* counting(
  count: number,
  log: Log = [],
  failAt = -1,
): AsyncGenerator<number, void, undefined> {
  try {
    for (let i = 0; i < count; i++) {
      await Promise.resolve()
      log.push(`read ${i}`)
      if (i === failAt) throw new RangeError('the disk is full')
      yield i
    }
    log.push('end')
  } finally {
    await Promise.resolve()
    log.push('closed')
  }
}

/** The same without waiting. */
export function* countingNow(count: number, log: Log = [], failAt = -1): Generator<number, void, undefined> {
  try {
    for (let i = 0; i < count; i++) {
      log.push(`read ${i}`)
      if (i === failAt) throw new RangeError('the disk is full')
      yield i
    }
    log.push('end')
  } finally {
    log.push('closed')
  }
}

/** Lets everything happen that needs no more than promises. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** What a promise was rejected with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expectRejection(),
    (error: unknown) => error,
  )

const expectRejection = (): never => {
  throw new Error('expected a rejection')
}

/** Fails the file's tests if anything goes wrong that nobody catches. */
export function catchUnhandled(): void {
  const unhandled: unknown[] = []
  const note = (reason: unknown): number => unhandled.push(reason)
  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(async () => {
    await settle()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
}

/** Runs the loop; gives the batches that came, and the error. */
export async function run(
  loader: AsyncIterable<Tensor>,
  body: (batch: number[]) => unknown = () => undefined,
): Promise<{ batches: number[][]; error: unknown }> {
  const batches: number[][] = []
  const error = await (async () => {
    for await (const batch of loader) {
      batches.push(flat(batch))
      // Whatever is made ahead is made.
      await settle()
      if (body(flat(batch)) === 'break') break
    }
  })().then(
    () => undefined,
    (e: unknown) => e,
  )
  return { batches, error }
}
