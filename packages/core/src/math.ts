/**
 * @file Our own transcendental functions: the elementary ones of math/, and those built on them. Imports
 * scalar.ts and math/.
 */
import { exp, log, log1p, shortExp } from './math/exponential.ts'
import { cos, sin } from './math/trigonometric.ts'
import { plain, type Scalar } from './scalar.ts'

export { erf, normalCdf } from './math/error-function.ts'
export { exp, log, log1p } from './math/exponential.ts'
export { cosh, expm1, sinh, tanh } from './math/hyperbolic.ts'
export { acos, asin, atan, atan2 } from './math/inverse.ts'
export { pow } from './math/power.ts'
export { cos, sin, tan } from './math/trigonometric.ts'

/** 1 / (1 + e^-x), in float64 without overflow on either side; in float32 as near as `exp`. */
export function sigmoid<T>(scalar: Scalar<T>, x: T): T {
  if (scalar.precision === 'float32')
    return scalar.inFloat64((s, x) => s.div(1, s.add(shortExp(s, s.neg(x)), 1)), x)
  return scalar.inFloat64((s, x) => {
    const e = exp(s, s.neg(s.abs(x)))
    // e where x < 0, else 1 (exactly): the sign of x is unpredictable, so no select.
    const numerator = s.add(e, s.mul(s.sub(1, e), s.indicator(s.ge(x, 0))))
    return s.div(numerator, s.add(1, e))
  }, x)
}

/** The derivative of the sigmoid, sigmoid(x) sigmoid(-x) = e / (1 + e)^2 with e = e^-|x|. */
export function sigmoidDerivative<T>(scalar: Scalar<T>, x: T): T {
  const expIn = scalar.precision === 'float32' ? shortExp : exp
  return scalar.inFloat64((s, x) => {
    const e = expIn(s, s.neg(s.abs(x)))
    const denominator = s.add(1, e)
    return s.div(e, s.mul(denominator, denominator))
  }, x)
}

/** log(1 + e^x) = max(x, 0) + log1p(e^-|x|). */
export function softplus<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => s.add(s.max(x, 0), log1p(s, exp(s, s.neg(s.abs(x))))), x)
}

/** `exp`, `log`, `log1p`, `sin` and `cos` of plain numbers in float64, from the same bodies. */
export const expNumber: (x: number) => number = /* @__PURE__ */ plain((s, x) => exp(s, x!))
export const logNumber: (x: number) => number = /* @__PURE__ */ plain((s, x) => log(s, x!))
export const log1pNumber: (x: number) => number = /* @__PURE__ */ plain((s, x) => log1p(s, x!))
export const sinNumber: (x: number) => number = /* @__PURE__ */ plain((s, x) => sin(s, x!))
export const cosNumber: (x: number) => number = /* @__PURE__ */ plain((s, x) => cos(s, x!))
