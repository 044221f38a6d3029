/** @file What constructors say to wrong arguments: the function, the place, and what would be right. */
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
      'zeros: options must be a plain object, as in { dtype: value }, got "float64"',
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
