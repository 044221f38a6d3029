/** @file Mistakes in axes, shapes and dtypes, and the words that should help: the whole message of each. */
import { describe } from 'vitest'
import * as tg from '../src/index.ts'
import { f64, loose } from './support/f64.ts'
import { check } from './support/messages.ts'

const x = f64([
  [1, 2, 3],
  [4, 5, 6],
])
const row = f64([1, 2, 3])
const int32 = tg.tensor([1, 2, 3], { dtype: 'int32' }) as tg.Tensor
const truth = tg.tensor([true, false, true]) as tg.Tensor
const f32 = tg.tensor([1, 2, 3]) as tg.Tensor
const sum = loose(tg.sum)
const wide = tg.zeros([1]).broadcastTo([2 ** 20, 1]) as tg.Tensor

describe('axes', () => {
  check([
    ['beyond the last', () => sum(x, 2), 'sum: axis 2 is out of range for 2 axes; use -2 to 1'],
    ['before the first', () => sum(x, -3), 'sum: axis -3 is out of range for 2 axes; use -2 to 1'],
    ['NaN', () => sum(x, Number.NaN), 'sum: axis must be a whole number, got NaN'],
    ['a fraction', () => sum(x, 0.5), 'sum: axis must be a whole number, got 0.5'],
    ['text', () => sum(x, '0'), 'sum: axis must be a whole number, got "0"'],
    ['of a list, twice', () => sum(x, [0, -2]), 'sum: axis 0 is named twice in [0, -2]'],
    ['of a list, with a hole', () => sum(x, new Array(1)), 'sum: axis must be a whole number, got undefined'],
    [
      'of a 0-d tensor',
      () => loose(tg.softmax)(f64(1), 0),
      'softmax: axis 0 of a 0-d tensor; it has no axes',
    ],
    ['missing', () => loose(tg.softmax)(x), 'softmax: axis must be a whole number, got undefined'],
    [
      'a new one, too far',
      () => loose(tg.unsqueeze)(x, 3),
      'unsqueeze: axis 3 is out of range for 3 axes; use -3 to 2',
    ],
    [
      'not of size 1',
      () => loose(tg.squeeze)(x, 0),
      'squeeze: axis 0 of [2, 3] has size 2; only size 1 can be removed',
    ],
    [
      'too few in an order',
      () => loose(tg.permute)(x, [0]),
      'permute: [0] must name each of the 2 axes of [2, 3] once',
    ],
    [
      'one of two to swap',
      () => loose(tg.transpose)(x, 0),
      'transpose: give both axes to swap, or none to reverse them all',
    ],
    [
      'more than 32',
      () => tg.unsqueeze(tg.ones(new Array<number>(32).fill(1)), 0),
      'unsqueeze: the tensor has 32 axes; at most 32 are allowed',
    ],
  ])
})

describe('shapes', () => {
  check([
    [
      'that do not broadcast',
      () => loose(tg.add)(x, f64([1, 2])),
      'add: shapes [2, 3] and [2] do not broadcast: sizes 3 and 2 differ at axis -1; neither is 1\n  [2, 3]\n     [2]\n      ^\n  axes match from the right; reshape [2] to [2, 1]',
    ],
    [
      'whose sum would not fit in memory',
      () => loose(tg.add)(wide, wide.T),
      'add: shape [1048576, 1048576] has 1099511627776 elements; at most 2147483647 fit',
    ],
    [
      'whose product would not fit',
      () => loose(tg.matmul)(wide, wide.T),
      'matmul: shape [1048576, 1048576] has 1099511627776 elements; at most 2147483647 fit',
    ],
    [
      'whose inner sizes differ',
      () => loose(tg.matmul)(x, x),
      'matmul: [2, 3] @ [2, 3]: inner sizes 3 and 2 differ; transpose the right operand, as in a.matmul(b.T)',
    ],
    ['of other size', () => loose(tg.reshape)(x, [4]), 'reshape: [2, 3] has 6 elements, [4] has 4'],
    [
      'with two unknowns',
      () => loose(tg.reshape)(x, [-1, -1]),
      'reshape: [-1, -1] has more than one -1; only one dimension can be inferred',
    ],
    [
      'that the unknown cannot fill',
      () => loose(tg.reshape)(x, [-1, 4]),
      'reshape: [2, 3] has 6 elements, which [-1, 4] cannot hold',
    ],
    [
      'as separate numbers',
      () => loose(tg.reshape)(x, 3, 2),
      'reshape: the shape must be an array of whole numbers, got 3',
    ],
    [
      'that a broadcast cannot reach',
      () => loose(tg.broadcastTo)(x, [2, 4]),
      'broadcastTo: [2, 3] cannot become [2, 4]: axis 1 has size 3, neither 1 nor 4\n  [2, 3]\n  [2, 4]\n      ^\n  axes match from the right',
    ],
    [
      'with fewer axes',
      () => loose(tg.broadcastTo)(x, [3]),
      'broadcastTo: [2, 3] cannot become [3]: that has fewer axes',
    ],
    [
      'that differ in a concat',
      () => loose(tg.concat)([x, row]),
      'concat: tensor 1 has shape [3], tensor 0 [2, 3]; they may differ only along axis 0',
    ],
    [
      'that differ in a stack',
      () => loose(tg.stack)([x, row]),
      'stack: tensor 1 has shape [3], tensor 0 [2, 3]; all must be equal',
    ],
    [
      'of nothing to join',
      () => loose(tg.concat)([]),
      'concat: the array is empty; the shape of the result would be unknown',
    ],
    [
      'a tensor in place of a list',
      () => loose(tg.concat)(x, x),
      'concat: expected an array of tensors, got a tensor of shape [2, 3]',
    ],
    [
      'too few pairs to pad',
      () => loose(tg.pad)(x, [[1, 1]]),
      'pad: expected 2 pairs [before, after] for shape [2, 3], got an array of length 1',
    ],
    [
      'negative widths to pad',
      () => loose(tg.pad)(row, [[-1, 0]]),
      'pad: the widths of axis 0 must be two whole numbers >= 0, got [-1, 0]',
    ],
    [
      'too many ranges',
      () => loose(tg.slice)(row, [null, null]),
      'slice: 2 ranges for a tensor of 1 axes, shape [3]',
    ],
    [
      'an index out of range',
      () => loose(tg.slice)(row, [3]),
      'slice: index 3 is out of range for axis 0 of size 3',
    ],
    [
      'a step of 0',
      () => loose(tg.slice)(row, [[0, 3, 0]]),
      'slice: step 0 of axis 0 must be a whole number other than 0',
    ],
    [
      'an index to take, out of range',
      () => loose(tg.take)(row, [0, 3], 0),
      'take: index 3 (number 1) is out of range for axis 0 of size 3',
    ],
    [
      'a fraction to take',
      () => loose(tg.take)(row, [0.5], 0),
      'take: index number 0 is 0.5, it must be a whole number that fits int32',
    ],
  ])
})

describe('dtypes', () => {
  check([
    [
      'mixed',
      () => loose(tg.add)(row, f32),
      "add: dtypes float64 and float32 differ; convert one with to('float64')",
    ],
    [
      'mixed in a list',
      () => loose(tg.stack)([row, int32]),
      "stack: dtypes float64 and int32 differ; convert one with to('float64')",
    ],
    [
      'int32 and bool: to the one that loses nothing',
      () => loose(tg.add)(int32, loose(tg.eq)(int32, 0)),
      "add: dtypes int32 and bool differ; convert one with to('int32')",
    ],
    [
      'int32 where floats are needed',
      () => loose(tg.exp)(int32),
      "exp: needs floating-point numbers, got int32; convert with to('float32')",
    ],
    [
      'bool where numbers are needed',
      () => loose(tg.add)(truth, truth),
      "add: needs numbers, got bool; convert with to('int32') or to('float32')",
    ],
    [
      'a fraction with int32',
      () => loose(tg.mul)(int32, 0.5),
      "mul: 0.5 with an int32 tensor: it is no int32; convert the tensor with to('float32')",
    ],
    [
      'a number beyond int32',
      () => loose(tg.mul)(int32, 2 ** 31),
      "mul: 2147483648 with an int32 tensor: it is no int32; convert the tensor with to('float32')",
    ],
    [
      'NaN with int32',
      () => loose(tg.maximum)(int32, Number.NaN),
      "maximum: NaN with an int32 tensor: it is no int32; convert the tensor with to('float32')",
    ],
    [
      'a condition of numbers',
      () => loose(tg.where)(row, row, 0),
      'where: the condition has dtype float64, it must be bool; compare first, as in x.gt(0)',
    ],
    [
      'indices of floats',
      () => loose(tg.take)(row, f64([0]), 0),
      "take: indices have dtype float64, they must be int32; convert them with to('int32')",
    ],
    [
      'unknown',
      () => loose(tg.to)(row, 'float16'),
      "to: unknown dtype \"float16\"; use one of 'float32', 'float64', 'int32', 'bool'",
    ],
  ])
})
