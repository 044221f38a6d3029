/** @file What is made ahead, when, and that nothing else depends on it. The order of events is written down, not timed. */
import { Generator, rand, type Tensor, tensor } from '@tapegrad/core'
import { DataLoader, type Dataset } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { batchesOf, counting, countingNow, type Log, settle } from './sources.ts'

/** Each batch, and how many samples were read when all that can happen while it is in use has happened. */
async function readsPerBatch(
  make: (log: Log) => AsyncIterable<Tensor>,
): Promise<[batch: number[], reads: number][]> {
  const log: Log = []
  const found: [number[], number][] = []
  for await (const batch of make(log)) {
    await settle()
    found.push([flat(batch), log.filter((line) => line.startsWith('read')).length])
  }
  return found
}

describe('a stream', () => {
  const over = (prefetch?: number) =>
    readsPerBatch(
      (log) =>
        new DataLoader(() => counting(7, log), { batchSize: 2, ...(prefetch !== undefined && { prefetch }) }),
    )

  it('is read one batch ahead by default', async () => {
    const expected = [
      [[0, 1], 4],
      [[2, 3], 6],
      [[4, 5], 7],
      [[6], 7],
    ]
    expect(await over()).toEqual(expected)
    expect(await over(1)).toEqual(expected)
  })

  it('is read as far ahead as asked for, and not at all with 0', async () => {
    expect((await over(0)).map(([, reads]) => reads)).toEqual([2, 4, 6, 7])
    expect((await over(2)).map(([, reads]) => reads)).toEqual([6, 7, 7, 7])
  })

  it('that needs no waiting is not read ahead: that would only take memory', async () => {
    const found = await readsPerBatch(
      (log) => new DataLoader(() => countingNow(4, log), { batchSize: 2, prefetch: 5 }),
    )
    expect(found).toEqual([
      [[0, 1], 2],
      [[2, 3], 4],
    ])
  })

  it('is read ahead where its collate function has to be waited for', async () => {
    const found = await readsPerBatch(
      (log) =>
        new DataLoader<number, Tensor>(() => countingNow(4, log), {
          batchSize: 2,
          collate: async (samples) => tensor(samples) as Tensor,
        }),
    )
    expect(found.map(([, reads]) => reads)).toEqual([4, 4])
  })

  it('that fits into its buffer is collated ahead too', async () => {
    const collated: number[] = []
    const loader = new DataLoader<number, number>(() => countingNow(4), {
      batchSize: 2,
      shuffleBuffer: 9,
      collate: async (samples) => collated.push(...samples),
    })
    for await (const _ of loader) {
      await settle()
      expect(collated).toHaveLength(4)
    }
  })

  it('is not read ahead in a loop that does not wait', () => {
    const log: Log = []
    const loader = new DataLoader(() => countingNow(4, log), { batchSize: 2, prefetch: 5 })
    for (const batch of loader) expect(log.splice(0)).toContain(`read ${flat(batch)[1]}`)
  })
})

describe('a dataset', () => {
  const dataset = (log: Log, get: (i: number) => number | Promise<number>): Dataset<number> => ({
    length: 6,
    get: (i) => {
      log.push(`read ${i}`)
      return get(i)
    },
  })

  it('that is asynchronous is asked for one batch ahead', async () => {
    const found = await readsPerBatch(
      (log) =>
        new DataLoader(
          dataset(log, async (i) => i),
          { batchSize: 2 },
        ),
    )
    expect(found.map(([, reads]) => reads)).toEqual([4, 6, 6])
  })

  it('that is not is not', async () => {
    const found = await readsPerBatch(
      (log) =>
        new DataLoader(
          dataset(log, (i) => i),
          { batchSize: 2 },
        ),
    )
    expect(found.map(([, reads]) => reads)).toEqual([2, 4, 6])
  })

  it('keeps the order of its samples, whichever come first', async () => {
    const open: (() => void)[] = []
    const slow = dataset([], (i) => new Promise((resolve) => open.push(() => resolve(i))))
    const batches = batchesOf(new DataLoader(slow, { batchSize: 2, prefetch: 2 }))
    for (let turn = 0; turn < 4; turn++) {
      await settle()
      // The last to be asked for is the first to come.
      while (open.length > 0) open.pop()!()
    }
    expect(await batches).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ])
  })
})

describe('orders and draws', () => {
  it('do not depend on prefetch, nor does what else draws from the generator', async () => {
    const run = async (prefetch: number, source: 'stream' | 'dataset'): Promise<unknown> => {
      const generator = new Generator(11)
      const options = { batchSize: 3, generator, prefetch }
      const loader =
        source === 'stream'
          ? new DataLoader(() => counting(20), { ...options, shuffleBuffer: 6 })
          : new DataLoader<number>({ length: 20, get: async (i) => i }, { ...options, shuffle: true })
      const events: unknown[] = []
      for (let epoch = 0; epoch < 2; epoch++)
        for await (const batch of loader) {
          // As a dropout layer would.
          events.push(flat(batch), [...generator.state.data])
          events.push(flat(rand([2], { generator })))
        }
      return events
    }
    for (const source of ['stream', 'dataset'] as const) {
      const expected = await run(0, source)
      for (const prefetch of [1, 2, 100]) expect(await run(prefetch, source)).toEqual(expected)
    }
  })

  it('whatever the sizes, every sample comes once, in full batches but the last', async () => {
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      batchSize: fc.integer({ min: 1, max: 9 }),
      shuffleBuffer: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      prefetch: fc.integer({ min: 0, max: 4 }),
      seed: fc.integer({ min: 0, max: 1000 }),
    })
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, batchSize, shuffleBuffer, prefetch, seed }) => {
        const options = { batchSize, seed, prefetch, ...(shuffleBuffer !== undefined && { shuffleBuffer }) }
        const batches = await batchesOf(new DataLoader(() => counting(count), options))
        const samples = batches.flat()
        expect([...samples].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
        expect(batches.slice(0, -1).every(({ length }) => length === batchSize)).toBe(true)
        expect(batches).toHaveLength(Math.ceil(count / batchSize))
        if (shuffleBuffer === undefined || shuffleBuffer === 1)
          expect(samples).toEqual(Array.from({ length: count }, (_, i) => i))
        // A sample cannot come before it was read: `shuffleBuffer` are read before the first one comes.
        else for (const [i, x] of samples.entries()) expect(x).toBeLessThanOrEqual(i + shuffleBuffer)
        const plain = Array.from(new DataLoader(() => countingNow(count), options), flat)
        expect(plain).toEqual(batches)
      }),
      { numRuns: 60 },
    )
  })
})
