/** @file Sources that fail: the error comes at its batch, with the number of the sample, and the source is closed. */
import { TapegradError, type Tensor, tensor } from '@tapegrad/core'
import { DataLoader, type Dataset } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { catchUnhandled, counting, countingNow, type Log, run, settle } from './sources.ts'

catchUnhandled()

const PREFETCHES = [0, 1, 3]

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

  it('of a dataset may be thrown or rejected: the first sample counts, and no rejection is left', async () => {
    const mixed: Dataset<number> = {
      length: 3,
      get: (i) => {
        if (i === 2) throw new RangeError('thrown')
        return i === 1 ? Promise.reject(new RangeError('rejected')) : i
      },
    }
    const { error } = await run(new DataLoader(mixed, { batchSize: 3 }))
    expect((error as Error).message).toBe('DataLoader: sample 1: rejected')
    expect(() => [...new DataLoader(mixed, { batchSize: 3 })]).toThrow(
      'DataLoader: the dataset is asynchronous',
    )
  })

  it('of a stream means that it is over: it is not closed as well', async () => {
    const log: Log = []
    const source = {
      next: (): IteratorResult<number> => {
        throw new RangeError('the disk is full')
      },
      return: () => {
        log.push('closed')
        return { done: true, value: undefined } as IteratorResult<number>
      },
    }
    const loader = new DataLoader({ [Symbol.iterator]: () => ({ ...source }) })
    expectDiskFull((await run(loader)).error, 0)
    expect(() => [...loader]).toThrow('sample 0: the disk is full')
    expect(log).toEqual([])
  })

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
