/** @file Random orders: seeds, epochs that can be repeated from the generator's state, and how well a buffer mixes. */
import { Generator, manualSeed, rand, type Tensor } from '@tapegrad/core'
import { DataLoader, type LoaderOptions, TensorDataset } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { batchesOf, counting, countingNow } from './sources.ts'

const COUNT = 50
const numbers = Array.from({ length: COUNT }, (_, i) => i)
type Options = LoaderOptions<number, Tensor<[number]>>

const loaders: [string, (options: Options) => DataLoader<number>][] = [
  ['a stream through a buffer', (o) => new DataLoader(() => counting(COUNT), { shuffleBuffer: 9, ...o })],
  [
    'a dataset',
    (o) => new DataLoader<number>({ length: COUNT, get: async (i) => i }, { shuffle: true, ...o }),
  ],
]

describe.each(loaders)('%s', (_, make) => {
  const epoch = async (loader: DataLoader<number>): Promise<number[]> => (await batchesOf(loader)).flat()

  it('comes in a new order in every epoch, the same ones for the same seed or generator', async () => {
    const epochs = async (options: Options): Promise<number[][]> => {
      const loader = make({ batchSize: 4, ...options })
      return [await epoch(loader), await epoch(loader), await epoch(loader)]
    }
    const found = await epochs({ seed: 5 })
    for (const order of found) expect([...order].sort((a, b) => a - b)).toEqual(numbers)
    expect(new Set([...found, numbers].map(String)).size).toBe(4)
    expect(await epochs({ seed: 5 })).toEqual(found)
    expect(await epochs({ generator: new Generator(5) })).toEqual(found)
    expect(await epochs({ seed: 6 })).not.toEqual(found)
    manualSeed(5)
    expect(await epochs({})).toEqual(found)
  })

  it('repeats an epoch from the state that the generator had when it began', async () => {
    const loader = make({ batchSize: 4, seed: 1 })
    await epoch(loader)
    const { state } = loader.generator!
    const rest = [await epoch(loader), await epoch(loader)]
    const resumed = make({ batchSize: 4, generator: new Generator(99), prefetch: 3 })
    resumed.generator!.state = state
    expect([await epoch(resumed), await epoch(resumed)]).toEqual(rest)
  })

  it('goes on in the same way however much of an epoch was used, and whoever drew meanwhile', async () => {
    const generator = new Generator(3)
    const loader = make({ batchSize: 4, generator })
    const { state } = generator
    const whole = await epoch(loader)
    const after = generator.state.toArray()
    generator.state = state
    for await (const batch of loader) {
      expect(flat(batch)).toEqual(whole.slice(0, 4))
      break
    }
    expect(generator.state.toArray()).toEqual(after)
    generator.state = state
    const found: number[] = []
    for await (const batch of loader) {
      rand([7], { generator })
      found.push(...flat(batch))
    }
    expect(found).toEqual(whole)
  })

  it('draws nothing before the loop asks for a batch, and nothing without shuffling', async () => {
    const generator = new Generator(3)
    const before = generator.state.toArray()
    const loader = make({ generator })
    loader[Symbol.asyncIterator]()
    expect(generator.state.toArray()).toEqual(before)
    const ordered = make({ generator, shuffle: false, batchSize: 4 })
    expect(await epoch(ordered)).toEqual(numbers)
    expect(generator.state.toArray()).toEqual(before)
  })
})

describe('a buffer', () => {
  const orderOf = (shuffleBuffer: number, seed: number, count = COUNT): number[] =>
    Array.from(new DataLoader(() => countingNow(count), { shuffleBuffer, seed }), flat).flat()

  it('as large as the stream mixes everything: each sample is as likely at each place', () => {
    const PASSES = 2000
    const counts = Array.from({ length: 5 }, () => [0, 0, 0, 0, 0])
    for (let seed = 0; seed < PASSES; seed++)
      for (const [place, sample] of orderOf(5, seed, 5).entries()) counts[place]![sample]!++
    // Binomial with p = 1/5: a standard deviation of 18 around 400; 25 counts stay within 5 of them, seeds being fixed.
    for (const count of counts.flat()) expect(Math.abs(count - 400)).toBeLessThan(90)
  })

  it('gives a random one of those that it holds', () => {
    const PASSES = 3000
    const first = [0, 0, 0, 0]
    for (let seed = 0; seed < PASSES; seed++) first[orderOf(4, seed, 12)[0]!]!++
    // Of the first four, each a quarter of the time: 750, with a standard deviation of 24.
    expect(first).toHaveLength(4)
    for (const count of first) expect(Math.abs(count - 750)).toBeLessThan(120)
  })

  it('of one sample mixes nothing, and one larger than the stream holds it all', () => {
    expect(orderOf(1, 3)).toEqual(numbers)
    expect([...orderOf(1000, 3)].sort((a, b) => a - b)).toEqual(numbers)
    // More draws than are made at once.
    expect([...orderOf(2, 3, 700)].sort((a, b) => a - b)).toEqual(Array.from({ length: 700 }, (_, i) => i))
  })

  it('is needed to shuffle a stream, and is not for datasets', () => {
    expect(() => new DataLoader(() => counting(3), { shuffle: true })).toThrow(
      'DataLoader: a stream is shuffled through a buffer: say how many samples it may hold, as in { shuffleBuffer: 1000 }',
    )
    expect(() => new DataLoader([1, 2], { shuffleBuffer: 5 })).toThrow(
      'DataLoader: shuffleBuffer is for streams; a dataset is shuffled as a whole, with shuffle: true',
    )
    for (const shuffleBuffer of [0, -1, 1.5, Number.NaN, '2' as never])
      expect(() => new DataLoader(() => counting(3), { shuffleBuffer })).toThrow(
        /^DataLoader: shuffleBuffer must be a whole number >= 1/,
      )
  })

  it('and its seed are checked as those of datasets are', () => {
    const tensors = new TensorDataset(rand([3]))
    for (const source of [tensors, [1, 2]] as never[]) {
      expect(() => new DataLoader(source, { shuffle: true, seed: 1, generator: new Generator(1) })).toThrow(
        'DataLoader: pass a seed or a generator, not both',
      )
      expect(() => new DataLoader(source, { seed: 0.5 })).toThrow(/the seed must be a whole number/)
      for (const generator of [7, null, {}] as never[])
        expect(() => new DataLoader(source, { generator })).toThrow(
          /^DataLoader: the generator must be made with new Generator\(seed\), got/,
        )
    }
  })
})
