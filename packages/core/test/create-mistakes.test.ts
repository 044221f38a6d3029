/** @file What constructors say to wrong arguments: the function, the place, and what would be right. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arange,
  eye,
  full,
  linspace,
  oneHot,
  ones,
  TapegradError,
  type Tensor,
  tensor,
  zeros,
  zerosLike,
} from '../src/index.ts'
import { f64, loose } from './support/f64.ts'

const make = loose(tensor)
const int32 = (value: number[]): Tensor => tensor(value, { dtype: 'int32' })

describe('filling refuses', () => {
  it.each<[string, () => unknown, string]>([
    [
      'sizes in place of a shape',
      () => loose(zeros)(2, 3),
      'zeros: the shape must be an array of whole numbers, got 2',
    ],
    ['no shape', () => loose(ones)(), 'ones: the shape must be an array of whole numbers, got undefined'],
    [
      'a negative size',
      () => zeros([2, -1]),
      'zeros: dimension 1 of shape [2, -1] is -1; use a whole number >= 0',
    ],
    [
      'a fractional size',
      () => ones([1.5]),
      'ones: dimension 0 of shape [1.5] is 1.5; use a whole number >= 0',
    ],
    ['a size that is NaN', () => zeros([Number.NaN]), 'zeros: dimension 0 of shape [NaN] is NaN'],
    ['a size that is text', () => loose(zeros)(['2']), 'zeros: dimension 0 of shape ["2"] is "2"'],
    [
      'a hole in the shape',
      () => loose(zeros)(new Array(2)),
      'zeros: dimension 0 of shape [undefined, undefined]',
    ],
    [
      '33 axes',
      () => zeros(new Array(33).fill(1) as number[]),
      'zeros: a shape of 33 axes; at most 32 are allowed',
    ],
    [
      'too many elements',
      () => zeros([2 ** 20, 2 ** 20]),
      'zeros: shape [1048576, 1048576] has 1099511627776 elements; at most 2147483647 fit',
    ],
    [
      'a size beyond all',
      () => zeros([0, 1e300]),
      'zeros: dimension 1 of the shape is 1e+300; at most 2147483647 is possible',
    ],
    [
      'a dtype in place of options',
      () => loose(zeros)([2], 'float64'),
      'zeros: options must be a plain object, as in { name: value }, got "float64"',
    ],
    ['null options', () => loose(zeros)([2], null), 'zeros: options must be a plain object'],
    [
      'an unknown dtype',
      () => loose(zeros)([2], { dtype: 'float16' }),
      `zeros: unknown dtype "float16"; use one of 'float32', 'float64', 'int32', 'bool'`,
    ],
    [
      'a gradient for integers',
      () => zeros([2], { dtype: 'int32', requiresGrad: true }),
      'zeros: a tensor of dtype int32 cannot carry gradients; leave requiresGrad out, or use float32',
    ],
    [
      'a gradient of text',
      () => loose(ones)([2], { requiresGrad: 'yes' }),
      'ones: requiresGrad must be true or false, got "yes"',
    ],
    ['full of text', () => loose(full)([2], 'x'), 'full: the value must be a number or a boolean, got "x"'],
    [
      'full without a value',
      () => loose(full)([2]),
      'full: the value must be a number or a boolean, got undefined',
    ],
    [
      'full of a fraction in int32',
      () => full([2], 1.5, { dtype: 'int32' }),
      'full: value 1.5 (number 0) is not an int32; use float32, or round it first',
    ],
    [
      'full of NaN in int32',
      () => full([2], Number.NaN, { dtype: 'int32' }),
      'full: value NaN (number 0) is not an int32',
    ],
    [
      'zerosLike of an array',
      () => loose(zerosLike)([1, 2]),
      'zerosLike: expected a tensor, got [1, 2]; make one with tensor(...)',
    ],
    ['eye of a negative size', () => eye(-1), 'eye: dimension 0 of shape [-1, -1] is -1'],
    ['eye of text', () => loose(eye)('3'), 'eye: dimension 0 of shape ["3", "3"] is "3"'],
    [
      'arange to infinity',
      () => arange(Number.POSITIVE_INFINITY),
      'arange: start, stop and step must be finite numbers, got Infinity',
    ],
    [
      'arange of nothing',
      () => loose(arange)(),
      'arange: start, stop and step must be finite numbers, got undefined',
    ],
    ['arange in steps of 0', () => arange(0, 5, 0), 'arange: step is 0; use a number other than 0'],
    [
      'arange of halves in int32',
      () => arange(0, 2, 0.5, { dtype: 'int32' }),
      'arange: value 0.5 (number 1) is not an int32',
    ],
    ['arange too long', () => arange(1e12), 'arange: dimension 0 of the shape is 1000000000000'],
    [
      'linspace of a fractional count',
      () => linspace(0, 1, 2.5),
      'linspace: dimension 0 of shape [2.5] is 2.5',
    ],
    [
      'linspace from NaN',
      () => linspace(Number.NaN, 1, 3),
      'linspace: start and stop must be finite numbers, got NaN',
    ],
    [
      'linspace over all numbers',
      () => linspace(-1e308, 1e308, 3),
      'linspace: -1e+308 and 1e+308 lie too far apart',
    ],
    [
      'oneHot of floats',
      () => oneHot(f64([0, 1]), 2),
      "oneHot: indices have dtype float64, they must be int32; convert them with to('int32')",
    ],
    ['oneHot of an array', () => loose(oneHot)([0, 1], 2), 'oneHot: expected a tensor, got [0, 1]'],
    [
      'oneHot of an index too large',
      () => oneHot(int32([0, 3]), 3),
      'oneHot: index 3 (number 1) is out of range for 3 classes',
    ],
    [
      'oneHot of a negative index',
      () => oneHot(int32([-1]), 3),
      'oneHot: index -1 (number 0) is out of range for 3 classes',
    ],
    [
      'oneHot of no classes',
      () => oneHot(int32([0]), 0),
      'oneHot: index 0 (number 0) is out of range for 0 classes',
    ],
    [
      'oneHot of text classes',
      () => loose(oneHot)(int32([0]), '3'),
      'oneHot: dimension 1 of shape [1, "3"] is "3"',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(TapegradError)
    expect(run).toThrow(message)
  })
})

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
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
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
