/** @file Scale-aware comparison of arrays: `expectClose` of `./testing` with a tolerance relative to the largest element. Imports testing/close.ts and the test helpers. */
import { tensor } from '../../src/create.ts'
import type { Tensor } from '../../src/tensor.ts'
import { expectClose as expectWithin } from '../../src/testing/close.ts'
import { read } from './layouts.ts'
import type { Plain } from './plain.ts'

const isTensor = (x: Tensor | Plain): x is Tensor => 'storage' in x
const plainOf = (x: Tensor | Plain): Plain => (isTensor(x) ? read(x) : x)
/** Contiguous and float64, whatever it was: read through the strides and not by the methods of Tensor. */
const values = ({ shape, data }: Plain): Tensor => tensor(Float64Array.from(data), { shape: [...shape] })

/** The largest finite magnitude among the values, 0 for none. */
export function scaleOf(...xs: (Tensor | Plain)[]): number {
  let scale = 0
  for (const x of xs)
    for (const value of plainOf(x).data) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value))
  return scale
}

/**
 * Equal shapes, and elements that differ by at most `relative` times the largest magnitude of `expected` (or `scale`).
 * NaN meets only NaN, an infinity only itself.
 */
export function expectClose(
  actual: Tensor | Plain,
  expected: Tensor | Plain,
  relative: number,
  what = '',
  scale = scaleOf(expected),
): void {
  expectWithin(values(plainOf(actual)), values(plainOf(expected)), { atol: relative * scale, what })
}

/** Equal shapes and identical values. */
export const expectSame = (actual: Tensor | Plain, expected: Tensor | Plain, what = ''): void =>
  expectClose(actual, expected, 0, what)
