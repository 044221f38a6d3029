/** @file Logic, rounding, tests of numbers, any and all, closeness, argmin and norm where the op table does not reach. */
import { describe, expect, it } from 'vitest'
import { grad, jvp, vjp } from '../../src/autodiff.ts'
import { tensor, zeros } from '../../src/create.ts'
import { TapegradError } from '../../src/errors.ts'
import * as ops from '../../src/ops/index.ts'
import { type Tracer, withTracer } from '../../src/tape.ts'
import type { Tensor } from '../../src/tensor.ts'
import { f64 } from '../support/f64.ts'

const { NaN: nan } = Number
const inf = Infinity
const FLOATS = ['float32', 'float64'] as const
const { all, allClose, any, argmin, ceil, floor, logicalAnd, logicalNot, logicalOr, norm, round, sum } = ops
const truth = (values: boolean[] | boolean[][]): Tensor => tensor(values)
const [yes, no] = [true, false]

describe('logic', () => {
  it('has the truth tables', () => {
    const [a, b] = [truth([no, no, yes, yes]), truth([no, yes, no, yes])]
    expect(logicalAnd(a, b).toArray()).toEqual([no, no, no, yes])
    expect(logicalOr(a, b).toArray()).toEqual([no, yes, yes, yes])
    expect(logicalNot(b).toArray()).toEqual([yes, no, yes, no])
    expect(logicalOr(truth([[no], [yes]]), truth([no, yes])).toArray()).toEqual([
      [no, yes],
      [yes, yes],
    ])
    expect([logicalAnd(a, 0).toArray(), logicalOr(1, a).dtype]).toEqual([[no, no, no, no], 'bool'])
  })

  it('is for bool tensors, and says how to get one', () => {
    for (const [name, call] of [
      ['logicalAnd', () => logicalAnd(f64([1]), f64([1]))],
      ['logicalOr', () => logicalOr(truth([yes]), f64([1]))],
      ['logicalNot', () => logicalNot(tensor([1], { dtype: 'int32' }))],
      ['any', () => any(f64([1]))],
      ['all', () => all(tensor([1], { dtype: 'int32' }), 0)],
    ] as const) {
      expect(call).toThrow(TapegradError)
      expect(call).toThrow(new RegExp(`^${name}: `))
    }
    expect(() => any(f64([1]))).toThrow('any: needs bool, got float64; compare first, as in x.ne(0)')
    expect(() => logicalAnd(truth([yes]), 2)).toThrow(/^logicalAnd: 2 with a bool tensor/)
  })
})

describe('any and all', () => {
  it('of nothing: false and true', () => {
    const nothing = zeros([2, 0], { dtype: 'bool' })
    expect([any(nothing).item(), all(nothing).item()]).toEqual([no, yes])
    expect([any(nothing, 1).toArray(), all(nothing, 1).toArray()]).toEqual([
      [no, no],
      [yes, yes],
    ])
    expect(any(nothing, 0, { keepdims: true }).shape).toEqual([1, 0])
  })

  it('find the one that decides, wherever it stands', () => {
    for (const place of [0, 1, 63, 499, 999]) {
      const one = Array.from({ length: 1000 }, (_, i) => i === place)
      expect(any(truth(one)).item()).toBe(yes)
      expect(all(truth(one.map((x) => !x))).item()).toBe(no)
    }
    expect(any(truth(new Array(1000).fill(no))).item()).toBe(no)
    expect(all(truth(new Array(1000).fill(yes))).item()).toBe(yes)
  })
})

describe.each(FLOATS)('tests of numbers in %s', (dtype) => {
  const x = tensor([nan, inf, -inf, -0, 1, -1e38], { dtype })
  it('isNaN and isFinite', () => {
    expect(ops.isNaN(x).toArray()).toEqual([yes, no, no, no, no, no])
    expect(ops.isFinite(x).toArray()).toEqual([no, no, no, yes, yes, yes])
  })

  it('rounding keeps NaN, infinities and the sign of zero; halves go to the even neighbour', () => {
    const ends = tensor([nan, inf, -inf, -0, 0], { dtype })
    for (const f of [floor, ceil, round]) expect(f(ends).toArray()).toEqual([nan, inf, -inf, -0, 0])
    const y = tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5], { dtype })
    expect(round(y).toArray()).toEqual([-2, -2, -0, 0, 2, 2, 4])
    expect(floor(y).toArray()).toEqual([-3, -2, -1, 0, 1, 2, 3])
    expect(ceil(y).toArray()).toEqual([-2, -1, -0, 1, 2, 3, 4])
    const large =
      dtype === 'float32' ? [8388607.5, 8388609, -3e38] : [4503599627370495.5, 2 ** 53 + 2, -1e308]
    const expected = dtype === 'float32' ? [8388608, 8388609] : [2 ** 52, 2 ** 53 + 2]
    const wide = tensor(large, { dtype })
    expect(round(wide).toArray()).toEqual([...expected, wide.data[2]])
  })

  it('rounding has slope 0, at its steps too', () => {
    const y = tensor([-1, -0.5, 0, 0.5, 0.7], { dtype })
    for (const f of [floor, ceil, round]) {
      expect(grad((x: Tensor) => sum(f(x)))(y).toArray()).toEqual([0, 0, 0, 0, 0])
      expect(jvp(f, [y], [y])[1].toArray()).toEqual([0, 0, 0, 0, 0])
    }
  })
})

describe('int32 and bool', () => {
  it('whole numbers are what they are', () => {
    const x = tensor([-(2 ** 31), -1, 0, 2 ** 31 - 1], { dtype: 'int32' })
    for (const f of [floor, ceil, round]) expect(f(x).toArray()).toEqual(x.toArray())
    expect(ops.isNaN(x).toArray()).toEqual([no, no, no, no])
    expect(ops.isFinite(x).toArray()).toEqual([yes, yes, yes, yes])
    expect(ops.isNaN(truth([yes, no])).toArray()).toEqual([no, no])
    expect(ops.isFinite(truth([yes, no])).toArray()).toEqual([yes, yes])
    for (const f of [floor, ceil, round]) expect(() => f(truth([yes]))).toThrow(/^(floor|ceil|round): /)
  })

  it('argmin', () => {
    expect(argmin(tensor([3, -(2 ** 31), 5], { dtype: 'int32' })).item()).toBe(1)
    expect(argmin(truth([yes, no, no])).item()).toBe(1)
    expect(() => norm(tensor([3], { dtype: 'int32' }))).toThrow(
      /^norm: needs floating-point numbers, got int32/,
    )
  })
})

describe('argmin', () => {
  it('gives the first of equals, and the first NaN', () => {
    expect(argmin(f64([3, 1, 1])).item()).toBe(1)
    expect(argmin(f64([1, nan, 0, nan])).item()).toBe(1)
    expect(argmin(f64([inf, inf])).item()).toBe(0)
    expect(argmin(f64([0, -0])).item()).toBe(0)
  })

  it('of no elements is an error', () => {
    expect(() => argmin(zeros([0]))).toThrow(/^argmin: axis 0 of \[0\] is empty; the argmin of no elements/)
    expect(argmin(zeros([2, 0]), 0).shape).toEqual([0])
  })
})

describe('norm', () => {
  it('neither overflows nor underflows', () => {
    // Products of 3 and 4 with one power of two, so that 5 times it is exact.
    expect(norm(f64([3 * 2 ** 600, -4 * 2 ** 600])).item()).toBe(5 * 2 ** 600)
    expect(norm(f64([3 * 2 ** -1070, 4 * 2 ** -1070])).item()).toBe(5 * 2 ** -1070)
    // A square of 1e-317 has some 20 of 53 digits left.
    expect(norm(f64([1e-158 / 3])).item() / (1e-158 / 3)).toBeCloseTo(1, 14)
    expect(norm(tensor([3e30, 4e30])).item()).toBe(Math.fround(5e30))
    expect(norm(f64([1e-200, 1])).item()).toBe(1)
    expect(norm(f64(new Array(1000).fill(1e154)), 0).item() / Math.sqrt(1000) / 1e154).toBeCloseTo(1, 14)
    expect(norm(tensor(new Array(300).fill(-1))).item()).toBe(Math.fround(Math.sqrt(300)))
  })

  it('of special values and of nothing', () => {
    expect(norm(f64([nan, inf])).item()).toBeNaN()
    expect(norm(f64([nan, 1])).item()).toBeNaN()
    expect(norm(f64([-inf, 1])).item()).toBe(inf)
    expect(norm(f64([0, -0])).item()).toBe(0)
    expect(norm(zeros([0, 3]), 0).toArray()).toEqual([0, 0, 0])
    expect(norm(f64([[3, -4]]), []).toArray()).toEqual([[3, 4]])
  })

  it('its derivatives at 0 are 0, of every order', () => {
    const f = (x: Tensor): Tensor => sum(norm(x, 1))
    const x = f64([
      [0, 0],
      [3, 4],
    ])
    const g = grad(f)(x)
    expect([...g.data].map((v) => Math.round(v * 1e15) / 1e15)).toEqual([0, 0, 0.6, 0.8])
    const dx = f64([
      [1, 2],
      [0, 0],
    ])
    expect(jvp(grad(f), [x], [dx])[1].toArray()).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(vjp(grad(f), x)[1](dx)[0].toArray()).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(grad((x: Tensor) => norm(x))(f64([3 * 2 ** 600, 4 * 2 ** 600])).toArray()).toEqual([0.6, 0.8])
  })
})

describe('allClose', () => {
  it('measures by |a - b| <= atol + rtol |b|', () => {
    expect(allClose(f64([1, 100]), f64([1.000009, 100.0009]))).toBe(yes)
    expect(allClose(f64([1, 100]), f64([1.000011, 100.0009]))).toBe(no)
    expect(allClose(f64([0]), f64([1e-8]))).toBe(yes)
    expect(allClose(f64([0]), f64([1.1e-8]))).toBe(no)
    expect(allClose(f64([1]), f64([1.4]), { atol: 0.5 })).toBe(yes)
    expect(allClose(f64([10]), f64([11]), { rtol: 0.1, atol: 0 })).toBe(yes)
    // The tolerance is relative to the second.
    expect(allClose(f64([11]), f64([10]), { rtol: 0.0999, atol: 0 })).toBe(no)
    expect(allClose(f64([10]), f64([11]), { rtol: 0.0999, atol: 0 })).toBe(yes)
    expect(allClose(f64([10.5]), f64([10]), { rtol: 0, atol: 0 })).toBe(no)
    expect(allClose(f64([10]), f64([10]), { rtol: 0, atol: 0 })).toBe(yes)
  })

  it('broadcasts, takes numbers and every dtype', () => {
    expect(allClose(f64([[2], [2]]), f64([2, 2, 2]))).toBe(yes)
    expect(allClose(f64([2, 3]), 2)).toBe(no)
    expect(allClose(tensor([2, 2]), 2)).toBe(yes)
    expect(allClose(tensor([-(2 ** 31)], { dtype: 'int32' }), 2 ** 31 - 1)).toBe(no)
    expect(allClose(truth([yes, no]), truth([yes, no]))).toBe(yes)
    expect(allClose(truth([yes, no]), truth([yes, yes]))).toBe(no)
    expect(allClose(zeros([0, 2]), zeros([2]))).toBe(yes)
  })

  it('NaN is close to nothing, an infinity to itself', () => {
    expect(allClose(f64([nan]), f64([nan]))).toBe(no)
    expect(allClose(f64([inf, -inf]), f64([inf, -inf]))).toBe(yes)
    expect(allClose(f64([inf]), f64([-inf]))).toBe(no)
    expect(allClose(f64([1]), f64([inf]))).toBe(no)
    expect(allClose(f64([inf]), f64([1e308]))).toBe(no)
  })

  it('refuses what cannot be compared', () => {
    const [a, b] = [f64([1, 2]), f64([1, 2])]
    expect(() => allClose(a, f64([1, 2, 3]))).toThrow(/^allClose: shapes \[2\] and \[3\] do not broadcast/)
    expect(() => allClose(a, tensor([1, 2]))).toThrow(/^allClose: dtypes float64 and float32 differ/)
    expect(() => allClose(a, b, { rtol: nan })).toThrow('allClose: rtol must be a number >= 0, got NaN')
    expect(() => allClose(a, b, { atol: -1 })).toThrow('allClose: atol must be a number >= 0, got -1')
    expect(() => allClose(a, b, { atol: inf })).toThrow(/^allClose: atol/)
    expect(() => allClose(a, b, { tolerance: 1 } as never)).toThrow(
      /^allClose: there is no option "tolerance"/,
    )
  })

  it('records nothing, and inside a trace reads what has values', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const tracer: Tracer = {
      emit: ({ name }) => expect.fail(`${name} was traced`),
      assign: () => {},
    }
    expect(withTracer(tracer, () => allClose(x, tensor([1, 2])))).toBe(yes)
  })
})
