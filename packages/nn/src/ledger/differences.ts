/** @file Derivatives by finite differences, with the number of digits that can be had. Imports nothing. */

export interface FiniteDifference {
  readonly value: number
  /** Significant decimal digits that `value` can be trusted for; null when it is exactly 0. */
  readonly digits: number | null
}

/** Half the distance between neighbouring float64 numbers, relative: 2^-53. */
export const ROUNDING = 1.1102230246251565e-16

/** Tried one after the other, until one gives enough digits: the largest steps suffer least from rounding. */
const STEPS = [0.1, 0.01, 1e-3, 1e-4]
const ENOUGH = 3

/** f'(0) from f itself, known up to an absolute rounding error of `noise`. */
export function differentiate(f: (h: number) => number, noise: number): FiniteDifference {
  const center = f(0)
  let best: FiniteDifference | null = null
  for (const step of STEPS) {
    const found = withStep(f, center, step, noise)
    if (found.digits === null || found.digits >= ENOUGH) return found
    if (best === null || found.digits > best.digits!) best = found
  }
  return best!
}

/**
 * f'(0) from central differences D(h) = (f(h) - f(-h)) / 2h at a step and at half of it. The error of D is a h² + b h⁴ +
 * ..., so (4 D(h/2) - D(h)) / 3 has no h² term (Richardson's extrapolation).
 *
 * The first step is so large because f may be known badly: the result carries an error of up to (4 noise / (h/2) +
 * noise / h) / 3 = 3 noise / h. For the rest, the extrapolation is repeated at half the steps, which divides the error by
 * 16: then the difference is the error, unless two terms of it nearly cancel there. So it is repeated at half of those
 * again, where they do not, as far as rounding lets us see. What is claimed is a few times as much (4 and 2), so that the
 * claim holds.
 */
function withStep(f: (h: number) => number, center: number, step: number, noise: number): FiniteDifference {
  const sides = [1, 2, 4, 8].map((n): [number, number] => [f(step / n), f(-step / n)])
  const [coarse, fine, finer, finest] = sides.map(
    ([right, left], i) => ((right - left) * 2 ** i) / (2 * step),
  ) as [number, number, number, number]
  const value = (4 * fine - coarse) / 3
  const carried = (3 * noise) / step
  // Where f bends, as at the kink of relu, the slopes on both sides differ, however small the step.
  const bend = (i: number): number =>
    (Math.abs(sides[i]![0] + sides[i]![1] - 2 * center) * 2 ** i) / (2 * step)
  const kink = bend(3) > 0.7 * bend(2) && bend(3) > 16 * carried ? bend(3) : 0
  if (value === 0 && kink === 0) return { value, digits: null }
  const second = (4 * finer - fine) / 3
  const third = (4 * finest - finer) / 3
  // The two extrapolations carry twice and four times as much.
  const seen = Math.max(0, Math.abs(second - third) - 6 * carried)
  const error = 4 * Math.max(Math.abs(value - second), 16 * seen) + 2 * carried + kink
  const relative = Math.max(error / Math.abs(value), ROUNDING)
  return { value, digits: Math.max(0, -Math.log10(relative)) }
}
