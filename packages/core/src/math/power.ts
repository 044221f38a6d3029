/**
 * @file Our own x^y in the scalar algebra: IEEE operations only, so the same bits on every engine. Imports scalar.ts,
 * exponential.ts, polynomial.ts and precise.ts.
 */
import type { Scalar } from '../scalar.ts'
import { exp, LN2_HIGH, LN2_LOW, reduced } from './exponential.ts'
import { polynomial } from './polynomial.ts'
import { productError } from './precise.ts'

/** log((1 + q) / (1 - q)) = 2 q + 2/3 q^3 + q^5 p(q^2). */
const LOG_TAIL = [
  0.39999999999999974, 0.2857142857144601, 0.2222222221734532, 0.181818188913884, 0.1538455555475,
  0.13336364437, 0.1167392266, 0.11996077,
]
const TWO_THIRDS = [0.6666666666666666, 3.700743415417188e-17] as const

/** a + b as the rounded sum and what rounding lost, for |a| >= |b|. */
function twoSum<T>(s: Scalar<T>, a: T, b: T): readonly [T, T] {
  const sum = s.add(a, b)
  return [sum, s.sub(b, s.sub(sum, a))]
}

/** (a + aLow) (b + bLow) as the rounded product and a rest. */
function times<T>(s: Scalar<T>, a: T, aLow: T, b: T, bLow: T): readonly [T, T] {
  const product = s.mul(a, b)
  return [product, s.add(productError(s, a, b, product), s.add(s.mul(a, bLow), s.mul(aLow, b)))]
}

/**
 * log x for x > 0 as the sum of two numbers that is off by 2^-66 of it: e^(y log x) needs the digits before the point of
 * y log x besides the usual ones behind it. As `log`, with q and q^3 as such sums, too.
 */
function preciseLog<T>(s: Scalar<T>, x: T): readonly [T, T] {
  const [k, f] = reduced(s, x)
  const [divisor, divisorLow] = twoSum(s, s.constant(2), f)
  const q = s.div(f, divisor)
  const product = s.mul(q, divisor)
  const missing = s.sub(s.sub(s.sub(f, product), productError(s, q, divisor, product)), s.mul(q, divisorLow))
  const qLow = s.div(missing, divisor)

  const [square, squareLow] = times(s, q, qLow, q, qLow)
  const [cube, cubeLow] = times(s, q, qLow, square, squareLow)
  const [third, thirdLow] = times(s, cube, cubeLow, s.constant(TWO_THIRDS[0]), s.constant(TWO_THIRDS[1]))
  const tail = s.mul(s.mul(cube, square), polynomial(s, square, LOG_TAIL))
  const [near, nearLow] = twoSum(s, s.add(q, q), third)
  const low = s.add(s.add(nearLow, s.add(thirdLow, s.add(qLow, qLow))), s.add(tail, s.mul(k, LN2_LOW)))
  const [sum, lost] = twoSum(s, s.mul(k, LN2_HIGH), near)
  // Where k is 0 the first summand is the smaller one, and 0.
  return twoSum(s, sum, s.add(s.select(s.eq(k, 0), 0, lost), low))
}

/**
 * x^y, within 2 ulp in float64; float32 is the float64 value rounded. |x|^y is e^(y log |x|), with the sign of an odd power.
 * As IEEE 754 says, 1 to any power and any number to the power 0 are 1, and -1 to an infinite one; a negative number to a
 * power that is not whole is NaN.
 */
export function pow<T>(scalar: Scalar<T>, x: T, y: T): T {
  return scalar.inFloat64(
    (s, x, y) => {
      const base = s.abs(x)
      const [log, logLow] = preciseLog(s, base)
      // Beyond these bounds the result is 0, 1 or infinite, and so it is at the bounds; NaN passes.
      const above = s.select(s.lt(y, -(2 ** 65)), -(2 ** 65), y)
      const power = s.select(s.gt(above, 2 ** 65), 2 ** 65, above)
      const [exponent, low] = times(s, log, logLow, power, s.constant(0))
      const finite = exp(s, exponent, (n, top, rest) => {
        // Where exp is bounded the exponent is, too, and what is lost below it means nothing.
        const lost = s.mul(s.add(top, rest), s.select(s.lt(s.abs(exponent), 746), low, 0))
        return s.scale(s.add(top, s.add(rest, lost)), n)
      })

      const grows = s.or(s.and(s.gt(base, 1), s.gt(y, 0)), s.and(s.lt(base, 1), s.lt(y, 0)))
      const atLimit = s.or(s.eq(base, 0), s.or(s.eq(base, Infinity), s.eq(s.abs(y), Infinity)))
      const magnitude = s.select(atLimit, s.select(grows, Infinity, 0), finite)
      const half = s.mul(y, 0.5)
      const whole = s.eq(s.floor(y), y)
      const odd = s.and(whole, s.ne(s.floor(half), half))
      // -0 is negative as well: 1 / -0 is.
      const negative = s.or(s.lt(x, 0), s.lt(s.div(1, x), 0))
      const signed = s.select(s.and(negative, odd), s.neg(magnitude), magnitude)
      const real = s.or(s.or(whole, s.not(s.lt(x, 0))), s.eq(x, -Infinity))
      const defined = s.and(real, s.and(s.eq(x, x), s.eq(y, y)))
      const isOne = s.or(s.or(s.eq(x, 1), s.eq(y, 0)), s.and(s.eq(x, -1), s.eq(s.abs(y), Infinity)))
      return s.select(isOne, 1, s.select(defined, signed, Number.NaN))
    },
    x,
    y,
  )
}
