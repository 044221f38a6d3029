/** @file gather, scatterAdd and maskedFill: duplicates, adjoints, special values, empty axes, mistakes. */
import { describe, expect, it } from 'vitest'
import '../../src/methods.ts'
import { grad, vjp } from '../../src/autodiff.ts'
import { full, tensor, zeros } from '../../src/create.ts'
import { broadcastTo, gather, log, maskedFill, scatterAdd, sum } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { f64, loose, values } from '../support/f64.ts'
import { check } from '../support/messages.ts'
import { differentiate } from '../support/shapes-agree.ts'

const { NaN: nan } = Number
const i32 = (value: number | number[] | number[][]): Tensor => tensor(value, { dtype: 'int32' })
const matrix = f64([
  [1, 2, 3],
  [4, 5, 6],
])

describe('duplicate indices', () => {
  it('accumulate without drift in float32', () => {
    const n = 20_000_000
    const ones = full([n], 1)
    const to = broadcastTo(i32([1]), [n])
    expect(values(scatterAdd(zeros([2]), to, ones, 0))).toEqual([0, n])
    const [, pull] = vjp((x: Tensor) => gather(x, to, 0), zeros([2]))
    expect(values(pull(ones)[0])).toEqual([0, n])
  })

  it('round once', () => {
    // 1 + 2^-24 rounds to 1 in float32: one by one both would be lost.
    const tiny = 2 ** -24
    const y = scatterAdd(tensor([1]), i32([0, 0]), tensor([tiny, tiny]), 0)
    expect(y.item()).toBe(1 + 2 * tiny)
  })

  it('wrap around in int32', () => {
    expect(values(scatterAdd(i32([2 ** 31 - 1]), i32([0, 0]), i32([1, 1]), 0))).toEqual([-(2 ** 31) + 1])
  })

  it('are written to no memory but that of the result', () => {
    const x = f64([1, 2])
    x.scatterAdd(i32([0]), f64([5]), 0)
    expect(values(x)).toEqual([1, 2])
  })
})

describe('special values', () => {
  it('NaN and -0 travel as they are', () => {
    expect(values(gather(f64([nan, -0, 1]), i32([1, 0, -1]), 0))).toEqual([-0, nan, 1])
    expect(values(scatterAdd(f64([-0, 1]), i32([1]), f64([nan]), 0))).toEqual([-0, nan])
  })

  it('maskedFill hides NaN and passes no gradient to it', () => {
    expect(values(maskedFill(f64([nan, 1]), tensor([true, false]), 0))).toEqual([0, 1])
    expect(values(maskedFill(f64([2, 1]), tensor([true, false]), -Infinity))).toEqual([-Infinity, 1])
    expect(Number.isNaN(maskedFill(f64([2]), tensor(true), nan).item())).toBe(true)
    const f = (x: Tensor): Tensor => sum(maskedFill(log(x), x.le(1), 0))
    expect(values(grad(f)(f64([1, 4])))).toEqual([0, 0.25])
  })
})

describe('axes', () => {
  it('without elements', () => {
    const x = zeros([2, 0, 3], { dtype: 'float64' })
    const none = zeros([2, 0, 3], { dtype: 'int32' })
    for (const axis of [0, 1, 2]) {
      expect(differentiate((x) => gather(x, none, axis), x).shape).toEqual([2, 0, 3])
      expect(
        differentiate((x) => scatterAdd(x, none, zeros([2, 0, 3], { dtype: 'float64' }), axis), x).shape,
      ).toEqual([2, 0, 3])
    }
    const nothing = zeros([2, 0], { dtype: 'int32' })
    expect(differentiate((x) => gather(x, nothing, 1), matrix).shape).toEqual([2, 0])
    expect(values(scatterAdd(matrix, nothing, zeros([2, 0], { dtype: 'float64' }), 1))).toEqual(
      values(matrix),
    )
    expect(differentiate((x) => maskedFill(x, tensor(true), 7), x).shape).toEqual([2, 0, 3])
  })
})

describe('mistakes', () => {
  const gatherAny = loose(gather)
  const scatterAny = loose(scatterAdd)
  const maskAny = loose(maskedFill)
  check([
    [
      'an index out of range',
      () => gatherAny(matrix, i32([[0], [3]]), 1),
      'gather: index 3 is out of range for axis 1 of size 3; use -3 to 2',
    ],
    [
      'a negative one',
      () => scatterAny(f64([1, 2]), i32([-3]), f64([1]), 0),
      'scatterAdd: index -3 is out of range for axis 0 of size 2; use -2 to 1',
    ],
    [
      'an index where there is nothing',
      () => gatherAny(zeros([0]), i32([0]), 0),
      'gather: index 0 of axis 0, which has no elements',
    ],
    [
      'float indices',
      () => gatherAny(matrix, matrix, 1),
      "gather: indices have dtype float64, they must be int32; convert them with to('int32')",
    ],
    [
      'a list of indices',
      () => gatherAny(f64([1]), [0], 0),
      'gather: expected a tensor, got [0]; make one with tensor(...)',
    ],
    [
      'indices of another rank',
      () => gatherAny(matrix, i32([0]), 1),
      'gather: indices of shape [1] do not fit [2, 3]: all sizes but that of axis 1 must agree',
    ],
    [
      'indices that PyTorch would cut and NumPy stretch',
      () => gatherAny(matrix, i32([[0, 1]]), 1),
      'gather: indices of shape [1, 2] do not fit [2, 3]: all sizes but that of axis 1 must agree',
    ],
    [
      'a source of another shape',
      () => scatterAny(f64([1, 2]), i32([0, 1]), f64([1]), 0),
      'scatterAdd: the source has shape [1], the indices [2]; they must be equal',
    ],
    [
      'a source of another dtype',
      () => scatterAny(f64([1, 2]), i32([0, 1]), tensor([1, 2]), 0),
      "scatterAdd: dtypes float64 and float32 differ; convert one with to('float64')",
    ],
    [
      'a mask of numbers',
      () => maskAny(matrix, matrix, 0),
      'maskedFill: the mask has dtype float64, it must be bool; compare first, as in x.gt(0)',
    ],
    [
      'a mask that does not fit',
      () => maskAny(matrix, tensor([true, false]), 0),
      'maskedFill: shapes [2, 3] and [2] do not broadcast: sizes 3 and 2 differ at axis -1; neither is 1\n  [2, 3]\n     [2]\n      ^\n  axes match from the right; reshape [2] to [2, 1]',
    ],
    [
      'a tensor for the value',
      () => maskAny(matrix, matrix.gt(2), f64(1)),
      'maskedFill: the value must be a number, got a tensor of shape []',
    ],
    [
      'a value that int32 cannot hold',
      () => maskAny(i32([1]), tensor([true]), 0.5),
      "maskedFill: 0.5 with an int32 tensor: it is no int32; convert the tensor with to('float32')",
    ],
  ])
})
