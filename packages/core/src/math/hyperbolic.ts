/**
 * @file Our own e^x - 1, tanh, sinh and cosh in the scalar algebra: IEEE operations only, so the same bits on every
 * engine. Imports scalar.ts, exponential.ts, polynomial.ts and precise.ts.
 */
import type { Scalar } from '../scalar.ts'
import { exp, shortExp } from './exponential.ts'
import { polynomial } from './polynomial.ts'
import { productError } from './precise.ts'

const EXPM1 = [
  0.16666666666666666, 0.041666666666667414, 0.00833333333333353, 0.00138888888885903, 0.00019841269840843,
  0.0000248015877358, 0.0000027557319679, 2.755702542e-7, 2.50518566e-8, 2.097071e-9, 1.61288e-10,
]
const SINH = [
  0.16666666666666666, 0.008333333333333333, 0.0001984126984126959, 0.0000027557319224122, 2.50521083454e-8,
  1.605905073e-10, 7.646475e-13, 2.8484e-15,
]

/**
 * e^x - 1, within 1 ulp in float64; float32 is the float64 value rounded. For |x| < 1/2 it is x + x^2 / 2 + x^3 p(x), with
 * what the first two operations lose; else, with e^x = 2^n (top + rest), 2^n (top - 2^-n + rest), with what the difference
 * loses.
 */
export function expm1<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const square = s.mul(x, x)
    const second = s.mul(square, 0.5)
    const first = s.add(x, second)
    const lost = s.add(s.add(s.sub(x, first), second), s.mul(productError(s, x, x, square), 0.5))
    const near = s.add(first, s.add(lost, s.mul(s.mul(x, square), polynomial(s, x, EXPM1))))

    // Below -60 it is -1 already, and 2^-n would leave the range.
    const far = exp(s, s.select(s.lt(x, -60), -60, x), (n, top, rest) => {
      const power = s.scale(1, s.neg(n))
      const difference = s.sub(top, power)
      const own = s.add(difference, power)
      const lost = s.sub(s.sub(top, own), s.add(s.sub(difference, own), power))
      const sum = s.add(difference, s.add(lost, rest))
      // 2^n in two factors: for the largest results it is no float64 itself.
      return s.mul(s.mul(sum, s.scale(1, s.sub(n, 1))), 2)
    })
    const y = s.select(s.lt(s.abs(x), 0.5), near, far)
    return s.select(s.eq(x, 0), x, y)
  }, x)
}

/**
 * Hyperbolic tangent, within 2 ulp in float64: (1 - e) / (1 + e) with e = e^(-2 |x|) as the sum of two numbers, and with
 * what both sums lose. In float32 e = 2^n (1 + q) by `shortExp`, and 1 - e = (1 - 2^n) - 2^n q.
 */
export function tanh<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const doubled = s.mul(s.abs(x), -2)
    const short = (n: T, q: T): T => {
      const power = s.scale(1, n)
      const part = s.mul(power, q)
      return s.div(s.sub(s.sub(1, power), part), s.add(s.add(1, power), part))
    }
    const long = (n: T, top: T, rest: T): T => {
      const [e, low] = [s.scale(top, n), s.scale(rest, n)]
      const [difference, sum] = [s.sub(1, e), s.add(1, e)]
      const above = s.add(difference, s.sub(s.sub(s.sub(1, difference), e), low))
      return s.div(above, s.add(sum, s.add(s.add(s.sub(1, sum), e), low)))
    }
    const y = scalar.precision === 'float32' ? shortExp(s, doubled, short) : exp(s, doubled, long)
    const signed = s.select(s.lt(x, 0), s.neg(y), y)
    // Which also keeps the sign of zero.
    return s.select(s.lt(s.abs(x), 2 ** -28), x, signed)
  }, x)
}

/**
 * (e^|x| + e^-|x|) / 2, or of their difference, as `combine` says. With e^|x| = 2^n m it is 2^(n-1) (m + 2^-2n / m), where m
 * stays the sum of two numbers.
 */
function halfOfBoth<T>(s: Scalar<T>, x: T, combine: (a: T, b: T) => T): T {
  return exp(s, s.abs(x), (n, top, rest) => {
    const small = s.select(s.lt(n, 64), n, 64)
    const other = s.scale(s.div(1, s.add(top, rest)), s.mul(small, -2))
    return s.scale(s.add(top, combine(rest, other)), s.sub(n, 1))
  })
}

/** Hyperbolic sine, within 2 ulp in float64; float32 is the float64 value rounded. */
export function sinh<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const square = s.mul(x, x)
    const near = s.add(x, s.mul(x, s.mul(square, polynomial(s, square, SINH))))
    const far = halfOfBoth(s, x, s.sub)
    const signed = s.select(s.lt(x, 0), s.neg(far), far)
    return s.select(s.lt(s.abs(x), 1), near, signed)
  }, x)
}

/** Hyperbolic cosine, within 2 ulp in float64; float32 is the float64 value rounded. */
export function cosh<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => halfOfBoth(s, x, s.add), x)
}
