/** @file Pooling beyond the op table: ties, NaN and infinities, random windows, mistakes and their messages. */
import { describe, expect, it } from 'vitest'
import * as tg from '../../src/index.ts'
import { f64, loose } from '../support/f64.ts'
import { check } from '../support/messages.ts'

const maxPool2d = loose(tg.maxPool2d)
const avgPool2d = loose(tg.avgPool2d)
const zeros = (...shape: number[]): tg.Tensor => tg.zeros(shape, { dtype: 'float64' })
/** Gradient of the sum of the pooled elements. */
const gradient = (pool: typeof maxPool2d, x: tg.Tensor, options: object): unknown =>
  tg
    .grad((x: tg.Tensor) => tg.sum(pool(x, options)))(x)
    .toArray()

describe('maxPool2d', () => {
  it('of ties the first, row by row, gets the gradient, as in PyTorch', () => {
    const x = f64([
      [
        [1, 5, 5],
        [5, 1, 5],
        [0, 0, 0],
      ],
    ])
    expect(gradient(maxPool2d, x, { kernelSize: 3 })).toEqual([
      [
        [0, 1, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    ])
    // Four windows of 2 x 2: their first largest elements are (0, 1), (0, 1), (1, 0) and (1, 2).
    expect(gradient(maxPool2d, x, { kernelSize: 2, stride: 1 })).toEqual([
      [
        [0, 2, 0],
        [1, 0, 1],
        [0, 0, 0],
      ],
    ])
  })

  it('never takes the padding, nor gives it a gradient', () => {
    const x = f64([
      [
        [-3, -2],
        [-1, Number.NEGATIVE_INFINITY],
      ],
    ])
    const options = { kernelSize: 2, padding: 1 }
    expect(maxPool2d(x, options).toArray()).toEqual([
      [
        [-3, -2],
        [-1, Number.NEGATIVE_INFINITY],
      ],
    ])
    expect(gradient(maxPool2d, x, options)).toEqual([
      [
        [1, 1],
        [1, 1],
      ],
    ])
  })

  it('is NaN where a window holds one, and only there', () => {
    const x = f64([[[1, Number.NaN, Infinity, 2]]])
    expect(maxPool2d(x, { kernelSize: [1, 2] }).toArray()).toEqual([[[Number.NaN, Infinity]]])
    expect(maxPool2d(f64([[[Number.NaN, 1]]]), { kernelSize: [1, 2] }).item()).toBeNaN()
    // PyTorch's loop takes every NaN that it meets.
    const several = f64([[[Number.NaN, 3, Number.NaN, 7]]])
    expect(gradient(maxPool2d, several, { kernelSize: [1, 4] })).toEqual([[[0, 0, 1, 0]]])
  })

  it('takes int32', () => {
    const x = tg.tensor([[[-7, 3, -2, -9]]], { dtype: 'int32' })
    const y = maxPool2d(x, { kernelSize: [1, 2] })
    expect([y.dtype, y.toArray()]).toEqual(['int32', [[[3, -2]]]])
  })

  it('keeps several images and channels apart', () => {
    const x = tg.arange(0, 2 * 3 * 4 * 4, 1, { dtype: 'float64' }).reshape([2, 3, 4, 4])
    const y = maxPool2d(x, { kernelSize: 4 })
    expect([...y.data]).toEqual([15, 31, 47, 63, 79, 95])
  })
})

describe('avgPool2d', () => {
  it('counts the padding, as PyTorch by default', () => {
    const x = f64([
      [
        [4, 8],
        [12, 16],
      ],
    ])
    expect(avgPool2d(x, { kernelSize: 2, padding: 1 }).toArray()).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
    ])
    expect(gradient(avgPool2d, x, { kernelSize: 2, padding: 1 })).toEqual([
      [
        [0.25, 0.25],
        [0.25, 0.25],
      ],
    ])
  })

  it('leaves out what the last window does not reach', () => {
    const x = f64([[[1, 2, 3, 4, 100]]])
    expect(avgPool2d(x, { kernelSize: [1, 2] }).toArray()).toEqual([[[1.5, 3.5]]])
    expect(gradient(avgPool2d, x, { kernelSize: [1, 2] })).toEqual([[[0.5, 0.5, 0.5, 0.5, 0]]])
  })
})

describe('no elements', () => {
  it('no images, or no channels', () => {
    for (const pool of [maxPool2d, avgPool2d]) {
      for (const shape of [
        [0, 2, 4, 4],
        [2, 0, 4, 4],
        [0, 4, 4],
      ]) {
        const [y, pull] = tg.vjp((x: tg.Tensor) => pool(x, { kernelSize: 2 }), zeros(...shape))
        expect(y.shape).toEqual([...shape.slice(0, -2), 2, 2])
        expect(pull(zeros(...y.shape))[0].shape).toEqual(shape)
      }
    }
  })
})

describe('mistakes', () => {
  const x = zeros(2, 3, 4, 4)
  for (const [name, pool] of Object.entries({ maxPool2d, avgPool2d })) {
    check([
      [
        `${name}: no window`,
        () => pool(x),
        `${name}: options must be a plain object, as in { kernelSize: value }, got undefined`,
      ],
      [
        `${name}: a bare number`,
        () => pool(x, 2),
        `${name}: options must be a plain object, as in { kernelSize: value }, got 2`,
      ],
      [
        `${name}: no size`,
        () => pool(x, {}),
        `${name}: kernelSize must be a whole number >= 1, or a pair [h, w] of them, got undefined`,
      ],
      [
        `${name}: a window larger than the image`,
        () => pool(x, { kernelSize: [5, 2] }),
        `${name}: the windows cover [5, 2], more than the padded input, [4, 4]; use a smaller kernel or dilation, or more padding`,
      ],
      [
        `${name}: more padding than half a window`,
        () => pool(x, { kernelSize: 3, padding: [1, 2] }),
        `${name}: padding [1, 2] is more than half of kernelSize [3, 3]; some windows would hold nothing else`,
      ],
      [
        `${name}: no pixels`,
        () => pool(zeros(1, 1, 0, 4), { kernelSize: 2, padding: 1 }),
        `${name}: the images have size [0, 4], no elements to pool`,
      ],
      [
        `${name}: another option`,
        () => pool(x, { kernelSize: 2, ceilMode: true }),
        `${name}: there is no option "ceilMode"; there are kernelSize, stride, padding`,
      ],
      [
        `${name}: no channels`,
        () => pool(zeros(4, 4), { kernelSize: 2 }),
        `${name}: the input must be [N, C, H, W] or [C, H, W], got [4, 4]; for one channel write x.unsqueeze(0)`,
      ],
    ])
  }
  check([
    [
      'the mean of integers',
      () => avgPool2d(tg.ones([1, 2, 2], { dtype: 'int32' }), { kernelSize: 2 }),
      "avgPool2d: needs floating-point numbers, got int32; convert with to('float32')",
    ],
  ])
})
