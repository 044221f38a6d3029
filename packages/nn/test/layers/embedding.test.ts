/** @file Embedding: rows, indices that are none, padding, first values. */
import { Generator, TapegradError, type Tensor, tensor, vmap, zeros } from '@tapegrad/core'
import { constant, Embedding, parameter } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const generator = new Generator(3)
const int = (values: unknown): Tensor => tensor(values as number[], { dtype: 'int32' })

describe('Embedding', () => {
  const table = new Embedding(4, 2, { generator })
  const rows = table.weight.toArray() as number[][]

  it('gives a row per index, for indices of any shape', () => {
    expect(table.call(int(3)).toArray()).toEqual(rows[3])
    expect(table.call(int([1, 1])).toArray()).toEqual([rows[1], rows[1]])
    expect(table.call(int([[[0], [2]]])).toArray()).toEqual([[[rows[0]], [rows[2]]]])
    expect(table.call(zeros([0, 3], { dtype: 'int32' })).shape).toEqual([0, 3, 2])
  })

  it('adds up the gradients of an index that occurs several times', () => {
    const layer = new Embedding(4, 2, { generator })
    layer
      .call(int([2, 0, 2, 2]))
      .sum()
      .backward()
    expect(layer.weight.grad!.toArray()).toEqual([
      [1, 1],
      [0, 0],
      [3, 3],
      [0, 0],
    ])
  })

  it('names an index that is no row, its position, and the rows', () => {
    const range = 'is out of range: there are 4 rows, 0 to 3; in Embedding(4, 2)'
    expect(() => table.call(int(4))).toThrow(`Embedding: index 4 ${range}`)
    expect(() => table.call(int([0, -1]))).toThrow(`Embedding: index -1 at [1] ${range}`)
    expect(() => table.call(int([-2147483648]))).toThrow(`Embedding: index -2147483648 at [0] ${range}`)
    const wrong = int([
      [
        [0, 1, 2],
        [3, 3, 9],
      ],
      [
        [0, 7, 0],
        [0, 0, 0],
      ],
    ])
    expect(() => table.call(wrong)).toThrow(`Embedding: index 9 at [0, 1, 2] ${range}`)
    // A view whose memory has another order.
    expect(() => table.call(wrong.transpose())).toThrow(`Embedding: index 7 at [1, 0, 1] ${range}`)
  })

  it('refuses them inside vmap as well, where it sees no values', () => {
    const mapped = vmap((i: Tensor) => table.call(i) as Tensor)
    expect(mapped(int([3, 0])).toArray()).toEqual([rows[3], rows[0]])
    for (const index of [4, -1])
      expect(() => mapped(int([0, index]))).toThrow(/^take: index .* is out of range/)
  })

  it('refuses what are no indices', () => {
    for (const x of [zeros([2]), zeros([2], { dtype: 'bool' })])
      expect(() => table.call(x)).toThrow(
        `Embedding: indices have dtype ${x.dtype}, they must be int32; convert them with to('int32')`,
      )
    expect(() => table.call([0, 1] as never)).toThrow('Embedding: the input must be a tensor, got [0, 1]')
  })

  it('starts normal with standard deviation 1, or as told', () => {
    const data = Array.from(new Embedding(500, 20, { generator }).weight.data)
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length
    const variance = data.reduce((sum, x) => sum + x * x, 0) / data.length
    // 10,000 numbers: standard errors 0.01 and 0.014; five of them.
    expect(Math.abs(mean)).toBeLessThan(0.05)
    expect(Math.abs(variance - 1)).toBeLessThan(0.07)
    expect(new Embedding(1, 2, { init: constant(3), dtype: 'float64' }).weight.toArray()).toEqual([[3, 3]])
  })
})

describe('Embedding with a row for padding', () => {
  it('starts it as zeros, and never changes it', () => {
    const layer = new Embedding(3, 2, { paddingIdx: 1, init: () => parameter(zeros([3, 2]).add(1)) })
    expect(layer.weight.toArray()).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
    ])
    layer
      .call(int([1, 2, 1]))
      .sum()
      .backward()
    expect(layer.weight.grad!.toArray()).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
    ])
    // Rows that were loaded are what they are.
    layer.loadStateDict({ weight: zeros([3, 2]).add(5) })
    expect(layer.call(int([1])).toArray()).toEqual([[5, 5]])
  })

  it('must be one of the rows', () => {
    for (const paddingIdx of [3, -1, 0.5, Number.NaN, '0', null])
      expect(() => new Embedding(3, 2, { paddingIdx: paddingIdx as number })).toThrow(
        'Embedding: paddingIdx must be one of the rows, 0 to 2, got',
      )
  })
})

it('Embedding refuses sizes that are none, and shows how it was made', () => {
  for (const [count, dim] of [
    [0, 2],
    [2, 0],
    [2.5, 1],
    [2, '1'],
  ])
    expect(() => new Embedding(count as number, dim as number)).toThrow(TapegradError)
  expect(`${new Embedding(3, 2)}`).toBe('Embedding(3, 2)')
  expect(`${new Embedding(3, 2, { paddingIdx: 0 })}`).toBe('Embedding(3, 2, { paddingIdx: 0 })')
})
