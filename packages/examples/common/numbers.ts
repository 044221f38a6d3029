/** @file Numbers as text, and the middle of a list. Imports nothing. */

/** 0.954 is 95.4%. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

export const scientific = (x: number): string => (x === 0 ? '0' : x.toExponential(1))

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const { length } = sorted
  return (sorted[Math.floor((length - 1) / 2)]! + sorted[Math.ceil((length - 1) / 2)]!) / 2
}
