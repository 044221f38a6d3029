/** @file Numbers as the ledger writes them. Imports nothing. */

/** Five significant digits (four where small), or `digits`: `0.0066481`, `-1.523e-8`. */
export function short(x: number, digits = 5): string {
  const size = Math.abs(x)
  if (size === 0 || (size >= 1e-3 && size < 1e6)) return String(Number(x.toPrecision(digits)) + 0)
  return Number(x.toPrecision(digits - 1)).toExponential()
}

/** `[0.5, -1]`. */
export const list = (values: readonly number[]): string => `[${values.map((x) => short(x)).join(', ')}]`

/** A factor of a product: negative ones in parentheses. */
export const factor = (x: number): string => (x < 0 ? `(${short(x)})` : short(x))

/** `+ 2` or `- 2`: a further term of a sum. */
export const term = (x: number, digits = 5): string =>
  x < 0 ? `- ${short(-x, digits)}` : `+ ${short(x, digits)}`

/** `0.9975 - 1`, with so many digits that the difference can be read off: a and b may be nearly equal. */
export function minus(a: number, b: number): string {
  const size = Math.max(Math.abs(a), Math.abs(b))
  const lost = a === b ? 0 : Math.log10(size / Math.abs(a - b))
  const digits = Math.min(16, 5 + Math.max(0, Math.floor(lost)))
  return `${short(a, digits)} ${b < 0 ? term(-b, digits) : `- ${short(b, digits)}`}`
}

/** So many terms of a sum are written out; of longer ones the first few and the last. */
const TERMS = 8

/** `a + b + c`; a long sum is shortened to `a + b + … + z (64 terms)`. */
export function sumOf(terms: readonly string[]): string {
  if (terms.length <= TERMS) return terms.join(' + ')
  return `${terms.slice(0, TERMS / 2).join(' + ')} + … + ${terms.at(-1)} (${terms.length} terms)`
}

/** `a·b + c·d`. */
export const products = (a: readonly number[], b: readonly number[]): string =>
  sumOf(a.map((value, i) => `${factor(value)}·${factor(b[i]!)}`))

/** Characters that `full` may take. */
export const WIDTH = 17

/**
 * As many digits as fit 17 characters: 15 decimals at most for what is not small; scientific notation for what is.
 * Whole numbers stay whole.
 */
export function full(x: number): string {
  if (!Number.isFinite(x) || (Number.isInteger(x) && Math.abs(x) < 1e15)) return String(x + 0)
  const size = Math.abs(x)
  if (size >= 1e-4 && size < 1e10) {
    return x.toFixed(Math.min(15, WIDTH - 1 - x.toFixed(0).length))
  }
  return scientific(x, WIDTH)
}

/** Scientific notation in at most `width` characters. */
export function scientific(x: number, width: number): string {
  const digits = (d: number): string => x.toExponential(d)
  const overhead = digits(1).length - 1
  return digits(Math.max(1, Math.min(15, width - overhead)))
}

/** Scientific notation with `digits` significant digits. */
export const significant = (x: number, digits: number): string =>
  x === 0 ? '0' : x.toExponential(Math.max(0, Math.min(15, Math.round(digits) - 1)))
