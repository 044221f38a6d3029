/**
 * @file Our own exp and log in the scalar algebra: IEEE operations only, so the same bits on every engine.
 * Imports scalar.ts, polynomial.ts.
 */
import type { Scalar } from '../scalar.ts'
import { polynomial } from './polynomial.ts'

/** Added and subtracted again, it rounds a number below 2^51 in magnitude to the nearest integer. */
export const ROUNDER = 6755399441055744

/** ln 2 as a sum: the first part has 42 bits, so that its products with exponents (11 bits) are exact. */
export const LN2_HIGH = 0.6931471805598903
export const LN2_LOW = 5.497923018708371e-14

/** All coefficients of this folder are derived by scripts/coefficients.ts, and compared with it by a test. */
const EXP = [
  0.5000000000000013, 0.16666666666666685, 0.0416666666665119, 0.00833333333331633, 0.0013888888947786,
  0.0001984126989789, 0.000024801489252, 0.000002755723353, 2.7631498e-7, 2.511245e-8,
]
const SHORT_EXP = [0.5000000081, 0.1666666679, 0.041666263, 0.008333281, 0.001394645, 0.0001991]
const LOG = [
  0.6666666666666737, 0.3999999999939728, 0.28571428746027, 0.2222219821034, 0.18183582981, 0.1531357321,
  0.14800759,
]

/** x cut to where e^x is neither 0 nor infinite, a little beyond, and the integer nearest to x / ln 2. NaN passes. */
function powerOfTwoIn<T>(s: Scalar<T>, x: T): readonly [T, T] {
  const above = s.select(s.lt(x, -746), -746, x)
  const bounded = s.select(s.gt(above, 711), 711, above)
  return [bounded, s.sub(s.add(s.mul(bounded, Math.LOG2E), ROUNDER), ROUNDER)]
}

/**
 * e^x = 2^n (1 + q) to the digits that float32 needs, 2^-34 of it: in the algebra of float64 with half the operations.
 * `finish` gives another function of n and q.
 */
export function shortExp<T>(s: Scalar<T>, x: T, finish?: (n: T, q: T) => T): T {
  const [bounded, n] = powerOfTwoIn(s, x)
  const r = s.sub(bounded, s.mul(n, Math.LN2))
  const q = s.add(r, s.mul(s.mul(r, r), polynomial(s, r, SHORT_EXP)))
  return finish ? finish(n, q) : s.scale(s.add(q, 1), n)
}

/**
 * e^x, within 1 ulp in float64 over the whole range, subnormal results included; in float32 `shortExp`
 * rounded. With n the integer nearest to x / ln 2 and r = x - n ln 2 it is 2^n (1 + r + r^2 p(r)).
 *
 * `finish` gives another function of the parts of e^x = 2^n (top + rest), where top is a double in [0.7, 1.5] and rest what
 * it is off by: in the algebra of float64, for x up to 711.
 */
export function exp<T>(scalar: Scalar<T>, x: T, finish?: (n: T, top: T, rest: T) => T): T {
  if (scalar.precision === 'float32') return scalar.inFloat64((s, x) => shortExp(s, x), x)
  return scalar.inFloat64((s, x) => {
    const [bounded, n] = powerOfTwoIn(s, x)
    const high = s.sub(bounded, s.mul(n, LN2_HIGH))
    const low = s.mul(n, LN2_LOW)
    const r = s.sub(high, low)
    // The leading sum is of exact numbers, and what its rounding loses is added to the rest.
    const top = s.add(1, high)
    const lost = s.add(s.sub(1, top), high)
    const rest = s.add(lost, s.sub(s.mul(s.mul(r, r), polynomial(s, r, EXP)), low))
    return finish ? finish(n, top, rest) : s.scale(s.add(top, rest), n)
  }, x)
}

/**
 * k ln 2 + log(1 + f) + lost for 1 + f in [0.7071, 1.4143) and a lost far below it. With q = f / (2 + f),
 * log(1 + f) = 2 q + q^3 p(q^2), and 2 q = f - q f: written as f - (f^2 / 2 - q (f^2 / 2 + q^2 p)), f stays
 * exact.
 */
function logOfReduced<T>(s: Scalar<T>, k: T, f: T, lost?: T): T {
  const q = s.div(f, s.add(f, 2))
  const square = s.mul(q, q)
  const half = s.mul(s.mul(f, f), 0.5)
  const series = s.mul(q, s.add(half, s.mul(square, polynomial(s, square, LOG))))
  const low = s.mul(k, LN2_LOW)
  const tail = s.add(series, lost === undefined ? low : s.add(low, lost))
  return s.sub(s.mul(k, LN2_HIGH), s.sub(s.sub(half, tail), f))
}

/** k and f of x = 2^k (1 + f), from the bits of x > 0, where 1 + f is in [0.7071, 1.4143). */
export function reduced<T>(s: Scalar<T>, x: T): readonly [T, T] {
  // The bits of a subnormal number have no exponent.
  const normal = s.ge(x, 2.2250738585072014e-308)
  const scaled = s.select(normal, x, s.mul(x, 2 ** 54))
  return [s.sub(s.exponent(scaled), s.select(normal, 0, 54)), s.sub(s.mantissa(scaled), 1)]
}

/** `y` where x is positive and finite, else the logarithm's value there. */
function orLimit<T>(s: Scalar<T>, x: T, y: T): T {
  const notPositive = s.select(s.eq(x, 0), -Infinity, Number.NaN)
  const limit = s.select(s.eq(x, Infinity), x, notPositive)
  return s.select(s.and(s.gt(x, 0), s.lt(x, Infinity)), y, limit)
}

/**
 * The natural logarithm, within 1 ulp in float64 over the whole range, subnormal arguments included;
 * -Infinity at 0, NaN below. float32 is the float64 value rounded.
 */
export function log<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => orLimit(s, x, logOfReduced(s, ...reduced(s, x))), x)
}

/**
 * log(1 + x), within 1 ulp in float64: what rounding loses in u = 1 + x is made good to first order, by its
 * quotient with u. float32 is the float64 value rounded.
 */
export function log1p<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const u = s.add(1, x)
    const added = s.sub(u, 1)
    const lost = s.add(s.sub(1, s.sub(u, added)), s.sub(x, added))
    const k = s.exponent(u)
    // Where no halving or doubling is needed, 1 + x itself is, so f = x, and nothing is lost.
    const direct = s.eq(k, 0)
    const f = s.select(direct, x, s.sub(s.mantissa(u), 1))
    const y = logOfReduced(s, k, f, s.select(direct, 0, s.div(lost, u)))
    return s.select(s.lt(s.abs(x), 2 ** -54), x, orLimit(s, u, y))
  }, x)
}
