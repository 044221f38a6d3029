/**
 * @file High-precision exp, log, sin and cos in BigInt fixed point, and exact ulp distances, for the tests of
 * math.ts. Imports nothing.
 */

/** `value` 2^-`bits`. */
export interface Fixed {
  readonly value: bigint
  readonly bits: number
}

const float = new Float64Array(1)
const word = new BigUint64Array(float.buffer)

/** The double with the given bits. */
export function fromBits(bits: bigint): number {
  word[0] = bits
  return float[0]!
}

export function toBits(x: number): bigint {
  float[0] = x
  return word[0]!
}

/** The double `steps` places after x > 0 in the order of doubles. */
export function neighbour(x: number, steps: number): number {
  return fromBits(toBits(x) + BigInt(steps))
}

/** A finite double as mantissa 2^exponent, exactly. */
function decompose(x: number): { mantissa: bigint; exponent: number } {
  const bits = toBits(x)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n)
  return { mantissa: bits >> 63n ? -mantissa : mantissa, exponent: (biased === 0 ? 1 : biased) - 1075 }
}

export const shift = (a: bigint, by: number): bigint => (by >= 0 ? a << BigInt(by) : a >> BigInt(-by))
const magnitude = (a: bigint): bigint => (a < 0n ? -a : a)

/** x in fixed point; exact if it has no bits below 2^-bits. */
export function fixed(x: number, bits: number): bigint {
  const { mantissa, exponent } = decompose(x)
  return shift(mantissa, exponent + bits)
}

/** Sum of term(k) for k = 0, 1 ..., each made from the one before, until a term vanishes. */
function series(first: bigint, next: (term: bigint, k: bigint) => bigint): bigint {
  let sum = 0n
  for (let term = first, k = 1n; term !== 0n && term !== -1n; term = next(term, k), k++) sum += term
  return sum
}

function reciprocalArctan(n: bigint, bits: number): bigint {
  let sum = 0n
  for (let power = (1n << BigInt(bits)) / n, k = 1n; power !== 0n; power /= n * n, k += 2n) {
    sum += k % 4n === 1n ? power / k : -(power / k)
  }
  return sum
}

const constants = new Map<string, bigint>()
function once(name: string, make: () => bigint): bigint {
  let value = constants.get(name)
  if (value === undefined) constants.set(name, (value = make()))
  return value
}

/** Stormer's formula for pi / 4, other than the library's. */
export const halfPi = (bits: number): bigint =>
  once(`halfPi ${bits}`, () => {
    const at = (n: bigint) => reciprocalArctan(n, bits)
    return 2n * (44n * at(57n) + 7n * at(239n) - 12n * at(682n) + 24n * at(12943n))
  })

/** ln 2 = sum of 1 / (k 2^k). */
const ln2 = (bits: number): bigint =>
  once(`ln2 ${bits}`, () => {
    let sum = 0n
    for (let k = 1n; k <= BigInt(bits); k++) sum += (1n << (BigInt(bits) - k)) / k
    return sum
  })

const nearestQuotient = (a: bigint, b: bigint): bigint => {
  const doubled = 2n * a + b
  const quotient = doubled / (2n * b)
  return doubled < 0n && quotient * 2n * b !== doubled ? quotient - 1n : quotient
}

const PRECISION = 320

/** e^x for x in fixed point with PRECISION bits. */
function expFixed(x: bigint): Fixed {
  const n = nearestQuotient(x, ln2(PRECISION))
  const r = x - n * ln2(PRECISION)
  const y = series(1n << BigInt(PRECISION), (term, k) => ((term * r) >> BigInt(PRECISION)) / k)
  return { value: y, bits: PRECISION - Number(n) }
}

/** e^x for a double x. */
export const exactExp = (x: number): Fixed => expFixed(fixed(x, PRECISION))

/** The logarithm of value 2^-bits: y + log1p(value e^-y - 1), where y need only be roughly right. */
export function logFixed(exact: bigint, exponent: number, rough: number): Fixed {
  const y = fixed(rough, PRECISION)
  const { value, bits } = expFixed(-fixed(rough, PRECISION))
  const d = shift(exact * value, PRECISION - bits + exponent) - (1n << BigInt(PRECISION))
  let sum = 0n
  for (let k = 1n, power = d; k < 12n; k++, power = (power * d) >> BigInt(PRECISION)) {
    sum += k % 2n === 1n ? power / k : -power / k
  }
  return { value: y + sum, bits: PRECISION }
}
/** ln x for a positive double. */
export function exactLog(x: number): Fixed {
  const { mantissa, exponent } = decompose(x)
  return logFixed(mantissa, exponent, Math.log(x))
}

/** x^y for a positive double x, where the result is a double's. */
export const exactPow = (x: number, y: number): Fixed =>
  expFixed(shift(exactLog(x).value * fixed(y, 1100), -1100))

/** ln(1 + x) for a double x > -1. */
export function exactLog1p(x: number): Fixed {
  const bits = 1400
  const whole = fixed(x, bits)
  if (Math.abs(x) > 2 ** -20) return logFixed(whole + (1n << BigInt(bits)), -bits, Math.log1p(x))
  let sum = 0n
  for (
    let power = whole, k = 1n;
    power !== 0n && power !== -1n;
    power = (-power * whole) >> BigInt(bits), k++
  ) {
    sum += power / k
  }
  return { value: sum, bits }
}

/** sin(x + quarters pi/2) for a double x. */
function exactTurned(x: number, quarters: bigint): Fixed {
  // Huge numbers need as many more bits of pi, tiny ones as many more of themselves.
  const bits = Math.abs(x) < 2 ** 24 && (x === 0 || Math.abs(x) > 2 ** -40) ? PRECISION : 1400
  const n = nearestQuotient(fixed(x, bits), halfPi(bits))
  const r = fixed(x, bits) - n * halfPi(bits)
  const square = -((r * r) >> BigInt(bits))
  const quadrant = (((n + quarters) % 4n) + 4n) % 4n
  const odd = quadrant % 2n
  const first = odd === 1n ? 1n << BigInt(bits) : r
  const y = series(
    first,
    (term, k) => ((term * square) >> BigInt(bits)) / (2n * k * (2n * k + (odd === 1n ? -1n : 1n))),
  )
  return { value: quadrant >= 2n ? -y : y, bits }
}

export const exactSin = (x: number): Fixed => exactTurned(x, 0n)
export const exactCos = (x: number): Fixed => exactTurned(x, 1n)

/** A format of floating-point numbers: bits of the mantissa, and the exponents of the smallest number and behind the largest. */
export interface Format {
  readonly digits: number
  readonly lowest: number
  readonly top: number
}
const DOUBLE: Format = { digits: 53, lowest: -1074, top: 1024 }
export const SINGLE: Format = { digits: 24, lowest: -149, top: 128 }

/** |got - exact| in units of the last place that a number near `exact` has in the format (subnormal numbers included). */
export function ulps(got: number, { value, bits }: Fixed, { digits, lowest, top }: Format = DOUBLE): number {
  const length = value === 0n ? -1e9 : magnitude(value).toString(2).length
  const last = Math.max(length - digits - bits, lowest)
  if (!Number.isFinite(got)) {
    // The largest number and half a unit round to infinity.
    const overflow = shift((1n << BigInt(digits + 1)) - 1n, top - digits - 1 + bits)
    return magnitude(value) >= overflow && got === (value < 0n ? -Infinity : Infinity)
      ? 0
      : Number.POSITIVE_INFINITY
  }
  const { mantissa, exponent } = decompose(got)
  // In units of 2^-(guard) ulp.
  const guard = 64
  const difference = shift(mantissa, exponent - last + guard) - shift(value, -bits - last + guard)
  return Number(difference < 0n ? -difference : difference) * 2 ** -guard
}
