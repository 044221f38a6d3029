/**
 * @file Derives the constants of packages/core/src/math*.ts with BigInt fixed-point arithmetic; prints them
 * when run by itself. Imports nothing.
 */

const BITS = 480n
const ONE = 1n << BITS

const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS
const over = (a: bigint, b: bigint): bigint => (a << BITS) / b
const fixed = (x: number): bigint => BigInt(Math.round(x * 2 ** 52)) << (BITS - 52n)

/** The double nearest to a fixed-point number. */
export function toNumber(a: bigint): number {
  const extra = a.toString(2).length - 80
  return extra > 0 ? Number(a >> BigInt(extra)) * 2 ** (extra - Number(BITS)) : Number(a) / 2 ** Number(BITS)
}

/** arctan(1/n) = 1/n - 1/(3 n^3) + 1/(5 n^5) - ... */
function arctanOfReciprocal(n: bigint): bigint {
  let sum = 0n
  for (let k = 1n, power = ONE / n; power !== 0n; k += 2n, power /= n * n)
    sum += k % 4n === 1n ? power / k : -power / k
  return sum
}

/** ln 2 = 2 artanh(1/3) = 2 (1/3 + 1/(3 3^3) + 1/(5 3^5) + ...). */
function naturalLogarithmOf2(): bigint {
  let sum = 0n
  for (let k = 1n, power = ONE / 3n; power !== 0n; k += 2n, power /= 9n) sum += (2n * power) / k
  return sum
}

/** Machin: pi / 4 = 4 arctan(1/5) - arctan(1/239). */
export const halfPi: bigint = 8n * arctanOfReciprocal(5n) - 2n * arctanOfReciprocal(239n)
export const ln2: bigint = naturalLogarithmOf2()

/**
 * The number as a sum of doubles, the first ones with only so many significant bits: their small multiples
 * are exact.
 */
export function split(value: bigint, significantBits: readonly number[]): number[] {
  return significantBits.map((bits) => {
    const drop = BigInt(value.toString(2).length - bits)
    const part = (((value >> (drop - 1n)) + 1n) >> 1n) << drop
    value -= part
    return toNumber(part)
  })
}

/** Solves a linear system by elimination with pivots. */
function solve(matrix: bigint[][], right: bigint[]): bigint[] {
  const size = right.length
  const rows = matrix.map((row, i) => [...row, right[i]!])
  const magnitude = (a: bigint) => (a < 0n ? -a : a)
  for (let i = 0; i < size; i++) {
    const pivot = rows.slice(i).reduce((best, row) => (magnitude(row[i]!) > magnitude(best[i]!) ? row : best))
    rows.splice(rows.indexOf(pivot), 1)
    rows.splice(i, 0, pivot)
    for (const row of rows) {
      if (row === pivot) continue
      const factor = over(row[i]!, pivot[i]!)
      for (let j = i; j <= size; j++) row[j]! -= times(factor, pivot[j]!)
    }
  }
  return rows.map((row, i) => over(row[size]!, row[i]!))
}

/**
 * The polynomial of `count` coefficients (lowest first) nearest to `f` on [low, high] where an error counts
 * x^weight times: least squares on Chebyshev points, within a small factor of the minimax polynomial. Digits that change it
 * by less than 2^-bits are left out.
 */
function fitFunction(
  f: (x: bigint) => bigint,
  low: number,
  high: number,
  count: number,
  weight: number,
  bits = 61,
): number[] {
  const matrix = Array.from({ length: count }, () => Array.from({ length: count }, () => 0n))
  const right = Array.from({ length: count }, () => 0n)
  const points = 8 * count
  for (let i = 0; i < points; i++) {
    const x = fixed((low + high) / 2 + ((high - low) / 2) * Math.cos((Math.PI * (i + 0.5)) / points))
    let power = ONE
    for (let k = 0; k < weight; k++) power = times(power, x)
    const basis = Array.from({ length: count }, () => {
      const current = power
      power = times(power, x)
      return current
    })
    const target = times(basis[0]!, f(x))
    for (let row = 0; row < count; row++) {
      right[row]! += times(basis[row]!, target)
      for (let column = 0; column < count; column++)
        matrix[row]![column]! += times(basis[row]!, basis[column]!)
    }
  }
  const reach = Math.max(Math.abs(low), Math.abs(high))
  return solve(matrix, right).map((c, k) => shorten(toNumber(c), reach ** (k + weight) * 2 ** bits))
}

/** The coefficient without the digits that add less than 1 to it, `weight` times. */
const shorten = (coefficient: number, weight: number): number =>
  Number(coefficient.toFixed(Math.ceil(Math.log10(weight))))

/** As fitFunction, to the power series. */
export function fit(
  series: (k: bigint) => bigint,
  low: number,
  high: number,
  count: number,
  weight: number,
  bits?: number,
): number[] {
  const coefficients = Array.from({ length: 90 }, (_, k) => series(BigInt(k)))
  return fitFunction(
    (x) => coefficients.reduceRight((sum, c) => times(sum, x) + c),
    low,
    high,
    count,
    weight,
    bits,
  )
}

function factorial(n: bigint): bigint {
  return n < 2n ? 1n : n * factorial(n - 1n)
}

const HALF_LN2 = Math.LN2 / 2 + 1e-9
const QUARTER_PI_SQUARED = (Math.PI / 4) ** 2 + 1e-6
/** The square of (m - 1) / (m + 1) at the ends of the mantissa's range, m = sqrt(2) and its reciprocal. */
const LARGEST_QUOTIENT_SQUARED = 0.0295

/** e^r = 1 + r + r^2 p(r), |r| <= ln 2 / 2. */
export const expCoefficients = (): number[] => fit((k) => ONE / factorial(k + 2n), -HALF_LN2, HALF_LN2, 10, 2)
/** The same as near as float32 needs it. */
export const shortExpCoefficients = (): number[] =>
  fit((k) => ONE / factorial(k + 2n), -HALF_LN2, HALF_LN2, 6, 2, 36)
/** log((1 + q) / (1 - q)) = 2 q + q^3 p(q^2). */
export const logCoefficients = (): number[] =>
  fit((k) => (2n * ONE) / (2n * k + 3n), 0, LARGEST_QUOTIENT_SQUARED, 7, 1)
/** log((1 + q) / (1 - q)) = 2 q + 2/3 q^3 + q^5 p(q^2). */
export const logTailCoefficients = (): number[] =>
  fit((k) => (2n * ONE) / (2n * k + 5n), 0, LARGEST_QUOTIENT_SQUARED, 8, 2, 72)
/** sin r = r + r^3 p(r^2), |r| <= pi / 4. */
export const sinCoefficients = (): number[] =>
  fit((k) => ((k % 2n === 0n ? -1n : 1n) * ONE) / factorial(2n * k + 3n), 0, QUARTER_PI_SQUARED, 6, 1)
/** cos r = 1 - r^2 / 2 + r^4 p(r^2), |r| <= pi / 4. */
export const cosCoefficients = (): number[] =>
  fit((k) => ((k % 2n === 0n ? 1n : -1n) * ONE) / factorial(2n * k + 4n), 0, QUARTER_PI_SQUARED, 6, 2)

const alternating = (k: bigint): bigint => (k % 2n === 0n ? 1n : -1n)
/** e^x - 1 = x + x^2 / 2 + x^3 p(x), |x| <= 1/2. */
export const expm1Coefficients = (): number[] =>
  fit((k) => ONE / factorial(k + 3n), -0.5 - 1e-6, 0.5 + 1e-6, 11, 3)
/** sinh x = x + x^3 p(x^2), |x| <= 1. */
export const sinhCoefficients = (): number[] => fit((k) => ONE / factorial(2n * k + 3n), 0, 1 + 1e-6, 8, 1)
/** arctan z = z + z^3 p(z^2), |z| <= 7/16. */
export const arctanCoefficients = (): number[] =>
  fit((k) => (-alternating(k) * ONE) / (2n * k + 3n), 0, (7 / 16) ** 2 + 1e-6, 11, 1)
/** arcsin s = s + s^3 p(s^2), |s| <= 1/2. */
export const arcsinCoefficients = (): number[] =>
  fit(
    (k) => (ONE * factorial(2n * k + 2n)) / (4n ** (k + 1n) * factorial(k + 1n) ** 2n * (2n * k + 3n)),
    0,
    0.25 + 1e-6,
    12,
    1,
  )

/** The square root, by Newton's iteration. */
function squareRoot(a: bigint): bigint {
  let root = a + ONE
  for (let next = (root + over(a, root)) / 2n; next < root; next = (root + over(a, root)) / 2n) root = next
  return root
}
/** 2 / sqrt(pi). */
export const twoOverRootPi: bigint = over(2n * ONE, squareRoot(2n * halfPi))

/** erf x = x + x p(x^2), |x| <= 1. */
export const erfCoefficients = (): number[] =>
  fit(
    (k) => (alternating(k) * twoOverRootPi) / (factorial(k) * (2n * k + 1n)) - (k === 0n ? ONE : 0n),
    0,
    1 + 1e-6,
    13,
    0,
  )

/** Where the variable t = (x - ERFC_CENTER) / (x + ERFC_CENTER) of the fit below is 0. */
const ERFC_CENTER = 3
/** e^(x^2) erfc x by its continued fraction, which at x >= 1/2 converges below 2^-100. */
function scaledErfc(x: bigint): bigint {
  let tail = x
  for (let k = 4000n; k > 0n; k--) tail = x + over((k * ONE) / 2n, tail)
  return over(twoOverRootPi / 2n, tail)
}
/** (1 + 2 x) e^(x^2) erfc x = p(t) for 1/2 <= x <= 28. */
export const erfcCoefficients = (): number[] => {
  const center = BigInt(ERFC_CENTER) * ONE
  const end = (x: number): number => (x - ERFC_CENTER) / (x + ERFC_CENTER)
  return fitFunction(
    (t) => {
      const x = over(times(center, ONE + t), ONE - t)
      return times(ONE + 2n * x, scaledErfc(x))
    },
    end(0.5) - 1e-6,
    end(28) + 1e-6,
    21,
    0,
  )
}

if (process.argv[1]?.endsWith('coefficients.ts')) {
  console.log('ln 2 in two parts', split(ln2, [42, 53]))
  console.log('pi / 2 in three parts', split(halfPi, [33, 32, 53]))
  console.log('exp', expCoefficients())
  console.log('exp in float32', shortExpCoefficients())
  console.log('log', logCoefficients())
  console.log('log, tail', logTailCoefficients())
  console.log('sin', sinCoefficients())
  console.log('cos', cosCoefficients())
  console.log('expm1', expm1Coefficients())
  console.log('sinh', sinhCoefficients())
  console.log('arctan', arctanCoefficients())
  console.log('arcsin', arcsinCoefficients())
  console.log('erf', erfCoefficients())
  console.log('erfc', erfcCoefficients())
}
