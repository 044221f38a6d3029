/** @file Plain arrays of numbers, on which the formulas work. Imports nothing. */

/** [sample][neuron], or [neuron][input]. */
export type Rows = readonly (readonly number[])[]

/** Row-major values as rows of `columns` each. */
export function rowsOf(values: ArrayLike<number>, columns: number): number[][] {
  const flat = Array.from(values)
  return Array.from({ length: flat.length / columns }, (_, s) => flat.slice(s * columns, (s + 1) * columns))
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** The largest magnitude. */
export const largestOf = (rows: Rows): number =>
  rows.reduce((most, row) => row.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0)
