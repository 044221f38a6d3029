/** @file NaN, infinities and negative zero; integers at the end of their range; booleans. What NumPy gives. */
import { describe, expect, it } from 'vitest'
import { tensor } from '../../src/create.ts'
import type { DType } from '../../src/dtype.ts'
import { TapegradError } from '../../src/errors.ts'
import {
  abs,
  add,
  argmax,
  clamp,
  cos,
  div,
  eq,
  exp,
  expm1,
  ge,
  le,
  log,
  log1p,
  logSoftmax,
  logsumexp,
  lt,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  ne,
  neg,
  pad,
  prod,
  relu,
  sigmoid,
  sign,
  sin,
  softmax,
  softplus,
  sqrt,
  square,
  std,
  sub,
  sum,
  take,
  tanh,
  to,
  variance,
  where,
} from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'

const { NaN: nan } = Number
const inf = Infinity
const FLOATS = ['float32', 'float64'] as const
const make = (values: unknown, dtype: DType): Tensor => tensor(values as number[], { dtype })
const i32 = (values: unknown): Tensor => make(values, 'int32')
const bool = (values: unknown): Tensor => make(values, 'bool')
const LARGEST = 2 ** 31 - 1
const SMALLEST = -(2 ** 31)

describe.each(FLOATS)('functions of NaN, infinities and -0 in %s', (dtype) => {
  const x = make([nan, inf, -inf, -0], dtype)
  const half = dtype === 'float32' ? Math.fround(Math.LN2) : Math.LN2
  it.each([
    ['neg', neg, [nan, -inf, inf, 0]],
    ['exp', exp, [nan, inf, 0, 1]],
    ['log', log, [nan, inf, nan, -inf]],
    ['log1p', log1p, [nan, inf, nan, -0]],
    ['expm1', expm1, [nan, inf, -1, -0]],
    ['sqrt', sqrt, [nan, inf, nan, -0]],
    ['square', square, [nan, inf, inf, 0]],
    ['abs', abs, [nan, inf, inf, 0]],
    ['sin', sin, [nan, nan, nan, -0]],
    ['cos', cos, [nan, nan, nan, 1]],
    ['tanh', tanh, [nan, 1, -1, -0]],
    ['sigmoid', sigmoid, [nan, 1, 0, 0.5]],
    ['softplus', softplus, [nan, inf, 0, half]],
    ['clamp', (x: Tensor) => clamp(x, -1, 2), [nan, 2, -1, -0]],
  ] as const)('%s', (_, f, expected) => {
    expect(f(x).toArray()).toEqual(expected)
  })

  it('sign and relu, whose zeros may have either sign', () => {
    expect(relu(make([nan, inf, -inf, 0, -3], dtype)).toArray()).toEqual([nan, inf, 0, 0, 0])
    expect(sign(make([nan, inf, -inf, 0], dtype)).toArray()).toEqual([nan, 1, -1, 0])
  })

  it('log of negative numbers is NaN', () => {
    expect(log(make([-1, -1e-30], dtype)).toArray()).toEqual([nan, nan])
    expect(log1p(make([-1, -2], dtype)).toArray()).toEqual([-inf, nan])
    expect(sqrt(make([-1], dtype)).toArray()).toEqual([nan])
  })
})

describe.each(FLOATS)('two operands in %s', (dtype) => {
  const binary = (f: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]): unknown =>
    f(make(a, dtype), make(b, dtype)).toArray()

  it('arithmetic', () => {
    expect(binary(add, [inf, inf, nan], [-inf, 1, 1])).toEqual([nan, inf, nan])
    expect(binary(sub, [inf, 1], [inf, -inf])).toEqual([nan, inf])
    expect(binary(mul, [inf, -inf, nan], [0, 2, 0])).toEqual([nan, -inf, nan])
    expect(binary(div, [1, -1, 0, 1, inf, 1], [0, 0, 0, -0, inf, inf])).toEqual([
      inf,
      -inf,
      nan,
      -inf,
      nan,
      0,
    ])
  })

  it('NaN wins in maximum and minimum, from either side', () => {
    expect(binary(maximum, [nan, 1, inf], [1, nan, nan])).toEqual([nan, nan, nan])
    expect(binary(minimum, [nan, 1, -inf], [1, nan, nan])).toEqual([nan, nan, nan])
    expect(binary(maximum, [-inf, inf], [0, 0])).toEqual([0, inf])
  })

  it('NaN differs from everything, and comparisons with it are false', () => {
    const [a, b] = [
      [nan, nan, 0],
      [nan, 1, -0],
    ]
    expect(binary(eq, a, b)).toEqual([false, false, true])
    expect(binary(ne, a, b)).toEqual([true, true, false])
    expect(binary(lt, a, b)).toEqual([false, false, false])
    expect(binary(le, a, b)).toEqual([false, false, true])
    expect(binary(ge, a, b)).toEqual([false, false, true])
  })

  it('where does not let the other branch through', () => {
    expect(where(bool([true, false]), make([1, nan], dtype), make([inf, 2], dtype)).toArray()).toEqual([1, 2])
  })
})

describe.each(FLOATS)('reductions in %s', (dtype) => {
  const of = (...values: number[]): Tensor => make(values, dtype)

  it('pass NaN on', () => {
    for (const f of [sum, mean, prod, max, min, variance, std, logsumexp]) {
      expect((f as (x: Tensor) => Tensor)(of(1, nan, 2)).item()).toBeNaN()
      expect((f as (x: Tensor) => Tensor)(of(nan, inf)).item()).toBeNaN()
    }
    // Over many elements, wherever it stands.
    for (const place of [0, 1, 2, 3, 500, 998, 999]) {
      const values = Array.from({ length: 1000 }, (_, i) => (i === place ? nan : i))
      for (const f of [sum, max, min]) expect(f(make(values, dtype)).item()).toBeNaN()
      expect(argmax(make(values, dtype)).item()).toBe(place)
    }
  })

  it('of infinities', () => {
    expect(sum(of(inf, -inf)).item()).toBeNaN()
    expect(sum(of(inf, 1)).item()).toBe(inf)
    expect(prod(of(inf, 0)).item()).toBeNaN()
    expect(max(of(-inf, -inf)).item()).toBe(-inf)
    expect(min(of(inf, 3, -inf)).item()).toBe(-inf)
    expect(mean(of(inf, 1)).item()).toBe(inf)
  })

  it('argmax gives the first of equals, and the first NaN', () => {
    expect(argmax(of(1, 3, 3)).item()).toBe(1)
    expect(argmax(of(1, nan, 3, nan)).item()).toBe(1)
    expect(argmax(of(-inf, -inf)).item()).toBe(0)
    expect(
      argmax(
        make(
          [
            [1, nan],
            [2, 0],
          ],
          dtype,
        ),
        0,
      ).toArray(),
    ).toEqual([1, 0])
  })

  it('logsumexp and softmax', () => {
    expect(logsumexp(of(inf, 1)).item()).toBe(inf)
    expect(logsumexp(of(-inf, 5)).item()).toBe(5)
    expect(logsumexp(of(-inf, -inf)).item()).toBe(-inf)
    expect(softmax(of(-inf, 5, -inf), 0).toArray()).toEqual([0, 1, 0])
    expect(logSoftmax(of(-inf, 5), 0).toArray()).toEqual([-inf, 0])
    expect(softmax(of(nan, 1), 0).toArray()).toEqual([nan, nan])
  })

  it('matmul passes NaN on to its row and column only', () => {
    const a = make(
      [
        [nan, 1],
        [2, 3],
      ],
      dtype,
    )
    const b = make(
      [
        [1, 0],
        [0, 1],
      ],
      dtype,
    )
    expect(matmul(a, b).toArray()).toEqual([
      [nan, nan],
      [2, 3],
    ])
  })
})

describe('int32', () => {
  it('wraps as two’s complement', () => {
    expect(add(i32([LARGEST, SMALLEST]), i32([1, -1])).toArray()).toEqual([SMALLEST, LARGEST])
    expect(sub(i32([SMALLEST]), i32([1])).toArray()).toEqual([LARGEST])
    expect(mul(i32([65537, LARGEST]), i32([65537, LARGEST])).toArray()).toEqual([131073, 1])
    expect(neg(i32([SMALLEST, 5, 0])).toArray()).toEqual([SMALLEST, -5, 0])
    expect(abs(i32([SMALLEST, -5])).toArray()).toEqual([SMALLEST, 5])
    expect(square(i32([65537])).toArray()).toEqual([131073])
    expect(sum(i32([LARGEST, 1])).item()).toBe(SMALLEST)
    // 3^40 = 12157665459056928801, whose lowest 32 bits are 1583451105 - 2^32 or itself: by BigInt.
    expect(prod(i32(new Array(40).fill(3))).item()).toBe(Number(BigInt.asIntN(32, 3n ** 40n)))
    expect(matmul(i32([[40000, 40000]]), i32([[40000], [40000]])).item()).toBe(
      Number(BigInt.asIntN(32, 3200000000n)),
    )
  })

  it('keeps values that float32 cannot hold', () => {
    expect(max(i32([LARGEST - 1, LARGEST, 0])).item()).toBe(LARGEST)
    expect(min(i32([SMALLEST + 1, SMALLEST])).item()).toBe(SMALLEST)
    expect(clamp(i32([LARGEST, SMALLEST, 3]), -5, LARGEST - 2).toArray()).toEqual([LARGEST - 2, -5, 3])
    expect(clamp(i32([LARGEST, SMALLEST]), -inf, inf).toArray()).toEqual([LARGEST, SMALLEST])
    expect(where(bool([true]), i32([LARGEST]), 0).item()).toBe(LARGEST)
  })

  it('refuses numbers that are no int32', () => {
    for (const number of [0.5, nan, inf, 2 ** 31]) {
      expect(() => add(i32([1]), number)).toThrow(TapegradError)
      expect(() => add(i32([1]), number)).toThrow(/^add: .*int32.*to\('float32'\)/)
      expect(() => maximum(number, i32([1]))).toThrow(/^maximum: /)
      expect(() => pad(i32([1]), [[1, 0]], number)).toThrow(/^pad: /)
    }
    expect(() => clamp(i32([1]), 0.5, 2)).toThrow(/^clamp: /)
    expect(() => take(i32([1]), [2 ** 32], 0)).toThrow(/^take: index number 0 is 4294967296/)
  })

  it('averages in float32', () => {
    const x = mean(i32([1, 2]))
    expect([x.dtype, x.item()]).toEqual(['float32', 1.5])
  })

  it('from floats: cut toward zero', () => {
    expect(to(make([-1.9, -0.5, 0.5, 1.9], 'float64'), 'int32').toArray()).toEqual([-1, 0, 0, 1])
  })
})

describe('bool', () => {
  it('is compared, chosen, counted, joined with no number', () => {
    expect(eq(bool([true, false]), bool([true, true])).toArray()).toEqual([true, false])
    expect(lt(bool([false]), bool([true])).toArray()).toEqual([true])
    expect(where(bool([true, false]), bool([false, false]), bool([true, true])).toArray()).toEqual([
      false,
      true,
    ])
    const count = sum(bool([true, true, false]))
    expect([count.dtype, count.item()]).toEqual(['int32', 2])
    expect(mean(bool([true, false])).item()).toBe(0.5)
    const all = prod(bool([true, true]))
    expect([all.dtype, all.item()]).toEqual(['int32', 1])
    expect(argmax(bool([false, true, true])).item()).toBe(1)
    expect(to(make([0, -0, nan, 0.1, -3], 'float32'), 'bool').toArray()).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
    expect(pad(bool([false]), [[1, 1]], 1).toArray()).toEqual([true, false, true])
  })

  it('refuses arithmetic and numbers other than 0 and 1', () => {
    expect(() => add(bool([true]), bool([true]))).toThrow(
      /^add: needs numbers, got bool; convert with to\('int32'\)/,
    )
    expect(() => max(bool([true]))).toThrow(/^max: needs numbers, got bool/)
    expect(() => eq(bool([true]), 2)).toThrow(/^eq: 2 with a bool tensor/)
    expect(() => pad(bool([true]), [[1, 1]], 2)).toThrow(/^pad: 2 with a bool tensor/)
    expect(() => matmul(bool([true]), bool([true]))).toThrow(/^matmul: needs numbers, got bool/)
  })
})
