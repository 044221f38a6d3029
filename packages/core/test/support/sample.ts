/** @file Reproducible sample values for the op tests. Imports nothing of the package. */

/** The next number in [0, 1). */
export type Random = () => number

/** A linear congruential generator modulo 2^32 whose first state comes from a text, so that each test has its own. */
export function randomFor(text: string): Random {
  let state = 1
  for (const character of text) state = (Math.imul(state, 31) + character.charCodeAt(0)) | 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) / 2 ** 24
  }
}

/** n values drawn for a test. */
export type Sample = (random: Random, n: number) => number[]

const times = (n: number, f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i))

/** Evenly distributed in [low, high). */
export const uniform =
  (low: number, high: number): Sample =>
  (random, n) =>
    times(n, () => low + random() * (high - low))

/** In [low, high), at least `margin` away from each of `points`: from kinks and poles. */
export const away =
  (points: readonly number[], low: number, high: number, margin = 0.1): Sample =>
  (random, n) =>
    times(n, () => {
      for (;;) {
        const x = low + random() * (high - low)
        if (points.every((point) => Math.abs(x - point) >= margin)) return x
      }
    })

/** In random order the values first, first + step, ... which are too far apart to change order by a small step. */
export const ranked =
  (first: number, step: number): Sample =>
  (random, n) => {
    const values = times(n, (i) => first + i * step)
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      ;[values[i], values[j]] = [values[j]!, values[i]!]
    }
    return values
  }

/** Whole numbers from low to high, both included. */
export const whole =
  (low: number, high: number): Sample =>
  (random, n) =>
    times(n, () => low + Math.floor(random() * (high - low + 1)))
