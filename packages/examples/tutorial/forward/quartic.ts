/** @file The tutorial's curve x⁴ - 3x³ + 2, its derivatives by hand, and gradient descent. Imports nothing. */

export const RATE = 0.01
export const PRECISION = 1e-5

export const curveAt = (x: number): number => x ** 4 - 3 * x ** 3 + 2
export const slopeAt = (x: number): number => 4 * x ** 3 - 9 * x ** 2
export const curvatureAt = (x: number): number => 12 * x ** 2 - 18 * x

/** Every x from the start on, until a step is no longer than `precision`. */
export function descend(start: number, slope: (x: number) => number, precision = PRECISION): number[] {
  const path = [start]
  for (;;) {
    const x = path.at(-1)!
    const next = x - RATE * slope(x)
    path.push(next)
    if (Math.abs(next - x) <= precision) return path
  }
}
