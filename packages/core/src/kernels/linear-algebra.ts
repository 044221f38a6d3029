/**
 * @file Small dense factorizations in plain JavaScript: LU, Cholesky, triangular systems. Every matrix is a row-major
 * Float64Array, whatever the dtype, so that results are rounded to it once. Imports tensor.ts.
 */
import { type Shape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/**
 * Calls `visit` for each index of the leading axes `batch`, which all tensors have, with the positions in memory where
 * their matrices begin.
 */
export function eachMatrix(
  batch: Shape,
  tensors: readonly Tensor[],
  visit: (starts: readonly number[], index: readonly number[]) => void,
): void {
  const index = new Array<number>(batch.length).fill(0)
  const starts = tensors.map((x) => x.storage.base + x.offset)
  for (let remaining = sizeOf(batch); remaining > 0; remaining--) {
    visit(starts, index)
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      const size = batch[axis]!
      const wraps = ++index[axis]! === size
      for (let t = 0; t < tensors.length; t++)
        starts[t]! += tensors[t]!.strides[axis]! * (wraps ? 1 - size : 1)
      if (!wraps) break
      index[axis] = 0
    }
  }
}

/** Copies the matrix of `x` that begins at `start` to `target`. */
export function readMatrix(x: Tensor, start: number, target: Float64Array): void {
  const { data } = x.storage
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  const [down, across] = x.strides.slice(-2) as [number, number]
  for (let i = 0, q = 0; i < rows; i++)
    for (let j = 0, p = start + i * down; j < columns; j++, p += across) target[q++] = data[p]!
}

function swapRows(columns: number, x: Float64Array, i: number, k: number): void {
  if (i === k) return
  for (let j = 0, p = i * columns, q = k * columns; j < columns; j++, p++, q++) {
    const value = x[p]!
    x[p] = x[q]!
    x[q] = value
  }
}

/** b[i, :] -= factor * b[k, :], from column `from` on. */
function subtractRow(columns: number, b: Float64Array, i: number, k: number, factor: number, from = 0): void {
  for (let j = from, p = i * columns + from, q = k * columns + from; j < columns; j++, p++, q++)
    b[p]! -= factor * b[q]!
}

/**
 * P A = L U in place, L below the diagonal, with partial pivoting: row i was swapped with row `swaps[i]`. Returns the
 * first pivot that is 0, where it stops, or n.
 */
export function factorLU(n: number, a: Float64Array, swaps: Int32Array): number {
  for (let k = 0; k < n; k++) {
    let best = -1
    // A NaN is taken, so that it shows in the result: a matrix with NaN is not known to be singular.
    for (let i = k; i < n && !Number.isNaN(best); i++) {
      const size = Math.abs(a[i * n + k]!)
      if (size <= best) continue
      best = size
      swaps[k] = i
    }
    if (best === 0) return k
    swapRows(n, a, k, swaps[k]!)
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k]! / a[k * n + k]!
      a[i * n + k] = factor
      subtractRow(n, a, i, k, factor, k + 1)
    }
  }
  return n
}

/** Solves A X = B in place of B [n, columns], given the factors of A. */
export function solveLU(
  n: number,
  columns: number,
  a: Float64Array,
  swaps: Int32Array,
  b: Float64Array,
): void {
  for (let i = 0; i < n; i++) swapRows(columns, b, i, swaps[i]!)
  for (let i = 1; i < n; i++) for (let k = 0; k < i; k++) subtractRow(columns, b, i, k, a[i * n + k]!)
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(columns, b, i, k, a[i * n + k]!)
    const pivot = a[i * n + i]!
    for (let j = i * columns; j < (i + 1) * columns; j++) b[j]! /= pivot
  }
}

/** Determinant from the factors of A: the product of the pivots, its sign changed by each swap. */
export function determinantLU(n: number, a: Float64Array, swaps: Int32Array): number {
  let product = 1
  for (let i = 0; i < n; i++) product *= swaps[i] === i ? a[i * n + i]! : -a[i * n + i]!
  return product
}

/**
 * A = L Lᵀ in place; reads the lower triangle alone and clears the upper one. Returns the first pivot (the square of
 * L[i, i]) that is not positive, where it stops, or n.
 */
export function factorCholesky(n: number, a: Float64Array): number {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j]!
      for (let k = 0, p = i * n, q = j * n; k < j; k++, p++, q++) rest -= a[p]! * a[q]!
      if (i === j && !(rest > 0)) {
        a[i * n + i] = rest
        return i
      }
      a[i * n + j] = i === j ? Math.sqrt(rest) : rest / a[j * n + j]!
    }
    a.fill(0, i * n + i + 1, (i + 1) * n)
  }
  return n
}

/** Solves L X = B (or Lᵀ X = B) in place of B [n, columns]; L is lower triangular, above it nothing is read. */
export function solveLower(
  n: number,
  columns: number,
  l: Float64Array,
  transposed: boolean,
  b: Float64Array,
): void {
  for (let step = 0; step < n; step++) {
    const i = transposed ? n - 1 - step : step
    if (transposed) for (let k = i + 1; k < n; k++) subtractRow(columns, b, i, k, l[k * n + i]!)
    else for (let k = 0; k < i; k++) subtractRow(columns, b, i, k, l[i * n + k]!)
    const pivot = l[i * n + i]!
    for (let j = i * columns; j < (i + 1) * columns; j++) b[j]! /= pivot
  }
}
