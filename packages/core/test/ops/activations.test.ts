/** @file Activations, reciprocals and inverse functions at kinks, ends of their domains and special values. */
import { expectClose } from '@tapegrad/core/testing'
import { describe, expect, it } from 'vitest'
import { grad, jvp, vjp } from '../../src/autodiff.ts'
import { tensor } from '../../src/create.ts'
import * as ops from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { f64 } from '../support/f64.ts'

const { acos, asin, atan, atan2, cosh, elu, erf, gelu, leakyRelu, reciprocal, rsqrt, silu, sinh, sum, tan } =
  ops
const { NaN: nan } = Number
const inf = Infinity

const slopes = (
  f: (x: Tensor) => Tensor,
  values: number[],
  dtype: 'float32' | 'float64' = 'float64',
): number[] => Array.from(grad((x: Tensor) => sum(f(x)))(tensor(values, { dtype })).data, (x) => x + 0)

describe.each(['float32', 'float64'] as const)('special values in %s', (dtype) => {
  const x = tensor([nan, inf, -inf, -0], { dtype })
  const own = (y: number): number => (dtype === 'float32' ? Math.fround(y) : y)
  const quarter = own(Math.PI / 2)
  it.each([
    ['reciprocal', reciprocal, [nan, 0, -0, -inf]],
    ['rsqrt', rsqrt, [nan, 0, nan, -inf]],
    ['leakyRelu', (x: Tensor) => leakyRelu(x, 0.5), [nan, inf, -inf, -0]],
    ['elu', (x: Tensor) => elu(x, 2), [nan, inf, -2, -0]],
    ['silu', silu, [nan, inf, nan, -0]],
    ['gelu', (x: Tensor) => gelu(x), [nan, inf, nan, -0]],
    ['exact gelu', (x: Tensor) => gelu(x, { approximate: 'none' }), [nan, inf, nan, -0]],
    ['erf', erf, [nan, 1, -1, -0]],
    ['tan', tan, [nan, nan, nan, -0]],
    ['asin', asin, [nan, nan, nan, -0]],
    ['acos', acos, [nan, nan, nan, quarter]],
    ['atan', atan, [nan, quarter, -quarter, -0]],
    ['sinh', sinh, [nan, inf, -inf, -0]],
    ['cosh', cosh, [nan, inf, inf, 1]],
  ] as const)('%s', (_, f, expected) => {
    expect(f(x).toArray()).toEqual(expected)
  })

  it('far out, values and slopes are what they tend to', () => {
    for (const far of dtype === 'float32' ? [200, 1e10, 1e30] : [2000, 1e100, 1e300]) {
      const y = tensor([far, -far], { dtype })
      const ones = tensor([1, 1], { dtype })
      for (const f of [silu, (x: Tensor) => gelu(x), (x: Tensor) => gelu(x, { approximate: 'none' })]) {
        expect([...f(y).data].map((v) => v + 0)).toEqual([own(far), 0])
        expect(slopes(f, [far, -far], dtype)).toEqual([1, 0])
        const slope = grad((x: Tensor) => sum(f(x)))
        expect([...jvp(slope, [y], [ones])[1].data].map((v) => v + 0)).toEqual([0, 0])
        expect(slopes(slope, [far, -far], dtype)).toEqual([0, 0])
      }
      expect(erf(y).toArray()).toEqual([1, -1])
      expect(slopes(erf, [far, -far], dtype)).toEqual([0, 0])
      expect(slopes((x) => elu(x), [far, -far], dtype)).toEqual([1, 0])
      const bend = grad((x: Tensor) => sum(elu(x)))
      expect([...jvp(bend, [y], [ones])[1].data].map((v) => v + 0)).toEqual([0, 0])
      expect(slopes(bend, [far, -far], dtype)).toEqual([0, 0])
    }
  })
})

describe('kinks as in PyTorch', () => {
  it('leakyRelu at 0 has the slope of the left side', () => {
    expect(slopes((x) => leakyRelu(x), [-1, -0, 0, 1])).toEqual([0.01, 0.01, 0.01, 1])
    expect(slopes((x) => leakyRelu(x, -2), [-1, 0, 1])).toEqual([-2, -2, 1])
    expect(leakyRelu(f64([-1, 0, 1]), 0).toArray()).toEqual([-0, 0, 1])
  })

  it('elu at 0 has slope alpha, and so has its derivative', () => {
    expect(slopes((x) => elu(x, 3), [-0, 0, 1])).toEqual([3, 3, 1])
    const first = (x: Tensor): Tensor => grad((x: Tensor) => sum(elu(x, 3)))(x)
    expect(slopes(first, [0, 1])).toEqual([3, 0])
  })

  it('asin and acos are infinitely steep at the ends, reciprocals at 0', () => {
    expect(slopes(asin, [1, -1, 2])).toEqual([inf, inf, nan])
    expect(slopes(acos, [1, -1, 2])).toEqual([-inf, -inf, nan])
    expect(slopes(reciprocal, [0])).toEqual([-inf])
    expect(slopes(rsqrt, [0])).toEqual([-inf])
  })

  it('atan2: NaN at the origin alone, no overflow', () => {
    const pull = (y: number, x: number): number[] =>
      vjp(atan2, f64([y]), f64([x]))[1](f64([1])).map((d) => d.item() + 0)
    expect(pull(0, 0)).toEqual([nan, nan])
    expect(pull(0, 2 ** 600)).toEqual([2 ** -600, 0])
    expect(pull(2 ** -600, 0)).toEqual([0, -(2 ** 600)])
    expect(pull(-(2 ** -600), 2 ** -600)).toEqual([2 ** 599, 2 ** 599])
    expect(pull(0, -2)).toEqual([-0.5, 0])
  })
})

describe('gelu', () => {
  it('the two forms differ by what they are known to', () => {
    const x = f64([-3, -1, 0.5, 2])
    // x (1 + erf(x / sqrt 2)) / 2, to thirteen digits; and with tanh.
    const exact = [-0.00404969409489, -0.1586552539315, 0.345731230637, 1.954499736104]
    const byTanh = [-0.003637392081773, -0.1588080093917, 0.3457140098251, 1.954597694088]
    expectClose(gelu(x, { approximate: 'none' }), exact, { atol: 0.5e-11 })
    expectClose(gelu(x), byTanh, { atol: 0.5e-11 })
    expect(gelu(x, { approximate: 'tanh' }).toArray()).toEqual(gelu(x).toArray())
  })

  it('keeps its digits far to the left', () => {
    // -10 times the share of a normal distribution below -10, 7.619853024160526e-24.
    expect(gelu(f64([-10]), { approximate: 'none' }).item() / -7.619853024160526e-23).toBeCloseTo(1, 13)
  })

  it('refuses other forms', () => {
    expect(() => gelu(f64([1]), { approximate: 'erf' as never })).toThrow(
      "gelu: approximate must be 'tanh' or 'none', got \"erf\"",
    )
    expect(() => gelu(f64([1]), 'none' as never)).toThrow(/^gelu: options must be a plain object/)
  })
})

describe('slopes', () => {
  it('must be finite numbers, in the dtype of the tensor', () => {
    for (const wrong of [nan, inf, null, '1', f64([1])]) {
      expect(() => leakyRelu(f64([1]), wrong as never)).toThrow(
        /^leakyRelu: slope must be a finite number, got /,
      )
      expect(() => elu(f64([1]), wrong as never)).toThrow(/^elu: alpha must be a finite number, got /)
    }
    expect(() => elu(tensor([1]), 1e300)).toThrow('elu: alpha must be a finite number, got 1e+300')
    expect(() => elu(tensor([1], { dtype: 'int32' }), 1)).toThrow(
      /^elu: needs floating-point numbers, got int32/,
    )
  })
})
