/**
 * @file Sigmoid and softplus, and what holds for every function of math.ts: equal bits, one rounding, derived
 * constants.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arcsinCoefficients,
  arctanCoefficients,
  cosCoefficients,
  erfCoefficients,
  erfcCoefficients,
  expCoefficients,
  expm1Coefficients,
  halfPi,
  ln2,
  logCoefficients,
  logTailCoefficients,
  shortExpCoefficients,
  sinCoefficients,
  sinhCoefficients,
  split,
} from '../../../scripts/coefficients.ts'
import * as math from '../src/math.ts'
import { emitJavaScript, interpret } from '../src/scalar.ts'
import { exactExp, type Fixed } from './support/exact.ts'
import { anyMagnitude, type Body, bodies, generate, uniform } from './support/math-points.ts'

describe('sigmoid and softplus', () => {
  const toNumber = ({ value, bits }: Fixed): number => {
    const extra = Math.max(value.toString(2).length - 64, 0)
    return Number(value >> BigInt(extra)) * 2 ** (extra - bits)
  }
  /** s = 1 / (1 + e^-x) and s (1 - s) from the exact exponential of -|x|. */
  function exactSigmoid(x: number): { value: number; derivative: number } {
    const { value: e, bits } = exactExp(-Math.abs(x))
    const one = 1n << BigInt(bits)
    const [digits, shift] = [BigInt(bits) + 1200n, BigInt(bits)]
    const ratio = (a: bigint, b: bigint) => toNumber({ value: (a << digits) / b, bits: Number(digits) })
    const value = ratio(x < 0 ? e : one, one + e)
    return { value, derivative: ratio(e << shift, (one + e) ** 2n) }
  }

  it('sigmoid and its derivative are right to 1e-14 relative far out on both sides', () => {
    const sigmoid = generate(math.sigmoid, 'float64')
    const derivative = generate(math.sigmoidDerivative, 'float64')
    for (const x of [0, 14, 20, 37, 700].flatMap((x) => [x, -x]).concat(uniform(-40, 40, 500))) {
      const exact = exactSigmoid(x)
      expect(Math.abs(sigmoid(x) / exact.value - 1)).toBeLessThan(1e-15)
      expect(Math.abs(derivative(x) / exact.derivative - 1)).toBeLessThan(1e-15)
    }
  })

  it('keep their limits', () => {
    const [sigmoid, softplus] = [generate(math.sigmoid, 'float64'), generate(math.softplus, 'float64')]
    expect([
      sigmoid(0),
      sigmoid(-0),
      sigmoid(Infinity),
      sigmoid(-Infinity),
      sigmoid(Number.NaN),
      sigmoid(800),
      sigmoid(-800),
    ]).toEqual([0.5, 0.5, 1, 0, Number.NaN, 1, 0])
    expect([
      softplus(Infinity),
      softplus(-Infinity),
      softplus(Number.NaN),
      softplus(800),
      softplus(-800),
    ]).toEqual([Infinity, 0, Number.NaN, 800, 0])
    expect(softplus(0)).toBe(Math.LN2)
    expect(softplus(-700)).toBe(generate(math.exp, 'float64')(-700))
  })
})

describe('every body', () => {
  const anyNumber = fc.oneof(fc.double(), fc.double({ min: -800, max: 800 }), fc.double({ min: -2, max: 2 }))

  it.each(Object.keys(bodies))('%s: generated source and interpretation give the same bits', (name) => {
    for (const precision of ['float64', 'float32'] as const) {
      const generated = generate(bodies[name]!, precision)
      const interpreted = interpret((s, x) => bodies[name]!(s, x!), precision)
      fc.assert(
        fc.property(anyNumber, (x) => {
          const argument = precision === 'float32' ? Math.fround(x) : x
          expect(interpreted(argument)).toBe(generated(argument))
        }),
        { numRuns: 300 },
      )
    }
  })

  /** Those that have a shorter body of their own in float32. */
  const short = ['exp', 'sigmoid', 'sigmoidDerivative', 'tanh']
  const long = Object.keys(bodies).filter((name) => !short.includes(name))

  it.each(long)('%s: in float32 it is the float64 value, rounded once', (name) => {
    const [double, single] = [generate(bodies[name]!, 'float64'), generate(bodies[name]!, 'float32')]
    for (const x of uniform(-20, 20, 500).map(Math.fround)) expect(single(x)).toBe(Math.fround(double(x)))
  })

  it.each(short)('%s: in float32 it is within 0.51 ulp of the float64 value', (name) => {
    const [double, single] = [generate(bodies[name]!, 'float64'), generate(bodies[name]!, 'float32')]
    const smallest = 2 ** -149
    let worst = 0
    for (const x of [
      ...uniform(-110, 88.7, 8000),
      ...uniform(-1, 1, 4000),
      ...anyMagnitude(2 ** -40, 1, 2000, true),
    ]) {
      const argument = Math.fround(x)
      const exact = double(argument)
      const ulp = Math.max(smallest, 2 ** (Math.floor(Math.log2(Math.abs(exact))) - 23))
      worst = Math.max(worst, Math.abs(single(argument) - exact) / ulp)
    }
    expect(worst).toBeLessThanOrEqual(0.51)
    expect(worst).toBeGreaterThan(0.49)
    expect([single(Number.NaN), single(-Infinity), single(Infinity)]).toEqual(
      [Number.NaN, -Infinity, Infinity].map(double),
    )
  })

  it('has a version for plain numbers with the same bits', () => {
    const plain = {
      exp: math.expNumber,
      log: math.logNumber,
      log1p: math.log1pNumber,
      sin: math.sinNumber,
      cos: math.cosNumber,
    }
    for (const [name, f] of Object.entries(plain)) {
      const generated = generate(bodies[name]!, 'float64')
      for (const x of [0, -0, 1e300, Number.NaN, ...uniform(-20, 20, 200)]) expect(f(x)).toBe(generated(x))
    }
  })
})

describe('constants', () => {
  it('are those that scripts/coefficients.ts derives', () => {
    const names = (body: Body) => emitJavaScript((s, x) => body(s, x!), ['x'], 'float64').statements
    const holds = (text: string, values: readonly number[]) => {
      for (const value of values) expect(text).toContain(String(value))
    }
    holds(names(math.exp), [...split(ln2, [42, 53]), ...expCoefficients()])
    const single = emitJavaScript((s, x) => math.exp(s, x!), ['x'], 'float32').statements
    holds(single, shortExpCoefficients())
    holds(names(math.log), [...split(ln2, [42, 53]), ...logCoefficients()])
    holds(names(math.sin), [...split(halfPi, [33, 32, 53]), ...sinCoefficients(), ...cosCoefficients()])
    holds(names(math.expm1), expm1Coefficients())
    holds(
      names((s, x) => math.pow(s, x, x)),
      logTailCoefficients(),
    )
    holds(names(math.sinh), sinhCoefficients())
    holds(names(math.atan), arctanCoefficients())
    holds(names(math.asin), arcsinCoefficients())
    holds(names(math.erf), [...erfCoefficients(), ...erfcCoefficients()])
  })
})
