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
 * The polynomial of `count` coefficients (lowest first) nearest to the power series on [low, high] where an
 * error counts x^weight times: least squares on Chebyshev points, within a small factor of the minimax
 * polynomial.
 */
export function fit(
  series: (k: bigint) => bigint,
  low: number,
  high: number,
  count: number,
  weight: number,
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
    let target = 0n
    let term = basis[0]!
    for (let k = 0n; k < 60n; k++, term = times(term, x)) target += times(series(k), term)
    for (let row = 0; row < count; row++) {
      right[row]! += times(basis[row]!, target)
      for (let column = 0; column < count; column++)
        matrix[row]![column]! += times(basis[row]!, basis[column]!)
    }
  }
  return solve(matrix, right).map(toNumber)
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
/** log((1 + q) / (1 - q)) = 2 q + q^3 p(q^2). */
export const logCoefficients = (): number[] =>
  fit((k) => (2n * ONE) / (2n * k + 3n), 0, LARGEST_QUOTIENT_SQUARED, 7, 1)
/** sin r = r + r^3 p(r^2), |r| <= pi / 4. */
export const sinCoefficients = (): number[] =>
  fit((k) => ((k % 2n === 0n ? -1n : 1n) * ONE) / factorial(2n * k + 3n), 0, QUARTER_PI_SQUARED, 6, 1)
/** cos r = 1 - r^2 / 2 + r^4 p(r^2), |r| <= pi / 4. */
export const cosCoefficients = (): number[] =>
  fit((k) => ((k % 2n === 0n ? 1n : -1n) * ONE) / factorial(2n * k + 4n), 0, QUARTER_PI_SQUARED, 6, 2)

if (process.argv[1]?.endsWith('coefficients.ts')) {
  console.log('ln 2 in two parts', split(ln2, [42, 53]))
  console.log('pi / 2 in three parts', split(halfPi, [33, 32, 53]))
  console.log('exp', expCoefficients())
  console.log('log', logCoefficients())
  console.log('sin', sinCoefficients())
  console.log('cos', cosCoefficients())
}
