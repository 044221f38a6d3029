/**
 * @file The transcendental functions of math.ts, each with its exact reference, its limits, and where to measure it: what
 * docs/math.md is made of. Imports math.ts, scalar.ts and the references.
 */
import * as math from '../../../src/math.ts'
import type { Expr, Scalar } from '../../../src/scalar.ts'
import * as exact from '../exact.ts'
import * as more from '../exact-functions.ts'

export type Float = 'float64' | 'float32'
export type Point = readonly number[]

export interface Measured {
  readonly expr: Expr
  /** How it is computed, in a line. */
  readonly method: string
  readonly exact: (...xs: number[]) => exact.Fixed
  /** In ulp, as promised; null where nothing is. */
  readonly limits: Readonly<Record<Float, number | null>>
  /** Points of one number: evenly from the first to the second, from the third to the fourth ... */
  readonly evenly?: readonly number[]
  /** Points of random exponents. */
  readonly magnitudes?: readonly [number, number]
  /** Each of these and its neighbours. */
  readonly around?: readonly number[]
  /** Arguments that are left out: outside of the domain, or with an exact result of 0. */
  readonly without?: (x: number) => boolean
  /** Points of two numbers: the i-th pair of these. */
  readonly pair?: (random: () => number, i: number) => Point
  /** A share of the usual number of points, where the reference is slow. */
  readonly share?: number
}

type Unary = <T>(s: Scalar<T>, x: T) => T

const of =
  (f: Unary): Expr =>
  (s, x) =>
    f(s, x!)
const within = (float64: number, float32: number): Measured['limits'] => ({ float64, float32 })
const NONE: Measured['limits'] = { float64: null, float32: null }

const both = (xs: readonly number[]): number[] => xs.flatMap((x) => [x, -x])
const multiples = (step: number, count: number): number[] =>
  both(Array.from({ length: count }, (_, i) => (i + 1) * step))

/**
 * Multiples of pi / 2: those whose nearest double lies nearest among all below 2^20, those where the fast reduction loses
 * most, and the worst of all doubles, 6381956970095103 2^797. Multiples of pi / 4 where the reduced argument is largest.
 */
const ANGLES = [
  ...both([45.553093477052, 321307.9594422229, 5830.795965062656, 46066.74387591393, 826882.8943881015]),
  ...both([916697.8867615801, 458348.94338079006, 642615.9188844458, 5.319372648326541e255, 1e22, 1e300]),
  ...both([2 ** 20, 2 ** 1023]),
  ...multiples(Math.PI / 4, 300),
]
const trigonometric = {
  evenly: [-10, 10, -(2 ** 20), 2 ** 20],
  magnitudes: [2 ** -1074, 2 ** 1023],
  around: ANGLES,
} as const

/** Where exp halves its argument's remainder, and where it leaves the range, in both precisions. */
const EXPONENTS = [
  ...both([
    709.782712893384, 708.3964185322641, 745.1332191019411, 88.72283172607422, 87.33654475, 103.97207641,
  ]),
  ...multiples(Math.LN2 / 2, 1500),
]

/** Both of any magnitude and sign, their quotient moderate for half of the pairs. */
function anyPair(random: () => number, i: number): Point {
  const size = (random() * 2 - 1) * (i % 3 === 0 ? 60 : 1)
  const sign = (): number => (random() < 0.5 ? -1 : 1)
  const power = (): number => sign() * (1 + random()) * 2 ** Math.floor(size + random() * 4)
  return [power(), power()]
}

/** Powers with results all over the range, small powers, whole powers, roots, and bases next to 1. */
function anyPower(random: () => number, i: number): Point {
  const base = [random() * 10, (1 + random()) * 2 ** Math.floor(random() * 240 - 120), 0.7 + random() * 0.72][
    i % 3
  ]!
  const near = 1 + (random() - 0.5) * 2 ** -Math.floor(random() * 20)
  const large = (((2 * random() - 1) * 150) / Math.log2(base)) * (i % 2 === 0 ? 1 : 7)
  return [
    [base, large],
    [base, random() * 6 - 3],
    [base, (i % 41) - 20],
    [base, 1 / (2 + (i % 7))],
    [near, (large * Math.log2(base)) / Math.log2(near)],
  ][Math.floor(random() * 5)]!
}

export const FUNCTIONS: Readonly<Record<string, Measured>> = {
  exp: {
    expr: of(math.exp),
    method: 'x = n ln 2 + r; 2^n (1 + r + r² p(r)), 1 + r as two doubles',
    exact: exact.exactExp,
    limits: within(1, 1),
    evenly: [-1, 1, -745.2, 709.8],
    magnitudes: [2 ** -1074, 709],
    around: EXPONENTS,
  },
  expm1: {
    expr: of(math.expm1),
    method:
      'below 1/2: x + x²/2 + x³ p(x), the first sum as two doubles; else 2^n (1 + r + ...) - 1 likewise',
    exact: more.exactExpm1,
    limits: within(1, 1),
    evenly: [-1.2, 1.2, -60, 60, -745, 709.8],
    magnitudes: [2 ** -200, 60],
    around: [...both([0.5, 60, 36.7]), ...EXPONENTS],
  },
  log: {
    expr: of(math.log),
    method: 'x = 2^k (1 + f); k ln 2 + f - f²/2 + s (f²/2 + s² p(s²)), s = f / (2 + f)',
    exact: exact.exactLog,
    limits: within(1, 1),
    evenly: [0.5, 2, 0.99, 1.01, 0, 1000],
    magnitudes: [2 ** -1074, 2 ** 1023],
    around: [1, Math.SQRT1_2, Math.SQRT2, ...Array.from({ length: 2096 }, (_, i) => 2 ** (i - 1073))],
    without: (x) => x <= 0 || x === 1,
  },
  log1p: {
    expr: of(math.log1p),
    method: 'log of 1 + x as two doubles',
    exact: exact.exactLog1p,
    limits: within(1, 1),
    evenly: [-1, 1, -0.3, -0.28, 0.4, 0.43],
    magnitudes: [2 ** -1074, 2 ** 1000],
    around: [Math.SQRT1_2 - 1, Math.SQRT2 - 1, -0.5, 1, ...both([2 ** -54, 2 ** -53, 2 ** -27])],
    without: (x) => x <= -1 || x === 0,
  },
  pow: {
    expr: (s, x, y) => math.pow(s, x!, y!),
    method: 'e^(y log |x|), log |x| and the product as two doubles; the sign of an odd power',
    exact: exact.exactPow,
    limits: within(2, 2),
    pair: anyPower,
  },
  sin: {
    expr: of(math.sin),
    method: 'x = n π/2 + r + low (below), then r + r³ p(r²) or 1 - r²/2 + r⁴ p(r²)',
    exact: exact.exactSin,
    limits: within(1, 1),
    ...trigonometric,
  },
  cos: {
    expr: of(math.cos),
    method: 'as sin, a quarter turn on',
    exact: exact.exactCos,
    limits: within(1, 1),
    ...trigonometric,
  },
  tan: {
    expr: of(math.tan),
    method: 'quotient of sin and cos as two doubles each',
    exact: more.exactTan,
    limits: within(2, 1),
    ...trigonometric,
  },
  asin: {
    expr: of(math.asin),
    method: 'x + x³ p(x²) below 1/2; else π/2 - 2 asin √((1 - |x|) / 2), root and π/2 as two doubles',
    exact: more.exactAsin,
    limits: within(1, 1),
    evenly: [-1, 1, 0.999, 1],
    magnitudes: [2 ** -1000, 1],
    around: both([0.5, 1]),
    without: (x) => Math.abs(x) > 1 || x === 0,
  },
  acos: {
    expr: of(math.acos),
    method: 'π/2 - asin x, or 2 asin √((1 - x) / 2), likewise',
    exact: more.exactAcos,
    limits: within(1, 1),
    evenly: [-1, 1, 0.999, 1, -1, -0.999],
    magnitudes: [2 ** -1000, 1],
    around: both([0.5, 1]),
    without: (x) => Math.abs(x) > 1 || x === 1,
  },
  atan: {
    expr: of(math.atan),
    method:
      'atan c + atan z, c of 0, 1/2, 1, 2, ∞ and z = (x - c) / (1 + c x); z + z³ p(z²), atan c as two doubles',
    exact: more.exactAtan,
    limits: within(1, 1),
    evenly: [-4, 4],
    magnitudes: [2 ** -900, 2 ** 300],
    around: both([7 / 16, 0.75, 1, 1.5, 3]),
    share: 0.5,
  },
  atan2: {
    expr: (s, y, x) => math.atan2(s, y!, x!),
    method: 'as atan, with the quotient as two doubles; arguments scaled where they are huge or tiny',
    exact: more.exactAtan2,
    limits: within(1, 1),
    pair: anyPair,
    share: 0.5,
  },
  sinh: {
    expr: of(math.sinh),
    method: 'x + x³ p(x²) below 1; else (e^x - e^-x) / 2, e^x as two doubles',
    exact: more.exactSinh,
    limits: within(2, 1),
    evenly: [-3, 3, -30, 30, -710.5, 710.5],
    magnitudes: [2 ** -200, 700],
    around: both([1, 22, 44.7, 710.4, 89.4]),
  },
  cosh: {
    expr: of(math.cosh),
    method: '(e^x + e^-x) / 2, e^x as two doubles',
    exact: more.exactCosh,
    limits: within(2, 1),
    evenly: [-3, 3, -30, 30, -710.5, 710.5],
    magnitudes: [2 ** -200, 700],
    around: both([1, 22, 44.7, 710.4, 89.4]),
  },
  tanh: {
    expr: of(math.tanh),
    method: '(1 - e) / (1 + e), e = e^(-2|x|) and both sums as two doubles',
    exact: more.exactTanh,
    limits: within(2, 2),
    evenly: [-1, 1, -25, 25],
    magnitudes: [2 ** -200, 20],
    around: both([0.25, 0.5, 2 ** -28, 19.06, 9.01]),
  },
  erf: {
    expr: of(math.erf),
    method: 'x + x p(x²) below 1; else 1 - e^(-x²) p((x - 3) / (x + 3)) / (1 + 2x), x² as two doubles',
    exact: more.exactErf,
    limits: within(2, 2),
    evenly: [-3, 3, 0.8, 1.2, -7, 7],
    magnitudes: [2 ** -900, 6],
    around: both([1]),
    without: (x) => x === 0,
    share: 0.1,
  },
  normalCdf: {
    expr: of(math.normalCdf),
    method: 'as erf of x / √2, without 1 - (1 - ...) where it is near 0',
    exact: more.exactNormalCdf,
    limits: NONE,
    evenly: [-4, 4, -38, 9],
    around: both([Math.SQRT1_2]),
    share: 0.04,
  },
  sigmoid: {
    expr: of(math.sigmoid),
    method: '1 / (1 + e), or e / (1 + e), e = e^-|x|',
    exact: more.exactSigmoid,
    limits: NONE,
    evenly: [-20, 40, -745, 40],
    around: both([1, 36.7]),
  },
  sigmoidDerivative: {
    expr: of(math.sigmoidDerivative),
    method: 'e / (1 + e)²',
    exact: more.exactSigmoidDerivative,
    limits: NONE,
    evenly: [-20, 20, -745, 745],
    around: both([1, 36.7]),
  },
  softplus: {
    expr: of(math.softplus),
    method: 'max(x, 0) + log1p(e^-|x|)',
    exact: more.exactSoftplus,
    limits: NONE,
    evenly: [-20, 20, -745, 745],
    around: both([1, 36.7]),
  },
}
