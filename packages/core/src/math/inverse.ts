/**
 * @file Our own arctan, arcsin and arccos in the scalar algebra: IEEE operations only, so the same bits on every engine.
 * Imports scalar.ts, polynomial.ts and precise.ts.
 */
import type { Scalar } from '../scalar.ts'
import { polynomial } from './polynomial.ts'
import { productError } from './precise.ts'

const ARCTAN = [
  -0.333333333333329, 0.19999999999869716, -0.14285714271957353, 0.1111111038302724, -0.090908865953486,
  0.076918681424891, -0.06660995393318, 0.0583308771475, -0.049750164956, 0.036490932695, -0.01624746876,
]
const ARCSIN = [
  0.16666666666665406, 0.07500000000334918, 0.0446428568311768, 0.030381958992898, 0.0223717618930597,
  0.017359643182892, 0.013885865820936, 0.01216498707548, 0.0065464439599, 0.0194775085019, -0.016144628576,
  0.03185788218,
]

/** Numbers as sums of two doubles. */
const HALF_PI = [1.5707963267948966, 6.123233995736766e-17] as const
const PI = [Math.PI, 1.2246467991473532e-16] as const
const ARCTAN_HALF = [0.4636476090008061, 2.2698777452961687e-17] as const
const QUARTER_PI = [0.7853981633974483, 3.061616997868383e-17] as const
const ARCTAN_2 = [1.1071487177940904, 9.40447137356638e-17] as const

/**
 * The angle of the point (x, y), 0 <= x, y, as a sum of a double and a small rest. With c the number of 0, 1/2, 1, 2 and
 * infinity that is near y / x it is arctan c + arctan z, z = (y - c x) / (x + c y), |z| <= 7/16; y - c x is exact.
 * `exact`: z is given the digits that its division loses, which matters where z is not y itself and c = 0.
 */
function angle<T>(s: Scalar<T>, y: T, x: T, exact: boolean): readonly [T, T] {
  const below = (ratio: number): T => s.lt(y, s.mul(x, ratio))
  const masks = [s.le(y, s.mul(x, 7 / 16)), below(0.75), below(1.5), below(3)]
  const choose = (values: readonly number[]): T =>
    masks.reduceRight<T | number>((rest, mask, i) => s.select(mask, values[i]!, rest), values[4]!) as T
  const bases = [[0, 0], ARCTAN_HALF, QUARTER_PI, ARCTAN_2, HALF_PI] as const
  const c = choose([0, 0.5, 1, 2, 0])
  const moderate = below(3)
  const nearest = masks[0]!
  const steep = s.not(s.or(nearest, moderate))
  const numerator = s.select(steep, s.neg(x), s.sub(y, s.mul(c, x)))
  const divisor = s.select(steep, y, s.add(x, s.mul(c, y)))
  // The point (0, 0).
  const denominator = s.select(s.eq(divisor, 0), 1, divisor)
  const z = s.div(numerator, denominator)
  const square = s.mul(z, z)
  let tail = s.mul(s.mul(z, square), polynomial(s, square, ARCTAN))
  if (exact) {
    const product = s.mul(z, denominator)
    const lost = s.div(
      s.sub(s.sub(numerator, product), productError(s, z, denominator, product)),
      denominator,
    )
    tail = s.select(s.lt(s.abs(z), 2 ** -27), tail, s.add(tail, lost))
  }
  const base = choose(bases.map(([high]) => high))
  const sum = s.add(base, z)
  return [sum, s.add(s.add(s.sub(base, sum), z), s.add(tail, choose(bases.map(([, low]) => low))))]
}

/** The arctangent, from -pi/2 to pi/2, within 1 ulp in float64; float32 is the float64 value rounded. */
export function atan<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const y = s.add(...angle(s, s.abs(x), s.constant(1), false))
    const signed = s.select(s.lt(x, 0), s.neg(y), y)
    // Which also keeps the sign of zero.
    return s.select(s.lt(s.abs(x), 2 ** -27), x, signed)
  }, x)
}

/**
 * The angle of the point (x, y), from -pi to pi, within 1 ulp in float64; float32 is the float64 value rounded. Zeros and
 * infinities as IEEE 754 says: the sign of a zero tells from which side it is approached.
 */
export function atan2<T>(scalar: Scalar<T>, y: T, x: T): T {
  return scalar.inFloat64(
    (s, y, x) => {
      const negative = (a: T): T => s.or(s.lt(a, 0), s.lt(s.div(1, a), 0))
      const larger = s.max(s.abs(x), s.abs(y))
      const up = s.select(s.lt(larger, 2 ** -400), 2 ** 600, 1)
      const factor = s.select(s.gt(larger, 2 ** 500), 2 ** -500, up)
      const scaled = (a: T): T =>
        s.select(s.eq(larger, Infinity), s.indicator(s.eq(a, Infinity)), s.mul(a, factor))
      const [high, low] = angle(s, scaled(s.abs(y)), scaled(s.abs(x)), true)
      const [piHigh, piLow] = [PI[0], PI[1]]
      const rest = s.sub(piHigh, high)
      const behind = s.add(rest, s.add(s.sub(s.sub(piHigh, rest), high), s.sub(piLow, low)))
      const result = s.select(negative(x), behind, s.add(high, low))
      return s.select(negative(y), s.neg(result), result)
    },
    y,
    x,
  )
}

/**
 * For |x| > 1/2, where arcsin is steep, it is pi/2 - 2 arcsin sqrt((1 - |x|) / 2). Returns whether that is so, and the
 * smaller arcsine, of x or of the root, as a sum of a double and a small rest.
 */
function smallArcsin<T>(s: Scalar<T>, x: T): readonly [T, T, T] {
  const magnitude = s.abs(x)
  const steep = s.gt(magnitude, 0.5)
  const half = s.mul(s.sub(1, magnitude), 0.5)
  const root = s.sqrt(half)
  const square = s.mul(root, root)
  const error = s.sub(s.sub(half, square), productError(s, root, root, square))
  const lost = s.div(error, s.select(s.eq(root, 0), 1, s.add(root, root)))
  const argument = s.select(steep, root, x)
  const w = s.select(steep, half, s.mul(x, x))
  const tail = s.mul(s.mul(argument, w), polynomial(s, w, ARCSIN))
  return [steep, argument, s.select(steep, s.add(tail, lost), tail)]
}

/** high + low - (a + rest), where |a| <= high or high is 0. */
function subtract<T>(s: Scalar<T>, high: T | number, low: T | number, a: T, rest: T): T {
  const top = s.sub(high, a)
  return s.add(top, s.add(s.sub(s.sub(high, top), a), s.sub(low, rest)))
}

/** The arcsine, from -pi/2 to pi/2, within 1 ulp in float64; float32 is the float64 value rounded. */
export function asin<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const [steep, a, tail] = smallArcsin(s, x)
    const far = subtract(s, HALF_PI[0], HALF_PI[1], s.add(a, a), s.add(tail, tail))
    return s.select(steep, s.select(s.lt(x, 0), s.neg(far), far), s.add(a, tail))
  }, x)
}

/** The arccosine, from 0 to pi, within 1 ulp in float64; float32 is the float64 value rounded. */
export function acos<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => {
    const [steep, a, tail] = smallArcsin(s, x)
    const right = s.gt(x, 0.5)
    const double = (y: T): T => s.select(right, s.mul(y, -2), s.select(steep, s.add(y, y), y))
    const base = (i: 0 | 1): T => s.select(right, 0, s.select(steep, PI[i], HALF_PI[i]))
    return subtract(s, base(0), base(1), double(a), double(tail))
  }, x)
}
