/**
 * @file Our own sin, cos and tan in the scalar algebra: IEEE operations only, so the same bits on every engine.
 * Imports scalar.ts, exponential.ts, polynomial.ts and precise.ts.
 */
import { interpret, type Scalar, type SlowPath } from '../scalar.ts'
import { ROUNDER } from './exponential.ts'
import { polynomial } from './polynomial.ts'
import { productError } from './precise.ts'

/**
 * pi / 2 as a sum: the first parts have 33 and 32 bits, so that their products with integers up to 2^20 are
 * exact.
 */
const HALF_PI_HIGH = 1.5707963267341256
const HALF_PI_MIDDLE = 6.077100506303966e-11
const HALF_PI_LOW = 2.0222662487959506e-21
const SIN = [
  -0.1666666666666663, 0.008333333333322217, -0.000198412698296821, 0.00000275573136553, -2.5050753157e-8,
  1.58965419e-10,
]
const COS = [
  0.041666666666666595, -0.001388888888887362, 0.000024801587289206, -2.75573142811e-7, 2.087571449e-9,
  -1.135923e-11,
]

/** sin and cos of r + low for |r| <= pi/4 and a low far below it: r and `top`, each plus a smaller rest. */
function sineAndCosine<T>(s: Scalar<T>, r: T, low: T): { sineRest: T; top: T; cosineRest: T } {
  const z = s.mul(r, r)
  const half = s.mul(z, 0.5)
  const top = s.sub(1, half)
  const sineRest = s.add(s.mul(s.mul(r, z), polynomial(s, z, SIN)), s.mul(low, top))
  const rest = s.sub(s.mul(s.mul(z, z), polynomial(s, z, COS)), s.mul(r, low))
  return { sineRest, top, cosineRest: s.add(s.sub(s.sub(1, top), half), rest) }
}

/** sin(quadrant pi/2 + r + low) for |r| <= pi/4 and a low far below it. */
function sinOfReduced<T>(s: Scalar<T>, quadrant: T, r: T, low: T): T {
  const { sineRest, top, cosineRest } = sineAndCosine(s, r, low)
  const [sine, cosine] = [s.add(r, sineRest), s.add(top, cosineRest)]
  // Products with 0 and 1 instead of selects: quadrants are unpredictable.
  const odd = s.indicator(s.bit(quadrant, 0))
  const magnitude = s.add(s.mul(cosine, odd), s.mul(sine, s.sub(1, odd)))
  const lower = s.indicator(s.bit(quadrant, 1))
  return s.mul(magnitude, s.sub(1, s.add(lower, lower)))
}

/** tan(quadrant pi/2 + r + low) for |r| <= pi/4 and a low far below it: a quotient of two sums, its rounding made good. */
function tanOfReduced<T>(s: Scalar<T>, quadrant: T, r: T, low: T): T {
  const { sineRest, top, cosineRest } = sineAndCosine(s, r, low)
  const [sine, cosine] = [s.add(r, sineRest), s.add(top, cosineRest)]
  const [sineLow, cosineLow] = [s.sub(sineRest, s.sub(sine, r)), s.sub(cosineRest, s.sub(cosine, top))]
  const odd = s.bit(quadrant, 0)
  const divisor = s.select(odd, sine, cosine)
  const quotient = s.div(s.select(odd, s.neg(cosine), sine), divisor)
  const product = s.mul(quotient, divisor)
  const numerator = s.sub(s.select(odd, s.neg(cosine), sine), product)
  const missing = s.sub(numerator, productError(s, quotient, divisor, product))
  const lower = s.sub(
    s.select(odd, s.neg(cosineLow), sineLow),
    s.mul(quotient, s.select(odd, sineLow, cosineLow)),
  )
  return s.add(quotient, s.div(s.add(missing, lower), divisor))
}

/** pi / 2 in fixed point with 1,216 fraction bits, by Machin's formula; made when first needed. */
const FRACTION_BITS = 1216n
let halfPi = 0n

function machin(): bigint {
  const reciprocalArctan = (n: bigint) => {
    let sum = 0n
    for (let k = 1n, power = (1n << FRACTION_BITS) / n; power !== 0n; k += 2n, power /= n * -n)
      sum += power / k
    return sum
  }
  return 8n * reciprocalArctan(5n) - 2n * reciprocalArctan(239n)
}

const reducedSine = /* @__PURE__ */ interpret(
  (s, quadrant, r, low) => sinOfReduced(s, quadrant!, r!, low!),
  'float64',
)
const reducedTangent = /* @__PURE__ */ interpret(
  (s, quadrant, r, low) => tanOfReduced(s, quadrant!, r!, low!),
  'float64',
)

/**
 * f(x + shift pi/2) for f = sin or tan, `reduced`, by exact reduction: the error of pi / 2, at most 2^1024 times, stays
 * below 2^-190.
 */
function byExactReduction(reduced: typeof reducedSine, x: number, shift: bigint): number {
  if (!Number.isFinite(x)) return Number.NaN
  halfPi ||= machin()
  let exponent = 0n
  for (; !Number.isInteger(x); exponent++) x *= 2
  const fixed = (BigInt(x) << FRACTION_BITS) >> exponent
  const magnitude = fixed < 0n ? -fixed : fixed
  const n = (2n * magnitude + halfPi) / (2n * halfPi)
  const rest = (magnitude - n * halfPi) >> (FRACTION_BITS - 192n)
  const r = Number(rest) * 2 ** -192
  const low = Number(rest - BigInt(r * 2 ** 192)) * 2 ** -192
  return fixed < 0n ? reduced(Number((shift - n) & 3n), -r, -low) : reduced(Number((shift + n) & 3n), r, low)
}

const slowSin: SlowPath = { name: 'slowSin', run: (x) => byExactReduction(reducedSine, x, 0n) }
const slowCos: SlowPath = { name: 'slowCos', run: (x) => byExactReduction(reducedSine, x, 1n) }
const slowTan: SlowPath = { name: 'slowTan', run: (x) => byExactReduction(reducedTangent, x, 0n) }

/** f(x + shift pi/2) for shift 0 or 1 and f = sin or tan, `ofReduced`. */
function shifted<T>(s: Scalar<T>, x: T, shift: number, ofReduced: typeof sinOfReduced, slow: SlowPath): T {
  const n = s.sub(s.add(s.mul(x, 2 / Math.PI), ROUNDER), ROUNDER)
  const first = s.sub(x, s.mul(n, HALF_PI_HIGH))
  const middle = s.mul(n, HALF_PI_MIDDLE)
  const second = s.sub(first, middle)
  const last = s.mul(n, HALF_PI_LOW)
  const r = s.sub(second, last)
  // What the roundings of second and r lost.
  const low = s.add(s.sub(s.sub(second, r), last), s.sub(s.sub(first, second), middle))
  const y = ofReduced(s, s.add(n, shift), r, low)
  // The parts of pi / 2 and the rounding of the last product leave an error of n 2^-122: too much this near
  // to a multiple.
  const tooNear = s.lt(s.abs(r), s.mul(s.abs(n), 2 ** -64))
  return s.rare(s.or(s.gt(s.abs(x), 2 ** 20), tooNear), slow, [x], y)
}

/**
 * The sine of x radians, within 1 ulp in float64 for every finite x; beyond 2^20 in magnitude it is slower by
 * far. float32 is the float64 value rounded. x is reduced to r, |r| <= pi / 4, by subtracting the nearest
 * multiple of pi / 2 in three parts (Cody and Waite), exactly with BigInt where that is not enough.
 */
export function sin<T>(scalar: Scalar<T>, x: T): T {
  // Below 2^-27 sin x rounds to x, which also keeps the sign of zero.
  return scalar.inFloat64(
    (s, x) => s.select(s.lt(s.abs(x), 2 ** -27), x, shifted(s, x, 0, sinOfReduced, slowSin)),
    x,
  )
}

/** The cosine of x radians: as `sin`, a quarter turn on. */
export function cos<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64((s, x) => shifted(s, x, 1, sinOfReduced, slowCos), x)
}

/** The tangent of x radians, within 2 ulp in float64: as `sin`. */
export function tan<T>(scalar: Scalar<T>, x: T): T {
  return scalar.inFloat64(
    (s, x) => s.select(s.lt(s.abs(x), 2 ** -27), x, shifted(s, x, 0, tanOfReduced, slowTan)),
    x,
  )
}
