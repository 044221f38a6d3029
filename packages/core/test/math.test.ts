/** @file exp, log, log1p, sin and cos of math.ts against a high-precision reference, in exact ulps. */
import { describe, expect, it } from 'vitest'
import * as math from '../src/math.ts'
import { type Expr, emitJavaScript } from '../src/scalar.ts'
import {
  exactCos,
  exactExp,
  exactLog,
  exactLog1p,
  exactSin,
  type Fixed,
  neighbour,
  ulps,
} from './support/exact.ts'
import { anyMagnitude, around, bodies, generate, random, times, uniform } from './support/math-points.ts'

function worst(f: (x: number) => number, exact: (x: number) => Fixed, points: readonly number[]) {
  let error = -1
  let at = Number.NaN
  for (const x of points) {
    const e = ulps(f(x), exact(x))
    if (e > error) [error, at] = [e, x]
  }
  return { error, at }
}

function expectWithinOneUlp(name: string, exact: (x: number) => Fixed, points: readonly number[]) {
  expect(points.length).toBeGreaterThan(0)
  const { error, at } = worst(generate(bodies[name]!, 'float64'), exact, points)
  expect(error, `${name}(${at})`).toBeLessThanOrEqual(1)
}

describe('the reference', () => {
  it('agrees with known digits', () => {
    const known: [Fixed, string][] = [
      [exactExp(1), '2.718281828459045235360287471352662497757'],
      [exactLog(10), '2.302585092994045684017991454684364207601'],
      [exactLog1p(1), '0.693147180559945309417232121458176568075'],
      [exactSin(1), '0.841470984807896506652502321630298999622'],
      [exactCos(1), '0.540302305868139717400936607442976603732'],
    ]
    for (const [{ value, bits }, digits] of known) {
      const scaled = (value * 10n ** 39n) >> BigInt(bits)
      expect(`${scaled / 10n ** 39n}.${String(scaled % 10n ** 39n).padStart(39, '0')}`).toBe(digits)
    }
  })

  it('counts ulps', () => {
    expect(ulps(Math.E, exactExp(1))).toBeLessThan(0.5)
    expect(ulps(neighbour(Math.E, 1), exactExp(1))).toBeGreaterThan(0.5)
    expect(Math.abs(ulps(neighbour(Math.E, 3), exactExp(1)) - 3)).toBeLessThan(0.5)
    expect(ulps(Number.NaN, exactExp(1))).toBe(Infinity)
    expect(ulps(5e-324, exactExp(-800))).toBeLessThan(1.0001)
  })
})

describe('exp', () => {
  it.each<[string, () => number[]]>([
    ['the whole range', () => uniform(-745.2, 709.8, 24000)],
    ['around 0', () => uniform(-1, 1, 16000)],
    ['any magnitude', () => anyMagnitude(Number.MIN_VALUE, 700, 12000, true)],
    ['subnormal results', () => uniform(-745.2, -708, 12000)],
    ['results near the largest number', () => uniform(709, 709.79, 4000)],
    [
      'halfway between multiples of ln 2, where the reduced argument is largest',
      () =>
        times(2098, (i) => i - 1074)
          .flatMap((k) => around(Math.abs((k + 0.5) * Math.LN2), 1).map((x) => (k < 0 ? -x : x)))
          .filter((x) => x < 709.7),
    ],
    ['multiples of ln 2', () => times(1000, (i) => i + 1).flatMap((k) => around(k * Math.LN2, 1))],
    [
      'the ends of the range',
      () => [
        ...around(709.782712893384, 3),
        ...around(745.1332191019412, 3).map((x) => -x),
        ...around(708.3964185322641, 3).map((x) => -x),
      ],
    ],
  ])('is within 1 ulp on %s', (_, points) =>
    expectWithinOneUlp(
      'exp',
      exactExp,
      points().filter((x) => x < 709.782712893384),
    ),
  )

  it('has the limits of the exponential', () => {
    const f = generate(math.exp, 'float64')
    expect([f(0), f(-0), f(1), f(Infinity), f(-Infinity), f(Number.NaN)]).toEqual([
      1,
      1,
      Math.E,
      Infinity,
      0,
      Number.NaN,
    ])
    expect([
      f(709.782712893384),
      f(709.7827128933841),
      f(1e300),
      f(-745.1332191019411),
      f(-745.1332191019412),
      f(-1e300),
    ]).toEqual([1.7976931348622732e308, Infinity, Infinity, 5e-324, 0, 0])
  })
})

describe('log', () => {
  it.each<[string, () => number[]]>([
    [
      'any magnitude, subnormal numbers included',
      () => anyMagnitude(Number.MIN_VALUE, Number.MAX_VALUE, 20000),
    ],
    ['subnormal numbers', () => anyMagnitude(Number.MIN_VALUE, 2.3e-308, 8000)],
    ['around 1', () => [...uniform(0.5, 2, 16000), ...uniform(0.99, 1.01, 8000), ...around(1, 200)]],
    [
      'the ends of the mantissa range',
      () => [
        ...uniform(0.7, 0.72, 6000),
        ...uniform(1.4, 1.43, 6000),
        ...around(Math.SQRT1_2, 20),
        ...around(Math.SQRT2, 20),
      ],
    ],
    ['powers of two', () => times(2098, (i) => 2 ** (i - 1074))],
    ['small and large integers', () => times(1000, (i) => i + 1)],
  ])('is within 1 ulp on %s', (_, points) => expectWithinOneUlp('log', exactLog, points()))

  it('has the limits of the logarithm', () => {
    const f = generate(math.log, 'float64')
    expect([f(0), f(-0), f(-1), f(-5e-324), f(-Infinity), f(Infinity), f(Number.NaN)]).toEqual([
      -Infinity,
      -Infinity,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Infinity,
      Number.NaN,
    ])
    expect(Object.is(f(1), 0)).toBe(true)
  })
})

describe('log1p', () => {
  it.each<[string, () => number[]]>([
    ['[-1, 1]', () => uniform(-1, 1, 12000)],
    ['any magnitude', () => anyMagnitude(1e-300, 1e300, 12000)],
    ['small numbers of both signs', () => anyMagnitude(1e-20, 0.9999, 12000, true)],
    [
      'the ends of the range without reduction',
      () => [...uniform(-0.3, -0.28, 6000), ...uniform(0.4, 0.43, 6000)],
    ],
  ])('is within 1 ulp on %s', (_, points) => expectWithinOneUlp('log1p', exactLog1p, points()))

  it('has its limits', () => {
    const f = generate(math.log1p, 'float64')
    expect([f(0), f(-0), f(5e-324), f(-1), f(-1.5), f(Infinity), f(Number.NaN)]).toEqual([
      0,
      -0,
      5e-324,
      -Infinity,
      Number.NaN,
      Infinity,
      Number.NaN,
    ])
  })
})

describe.each([
  ['sin', exactSin],
  ['cos', exactCos],
] as const)('%s', (name, exact) => {
  /**
   * Of the 667,544 multiples of pi / 2 below 2^20, each with the double nearest to it, those whose double
   * lies nearest, those where the fast reduction loses most, and one beyond: 6381956970095103 2^797.
   */
  const nearMultiples = [
    45.553093477052, 321307.9594422229, 1.5707963267948966, 5830.795965062656, 46066.74387591393,
    826882.8943881015, 916697.8867615801, 458348.94338079006, 642615.9188844458, 5.319372648326541e255,
  ]

  it.each<[string, () => number[]]>([
    ['[-10, 10]', () => uniform(-10, 10, 16000)],
    ['the range of the fast reduction', () => uniform(-(2 ** 20), 2 ** 20, 16000)],
    ['any magnitude up to 2^20', () => anyMagnitude(Number.MIN_VALUE, 2 ** 20, 12000, true)],
    [
      'around multiples of pi/2',
      () =>
        times(800, (i) => (i < 200 ? i + 1 : Math.ceil(random() * 667544))).flatMap((k) =>
          around((k * Math.PI) / 2, 1),
        ),
    ],
    [
      'around odd multiples of pi/4, where the reduced argument is largest',
      () =>
        times(800, (i) => 2 * (i < 200 ? i : Math.ceil(random() * 667544)) + 1).flatMap((k) =>
          around((k * Math.PI) / 4, 1),
        ),
    ],
    [
      'the numbers nearest to multiples of pi/2',
      () => nearMultiples.flatMap((x) => [...around(x, 1), ...around(2 * x, 1), -x]),
    ],
    ['around 2^20', () => around(2 ** 20, 50)],
    [
      'huge numbers',
      () => [
        1e22,
        -1e22,
        1e300,
        Number.MAX_VALUE,
        2 ** 1023,
        ...anyMagnitude(2 ** 20, Number.MAX_VALUE, 300, true),
      ],
    ],
  ])('is within 1 ulp on %s', (_, points) => expectWithinOneUlp(name, exact, points()))
})

describe('sin and cos', () => {
  it('have the right limits and signs of zero', () => {
    const [sin, cos] = [generate(math.sin, 'float64'), generate(math.cos, 'float64')]
    expect([sin(0), sin(-0), sin(5e-324), sin(-5e-324)]).toEqual([0, -0, 5e-324, -5e-324])
    expect([sin(Infinity), sin(-Infinity), sin(Number.NaN), cos(Infinity), cos(Number.NaN)]).toEqual(
      Array(5).fill(Number.NaN),
    )
    expect([cos(0), cos(-0), cos(5e-324)]).toEqual([1, 1, 1])
  })

  it('call the exact reduction only where the fast one does not do', () => {
    const expr: Expr = (s, x) => math.sin(s, x!)
    const { statements, result, environment } = emitJavaScript(expr, ['x'], 'float64')
    let calls = 0
    const counted = { ...environment, $slowSin: () => ++calls }
    const f = new Function(...Object.keys(counted), `return (x) => {\n${statements}\nreturn ${result}\n}`)(
      ...Object.values(counted),
    )
    for (const x of [0, 1, 3, Math.PI, -(2 ** 20), Number.NaN, ...uniform(-(2 ** 20), 2 ** 20, 4000)]) f(x)
    expect(calls).toBe(0)
    f(2 ** 20 + 1)
    expect(calls).toBe(1)
  })
})
