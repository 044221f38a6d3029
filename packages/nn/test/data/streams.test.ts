/** @file DataLoader over streams: every sample once, in order; passes that start anew; streams that cannot be read twice. */
import { Readable } from 'node:stream'
import { TapegradError, type Tensor, zeros } from '@tapegrad/core'
import { DataLoader } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { batchesOf, counting, countingNow, type Log } from './sources.ts'

const now = (loader: Iterable<Tensor>): number[][] => Array.from(loader, flat)
const BATCHES = [[0, 1, 2], [3, 4, 5], [6]]

describe('a function that opens a stream', () => {
  it('is called for each pass, in both kinds of loops', async () => {
    const loader = new DataLoader(() => counting(7), { batchSize: 3 })
    for (let pass = 0; pass < 3; pass++) expect(await batchesOf(loader)).toEqual(BATCHES)
    const plain = new DataLoader(() => countingNow(7), { batchSize: 3 })
    for (let pass = 0; pass < 2; pass++) {
      expect(now(plain)).toEqual(BATCHES)
      expect(await batchesOf(plain)).toEqual(BATCHES)
    }
  })

  it('is not called before a loop asks for a batch', async () => {
    const log: Log = []
    const loader = new DataLoader(
      () => {
        log.push('open')
        return counting(2, log)
      },
      { batchSize: 2, prefetch: 0 },
    )
    const iterator = loader[Symbol.asyncIterator]()
    expect(log).toEqual([])
    await iterator.return(undefined)
    expect(log).toEqual([])
    await loader[Symbol.asyncIterator]().next()
    expect(log).toEqual(['open', 'read 0', 'read 1'])
  })

  it('may return an array, a set, or promises of samples', async () => {
    expect(now(new DataLoader(() => [1, 2, 3], { batchSize: 2 }))).toEqual([[1, 2], [3]])
    expect(now(new DataLoader(new Set([1, 2, 3]), { batchSize: 2 }))).toEqual([[1, 2], [3]])
    const promises = new DataLoader(() => [1, 2, 3].map((i) => Promise.resolve(i)), { batchSize: 2 })
    expect(await batchesOf(promises)).toEqual([[1, 2], [3]])
    expect(() => now(promises)).toThrow('DataLoader: the stream is asynchronous; write for await')
  })

  it('must return an iterable', async () => {
    const nonsense: [unknown, string][] = [
      [undefined, 'undefined'],
      [null, 'null'],
      ['text', '"text"'],
      [5, '5'],
      [{}, 'a plain object'],
      [Promise.resolve([1]), 'a Promise'],
      [zeros([2]), 'a tensor of shape [2]'],
    ]
    for (const [made, shown] of nonsense) {
      const loader = new DataLoader<number>((() => made) as never)
      const message = `DataLoader: the function must return an iterable, got ${shown}`
      expect(() => now(loader)).toThrow(message)
      await expect(batchesOf(loader)).rejects.toThrow(message)
    }
  })
})

describe('an iterable', () => {
  it('that starts anew by itself is read in every pass', async () => {
    const anew = { [Symbol.asyncIterator]: () => counting(7) }
    const loader = new DataLoader(anew, { batchSize: 3 })
    for (let pass = 0; pass < 2; pass++) expect(await batchesOf(loader)).toEqual(BATCHES)
    const set = new DataLoader(new Set([5, 6]))
    for (let pass = 0; pass < 2; pass++) expect(now(set)).toEqual([[5], [6]])
  })

  const ONCE =
    'one that can be read only once needs a function that makes it anew, as in new DataLoader(() => samples(), options)'

  it('that can be read once is refused the second time, also after a break', async () => {
    const loader = new DataLoader(counting(7), { batchSize: 3 })
    expect(await batchesOf(loader)).toEqual(BATCHES)
    await expect(batchesOf(loader)).rejects.toThrow(`DataLoader: the stream was read before; ${ONCE}`)
    const plain = new DataLoader(countingNow(7), { batchSize: 3 })
    for (const _ of plain) break
    expect(() => now(plain)).toThrow(`DataLoader: the stream was read before; ${ONCE}`)
    const same = countingNow(7)
    const viaFunction = new DataLoader(() => same, { batchSize: 3 })
    expect(now(viaFunction)).toEqual(BATCHES)
    expect(() => now(viaFunction)).toThrow('the stream was read before')
  })

  it('whose second pass finds nothing is no empty epoch but an error', async () => {
    let rest = [1, 2, 3]
    const consumed = {
      *[Symbol.iterator]() {
        for (const x of rest) yield x
        rest = []
      },
    }
    const loader = new DataLoader(consumed)
    expect(now(loader)).toEqual([[1], [2], [3]])
    expect(() => now(loader)).toThrow(`DataLoader: the stream gave no samples in this pass; ${ONCE}`)
    await expect(batchesOf(loader)).rejects.toThrow('gave no samples in this pass')
    // A stream of Node makes a new iterator each time, of what is left.
    const readable = new DataLoader(Readable.from([1, 2, 3]) as AsyncIterable<number>, { batchSize: 2 })
    expect(await batchesOf(readable)).toEqual([[1, 2], [3]])
    await expect(batchesOf(readable)).rejects.toThrow(/^DataLoader: /)
    const web = new DataLoader(ReadableStream.from([1, 2, 3]) as unknown as AsyncIterable<number>)
    expect(await batchesOf(web)).toEqual([[1], [2], [3]])
    await expect(batchesOf(web)).rejects.toThrow('gave no samples in this pass')
  })

  it('that is empty is refused, as an empty dataset is', async () => {
    await expect(batchesOf(new DataLoader(() => counting(0)))).rejects.toThrow(
      /^DataLoader: the stream gave no samples$/,
    )
    expect(() => now(new DataLoader(() => countingNow(0)))).toThrow(
      /^DataLoader: the stream gave no samples$/,
    )
  })

  it('that is asynchronous needs for await', () => {
    const log: Log = []
    const loader = new DataLoader(counting(3, log) as never as Iterable<number>)
    expect(() => now(loader)).toThrow(
      'DataLoader: the stream is asynchronous; write for await (const batch of loader)',
    )
    expect(log).toEqual([])
  })

  it('with both kinds of iterators gives each kind of loop its own', async () => {
    const both = { [Symbol.iterator]: () => countingNow(2), [Symbol.asyncIterator]: () => counting(3) }
    const loader = new DataLoader<number, Tensor>(both as Iterable<number>, { batchSize: 5 })
    expect(now(loader)).toEqual([[0, 1]])
    expect(await batchesOf(loader)).toEqual([[0, 1, 2]])
  })
})

describe('what is no stream', () => {
  it('is refused when the loader is made', () => {
    for (const [source, shown] of [
      ['text', '"text"'],
      [5, '5'],
      [undefined, 'undefined'],
      [{}, 'a plain object'],
      [{ get: () => 1 }, 'a plain object'],
      [zeros([2]), 'a tensor of shape [2]'],
      [{ [Symbol.iterator]: 5 }, 'a plain object'],
    ] as const)
      expect(() => new DataLoader(source as never)).toThrow(
        `DataLoader: expected a dataset with length and get(index), or an iterable of samples, got ${shown}; wrap tensors in new TensorDataset(...)`,
      )
  })

  it('is found out where an iterator breaks the rules', async () => {
    const broken = { [Symbol.iterator]: () => ({ next: () => 5 }) }
    const message = 'DataLoader: the iterator of the stream gave 5, expected { done, value }'
    expect(() => now(new DataLoader(broken as never))).toThrow(message)
    await expect(batchesOf(new DataLoader(broken as never))).rejects.toThrow(message)
  })

  it('a hole is found by its number', async () => {
    const holes = () => [1, undefined, 3] as number[]
    const message =
      'DataLoader: sample 1 is undefined; get(index) must return a sample, a stream must yield one'
    expect(() => now(new DataLoader(holes, { batchSize: 2 }))).toThrow(message)
    await expect(batchesOf(new DataLoader(holes, { batchSize: 2 }))).rejects.toThrow(message)
    expect(() => [...new DataLoader(holes, { collate: (samples) => samples.length })]).toThrow(message)
  })
})

describe('the last batch', () => {
  it('can be left out; what leaves nothing at all is an error', async () => {
    const loader = (count: number) => new DataLoader(() => counting(count), { batchSize: 3, dropLast: true })
    expect(await batchesOf(loader(7))).toEqual(BATCHES.slice(0, 2))
    expect(await batchesOf(loader(6))).toEqual(BATCHES.slice(0, 2))
    expect(await batchesOf(loader(3))).toEqual(BATCHES.slice(0, 1))
    await expect(batchesOf(loader(2))).rejects.toThrow(
      'DataLoader: dropLast leaves nothing of 2 samples in batches of 3',
    )
    expect(() => now(new DataLoader(() => countingNow(2), { batchSize: 3, dropLast: true }))).toThrow(
      TapegradError,
    )
  })
})

describe('sizes', () => {
  it('a stream has none; an array is a dataset, shuffled as a whole', () => {
    expect(new DataLoader(() => counting(3)).length).toBeUndefined()
    expect(new DataLoader(() => counting(3)).dataset).toBeUndefined()
    const loader = new DataLoader([5, 6, 7, 8, 9], { batchSize: 2, shuffle: true, seed: 3 })
    expect(loader.length).toBe(3)
    expect(loader.dataset.length).toBe(5)
    expect(now(loader).flat().sort()).toEqual([5, 6, 7, 8, 9])
    expect(now(new DataLoader(Float32Array.of(1, 2) as never))).toEqual([[1], [2]])
  })
})
