/** @file Scale-aware comparison of arrays. Imports vitest and the test helpers. */
import { expect } from 'vitest'
import type { Tensor } from '../../src/tensor.ts'
import { read } from './layouts.ts'
import type { Plain } from './plain.ts'

const isTensor = (x: Tensor | Plain): x is Tensor => 'storage' in x
const plainOf = (x: Tensor | Plain): Plain => (isTensor(x) ? read(x) : x)

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
  const a = plainOf(actual)
  const b = plainOf(expected)
  expect([...a.shape], `${what}: shape`).toEqual([...b.shape])
  const allowed = relative * scale
  for (let k = 0; k < b.data.length; k++) {
    const [x, y] = [a.data[k]!, b.data[k]!]
    if (x === y || (Number.isNaN(x) && Number.isNaN(y)) || Math.abs(x - y) <= allowed) continue
    expect.fail(
      `${what}: element ${k} of shape [${b.shape}] is ${x}, expected ${y}; they differ by ${Math.abs(x - y)}, allowed ${allowed}\n` +
        `actual   ${a.data.slice(0, 24)}\nexpected ${b.data.slice(0, 24)}`,
    )
  }
}

/** Equal shapes and identical values. */
export const expectSame = (actual: Tensor | Plain, expected: Tensor | Plain, what = ''): void =>
  expectClose(actual, expected, 0, what)
