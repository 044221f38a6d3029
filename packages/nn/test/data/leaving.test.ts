/** @file Loops that are left early: by break, by errors, by a signal; sources are closed, and nothing goes on. */
import { DataLoader, type Dataset } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { catchUnhandled, counting, countingNow, type Log, rejection, run, settle } from './sources.ts'

catchUnhandled()

const PREFETCHES = [0, 1, 3]

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

  it('does not make batches of what is left', async () => {
    const collated: number[][] = []
    const loader = new DataLoader<number, number>(() => countingNow(9), {
      batchSize: 2,
      prefetch: 2,
      shuffleBuffer: 3,
      collate: async (samples) => {
        if (collated.push(samples) > 1) await settle()
        return samples.length
      },
    })
    // Two more were asked for, the first of which is being made.
    for await (const _ of loader) break
    await settle()
    await settle()
    expect(collated).toHaveLength(2)
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

  it('hides what goes wrong in closing such a source', async () => {
    const controller = new AbortController()
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => Promise.reject(new Error('cannot close')),
      }),
    }
    const first = rejection(
      new DataLoader(source, { signal: controller.signal })[Symbol.asyncIterator]().next(),
    )
    await settle()
    controller.abort('enough')
    expect(await first).toBe('enough')
  })

  it('may be aborted by the source itself, which then never answers', async () => {
    const controller = new AbortController()
    const source = async function* () {
      controller.abort('enough')
      yield await new Promise<number>(() => undefined)
    }
    const loader = new DataLoader(source, { signal: controller.signal })
    expect(await rejection(loader[Symbol.asyncIterator]().next())).toBe('enough')
  })

  it('waits until a source is closed that is not busy', async () => {
    const log: Log = []
    const controller = new AbortController()
    const slow = async function* () {
      try {
        yield* [1, 2, 3]
      } finally {
        await settle()
        log.push('closed')
      }
    }
    const { error } = await run(new DataLoader(slow, { prefetch: 0, signal: controller.signal }), () =>
      controller.abort('enough'),
    )
    expect([error, log]).toEqual(['enough', ['closed']])
  })

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
