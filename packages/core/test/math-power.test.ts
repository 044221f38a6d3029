/** @file pow of math.ts against a high-precision reference, in exact ulps, and IEEE 754's special cases. */
import { describe, expect, it } from 'vitest'
import * as math from '../src/math.ts'
import { type Expr, emitJavaScript, interpret } from '../src/scalar.ts'
import { exactPow, ulps } from './support/exact.ts'
import { anyMagnitude, random, times, uniform } from './support/math-points.ts'

const expr: Expr = (s, x, y) => math.pow(s, x!, y!)
const { statements, result, environment } = emitJavaScript(expr, ['x', 'y'], 'float64')
const pow: (x: number, y: number) => number = new Function(
  ...Object.keys(environment),
  `return (x, y) => {\n${statements}\nreturn ${result}\n}`,
)(...Object.values(environment))

/** Pairs with results all over the range of doubles, subnormal ones included. */
const anyResult = (bases: readonly number[]): [number, number][] =>
  bases.map((x) => [x, ((2 * random() - 1) * 1450) / Math.log2(x) / 1.42])

const worstOf = (pairs: readonly (readonly [number, number])[]): number => {
  let worst = 0
  for (const [x, y] of pairs) {
    const value = pow(x, y)
    if (value === 0 || value === Infinity) continue
    const error = ulps(value, exactPow(x, y))
    if (error > 2) expect.fail(`${x} ** ${y} is off by ${error} ulp`)
    worst = Math.max(worst, error)
  }
  return worst
}

describe('pow', () => {
  it.each<[string, () => [number, number][]]>([
    ['any base, any result', () => anyResult(anyMagnitude(2 ** -1022, 1e308, 3000))],
    ['subnormal bases', () => anyResult(anyMagnitude(5e-324, 2 ** -1022, 300))],
    ['bases near 1', () => anyResult([...uniform(0.7, 1.42, 3000), ...uniform(0.999, 1.001, 1000)])],
    ['bases next to 1', () => anyResult(times(300, (i) => 1 + (i - 150.5) * 2 ** -50))],
    ['small powers', () => uniform(0, 10, 2000).map((x) => [x, 6 * random() - 3])],
    ['whole powers', () => uniform(0, 20, 2000).map((x, i) => [x, (i % 41) - 20])],
    ['roots', () => uniform(0, 1e6, 1000).map((x, i) => [x, 1 / (2 + (i % 7))])],
  ])('%s: within 2 ulp', (_, pairs) => {
    const worst = worstOf(pairs().filter(([, y]) => Number.isFinite(y)))
    // The reference looks at each bit: it is not within a tenth either.
    expect(worst).toBeGreaterThan(0.1)
  })

  it('is exact where the result is a double', () => {
    for (let n = -1074; n < 1024; n++) expect(pow(2, n)).toBe(2 ** n)
    for (let x = -30; x <= 30; x++)
      for (let n = 0; n < 10; n++) expect(pow(x, n)).toBe(n === 0 ? 1 : Number(BigInt(x) ** BigInt(n)))
  })

  it('has the special cases of IEEE 754', () => {
    const special = [0, 1, 2, 3, 0.5, 1.5, 5e-324, 1e-300, 1e300, 2 ** 53, 2 ** 53 - 1, 2 ** 1023, Infinity]
    const all = [...special, ...special.map((x) => -x), Number.NaN]
    for (const x of all)
      for (const y of all) {
        // JavaScript's differs from IEEE 754 in these alone.
        const one = x === 1 || (x === -1 && Math.abs(y) === Infinity)
        const expected = one ? 1 : x ** y
        const actual = pow(x, y)
        const what = `${x} ** ${y}`
        if (Number.isNaN(expected) || expected === 0 || !Number.isFinite(expected))
          expect(actual, what).toBe(expected)
        else expect(Math.abs(actual / expected - 1), what).toBeLessThan(2 ** -51)
      }
  })

  it('gives the same bits interpreted, and in float32 the float64 value rounded once', () => {
    const [double, single] = [interpret(expr, 'float64'), interpret(expr, 'float32')]
    for (const x of uniform(-4, 4, 500).map(Math.fround)) {
      const y = Math.fround(Math.round((random() * 16 - 8) * 4) / 4)
      expect(double(x, y)).toBe(pow(x, y))
      expect(single(x, y)).toBe(Math.fround(pow(x, y)))
    }
  })
})
