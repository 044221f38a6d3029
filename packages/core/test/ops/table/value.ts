/** @file The value of a row against its reference. Imports vitest, row.ts and the test helpers. */
import { expect } from 'vitest'
import type { DType } from '../../../src/dtype.ts'
import type { Tensor } from '../../../src/tensor.ts'
import { checked } from '../../support/checking.ts'
import { expectClose, scaleOf } from '../../support/close.ts'
import type { Layout } from '../../support/layouts.ts'
import { callOf, type Row, sampleRow } from './row.ts'

/** The distance between 1 and the next number. */
export const EPSILON: Record<DType, number> = { float32: 2 ** -23, float64: 2 ** -52, int32: 0, bool: 0 }

/** All memory that the inputs lie in, in words of 32 bits where elements may be NaN. */
const bitsOf = (tensors: readonly Tensor[]): string =>
  tensors.map(({ storage: { data } }) => Array.from(new Uint8Array(data.slice().buffer)).join()).join(';')

/** Compares the row's call with its reference, and its inputs with what they were before. */
export function checkValue(row: Row, dtype: DType, layouts: readonly Layout[], seed: string): void {
  const what = `${dtype}, ${layouts.join(' and ')}`
  const { plains, tensors } = sampleRow(row, dtype, layouts, seed)
  const expected = row.reference(...plains)
  const before = bitsOf(tensors)
  const actual = checked(() => callOf(row)(...tensors))
  expect(actual.dtype, what).toBe(row.result?.(dtype) ?? dtype)
  // Differences of inputs can be far smaller than what they are rounded to.
  const scale = scaleOf(expected, ...plains)
  expectClose(actual, expected, row.roundings * EPSILON[actual.dtype], what, scale)
  expect(bitsOf(tensors) === before, `${what}: inputs unchanged`).toBe(true)
}
