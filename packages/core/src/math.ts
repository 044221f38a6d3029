/** @file Our own transcendental functions: the elementary ones of math/, and those built on them. Imports scalar.ts and math/. */
import { exp } from './math/exponential.ts'
import type { Scalar } from './scalar.ts'

export { exp, log } from './math/exponential.ts'
export { cos, sin } from './math/trigonometric.ts'

/** 1 / (1 + e^-x), without overflow on either side. */
export function sigmoid<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const one = s.constant(1)
    const e = exp(s, s.neg(s.abs(x)))
    // e where x < 0, else 1 (exactly): the sign of x is unpredictable, so no select.
    const numerator = s.add(e, s.mul(s.sub(one, e), s.indicator(s.ge(x, s.constant(0)))))
    return s.div(numerator, s.add(one, e))
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
  return scalar.inFloat64(
    (s, x) => s.add(s.max(x, s.constant(0)), s.host('log1p', exp(s, s.neg(s.abs(x))))),
    x,
  )
}
