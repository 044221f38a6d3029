/** @file subset and mapDataset, and datasets that do not keep what they promise. */
import { arange, type Tensor, tensor, zeros } from '@tapegrad/core'
import { DataLoader, type Dataset, mapDataset, subset, TensorDataset } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { batchesOf } from './sources.ts'

const tensors = new TensorDataset(arange(0, 10, 1, { dtype: 'int32' }))
const squares: Dataset<number> = { length: 10, get: (i) => i * i }

describe('subset', () => {
  it('has the samples of the indices, in their order, more than once where they repeat', () => {
    for (const indices of [[7, 2, 7], tensor([7, 2, 7], { dtype: 'int32' })]) {
      const part = subset(squares, indices)
      expect([part.length, part.get(0), part.get(1), part.get(2)]).toEqual([3, 49, 4, 49])
      expect(part.batch).toBeUndefined()
    }
  })

  it('takes batches at once where the dataset does', () => {
    const asked: number[][] = []
    const dataset: Dataset<number> & Required<Pick<Dataset<number>, 'batch'>> = {
      length: 10,
      get: () => expect.fail('not one by one'),
      batch: (indices) => {
        asked.push(flat(indices))
        return indices.mul(10)
      },
    }
    const loader = new DataLoader(subset(dataset, [7, 2, 5]), { batchSize: 2 })
    expect(Array.from(loader, (batch) => flat(batch))).toEqual([[70, 20], [50]])
    expect(asked).toEqual([[7, 2], [5]])
    const rows = new DataLoader(subset(subset(tensors, [9, 8, 7]), [2, 0]), { batchSize: 2 })
    expect(Array.from(rows, ([x]) => flat(x))).toEqual([[7, 9]])
  })

  it('keeps its own indices', () => {
    const indices = [1, 2]
    const part = subset(squares, indices)
    indices[0] = 5
    expect(part.get(0)).toBe(1)
  })

  it('refuses indices that are none, and what is no dataset', () => {
    for (const index of [-1, 10, 0.5, Number.NaN, '1' as never])
      expect(() => subset(squares, [0, index])).toThrow(/^subset: index .* is out of range for 10 samples/)
    for (const indices of [null, 5, 'all', zeros([2]), zeros([2, 1], { dtype: 'int32' })])
      expect(() => subset(squares, indices as never)).toThrow(
        /^subset: indices must be an array of whole numbers or an int32 tensor \[count\], got/,
      )
    for (const dataset of [null, 5, {}, [1, 2], { get: () => 1 }])
      expect(() => subset(dataset as never, [0])).toThrow(
        /^subset: expected a dataset with length and get\(index\), got/,
      )
    for (const index of [-1, 2, 0.5])
      expect(() => subset(squares, [1, 2]).get(index)).toThrow(/^subset: index .* 2 samples/)
  })
})

describe('mapDataset', () => {
  it('makes each sample anew whenever it is read', () => {
    let calls = 0
    const mapped = mapDataset(squares, (x, i) => {
      calls++
      return x + i
    })
    expect([mapped.length, mapped.get(3), mapped.get(3), calls]).toEqual([10, 12, 12, 2])
  })

  it('works on asynchronous datasets, with functions that return promises, and without batches', async () => {
    const later = mapDataset({ length: 3, get: async (i: number) => i }, (x, i) => x + 10 * i)
    expect(await batchesOf(new DataLoader(later, { batchSize: 2 }))).toEqual([[0, 11], [22]])
    const both = mapDataset(tensors, async ([x]) => x.mul(2) as Tensor)
    expect(await batchesOf(new DataLoader(subset(both, [1, 9]), { batchSize: 2 }))).toEqual([[2, 18]])
  })

  it('refuses what is no dataset or function', () => {
    expect(() => mapDataset(5 as never, () => 1)).toThrow(
      'mapDataset: expected a dataset with length and get(index), got 5',
    )
    expect(() => mapDataset(squares, 5 as never)).toThrow('mapDataset: expected a function, got 5')
  })
})

describe('a dataset', () => {
  it('whose length is none is refused', () => {
    for (const length of [-1, 1.5, Number.NaN, Infinity, '3', null])
      expect(() => new DataLoader({ length: length as number, get: (i: number) => i })).toThrow(
        /^DataLoader: the length of the dataset must be a whole number >= 0, got/,
      )
  })

  it('that is shorter than it says is found out at the sample that is missing', async () => {
    const rows = [1, 2, 3]
    const liar: Dataset<number> = { length: 5, get: (i) => rows[i]! }
    const message =
      'DataLoader: sample 3 is undefined; get(index) must return a sample, a stream must yield one'
    expect(() => [...new DataLoader(liar, { batchSize: 2 })]).toThrow(message)
    const later: Dataset<number> = { length: 5, get: async (i) => rows[i]! }
    await expect(batchesOf(new DataLoader(later, { batchSize: 2 }))).rejects.toThrow(message)
  })

  it('may grow between passes, and be refused when it has shrunk to nothing', () => {
    const list = [1, 2, 3]
    const loader = new DataLoader(list, { batchSize: 2 })
    expect(loader.length).toBe(2)
    list.push(4, 5)
    expect(loader.length).toBe(3)
    expect(Array.from(loader, (batch) => flat(batch))).toEqual([[1, 2], [3, 4], [5]])
    list.length = 0
    expect(() => [...loader]).toThrow('DataLoader: the dataset is empty')
  })

  it('may make batches later, where the loop waits', async () => {
    const later = { length: 3, get: (i: number) => i, batch: async (i: Tensor<[number]>) => i.mul(2) }
    const loader = new DataLoader<number>(later, { batchSize: 2 })
    expect(await batchesOf(loader)).toEqual([[0, 2], [4]])
    expect(() => [...loader]).toThrow('DataLoader: the dataset is asynchronous; write for await')
  })

  it('must make batches', async () => {
    const none = { length: 3, get: (i: number) => i, batch: () => undefined }
    const message = 'DataLoader: batch returned undefined, expected a batch'
    expect(() => [...new DataLoader<number>(none)]).toThrow(message)
    await expect(batchesOf(new DataLoader<number>(none))).rejects.toThrow(message)
  })
})

it('prefetch and signal are checked', () => {
  for (const prefetch of [-1, 0.5, Number.NaN, Infinity, '1' as never])
    expect(() => new DataLoader(squares, { prefetch })).toThrow(
      /^DataLoader: prefetch must be a whole number >= 0/,
    )
  for (const signal of [null, 5, {}, { aborted: false }, 'stop'] as never[])
    expect(() => new DataLoader(squares, { signal })).toThrow(
      /^DataLoader: signal must be an AbortSignal, got/,
    )
})
