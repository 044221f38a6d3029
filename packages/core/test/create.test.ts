/** @file Constructors that fill: zeros to oneHot, with every option, against NumPy's results. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arange,
  type DType,
  eye,
  full,
  linspace,
  oneHot,
  ones,
  onesLike,
  type Tensor,
  tensor,
  zeros,
  zerosLike,
} from '../src/index.ts'
import { values } from './support/f64.ts'

const int32 = (value: number[] | number[][]): Tensor => tensor(value, { dtype: 'int32' })
const DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'bool']

describe('zeros, ones and full', () => {
  it.each([[[]], [[0]], [[3]], [[2, 3]], [[2, 0, 3]], [[1, 1, 1, 1]]])('of shape %j', (shape) => {
    const size = shape.reduce<number>((a, b) => a * b, 1)
    for (const [x, value] of [
      [zeros(shape), 0],
      [ones(shape), 1],
      [full(shape, 7), 7],
    ] as const) {
      expect([x.shape, x.dtype, x.requiresGrad, x.contiguous]).toEqual([shape, 'float32', false, true])
      expect([...x.data]).toEqual(new Array(size).fill(value))
    }
  })
  it('take dtype and requiresGrad', () => {
    for (const dtype of DTYPES) {
      expect([zeros([2], { dtype }).dtype, ones([2], { dtype }).dtype]).toEqual([dtype, dtype])
      expect(values(ones([2], { dtype }))).toEqual(dtype === 'bool' ? [true, true] : [1, 1])
    }
    const x = ones([2], { dtype: 'float64', requiresGrad: true })
    x.mul(3).sum().backward()
    expect(values(x.grad)).toEqual([3, 3])
    expect(zeros([2], { requiresGrad: false }).requiresGrad).toBe(false)
  })
  it('keep no hold on the shape they were given', () => {
    const shape = [2, 3]
    const x = zeros(shape)
    shape[0] = 99
    expect(x.shape).toEqual([2, 3])
  })
  it('full takes its dtype from a boolean, and any IEEE value', () => {
    expect([full([2], true).dtype, values(full([2], true))]).toEqual(['bool', [true, true]])
    expect(values(full([1], true, { dtype: 'float64' }))).toEqual([1])
    expect(values(full([2], 5, { dtype: 'bool' }))).toEqual([true, true])
    expect(values(full([1], Number.NaN))).toEqual([Number.NaN])
    expect(values(full([1], -0))).toEqual([-0])
    expect(values(full([1], 0.1))).toEqual([Math.fround(0.1)])
    expect(values(full([1], -(2 ** 31), { dtype: 'int32' }))).toEqual([-(2 ** 31)])
  })
  it('zerosLike and onesLike copy shape and dtype, not layout or tracking', () => {
    const x = tensor([[1, 2, 3]], { dtype: 'float64', requiresGrad: true }).T
    for (const [y, value] of [
      [zerosLike(x), 0],
      [onesLike(x), 1],
    ] as const) {
      expect([y.shape, y.dtype, y.requiresGrad, y.contiguous]).toEqual([[3, 1], 'float64', false, true])
      expect(values(y)).toEqual([[value], [value], [value]])
    }
    expect(zerosLike(x, { dtype: 'int32' }).dtype).toBe('int32')
    expect(onesLike(x, { dtype: undefined } as never).dtype).toBe('float64')
    expect(onesLike(int32([1]), { dtype: 'float32', requiresGrad: true }).requiresGrad).toBe(true)
  })
})

describe('eye', () => {
  it('is the identity, in every dtype', () => {
    expect(values(eye(3))).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ])
    expect(values(eye(2, { dtype: 'bool' }))).toEqual([
      [true, false],
      [false, true],
    ])
    expect([values(eye(0)), eye(0).shape, values(eye(1, { dtype: 'int32' }))]).toEqual([[], [0, 0], [[1]]])
    expect(eye(2, { requiresGrad: true }).requiresGrad).toBe(true)
  })
})

describe('arange', () => {
  it.each<[string, Tensor, number[]]>([
    ['of one number counts from 0', arange(4), [0, 1, 2, 3]],
    ['leaves stop out', arange(2, 5), [2, 3, 4]],
    ['goes in steps', arange(1, 10, 3), [1, 4, 7]],
    ['goes down', arange(5, 0, -2), [5, 3, 1]],
    ['is empty where the step leads away', arange(5, 0), []],
    ['is empty from a number to itself', arange(3, 3), []],
    ['of a negative number is empty', arange(-3), []],
    ['rounds the count up, as NumPy', arange(2.5), [0, 1, 2]],
    ['takes undefined for what is left out', arange(3, undefined, undefined), [0, 1, 2]],
  ])('%s', (_, x, expected) => {
    expect([values(x), x.dtype]).toEqual([expected, 'float32'])
  })
  it('takes options in any last place', () => {
    for (const x of [
      arange(3, { dtype: 'int32' }),
      arange(0, 3, { dtype: 'int32' }),
      arange(0, 3, 1, { dtype: 'int32' }),
      arange(3, undefined, undefined, { dtype: 'int32' }),
    ])
      expect([values(x), x.dtype]).toEqual([[0, 1, 2], 'int32'])
    expect(arange(3, { requiresGrad: true }).requiresGrad).toBe(true)
  })
  it('computes each element from its position, so that errors do not add up', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        fc.integer({ min: 0, max: 300 }),
        (start, step, n) => {
          const stop = start + (n - 0.5) * step
          const x = arange(start, stop, step, { dtype: 'float64' })
          expect([...x.data]).toEqual(Array.from({ length: n }, (_, i) => start + i * step))
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('linspace', () => {
  it.each<[string, Tensor, number[]]>([
    ['holds both ends', linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]],
    ['goes down', linspace(1, -1, 3), [1, 0, -1]],
    ['of one number is the start', linspace(3, 5, 1), [3]],
    ['of no number is empty', linspace(3, 5, 0), []],
    ['between equal ends repeats', linspace(2, 2, 3), [2, 2, 2]],
  ])('%s', (_, x, expected) => {
    expect([values(x), x.shape]).toEqual([expected, [expected.length]])
  })
  it('ends exactly, and takes options', () => {
    const x = linspace(0, 0.1, 7, { dtype: 'float64', requiresGrad: true })
    expect([x.data[6], x.requiresGrad]).toEqual([0.1, true])
    expect(values(linspace(0, 4, 3, { dtype: 'int32' }))).toEqual([0, 2, 4])
  })
})

describe('oneHot', () => {
  it('adds an axis of classes at the end, for indices of any shape and layout', () => {
    expect(values(oneHot(int32([0, 2]), 3))).toEqual([
      [1, 0, 0],
      [0, 0, 1],
    ])
    const table = int32([
      [0, 1],
      [1, 0],
      [1, 1],
    ])
    expect(oneHot(table, 4).shape).toEqual([3, 2, 4])
    expect(values(oneHot(table.T, 2).argmax(-1))).toEqual(values(table.T))
    expect(values(oneHot(table.slice([2, 0]), 2))).toEqual([0, 1])
    expect(values(oneHot(int32([]), 3))).toEqual([])
  })
  it('takes options', () => {
    expect(values(oneHot(int32([1]), 2, { dtype: 'bool' }))).toEqual([[false, true]])
    expect(oneHot(int32([1]), 2, { dtype: 'float64', requiresGrad: true }).requiresGrad).toBe(true)
  })
})
