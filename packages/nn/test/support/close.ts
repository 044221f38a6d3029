/** @file Comparisons of arrays, and gradients by finite differences. Imports core. */
import { type Shape, Tensor, tensor } from '@tapegrad/core'
import { expectClose as expectWithin } from '@tapegrad/core/testing'

/** The elements of a tensor, or of nested arrays, in row-major order. */
export function flat(x: unknown): number[] {
  return x instanceof Tensor ? Array.from(x.data) : ([x].flat(Infinity) as number[])
}

/** `expectClose` of `./testing` for elements in row-major order that differ by at most `relative` times the largest of `expected`. */
export function expectClose(actual: unknown, expected: unknown, relative: number, what = ''): void {
  const b = flat(expected)
  const atol = relative * Math.max(...b.map(Math.abs), Number.MIN_VALUE)
  expectWithin(flat(actual), b, { atol, equalNaN: false, what })
}

/**
 * df/dx by central differences at h and h/2, extrapolated, so that the error is of order h^4; x is float64 and restored.
 * With h = 1e-3 and f and its derivatives of order 1, truncation is about 1e-13 and rounding about 1e-13 / h = 1e-12.
 */
export function numericGradient(f: () => number, x: Tensor, h = 1e-3): number[] {
  const values = Float64Array.from(x.data)
  const at = (i: number, step: number): number => {
    const moved = values.slice()
    moved[i]! += step
    x.assign(tensor(moved, { shape: [...x.shape] }))
    return f()
  }
  const central = (i: number, step: number): number => (at(i, step) - at(i, -step)) / (2 * step)
  const gradient = Array.from(values, (_, i) => (4 * central(i, h / 2) - central(i, h)) / 3)
  x.assign(tensor(values, { shape: [...x.shape] }))
  return gradient
}

/** A float64 tensor of numbers that look random, the same every time. */
export function sample(shape: Shape, seed = 0): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Float64Array.from({ length: size }, (_, i) => Math.sin(1 + i + 7.3 * seed)),
    { shape: [...shape] },
  )
}
