/**
 * @file Our own error function, and the normal distribution's, in the scalar algebra: IEEE operations only, so the same
 * bits on every engine. Imports scalar.ts, exponential.ts, polynomial.ts and precise.ts.
 */
import type { Scalar } from '../scalar.ts'
import { exp } from './exponential.ts'
import { polynomial } from './polynomial.ts'
import { productError } from './precise.ts'

const ERF = [
  0.1283791670955126, -0.3761263890318375, 0.11283791670954882, -0.026866170645077334, 0.005223977624823217,
  -0.0008548326981129346, 0.0001205533112228702, -0.0000149255955191992, 0.0000016461004475847,
  -1.63503544058e-7, 1.46600516082e-8, -1.1373900742e-9, 5.95892804e-11,
]
const ERFC = [
  1.2530080582697296, -0.13562110612458095, -0.047562294353433544, 0.1296451587027333, -0.11927366341639598,
  0.06830802734507008, -0.02377051489191748, 0.002529391795056497, 0.001888690023527761, -0.00077983204161988,
  -0.000105157356672624, 0.000125097795235012, 0.000004938517773151, -0.000020093875362122, -7.00418485168e-7,
  0.00000345407693112, 3.0160218545e-7, -5.8556425552e-7, -8.281477996e-8, 7.184345915e-8, 8.03999047e-9,
]

/** erf x = x + x p(x^2) for |x| <= 1. */
function nearErf<T>(s: Scalar<T>, x: T): T {
  return s.add(x, s.mul(x, polynomial(s, s.mul(x, x), ERF)))
}

/**
 * erfc z for 1/2 <= z, as e^(-z^2) p(t) / (1 + 2 z) with t = (z - 3) / (z + 3); z^2 = share a^2, whose rounding is made good.
 */
function farErfc<T>(s: Scalar<T>, z: T, a: T, share: number): T {
  const square = s.mul(a, a)
  const lost = s.mul(productError(s, a, a, square), share)
  const t = s.div(s.sub(z, 3), s.add(z, 3))
  const ratio = s.div(polynomial(s, t, ERFC), s.add(1, s.add(z, z)))
  const y = s.mul(exp(s, s.mul(square, -share)), ratio)
  return s.sub(y, s.mul(y, lost))
}

/** The error function 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x, within 1 ulp in float64. */
export function erf<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    // Beyond 28 erfc is 0.
    const a = s.min(s.abs(x), 28)
    const far = s.sub(1, farErfc(s, a, a, 1))
    const signed = s.select(s.lt(x, 0), s.neg(far), far)
    return s.select(s.lt(a, 1), nearErf(s, x), signed)
  }, x)
}

/** The share of a normal distribution that lies below x, (1 + erf(x / sqrt 2)) / 2, accurate where it is near 0, too. */
export function normalCdf<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const a = s.min(s.abs(x), 39)
    const far = s.mul(0.5, farErfc(s, s.mul(a, Math.SQRT1_2), a, 0.5))
    const near = s.add(0.5, s.mul(0.5, nearErf(s, s.mul(x, Math.SQRT1_2))))
    const signed = s.select(s.lt(x, 0), far, s.sub(1, far))
    return s.select(s.lt(a, Math.SQRT1_2), near, signed)
  }, x)
}
