/** @file Statistics of samples, for the tests of random numbers. Imports nothing. */

/** Mean, variance and kurtosis (3 for normal numbers). */
export function moments(xs: ArrayLike<number>): { mean: number; variance: number; kurtosis: number } {
  const values = Array.from(xs)
  const average = (f: (x: number) => number) => values.reduce((sum, x) => sum + f(x), 0) / values.length
  const mean = average((x) => x)
  const variance = average((x) => (x - mean) ** 2)
  return { mean, variance, kurtosis: average((x) => (x - mean) ** 4) / variance ** 2 }
}

/** Pearson's statistic of counts that should be equal. */
export function chiSquare(counts: ArrayLike<number>): number {
  const values = Array.from(counts)
  const expected = values.reduce((a, b) => a + b, 0) / values.length
  return values.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
}

/** How far a chi-square statistic is from its mean, in its standard deviations. */
export const deviations = (statistic: number, degrees: number): number =>
  (statistic - degrees) / Math.sqrt(2 * degrees)
