/** @file Running sums and products: special values, integers, long axes, zeros, empty axes, mistakes. */
import { describe, expect, it } from 'vitest'
import { grad, jvp, vjp } from '../../src/autodiff.ts'
import { full, tensor, zeros } from '../../src/create.ts'
import { cumprod, cumsum, flip, mul, sum } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { f64, loose, values } from '../support/f64.ts'
import { check } from '../support/messages.ts'
import { differentiate } from '../support/shapes-agree.ts'

const { NaN: nan } = Number
const inf = Infinity
const i32 = (list: number[]): Tensor => tensor(list, { dtype: 'int32' })

describe('special values', () => {
  it('NaN and infinities stay from their place on', () => {
    expect(values(cumsum(f64([1, nan, 2, inf]), 0))).toEqual([1, nan, nan, nan])
    expect(values(cumsum(f64([1, inf, 2, -inf, 3]), 0))).toEqual([1, inf, inf, nan, nan])
    expect(values(cumprod(f64([2, 0, inf, 1]), 0))).toEqual([2, 0, nan, nan])
    expect(values(cumprod(f64([-2, -inf, -1]), 0))).toEqual([-2, inf, -inf])
  })

  it('the sign of zero', () => {
    expect(values(cumsum(f64([-0, -0, 0, -0]), 0))).toEqual([-0, -0, 0, 0])
    expect(values(cumprod(f64([-0, 1, -1]), 0))).toEqual([-0, -0, 0])
  })

  it('int32 wraps around, bool counts', () => {
    expect(values(cumsum(i32([2 ** 31 - 1, 1, -1]), 0))).toEqual([2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1])
    expect(values(cumprod(i32([65_536, 65_537, 3]), 0))).toEqual([65_536, 65_536, 196_608])
    const flags = tensor([true, true, false, true])
    expect([values(cumsum(flags, 0)), cumsum(flags, 0).dtype]).toEqual([[1, 2, 2, 3], 'int32'])
    expect([values(cumprod(flags, 0)), cumprod(flags, 0).dtype]).toEqual([[1, 1, 0, 0], 'int32'])
  })
})

describe('long axes', () => {
  it('the running float32 sum of 20,000,000 ones counts to its end', () => {
    const sums = cumsum(full([20_000_000], 1), 0).data
    expect([sums[0], sums[9_999_999], sums[19_999_999]]).toEqual([1, 10_000_000, 20_000_000])
  })

  it('the gradient of a sum of running sums counts down', () => {
    const n = 100_000
    const [, pull] = vjp((x: Tensor) => cumsum(x, 0), full([n], 1))
    const ct = pull(full([n], 1))[0].data
    expect([ct[0], ct[n - 1]]).toEqual([n, 1])
  })
})

/** d/dx_i of sum_j w_j prod_(k <= j) x_k, each product formed anew without x_i. */
function gradientOf(x: number[], w: number[]): number[] {
  return x.map((_, i) =>
    w.reduce((total, weight, j) => {
      if (j < i) return total
      return total + weight * x.slice(0, j + 1).reduce((p, value, k) => (k === i ? p : p * value), 1)
    }, 0),
  )
}

/** With -0 as 0: products of zeros have signs of their own. */
const plain = (x: Tensor): number[] => Array.from(x.data, (value) => value + 0)

describe('cumprod at zeros', () => {
  const w = [2, -3, 5, 7]
  const f = (x: Tensor): Tensor => sum(mul(cumprod(x, 0), f64(w)))
  it.each([[[3, 0, 2, 4]], [[0, 0, 2, 3]], [[0, 1, 0, 3]], [[0, 0, 0, 0]], [[1, 2, 3, 0]]])(
    'the gradient at %s is finite and exact',
    (x) => {
      expect(plain(grad(f)(f64(x)))).toEqual(gradientOf(x, w).map((g) => g + 0))
    },
  )

  it('second derivatives know that products of two zeros vary together', () => {
    // f = 2 a - 3 a b + 5 a b c + 7 a b c d; at a = b = 0 all that is left are the mixed terms of a and b.
    const x = f64([0, 0, 2, 3])
    const along = (v: number[]): unknown => plain(jvp((x: Tensor) => grad(f)(x), [x], [f64(v)])[1])
    const ab = -3 + 5 * 2 + 7 * 2 * 3
    expect(along([1, 0, 0, 0])).toEqual([0, ab, 0, 0])
    expect(along([0, 1, 0, 0])).toEqual([ab, 0, 0, 0])
    expect(along([0, 0, 1, 1])).toEqual([0, 0, 0, 0])
  })

  it('its gradient is O(n): an axis of 100,000 elements', () => {
    const n = 100_000
    const [, pull] = vjp((x: Tensor) => cumprod(x, 0), full([n], 1, { dtype: 'float64' }))
    const ct = pull(full([n], 1, { dtype: 'float64' }))[0].data
    expect([ct[0], ct[1], ct[n - 1]]).toEqual([n, n - 1, 1])
  })
})

describe('axes', () => {
  it('without elements', () => {
    for (const f of [cumsum, cumprod]) {
      for (const axis of [0, 1, -1]) {
        const x = zeros([2, 0, 3], { dtype: 'float64' })
        expect(differentiate((x) => f(x, axis), x).shape).toEqual([2, 0, 3])
      }
    }
  })

  it('through a view that walks back', () => {
    expect(values(cumsum(flip(f64([1, 2, 3])), 0))).toEqual([3, 5, 6])
  })

  check([
    ['none', () => loose(cumsum)(f64([1])), 'cumsum: axis must be a whole number, got undefined'],
    ['of a scalar', () => loose(cumprod)(f64(1), 0), 'cumprod: axis 0 of a 0-d tensor; it has no axes'],
    [
      'out of range',
      () => loose(cumprod)(f64([1]), 1),
      'cumprod: axis 1 is out of range for 1 axes; use -1 to 0',
    ],
  ])
})
