/**
 * @file Our own e^x - 1, sinh and cosh in the scalar algebra: IEEE operations only, so the same bits on every engine.
 * Imports scalar.ts, exponential.ts and polynomial.ts.
 */
import type { Scalar } from '../scalar.ts'
import { exp } from './exponential.ts'
import { polynomial } from './polynomial.ts'

const SINH = [
  0.16666666666666666, 0.008333333333333333, 0.00019841269841269586, 0.0000027557319224121524,
  2.505210834538485e-8, 1.6059050734616074e-10, 7.646474670006782e-13, 2.8484389794745385e-15,
]

/**
 * e^x - 1, within 1 ulp in float64; float32 is the float64 value rounded. With e^x = 2^n (top + rest) it is
 * 2^n (top - 2^-n + rest), where what the rounding of the difference loses is added to the rest. For |x| < 1/2, with
 * y = x / 2 and e^y = 1 + y + t, it is x + (2 t + (e^y - 1)^2).
 */
export function expm1<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const one = s.constant(1)
    const near = s.lt(s.abs(x), s.constant(0.5))
    // Below -60 it is -1 already, and 2^-n would leave the range.
    const above = s.select(s.lt(x, s.constant(-60)), s.constant(-60), x)
    const y = s.select(near, s.mul(x, s.constant(0.5)), above)
    const value = exp(s, y, (n, top, rest) => {
      const most = s.sub(top, one)
      const e = s.add(most, rest)
      const t = s.add(rest, s.sub(most, y))
      const nearby = s.add(x, s.add(s.add(t, t), s.mul(e, e)))

      const power = s.scale(one, s.neg(n))
      const difference = s.sub(top, power)
      const own = s.add(difference, power)
      const lost = s.sub(s.sub(top, own), s.add(s.sub(difference, own), power))
      const sum = s.add(difference, s.add(lost, rest))
      // 2^n in two factors: for the largest results it is no float64 itself.
      const far = s.mul(s.mul(sum, s.scale(one, s.sub(n, one))), s.constant(2))
      return s.select(near, nearby, far)
    })
    return s.select(s.eq(x, s.constant(0)), x, value)
  }, x)
}

/**
 * (e^|x| + e^-|x|) / 2, or of their difference, as `combine` says. With e^|x| = 2^n m it is 2^(n-1) (m + 2^-2n / m), where m
 * stays the sum of two numbers.
 */
function halfOfBoth<T>(s: Scalar<T>, x: T, combine: (a: T, b: T) => T): T {
  return exp(s, s.abs(x), (n, top, rest) => {
    const small = s.select(s.lt(n, s.constant(64)), n, s.constant(64))
    const other = s.scale(s.div(s.constant(1), s.add(top, rest)), s.mul(small, s.constant(-2)))
    return s.scale(s.add(top, combine(rest, other)), s.sub(n, s.constant(1)))
  })
}

/** Hyperbolic sine, within 2 ulp in float64; float32 is the float64 value rounded. */
export function sinh<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const square = s.mul(x, x)
    const near = s.add(x, s.mul(x, s.mul(square, polynomial(s, square, SINH))))
    const far = halfOfBoth(s, x, s.sub)
    const signed = s.select(s.lt(x, s.constant(0)), s.neg(far), far)
    return s.select(s.lt(s.abs(x), s.constant(1)), near, signed)
  }, x)
}

/** Hyperbolic cosine, within 2 ulp in float64; float32 is the float64 value rounded. */
export function cosh<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => halfOfBoth(s, x, s.add), x)
}
