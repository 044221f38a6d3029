/** @file What tensor() says to wrong values: ragged, no numbers, too deep, and where in the array. */
import { shapeArb } from '@tapegrad/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TapegradError, tensor, zeros } from '../src/index.ts'
import { f64, loose } from './support/f64.ts'

const make = loose(tensor)

describe('tensor refuses, and says where', () => {
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  const deep = (rank: number): unknown => {
    let value: unknown = 1
    for (let i = 0; i < rank; i++) value = [value]
    return value
  }
  it.each<[string, () => unknown, string]>([
    ['nothing', () => make(), 'the value is undefined, expected a number or a boolean'],
    ['null', () => make(null), 'the value is null, expected a number or a boolean'],
    ['text', () => make('12'), 'the value is "12", expected a number or a boolean'],
    ['a bigint', () => make(1n), 'the value is 1n, expected a number or a boolean'],
    ['an object', () => make({}), 'the value is a plain object, expected a number or a boolean'],
    [
      'a tensor',
      () => make(f64(1)),
      'the value is a tensor; copy it with clone(), or convert it with to(dtype)',
    ],
    [
      'tensors in an array',
      () => make([f64(1)]),
      'the value at [0] is a tensor of shape [], expected a number or a boolean',
    ],
    [
      'text inside',
      () =>
        make([
          [1, 2],
          [3, 'x'],
        ]),
      'the value at [1][1] is "x", expected a number or a boolean',
    ],
    ['null inside', () => make([1, null]), 'the value at [1] is null, expected a number or a boolean'],
    ['a hole', () => make(Object.assign([1, 2, 3], { length: 4 })), 'the value at [3] is undefined'],
    [
      'a row too short',
      () => make([[1, 2], [3]]),
      'the value at [1] has 1 elements, its neighbours have 2; rows must have equal lengths',
    ],
    [
      'a row too long, deep inside',
      () =>
        make([
          [[1], [2]],
          [[3], [4, 5]],
        ]),
      'the value at [1][1] has 2 elements, its neighbours have 1',
    ],
    [
      'a number among rows',
      () => make([[1, 2], 3]),
      'the value at [1] is 3, expected an array of 2 elements like its neighbours',
    ],
    ['a row among numbers', () => make([1, [2]]), 'the value at [1] is [2], expected a number or a boolean'],
    ['an empty row first', () => make([[], [1]]), 'the value at [1] has 1 elements, its neighbours have 0'],
    [
      'typed rows',
      () => make([Float32Array.of(1)]),
      'the value at [0] is a Float32Array, expected a number or a boolean',
    ],
    [
      'numbers among booleans',
      () => make([true, 1]),
      'the value at [1] is 1, but the first value is true; do not mix numbers and booleans',
    ],
    [
      'booleans among numbers',
      () => make([[0], [false]]),
      'the value at [1][0] is false, but the first value is 0',
    ],
    ['33 levels', () => make(deep(33)), 'the value nests deeper than 32 levels; does it contain itself?'],
    ['100,000 levels', () => make(deep(100_000)), 'the value nests deeper than 32 levels'],
    ['itself', () => make(cyclic), 'the value nests deeper than 32 levels; does it contain itself?'],
    [
      'a billion holes',
      () => make(new Array(1e9)),
      'the value at [0] is undefined, expected a number or a boolean',
    ],
    ['four billion holes', () => make(new Array(2 ** 32 - 1)), 'dimension 0 of the shape is 4294967295'],
    [
      'a fraction as int32',
      () => make([1, 2.5], { dtype: 'int32' }),
      'value 2.5 (number 1) is not an int32; use float32, or round it first',
    ],
    [
      'a number beyond int32',
      () => make([2 ** 31], { dtype: 'int32' }),
      'value 2147483648 (number 0) is not an int32',
    ],
    ['NaN as int32', () => make([Number.NaN], { dtype: 'int32' }), 'value NaN (number 0) is not an int32'],
    [
      'a typed fraction as int32',
      () => make(Float64Array.of(0.5), { dtype: 'int32' }),
      'value 0.5 (number 0) is not an int32',
    ],
    [
      'a shape that does not fit',
      () => make([1, 2, 3], { shape: [2, 2] }),
      '3 values for shape [2, 2], which has 4 elements',
    ],
    [
      'a typed array with such a shape',
      () => make(Float32Array.of(1), { shape: [2] }),
      '1 values for shape [2], which has 2 elements',
    ],
    [
      'an inferred dimension',
      () => make([1, 2], { shape: [-1] }),
      'dimension 0 of shape [-1] is -1; use a whole number >= 0',
    ],
    [
      'a shape that is none',
      () => make([1, 2], { shape: 2 }),
      'the shape must be an array of whole numbers, got 2',
    ],
    ['an unknown dtype', () => make([1], { dtype: 'int64' }), 'unknown dtype "int64"; use one of'],
    ['a dtype in place of options', () => make([1], 'float64'), 'options must be a plain object'],
    [
      'a gradient for booleans',
      () => make([true], { requiresGrad: true }),
      'a tensor of dtype bool cannot carry gradients',
    ],
    ['a gradient of 1', () => make([1], { requiresGrad: 1 }), 'requiresGrad must be true or false, got 1'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(TapegradError)
    expect(run).toThrow(`tensor: ${message}`)
  })
  it('names the position of the one bad value, wherever it stands', () => {
    fc.assert(
      fc.property(
        shapeArb({ minRank: 1 }),
        fc.infiniteStream(fc.nat()),
        fc.constantFrom(null, 'x', {}, 1n),
        (shape, stream, bad) => {
          const at = shape.map((size) => stream.next().value % size)
          const value = zeros(shape).toArray()
          let row = value as unknown[]
          for (const i of at.slice(0, -1)) row = row[i] as unknown[]
          row[at.at(-1)!] = bad
          expect(() => make(value)).toThrow(`tensor: the value at ${at.map((i) => `[${i}]`).join('')} is `)
        },
      ),
      { numRuns: 50 },
    )
  })
})
