/** @file Long sums do not drift, in float32 and in float64, along any axis. */
import { describe, expect, it } from 'vitest'
import { vjp } from '../../src/autodiff.ts'
import { full, tensor } from '../../src/create.ts'
import { broadcastTo, mean, reshape, sum, transpose } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'

describe('long sums', () => {
  const ones = full([20_000_000], 1)

  it('the float32 sum of 20,000,000 ones is 20,000,000', () => {
    expect(sum(ones).item()).toBe(20_000_000)
    expect(mean(ones).item()).toBe(1)
  })

  it('along each axis of a matrix, in either memory order', () => {
    const tall = reshape(ones, [10_000_000, 2])
    const wide = reshape(ones, [2, 10_000_000])
    // 16,777,216 is where a running float32 sum would stop: make the sums longer by a factor of 2.
    const twos = full([1], 2)
    expect([...sum(tall, 0).data]).toEqual([10_000_000, 10_000_000])
    expect([...sum(wide, 1).data]).toEqual([10_000_000, 10_000_000])
    expect([...sum(transpose(tall), 1).data]).toEqual([10_000_000, 10_000_000])
    expect([...sum(transpose(wide), 0).data]).toEqual([10_000_000, 10_000_000])
    expect(sum(broadcastTo(twos, [20_000_000])).item()).toBe(40_000_000)
    expect([...sum(reshape(ones, [20_000_000, 1]), 0).data]).toEqual([20_000_000])
  })

  it('the gradient of a broadcast over 20,000,000 elements is as exact', () => {
    const [, pull] = vjp((x: Tensor) => broadcastTo(x, [20_000_000]), tensor(1))
    expect(pull(ones)[0]!.item()).toBe(20_000_000)
  })

  const SHAPES: readonly (readonly [number, number])[] = [
    [1_000_000, 1],
    [1, 1_000_000],
    [1000, 1000],
    [500_000, 2],
    [2, 500_000],
    [4, 250_000],
  ]

  it('the float32 mean of 1,000,000 times 0.1 is 0.1', () => {
    const tenths = full([1_000_000], 0.1)
    const tenth = Math.fround(0.1)
    expect(mean(tenths).item()).toBe(tenth)
    for (const shape of SHAPES) {
      const matrix = reshape(tenths, shape)
      for (const axis of [0, 1]) {
        for (const average of [mean(matrix, axis), mean(transpose(matrix), axis)])
          expect(average.data.every((x) => x === tenth)).toBe(true)
      }
      expect(mean(transpose(matrix)).item()).toBe(tenth)
    }
  })

  it('float64 sums do not drift either', () => {
    const tenths = full([1_000_000], 0.1, { dtype: 'float64' })
    // Blocks of at most 128 terms one after the other, then 13 additions: about 140 roundings of 2^-53 at worst.
    const close = (x: number): boolean => Math.abs(x - 0.1) <= 140 * 2 ** -53 * 0.1
    expect(close(mean(tenths).item())).toBe(true)
    for (const shape of SHAPES) {
      const matrix = reshape(tenths, shape)
      for (const axis of [0, 1]) {
        for (const average of [mean(matrix, axis), mean(transpose(matrix), axis)])
          expect((average.data as Float64Array).every(close), `${shape} axis ${axis}`).toBe(true)
      }
    }
    const block = reshape(tenths, [100, 100, 100])
    for (const axes of [[0, 1], [0, 2], [1, 2], [0]])
      expect((mean(block, axes).data as Float64Array).every(close), `axes ${axes}`).toBe(true)
  })
})
