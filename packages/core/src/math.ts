/** @file Our own transcendental functions, written in the scalar algebra; the same bits on every engine. Imports scalar.ts only. */
import type { Scalar } from './scalar.ts'

/** Adding and subtracting it rounds a number below 2^51 in magnitude to the nearest integer. */
const ROUND = 6755399441055744
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

/** c0 + c1 x + c2 x^2 ..., by Horner's rule. */
function polynomial<T>(s: Scalar<T>, x: T, coefficients: readonly number[]): T {
  return coefficients
    .map((c) => s.constant(c))
    .reduceRight((sum, c) => s.add(s.mul(sum, x), c))
}

/** e^x. */
export function exp<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const low = s.select(s.lt(x, s.constant(-746)), s.constant(-746), x)
    const clamped = s.select(s.gt(low, s.constant(710)), s.constant(710), low)
    const n = s.sub(s.add(s.mul(clamped, s.constant(Math.LOG2E)), s.constant(ROUND)), s.constant(ROUND))
    const high = s.sub(clamped, s.mul(n, s.constant(LN2_HIGH)))
    const lowPart = s.mul(n, s.constant(LN2_LOW))
    const r = s.sub(high, lowPart)
    const factorials = [1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320, 1 / 362880, 1 / 3628800, 1 / 39916800, 1 / 479001600]
    const tail = s.mul(s.mul(r, r), polynomial(s, r, factorials))
    const y = s.add(s.constant(1), s.add(high, s.sub(tail, lowPart)))
    const half = s.floor(s.mul(n, s.constant(0.5)))
    return s.mul(s.mul(y, s.powerOfTwo(half)), s.powerOfTwo(s.sub(n, half)))
  }, x)
}

/** The natural logarithm. */
export function log<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const normal = s.gt(x, s.constant(2.2250738585072014e-308))
    const finite = s.and(s.gt(x, s.constant(0)), s.lt(x, s.constant(Infinity)))
    const safe = s.select(normal, s.select(finite, x, s.constant(1)), s.select(finite, s.mul(x, s.constant(2 ** 54)), s.constant(1)))
    const k = s.sub(s.exponent(safe), s.select(normal, s.constant(0), s.constant(54)))
    const f = s.sub(s.mantissa(safe), s.constant(1))
    const quotient = s.div(f, s.add(f, s.constant(2)))
    const z = s.mul(quotient, quotient)
    const series = s.mul(z, polynomial(s, z, [2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15, 2 / 17, 2 / 19, 2 / 21]))
    const half = s.mul(s.constant(0.5), s.mul(f, f))
    const low = s.add(s.mul(quotient, s.add(half, series)), s.mul(k, s.constant(LN2_LOW)))
    const y = s.sub(s.mul(k, s.constant(LN2_HIGH)), s.sub(s.sub(half, low), f))
    const special = s.select(s.eq(x, s.constant(0)), s.constant(-Infinity), s.select(s.eq(x, s.constant(Infinity)), x, s.constant(NaN)))
    return s.select(finite, y, special)
  }, x)
}

/** 1 / (1 + e^-x), without overflow on either side. */
export function sigmoid<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const one = s.constant(1)
    const e = exp(s, s.neg(s.abs(x)))
    return s.div(s.select(s.lt(x, s.constant(0)), e, one), s.add(one, e))
  }, x)
}

/** The derivative of the sigmoid, sigmoid(x) sigmoid(-x) = e / (1 + e)^2 with e = e^-|x|. */
export function sigmoidDerivative<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const e = exp(s, s.neg(s.abs(x)))
    const denominator = s.add(s.constant(1), e)
    return s.div(e, s.mul(denominator, denominator))
  }, x)
}

/** log(1 + e^x) = max(x, 0) + log1p(e^-|x|). */
export function softplus<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => s.add(s.max(x, s.constant(0)), s.host('log1p', exp(s, s.neg(s.abs(x))))), x)
}

/** The sine of x in radians. */
export function sin<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => s.rare(s.eq(x, x), { name: 'sin', run: Math.sin }, [x], x), x)
}

/** The cosine of x in radians. */
export function cos<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => s.rare(s.eq(x, x), { name: 'cos', run: Math.cos }, [x], x), x)
}
