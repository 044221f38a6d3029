/** @file Derivatives by finite differences, with the number of digits that can be had. Imports nothing. */

export interface FiniteDifference {
  readonly value: number
  /** Significant decimal digits that `value` can be trusted for; null when it is exactly 0. */
  readonly digits: number | null
}

const STEP = 0.1
/** Half the distance between neighbouring float64 numbers, relative. */
export const ROUNDING = 2 ** -53

/**
 * f'(0) from central differences D(h) = (f(h) - f(-h)) / 2h at h = 0.1 and 0.05. The error of D is a h² + b h⁴ + ..., so
 * (4 D(0.05) - D(0.1)) / 3 has no h² term (Richardson's extrapolation).
 *
 * The steps are so large because f may be known badly: it carries an absolute rounding error of up to `noise`, and the
 * result one of up to (4 noise / 0.05 + noise / 0.1) / 3 = 30 noise. For the rest, the extrapolation is repeated at half
 * the steps, which divides the error by 16: twice the difference is a safe bound.
 */
export function differentiate(f: (h: number) => number, noise: number): FiniteDifference {
  const central = (h: number): number => (f(h) - f(-h)) / (2 * h)
  const fine = central(STEP / 2)
  const value = (4 * fine - central(STEP)) / 3
  const finer = (4 * central(STEP / 4) - fine) / 3
  if (value === 0) return { value, digits: null }
  const error = 2 * Math.abs(value - finer) + 30 * noise
  const relative = Math.max(error / Math.abs(value), ROUNDING)
  return { value, digits: Math.max(0, -Math.log10(relative)) }
}
