/** @file tensor(): from numbers, booleans, nested arrays and typed arrays. */
import { shapeArb } from '@tapegrad/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DType, tensor } from '../src/index.ts'
import type { NestedValues } from '../src/movement-types.ts'
import { f64, loose, values } from './support/f64.ts'

const make = loose(tensor)

describe('tensor of nested arrays', () => {
  it.each<[NestedValues, number[], DType]>([
    [3, [], 'float32'],
    [true, [], 'bool'],
    [[1, 2, 3], [3], 'float32'],
    [[true, false], [2], 'bool'],
    [[[1], [2]], [2, 1], 'float32'],
    [[], [0], 'float32'],
    [[[], []], [2, 0], 'float32'],
    [[[[]]], [1, 1, 0], 'float32'],
    [[Number.NaN, Number.NEGATIVE_INFINITY], [2], 'float32'],
  ])('%j', (value, shape, dtype) => {
    const x = tensor(value)
    expect([x.shape, x.dtype, values(x)]).toEqual([shape, dtype, value])
  })
  it('of every depth up to 32 axes reads back as it was', () => {
    const deep = (rank: number): NestedValues => (rank === 0 ? 5 : [deep(rank - 1)])
    for (const rank of [1, 5, 31, 32]) {
      expect(tensor(deep(rank)).ndim).toBe(rank)
      expect(values(tensor(deep(rank)))).toEqual(deep(rank))
    }
  })
  it('of any shape reads back as it was', () => {
    const nested = shapeArb({ minSide: 0 }).map((shape): [number[], NestedValues] => {
      let count = 0
      const build = (axis: number): NestedValues =>
        axis === shape.length ? ++count / 4 : Array.from({ length: shape[axis]! }, () => build(axis + 1))
      return [shape, build(0)]
    })
    fc.assert(
      fc.property(nested, ([shape, value]) => {
        const x = f64(value)
        expect(values(x)).toEqual(value)
        // Behind an axis of size 0 the nested arrays do not say how many there would be.
        const known = shape.includes(0) ? shape.slice(0, shape.indexOf(0) + 1) : shape
        expect(x.shape).toEqual(known)
      }),
      { numRuns: 60 },
    )
  })
  it('converts to the dtype asked for', () => {
    expect(values(tensor([0, 1, -2], { dtype: 'bool' }))).toEqual([false, true, true])
    expect(values(tensor([true, false], { dtype: 'float64' }))).toEqual([1, 0])
    expect(values(tensor([true, false], { dtype: 'int32' }))).toEqual([1, 0])
    expect(values(tensor([0.1], { dtype: 'float32' }))).toEqual([Math.fround(0.1)])
    expect(values(tensor([2 ** 31 - 1, -(2 ** 31), -0], { dtype: 'int32' }))).toEqual([
      2 ** 31 - 1,
      -(2 ** 31),
      0,
    ])
  })
  it('takes a shape for flat and for nested values', () => {
    expect(values(tensor([1, 2, 3, 4], { shape: [2, 2] }))).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(
      values(
        make(
          [
            [1, 2],
            [3, 4],
          ],
          { shape: [4] },
        ),
      ),
    ).toEqual([1, 2, 3, 4])
    expect(values(make(5, { shape: [1, 1] }))).toEqual([[5]])
    expect(values(make([5], { shape: [] }))).toBe(5)
    expect(make([], { shape: [0, 7] }).shape).toEqual([0, 7])
  })
  it('can be a leaf', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    x.mul(x).sum().backward()
    expect(values(x.grad)).toEqual([2, 4])
    expect(tensor([1], { requiresGrad: false }).requiresGrad).toBe(false)
  })
  it('copies: changing the array later changes nothing', () => {
    const rows = [
      [1, 2],
      [3, 4],
    ]
    const x = tensor(rows)
    rows[0]![0] = 99
    rows.pop()
    expect(values(x)).toEqual([
      [1, 2],
      [3, 4],
    ])
  })
})

describe('tensor of typed arrays', () => {
  it.each([
    [Float32Array.of(1, 2.5), 'float32'],
    [Float64Array.of(0.1, 0.2), 'float64'],
    [Int32Array.of(-1, 2), 'int32'],
  ] as const)('%s brings its dtype and is copied', (array, dtype) => {
    const x = tensor(array)
    const before = [...array]
    expect([x.dtype, x.shape, [...x.data]]).toEqual([dtype, [2], before])
    array[0] = 99
    expect([...x.data]).toEqual(before)
    expect(x.data.buffer).not.toBe(array.buffer)
  })
  it('of bytes needs a dtype', () => {
    expect(() => tensor(Uint8Array.of(0, 1))).toThrow(
      "tensor: a Uint8Array does not say what its numbers are; pass a dtype, as in tensor(bytes, { dtype: 'bool' })",
    )
    expect(values(tensor(Uint8Array.of(0, 1, 7), { dtype: 'bool' }))).toEqual([false, true, true])
    expect(values(tensor(Uint8Array.of(0, 255), { dtype: 'float32' }))).toEqual([0, 255])
  })
  it('of other kinds of numbers needs one, too', () => {
    expect(values(make(Int16Array.of(-5, 5), { dtype: 'int32' }))).toEqual([-5, 5])
    expect(() => make(Int16Array.of(1))).toThrow('tensor: a Int16Array does not say what its numbers are')
    expect(() => make(BigInt64Array.of(1n), { dtype: 'int32' })).toThrow(
      'tensor: the value is a BigInt64Array, expected an array of numbers',
    )
    expect(() => make(new DataView(new ArrayBuffer(4)), { dtype: 'bool' })).toThrow(
      'tensor: the value is a DataView',
    )
    expect(() => make(new DataView(new ArrayBuffer(0)), { dtype: 'bool' })).toThrow(
      'tensor: the value is a DataView',
    )
  })
  it('converts, reads parts of a buffer, and takes a shape', () => {
    expect(values(tensor(Float64Array.of(1, 2), { dtype: 'int32' }))).toEqual([1, 2])
    const part = new Float64Array(Float64Array.of(0, 1, 2, 3).buffer, 8, 2)
    expect(values(tensor(part))).toEqual([1, 2])
    expect(values(tensor(Float32Array.of(1, 2, 3, 4), { shape: [2, 2] }))).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(tensor(new Float32Array(0), { shape: [0, 3] }).shape).toEqual([0, 3])
  })
  it('gives back the data of any tensor, views included', () => {
    const x = f64([
      [1, 2],
      [3, 4],
    ]).T
    expect(values(tensor(x.data, { shape: [2, 2] }))).toEqual(values(x))
  })
})
