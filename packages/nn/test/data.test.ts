/** @file TensorDataset, DataLoader and trainTestSplit: every sample once, in the order asked for. */
import { arange, Generator, manualSeed, rand, type Tensor, tensor, zeros } from '@tapegrad/core'
import { DataLoader, type Dataset, type SplitOptions, TensorDataset, trainTestSplit } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from './support/close.ts'

const rows = (n: number): Tensor<[number, 2]> =>
  tensor(
    Float32Array.from({ length: 2 * n }, (_, i) => i),
    { shape: [n, 2] },
  )
const labels = (n: number): Tensor<[number]> => arange(0, n, 1, { dtype: 'int32' })

describe('TensorDataset', () => {
  const dataset = new TensorDataset(rows(3), labels(3))

  it('has the rows of each tensor', () => {
    expect(dataset.length).toBe(3)
    const [x, y] = dataset.get(1)
    expect([x.toArray(), y.item(), y.dtype]).toEqual([[2, 3], 1, 'int32'])
    expect(dataset.tensors[1].shape).toEqual([3])
  })

  it('refuses rows that do not exist and tensors that do not agree', () => {
    for (const index of [-1, 3, 0.5, Number.NaN])
      expect(() => dataset.get(index)).toThrow(/^TensorDataset: index .* is out of range for 3 samples/)
    expect(() => new TensorDataset(rows(3), labels(2))).toThrow(
      'TensorDataset: argument 1 of shape [2] has 2 rows, argument 0 has 3; they must agree',
    )
    expect(() => new TensorDataset()).toThrow('TensorDataset: expected at least one tensor, got none')
    expect(() => new TensorDataset(tensor(1))).toThrow(/^TensorDataset: argument 0 is a 0-d tensor/)
    expect(() => new TensorDataset([1] as never)).toThrow(/^TensorDataset: argument 0 must be a tensor/)
  })
})

describe('DataLoader', () => {
  const dataset = new TensorDataset(rows(7), labels(7))
  const orders = (loader: Iterable<[Tensor<[number, 2]>, Tensor<[number]>]>): number[][] =>
    Array.from(loader, ([, y]) => flat(y))

  it('gives batches in order, the last one smaller, or left out', () => {
    expect(orders(new DataLoader(dataset, { batchSize: 3 }))).toEqual([[0, 1, 2], [3, 4, 5], [6]])
    expect(orders(new DataLoader(dataset, { batchSize: 3, dropLast: true }))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(orders(new DataLoader(dataset))).toEqual([[0], [1], [2], [3], [4], [5], [6]])
    expect(orders(new DataLoader(dataset, { batchSize: 100 }))).toEqual([[0, 1, 2, 3, 4, 5, 6]])
    expect(new DataLoader(dataset, { batchSize: 3 }).length).toBe(3)
    expect(new DataLoader(dataset, { batchSize: 3, dropLast: true }).length).toBe(2)
  })

  it('keeps rows of all tensors together, in batches of the right shape and dtype', () => {
    const loader = new DataLoader(dataset, { batchSize: 2, shuffle: true, generator: new Generator(3) })
    for (const [x, y] of loader) {
      expect([x.dtype, y.dtype]).toEqual(['float32', 'int32'])
      expect(flat(x)).toEqual(flat(y).flatMap((i) => [2 * i, 2 * i + 1]))
    }
  })

  it('shuffles anew in each pass, every sample once, and the same for the same seed', () => {
    const passes = (seed: number): number[][] => {
      const loader = new DataLoader(dataset, { batchSize: 2, shuffle: true, generator: new Generator(seed) })
      return [orders(loader).flat(), orders(loader).flat(), orders(loader).flat()]
    }
    const found = passes(1)
    for (const pass of found) expect([...pass].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(new Set(found.map(String)).size).toBeGreaterThan(1)
    expect(passes(1)).toEqual(found)
    expect(passes(2)).not.toEqual(found)
  })

  it('without a generator follows manualSeed', () => {
    const loader = new DataLoader(dataset, { shuffle: true })
    manualSeed(5)
    const first = orders(loader)
    manualSeed(5)
    expect(orders(loader)).toEqual(first)
  })

  it('collates tensors, numbers, booleans, arrays and objects of them', () => {
    const samples: Dataset<{ x: Tensor<[2]>; pair: [number, boolean] }> = {
      length: 3,
      get: (i) => ({ x: rows(3).slice([i]) as Tensor<[2]>, pair: [i, i > 0] }),
    }
    const [batch] = new DataLoader(samples, { batchSize: 3 })
    expect(batch!.x.toArray()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ])
    expect(batch!.pair[0]!.toArray()).toEqual([0, 1, 2])
    expect(batch!.pair[1]!.toArray()).toEqual([false, true, true])
  })

  it('takes a collate function, for tensor datasets too', () => {
    const loader = new DataLoader(dataset, {
      batchSize: 4,
      collate: (samples) => samples.map(([x, y]) => x.sum().item() + y.item()),
    })
    expect([...loader]).toEqual([
      [1, 6, 11, 16],
      [21, 26, 31],
    ])
  })

  it('iterates asynchronous datasets with for await, in order, and says so where for is used', async () => {
    const slow: Dataset<number> = { length: 5, get: async (i) => i * i }
    const loader = new DataLoader(slow, { batchSize: 2 })
    const batches: number[][] = []
    for await (const batch of loader) batches.push(flat(batch))
    expect(batches).toEqual([[0, 1], [4, 9], [16]])
    expect(() => [...loader]).toThrow('DataLoader: the dataset is asynchronous; write for await')
  })

  it('can be iterated asynchronously over in-memory tensors as well', async () => {
    const batches: number[][] = []
    for await (const [, y] of new DataLoader(dataset, { batchSize: 4 })) batches.push(flat(y))
    expect(batches).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6],
    ])
  })

  it('refuses bad sizes, empty datasets and samples that it cannot collate', () => {
    for (const batchSize of [0, -1, 1.5, Number.NaN, '2' as never])
      expect(() => new DataLoader(dataset, { batchSize })).toThrow(
        /^DataLoader: batchSize must be a whole number >= 1/,
      )
    expect(() => new DataLoader(new TensorDataset(zeros([0, 2])))).toThrow('DataLoader: the dataset is empty')
    expect(() => new DataLoader(dataset, { batchSize: 8, dropLast: true })).toThrow(
      'DataLoader: dropLast leaves nothing of 7 samples in batches of 8',
    )
    expect(() => new DataLoader(rows(3) as never)).toThrow(
      'DataLoader: expected a dataset with length and get(index), or an iterable of samples, got a tensor of shape [3, 2]; wrap tensors in new TensorDataset(...)',
    )
    expect(() => new DataLoader(null as never)).toThrow(/^DataLoader: expected a dataset/)
    expect(() => [...new DataLoader({ length: 1, get: () => 'text' })]).toThrow(
      'DataLoader: cannot collate samples that hold "text"; pass a collate function',
    )
    const generator = 7 as never
    expect(() => [...new DataLoader(dataset, { shuffle: true, generator })]).toThrow(/generator/)
  })
})

describe('trainTestSplit', () => {
  const x = rows(20)
  const y = labels(20)

  it('splits all tensors alike, every row once', () => {
    const [xTrain, xTest, yTrain, yTest] = trainTestSplit(x, y, { testSize: 5, seed: 1 })
    expect([xTrain.shape, xTest.shape, yTrain.shape, yTest.shape]).toEqual([[15, 2], [5, 2], [15], [5]])
    expect([...flat(yTrain), ...flat(yTest)].sort((a, b) => a - b)).toEqual(flat(y))
    expect(flat(xTrain)).toEqual(flat(yTrain).flatMap((i) => [2 * i, 2 * i + 1]))
    expect(flat(xTest)).toEqual(flat(yTest).flatMap((i) => [2 * i, 2 * i + 1]))
    expect(yTest.dtype).toBe('int32')
  })

  it('is the same for the same seed, by number or generator, and another for another', () => {
    const test = (options: SplitOptions): number[] => flat(trainTestSplit(y, options)[1])
    expect(test({ seed: 1 })).toEqual(test({ seed: 1 }))
    expect(test({ generator: new Generator(1) })).toEqual(test({ seed: 1 }))
    expect(test({ seed: 1 })).not.toEqual(test({ seed: 2 }))
    manualSeed(9)
    const first = test({})
    manualSeed(9)
    expect(test({})).toEqual(first)
  })

  it('takes a share, rounded up, a quarter by default; or the last rows', () => {
    expect(trainTestSplit(y)[1].shape).toEqual([5])
    expect(trainTestSplit(y, { testSize: 0.11 })[1].shape).toEqual([3])
    const [train, test] = trainTestSplit(y, { testSize: 4, shuffle: false })
    expect([flat(train), flat(test)]).toEqual([flat(y).slice(0, 16), [16, 17, 18, 19]])
  })

  it('with stratify keeps the shares of the classes', () => {
    const classes = tensor(Int32Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : i < 16 ? 1 : 2)))
    const count = (t: Tensor): number[] => [0, 1, 2].map((c) => flat(t).filter((v) => v === c).length)
    const [train, test] = trainTestSplit(classes, { testSize: 10, seed: 3, stratify: classes })
    expect([count(train), count(test)]).toEqual([
      [5, 3, 2],
      [5, 3, 2],
    ])
    // Shares 3.5, 2.1 and 1.4 of 7: the largest remainder rounds up.
    expect(count(trainTestSplit(classes, { testSize: 7, seed: 3, stratify: classes })[1])).toEqual([4, 2, 1])
    const rowsOf = (seed: number): number[] =>
      flat(trainTestSplit(y, { testSize: 10, seed, stratify: classes })[1])
    expect(rowsOf(1)).not.toEqual(rowsOf(2))
  })

  it('refuses sizes that leave a part empty, rows that differ, and bad options', () => {
    for (const testSize of [0, -1, 1.5, Number.NaN, '5' as never])
      expect(() => trainTestSplit(x, { testSize })).toThrow(/^trainTestSplit: testSize must be/)
    expect(() => trainTestSplit(x, { testSize: 20 })).toThrow(
      'trainTestSplit: testSize 20 of 20 rows leaves none for training',
    )
    expect(() => trainTestSplit(zeros([1, 2]))).toThrow(/leaves none for training/)
    expect(() => trainTestSplit(zeros([0, 2]))).toThrow(/leaves none for training/)
    expect(() => trainTestSplit(x, labels(3))).toThrow(
      'trainTestSplit: [20, 2] and [3] differ in their number of rows',
    )
    expect(() => trainTestSplit(tensor(1))).toThrow('trainTestSplit: a 0-d tensor has no rows')
    expect(() => trainTestSplit([1, 2] as never)).toThrow(/^trainTestSplit: argument 0/)
    expect(() => trainTestSplit(x, 5 as never)).toThrow(
      'trainTestSplit: options must be a plain object, as in { testSize: value }, got 5',
    )
    expect(() => trainTestSplit(x, { seed: 1, generator: new Generator(1) })).toThrow(
      /a seed or a generator, not both/,
    )
    expect(() => trainTestSplit(x, { stratify: y, shuffle: false })).toThrow(
      /^trainTestSplit: stratify draws/,
    )
    expect(() => trainTestSplit(x, { stratify: labels(3) })).toThrow(
      /^trainTestSplit: stratify must be an int32 tensor of 20/,
    )
    expect(() => trainTestSplit(x, { stratify: rand([20]) })).toThrow(/got float32 \[20\]/)
    expect(() => trainTestSplit(x, { stratify: 1 as never })).toThrow(
      /^trainTestSplit: stratify must be a tensor/,
    )
    expect(() => trainTestSplit(x, { seed: 0.5 })).toThrow(/seed/)
  })
})
