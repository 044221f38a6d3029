/** @file Loops that are left early, and sources that fail: errors come at their batch, and sources are closed. */
import { TapegradError, type Tensor, tensor } from '@tapegrad/core'
import { DataLoader, type Dataset } from '@tapegrad/nn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { counting, countingNow, type Log, rejection, settle } from './sources.ts'

// Nothing of what goes wrong here may be left without somebody who catches it.
const unhandled: unknown[] = []
const note = (reason: unknown): number => unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(async () => {
  await settle()
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

const PREFETCHES = [0, 1, 3]

/** Runs the loop; gives the batches that came, and the error. */
async function run(
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

describe('an error of a source', () => {
  const expectDiskFull = (error: unknown, number: number): void => {
    expect(error).toBeInstanceOf(TapegradError)
    expect((error as Error).message).toBe(`DataLoader: sample ${number}: the disk is full`)
    expect((error as Error).cause).toBeInstanceOf(RangeError)
  }

  it.each(PREFETCHES)('of a stream comes at its batch, with the sample (prefetch %i)', async (prefetch) => {
    for (const failAt of [0, 4, 5]) {
      const log: Log = []
      const loader = new DataLoader(() => counting(9, log, failAt), { batchSize: 2, prefetch })
      const { batches, error } = await run(loader)
      expect(batches).toEqual(
        [
          [0, 1],
          [2, 3],
        ].slice(0, Math.floor(failAt / 2)),
      )
      expectDiskFull(error, failAt)
      expect(log.at(-1)).toBe('closed')
      expect(log).not.toContain(`read ${failAt + 1}`)
    }
  })

  it('of a stream that needs no waiting too, in both kinds of loops', async () => {
    const loader = (log: Log) => new DataLoader(() => countingNow(9, log, 4), { batchSize: 2 })
    const log: Log = []
    const { batches, error } = await run(loader(log))
    expect(batches).toEqual([
      [0, 1],
      [2, 3],
    ])
    expectDiskFull(error, 4)
    const found: number[][] = []
    const plain: Log = []
    let thrown: unknown
    try {
      for (const batch of loader(plain)) found.push(flat(batch))
    } catch (e) {
      thrown = e
    }
    expect(found).toEqual(batches)
    expectDiskFull(thrown, 4)
    expect(plain).toEqual(log)
  })

  it.each(PREFETCHES)(
    'of a dataset comes at its batch, the first of them (prefetch %i)',
    async (prefetch) => {
      const fails = (i: number): void => {
        if (i === 4 || i === 5) throw new RangeError('the disk is full')
      }
      const later: Dataset<number> = {
        length: 8,
        get: async (i) => {
          // The second one to fail fails first.
          if (i !== 5) await settle()
          fails(i)
          return i
        },
      }
      // Throws instead of rejecting.
      const atOnce: Dataset<number> = {
        length: 8,
        get: (i) => {
          fails(i)
          return Promise.resolve(i)
        },
      }
      for (const dataset of [later, atOnce]) {
        const { batches, error } = await run(new DataLoader(dataset, { batchSize: 2, prefetch }))
        expect(batches).toEqual([
          [0, 1],
          [2, 3],
        ])
        expectDiskFull(error, 4)
      }
    },
  )

  it('of a dataset has the number of the sample, not its place in the order', () => {
    const dataset: Dataset<number> = {
      length: 9,
      get: (i) => {
        if (i === 7) throw 'no row'
        return i
      },
    }
    const loader = new DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 1 })
    expect(() => [...loader]).toThrow('DataLoader: sample 7: "no row"')
  })

  it('of a promise in an iterable has its number, and the iterable is closed', async () => {
    const log: Log = []
    const promises = function* () {
      try {
        for (let i = 0; i < 4; i++)
          yield i === 2 ? Promise.reject(new Error('no network')) : Promise.resolve(i)
      } finally {
        log.push('closed')
      }
    }
    const { batches, error } = await run(new DataLoader(promises, { batchSize: 2 }))
    expect([batches, (error as Error).message]).toEqual([[[0, 1]], 'DataLoader: sample 2: no network'])
    expect(log).toEqual(['closed'])
  })

  it('of collate comes at its batch as it is, and the stream is closed', async () => {
    for (const wrap of [<T>(x: T) => x, <T>(x: T) => Promise.resolve(x)]) {
      const log: Log = []
      const collate = (samples: number[]): Tensor | Promise<Tensor> => {
        if (samples.includes(3)) throw new RangeError('three')
        return wrap(tensor(samples) as Tensor)
      }
      const { batches, error } = await run(new DataLoader(() => counting(9, log), { batchSize: 2, collate }))
      expect(batches).toEqual([[0, 1]])
      expect(error).toEqual(new RangeError('three'))
      expect(log.at(-1)).toBe('closed')
    }
  })

  it('in closing is thrown by break, but does not hide an error that came before', async () => {
    const source = async function* (failAt: number) {
      try {
        yield* counting(9, [], failAt)
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what is tested.
        throw new Error('cannot close')
      }
    }
    const left = await run(new DataLoader(() => source(-1)), () => 'break')
    expect(left.error).toEqual(new Error('cannot close'))
    const bad = await run(
      new DataLoader<number, Tensor>(() => source(-1), {
        collate: () => {
          throw new Error('cannot collate')
        },
      }),
    )
    expect(bad.error).toEqual(new Error('cannot collate'))
  })
})

describe('a loop that is left', () => {
  it.each(PREFETCHES)('by break closes the stream before it goes on (prefetch %i)', async (prefetch) => {
    const log: Log = []
    const loader = new DataLoader(() => counting(99, log), { batchSize: 2, prefetch, shuffleBuffer: 3 })
    await run(loader, () => 'break')
    expect(log.at(-1)).toBe('closed')
    const reads = log.length
    // Not more than the buffer, the batch and those ahead.
    expect(reads).toBeLessThanOrEqual(3 + 2 * (1 + prefetch) + 1)
    await settle()
    expect(log).toHaveLength(reads)
  })

  it.each(PREFETCHES)('by an error closes the stream too (prefetch %i)', async (prefetch) => {
    const log: Log = []
    const loader = new DataLoader(() => counting(99, log), { batchSize: 2, prefetch })
    const { error } = await run(loader, () => {
      throw new Error('body')
    })
    expect(error).toEqual(new Error('body'))
    expect(log.at(-1)).toBe('closed')
  })

  it('does so without waiting as well', () => {
    const log: Log = []
    for (const _ of new DataLoader(() => countingNow(99, log), { batchSize: 2 })) break
    expect(log).toEqual(['read 0', 'read 1', 'closed'])
    const again: Log = []
    expect(() => {
      for (const _ of new DataLoader(() => countingNow(99, again), { batchSize: 2 })) throw new Error('body')
    }).toThrow('body')
    expect(again).toEqual(log)
  })

  it('does not take the samples that come meanwhile', async () => {
    let give: (i: number) => void = () => undefined
    const log: Log = []
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((resolve) => (give = (value) => resolve({ done: false, value }))),
        return: async () => {
          log.push('closed')
          give(99)
          return { done: true, value: undefined }
        },
      }),
    } as AsyncIterable<number>
    const collated: number[][] = []
    const loader = new DataLoader<number, number>(source, {
      collate: (samples) => collated.push(samples),
    })
    const iterator = loader[Symbol.asyncIterator]()
    const first = iterator.next()
    await settle()
    give(1)
    expect(await first).toEqual({ done: false, value: 1 })
    await settle()
    expect(await iterator.return(undefined)).toEqual({ done: true, value: undefined })
    await settle()
    expect([log, collated]).toEqual([['closed'], [[1]]])
  })

  it('waits for what it asked of a dataset', async () => {
    const log: Log = []
    const dataset: Dataset<number> = {
      length: 6,
      get: async (i) => {
        log.push(`read ${i}`)
        await settle()
        log.push(`got ${i}`)
        return i
      },
    }
    for await (const _ of new DataLoader(dataset)) break
    expect(log).toEqual(['read 0', 'read 1', 'got 0', 'got 1'])
  })
})

describe('a signal', () => {
  it.each(PREFETCHES)(
    'ends the pass with its reason and closes the stream (prefetch %i)',
    async (prefetch) => {
      const log: Log = []
      const controller = new AbortController()
      const loader = new DataLoader(() => counting(99, log), {
        batchSize: 2,
        prefetch,
        signal: controller.signal,
      })
      const { batches, error } = await run(loader, ([first]) => first === 2 && controller.abort('enough'))
      expect([batches, error]).toEqual([
        [
          [0, 1],
          [2, 3],
        ],
        'enough',
      ])
      expect(log.at(-1)).toBe('closed')
      // Aborted before it begins: nothing is opened.
      const reads = log.length
      expect(await rejection(loader[Symbol.asyncIterator]().next())).toBe('enough')
      expect(() => [...loader]).toThrow('enough')
      expect(log).toHaveLength(reads)
    },
  )

  it('does so in a loop that does not wait', () => {
    const log: Log = []
    const controller = new AbortController()
    const { signal } = controller
    const found: number[][] = []
    expect(() => {
      for (const batch of new DataLoader(() => countingNow(99, log), { batchSize: 2, signal })) {
        found.push(flat(batch))
        if (found.length === 2) controller.abort(new Error('enough'))
      }
    }).toThrow('enough')
    expect(found).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(log.at(-1)).toBe('closed')
  })

  it('does not wait for a source that is stuck', async () => {
    const never = new Promise<never>(() => undefined)
    const stuck = async function* () {
      yield 1
      await never
    }
    for (const source of [stuck, { length: 3, get: (i: number) => (i === 0 ? Promise.resolve(0) : never) }]) {
      const controller = new AbortController()
      const { signal } = controller
      const loader = new DataLoader<number>(source as () => AsyncIterable<number>, { signal })
      const iterator = loader[Symbol.asyncIterator]()
      await iterator.next()
      const second = rejection(iterator.next())
      await settle()
      controller.abort('enough')
      expect(await second).toBe('enough')
      expect(await iterator.next()).toEqual({ done: true, value: undefined })
    }
  })

  it('is left without listeners', async () => {
    const listeners = new Set<() => void>()
    let most = 0
    const signal = {
      aborted: false,
      addEventListener: (_: 'abort', f: () => void) => {
        listeners.add(f)
        most = Math.max(most, listeners.size)
      },
      removeEventListener: (_: 'abort', f: () => void) => void listeners.delete(f),
    }
    expect((await run(new DataLoader(() => counting(9), { signal, prefetch: 3 }))).batches).toHaveLength(9)
    expect([most, listeners.size]).toEqual([1, 0])
  })
})
