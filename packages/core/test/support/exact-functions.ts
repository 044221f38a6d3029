/**
 * @file High-precision expm1, hyperbolic, inverse trigonometric and error functions in BigInt fixed point, for the tests of
 * math.ts. Built on exp, sin and cos of exact.ts, and on addition theorems that the code under test does not use.
 */
import { exactCos, exactExp, exactSin, type Fixed, fixed, halfPi, logFixed, shift } from './exact.ts'

const toBits = ({ value, bits }: Fixed, wanted: number): bigint => shift(value, wanted - bits)

export function exactExpm1(x: number): Fixed {
  const { value, bits } = exactExp(x)
  return { value: value - (bits > 0 ? 1n << BigInt(bits) : 0n), bits }
}

function halfOfBoth(x: number, sign: bigint): Fixed {
  const [a, b] = [exactExp(x), exactExp(-x)]
  const bits = Math.max(a.bits, b.bits)
  return { value: toBits(a, bits) + sign * toBits(b, bits), bits: bits + 1 }
}
export const exactSinh = (x: number): Fixed => halfOfBoth(x, -1n)
export const exactCosh = (x: number): Fixed => halfOfBoth(x, 1n)

export function exactTanh(x: number): Fixed {
  const [a, b] = [exactSinh(x), exactCosh(x)]
  const bits = Math.max(a.bits, b.bits)
  return { value: (toBits(a, bits) << 1200n) / toBits(b, bits), bits: 1200 }
}

export function exactTan(x: number): Fixed {
  const [sine, cosine] = [exactSin(x), exactCos(x)]
  return { value: (sine.value << BigInt(sine.bits)) / cosine.value, bits: sine.bits }
}

const BITS = 1400
const ONE = 1n << BigInt(BITS)
const times = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(BITS)

function squareRoot(a: bigint, bits = BITS): bigint {
  let root = 1n << BigInt(bits)
  for (;;) {
    const next = (root + (a << BigInt(bits)) / root) >> 1n
    const distance = next - root
    root = next
    if (distance === 0n || distance === 1n || distance === -1n) return root
  }
}

/**
 * The angle of the point (x, y), both in fixed point, near `rough`: the sine of what it is off by is
 * (y cos - x sin) / sqrt(x^2 + y^2), so tiny that three terms of the arcsine do. `radius` is that root.
 */
function angleNear(rough: number, y: bigint, x: bigint, radius: bigint): Fixed {
  const [sine, cosine] = [toBits(exactSin(rough), BITS), toBits(exactCos(rough), BITS)]
  const d = ((times(y, cosine) - times(x, sine)) << BigInt(BITS)) / radius
  const cube = times(d, times(d, d))
  return { value: fixed(rough, BITS) + d + cube / 6n + (3n * times(cube, times(d, d))) / 40n, bits: BITS }
}

export function exactAtan2(y: number, x: number): Fixed {
  const scale = 2 ** Math.min(-Math.floor(Math.log2(Math.max(Math.abs(x), Math.abs(y)))), 1000)
  const [v, u] = [fixed(y * scale, BITS), fixed(x * scale, BITS)]
  return angleNear(Math.atan2(y, x), v, u, squareRoot(times(u, u) + times(v, v)))
}
export const exactAtan = (x: number): Fixed => exactAtan2(x, 1)

function cathetus(x: bigint): bigint {
  const square = ONE - times(x, x)
  return square === 0n ? 0n : squareRoot(square)
}
export function exactAsin(x: number): Fixed {
  const sine = fixed(x, BITS)
  return angleNear(Math.asin(x), sine, cathetus(sine), ONE)
}
export function exactAcos(x: number): Fixed {
  const cosine = fixed(x, BITS)
  return angleNear(Math.acos(x), cathetus(cosine), cosine, ONE)
}

/** 2 / sqrt(pi) (x - x^3 / 3 + x^5 / (2! 5) - x^7 / (3! 7) + ...); the terms grow to e^(x^2) at most. */
function erfFixed(a: bigint, bits: number): bigint {
  const wide = BigInt(bits)
  const square = (a * a) >> wide
  let sum = 0n
  for (let k = 0n, term = a; term !== 0n && term !== -1n; k++, term = ((-term * square) >> wide) / k)
    sum += term / (2n * k + 1n)
  return ((2n * sum) << wide) / squareRoot(2n * halfPi(bits), bits)
}
export const exactErf = (x: number): Fixed => ({ value: erfFixed(fixed(x, BITS), BITS), bits: BITS })

/** (1 + erf(x / sqrt 2)) / 2. */
export function exactNormalCdf(x: number): Fixed {
  // Far below 0 the terms are huge and the sum is tiny.
  const bits = x < -20 ? 4000 : BITS
  const one = 1n << BigInt(bits)
  return {
    value: one + erfFixed((fixed(x, bits) << BigInt(bits)) / squareRoot(2n * one, bits), bits),
    bits: bits + 1,
  }
}

/** 1 / (1 + e^-x). */
export function exactSigmoid(x: number): Fixed {
  const { value: e, bits } = exactExp(-Math.abs(x))
  const one = 1n << BigInt(bits)
  return { value: ((x < 0 ? e : one) << BigInt(BITS)) / (one + e), bits: BITS }
}

/** e^x / (1 + e^x)^2. */
export function exactSigmoidDerivative(x: number): Fixed {
  const { value: e, bits } = exactExp(-Math.abs(x))
  const sum = (1n << BigInt(bits)) + e
  return { value: (e << BigInt(bits + BITS)) / (sum * sum), bits: BITS }
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). */
export function exactSoftplus(x: number): Fixed {
  const { value: e, bits } = exactExp(-Math.abs(x))
  const linear = (bits: number): bigint => fixed(Math.max(x, 0), bits)
  if (Math.abs(x) < 20) {
    const log = logFixed((1n << BigInt(bits)) + e, -bits, Math.log1p(Math.exp(-Math.abs(x))))
    return { value: log.value + linear(log.bits), bits: log.bits }
  }
  let sum = 0n
  for (let power = e, k = 1n; power !== 0n && power !== -1n; power = (-power * e) >> BigInt(bits), k++)
    sum += power / k
  return { value: sum + linear(bits), bits }
}
