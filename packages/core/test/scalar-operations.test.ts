/** @file What each operation of the scalar algebra computes, in every precision. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Expr } from '../src/scalar.ts'
import { anyNumber, type Binary, binary, evaluate, int32, unary } from './support/scalar.ts'

const wrap = (value: bigint): number => Number(BigInt.asIntN(32, value))

describe('float operations', () => {
  const operations: Record<string, [Binary, (a: number, b: number) => number]> = {
    add: [(s, x, y) => s.add(x, y), (a, b) => a + b],
    sub: [(s, x, y) => s.sub(x, y), (a, b) => a - b],
    mul: [(s, x, y) => s.mul(x, y), (a, b) => a * b],
    div: [(s, x, y) => s.div(x, y), (a, b) => a / b],
    min: [(s, x, y) => s.min(x, y), Math.min],
    max: [(s, x, y) => s.max(x, y), Math.max],
    neg: [(s, x) => s.neg(x), (a) => -a],
    abs: [(s, x) => s.abs(x), Math.abs],
    sqrt: [(s, x) => s.sqrt(x), Math.sqrt],
    floor: [(s, x) => s.floor(x), Math.floor],
    eq: [(s, x, y) => s.eq(x, y), (a, b) => Number(a === b)],
    ne: [(s, x, y) => s.ne(x, y), (a, b) => Number(a !== b)],
    lt: [(s, x, y) => s.lt(x, y), (a, b) => Number(a < b)],
    le: [(s, x, y) => s.le(x, y), (a, b) => Number(a <= b)],
    gt: [(s, x, y) => s.gt(x, y), (a, b) => Number(a > b)],
    ge: [(s, x, y) => s.ge(x, y), (a, b) => Number(a >= b)],
    or: [(s, x, y) => s.or(s.lt(x, y), s.eq(x, s.constant(0))), (a, b) => Number(a < b || a === 0)],
    select: [(s, x, y) => s.select(s.lt(x, y), s.neg(x), y), (a, b) => (a < b ? -a : b)],
    indicator: [(s, x, y) => s.add(s.indicator(s.lt(x, y)), s.constant(1)), (a, b) => (a < b ? 2 : 1)],
  }

  it.each(Object.entries(operations))('%s rounds once, in float64 and in float32', (_, [f, reference]) => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (x, y) => {
        expect(binary(f, 'float64', x, y)).toBe(reference(x, y))
        const [a, b] = [Math.fround(x), Math.fround(y)]
        expect(binary(f, 'float32', a, b)).toBe(Math.fround(reference(a, b)))
      }),
      { numRuns: 60 },
    )
  })

  it('float32 rounds every intermediate result', () => {
    const sum: Expr = (s, x, y, z) => s.add(s.add(x!, y!), z!)
    expect(evaluate(sum, 'float32', 2 ** 24, 1, 1)).toBe(2 ** 24)
    expect(
      evaluate(
        (s, x, y, z) => s.inFloat64((w, a, b, c) => sum(w, a!, b!, c!), x!, y!, z!),
        'float32',
        2 ** 24,
        1,
        1,
      ),
    ).toBe(2 ** 24 + 2)
  })

  it('minimum and maximum pass NaN on and put -0 below 0', () => {
    for (const precision of ['float64', 'float32'] as const) {
      expect(binary((s, x, y) => s.min(x, y), precision, Number.NaN, 1)).toBeNaN()
      expect(binary((s, x, y) => s.max(x, y), precision, 1, Number.NaN)).toBeNaN()
      expect(binary((s, x, y) => s.min(x, y), precision, 0, -0)).toBe(-0)
      expect(binary((s, x, y) => s.max(x, y), precision, -0, 0)).toBe(0)
    }
  })

  it('nearest takes halves to the even integer and keeps the sign of zero', () => {
    const nearest = (x: number) => unary((s, a) => s.nearest(a), 'float64', x)
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994].map(nearest)).toEqual([
      0, 2, 2, -0, -2, -2, 0,
    ])
    expect([-0, 0, Infinity, -Infinity, Number.NaN].map(nearest)).toEqual([
      -0,
      0,
      Infinity,
      -Infinity,
      Number.NaN,
    ])
    expect([2 ** 52 - 0.5, 2 ** 52 + 1, 2 ** 53 - 1, -(2 ** 60)].map(nearest)).toEqual([
      2 ** 52,
      2 ** 52 + 1,
      2 ** 53 - 1,
      -(2 ** 60),
    ])
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        (x) => Math.abs(nearest(x) - x) <= 0.5 && Number.isInteger(nearest(x)),
      ),
    )
  })
})

describe('bits of float64', () => {
  const positive = fc.double({ min: 2.2250738585072014e-308, noDefaultInfinity: true, noNaN: true })

  it('exponent and mantissa give x back, the mantissa in its range', () => {
    fc.assert(
      fc.property(positive, (x) => {
        const k = unary((s, a) => s.exponent(a), 'float64', x)
        const m = unary((s, a) => s.mantissa(a), 'float64', x)
        expect(Number.isInteger(k)).toBe(true)
        expect(unary((s, a) => s.exponent(a), 'float64', -x)).toBe(k)
        expect(unary((s, a) => s.mantissa(a), 'float64', -x)).toBe(-m)
        expect(m).toBeGreaterThanOrEqual(0.7071065902709961)
        expect(m).toBeLessThan(2 * 0.7071065902709961)
        expect(m * 2 ** Math.floor(k / 2) * 2 ** Math.ceil(k / 2)).toBe(x)
      }),
    )
  })

  it('exponent and mantissa do not fail on other numbers', () => {
    for (const x of [0, -0, -1, -Number.MAX_VALUE, 5e-324, Infinity, -Infinity, Number.NaN]) {
      expect(Number.isInteger(unary((s, a) => s.exponent(a), 'float64', x))).toBe(true)
      expect(typeof unary((s, a) => s.mantissa(a), 'float64', x)).toBe('number')
    }
  })

  it('scale multiplies by a power of two and rounds once', () => {
    const scale = (x: number, n: number) => binary((s, a, b) => s.scale(a, b), 'float64', x, n)
    expect([
      scale(1.5, 10),
      scale(-1, -3),
      scale(1, 1023),
      scale(0.5, 1024),
      scale(2, 1023),
      scale(1, 2046),
    ]).toEqual([1536, -0.125, 2 ** 1023, 2 ** 1023, Infinity, Infinity])
    // 2^-1074 is the smallest number: its half rounds to 0 (to even), anything above its half up.
    expect([
      scale(1, -1074),
      scale(1, -1075),
      scale(1 + 2 ** -52, -1075),
      scale(1.5, -1074),
      scale(1, -2044),
    ]).toEqual([5e-324, 0, 5e-324, 1e-323, 0])
  })

  it("bit reads the bits of integers in two's complement", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
        fc.integer({ min: 0, max: 30 }),
        (n, position) => {
          const bit = unary((s, a) => s.bit(a, position), 'float64', n)
          expect(bit).toBe(Number((BigInt.asUintN(32, BigInt(n)) >> BigInt(position)) & 1n))
        },
      ),
    )
  })

  it('rare calls its function only where the mask holds', () => {
    const calls: number[] = []
    const slow = {
      name: 'slow',
      run: (x: number) => {
        calls.push(x)
        return -7
      },
    }
    const expr: Expr = (s, x) => s.rare(s.gt(x!, s.constant(10)), slow, [x!], s.neg(x!))
    expect([1, 11].map((x) => evaluate(expr, 'float64', x))).toEqual([-1, -7])
    expect(calls).toEqual([11, 11])
  })
})

describe('int32', () => {
  const operations: Record<string, [Binary, (a: bigint, b: bigint) => bigint]> = {
    add: [(s, x, y) => s.add(x, y), (a, b) => a + b],
    sub: [(s, x, y) => s.sub(x, y), (a, b) => a - b],
    mul: [(s, x, y) => s.mul(x, y), (a, b) => a * b],
    neg: [(s, x) => s.neg(x), (a) => -a],
    abs: [(s, x) => s.abs(x), (a) => (a < 0n ? -a : a)],
    min: [(s, x, y) => s.min(x, y), (a, b) => BigInt(Math.min(Number(a), Number(b)))],
    max: [(s, x, y) => s.max(x, y), (a, b) => BigInt(Math.max(Number(a), Number(b)))],
    floor: [(s, x) => s.floor(x), (a) => a],
    nearest: [(s, x) => s.nearest(x), (a) => a],
  }

  it.each(Object.entries(operations))("%s wraps as two's complement", (_, [f, reference]) => {
    fc.assert(
      fc.property(int32, int32, (x, y) => {
        expect(binary(f, 'int32', x, y)).toBe(wrap(reference(BigInt(x), BigInt(y))))
      }),
      { numRuns: 100 },
    )
  })

  it('bool has comparisons, selection, minimum and maximum', () => {
    expect(binary((s, x, y) => s.max(x, y), 'bool', 0, 1)).toBe(1)
    expect(binary((s, x, y) => s.and(s.ne(x, s.constant(0)), s.ne(y, s.constant(0))), 'bool', 1, 0)).toBe(0)
  })
})
