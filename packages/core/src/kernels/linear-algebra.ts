/**
 * @file Small dense factorizations in plain JavaScript: LU and Cholesky. Every matrix is a row-major Float64Array,
 * whatever the dtype, so that results are rounded to it once. Imports lines.ts and tensor.ts.
 */
import { allAxes, sizeOf } from '../shape.ts'
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'
import { forEachPart } from './lines.ts'

/**
 * Matrix after matrix of a batch: `f` gets the size of those of the first input, copies of all, how many came before, and
 * where each begins in memory, and returns what comes next in the result. The memory of the copies is reused.
 */
export function mapMatrices(
  inputs: readonly Tensor[],
  { shape, dtype }: Aval,
  f: (n: number, matrices: Float64Array[], place: number, starts: readonly number[]) => ArrayLike<number>,
): Tensor {
  const result = emptyTensor(shape, dtype)
  const matrices = inputs.map((x) => new Float64Array(sizeOf(x.shape.slice(-2))))
  const rank = inputs[0]!.ndim
  let position = result.storage.base
  forEachPart(inputs, allAxes(rank - 2), (starts, place) => {
    for (const [i, x] of inputs.entries()) readMatrix(x, starts[i]!, matrices[i]!)
    const values = f(inputs[0]!.shape[rank - 1]!, matrices, place, starts)
    for (let i = 0; i < values.length; i++) result.storage.data[position++] = values[i]!
  })
  return result
}

function readMatrix({ shape, strides, storage }: Tensor, start: number, copy: Float64Array): void {
  const rank = shape.length
  for (let i = 0, q = 0; i < shape[rank - 2]!; i++)
    for (let j = 0, p = start + i * strides[rank - 2]!; j < shape[rank - 1]!; j++, p += strides[rank - 1]!)
      copy[q++] = storage.data[p]!
}

function swapRows(columns: number, x: Float64Array, i: number, k: number): void {
  for (let j = 0, p = i * columns, q = k * columns; j < columns; j++, p++, q++) [x[p], x[q]] = [x[q]!, x[p]!]
}

/** b[i, :] -= factor * b[k, :], from column `from` on. Zeros are skipped: triangular matrices have many. */
function subtractRow(columns: number, b: Float64Array, i: number, k: number, factor: number, from = 0): void {
  if (factor === 0) return
  for (let j = from, p = i * columns + from, q = k * columns + from; j < columns; j++, p++, q++)
    b[p]! -= factor * b[q]!
}

/** `value` (1) times the identity. */
export function identity(n: number, value = 1): Float64Array {
  const x = new Float64Array(n * n)
  for (let p = 0; p < x.length; p += n + 1) x[p] = value
  return x
}

/**
 * P A = L U in place, L below the diagonal, with partial pivoting. Row i was swapped with row `swaps[i]` of the list that
 * is returned; where a pivot is 0 it stops, and the list is shorter than n.
 */
export function factorLU(n: number, a: Float64Array): number[] {
  const swaps: number[] = []
  for (let k = 0; k < n; k++) {
    let best = k
    for (let i = k + 1; i < n; i++) {
      const size = Math.abs(a[i * n + k]!)
      // A NaN is taken, so that it shows in the result: a matrix with NaN is not known to be singular.
      if (size > Math.abs(a[best * n + k]!) || Number.isNaN(size)) best = i
    }
    const pivot = a[best * n + k]!
    if (pivot === 0) break
    swaps.push(best)
    swapRows(n, a, k, best)
    for (let i = k + 1; i < n; i++) subtractRow(n, a, i, k, (a[i * n + k]! /= pivot), k + 1)
  }
  return swaps
}

/** Solves A X = B in place of B [n, columns], given the factors of A. */
export function solveLU(
  n: number,
  columns: number,
  lu: Float64Array,
  swaps: readonly number[],
  b: Float64Array,
): void {
  for (const [i, row] of swaps.entries()) swapRows(columns, b, i, row)
  for (let i = 0; i < n; i++) for (let k = 0; k < i; k++) subtractRow(columns, b, i, k, lu[i * n + k]!)
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(columns, b, i, k, lu[i * n + k]!)
    const pivot = lu[i * n + i]!
    for (let j = i * columns; j < (i + 1) * columns; j++) b[j]! /= pivot
  }
}

/** The product of the pivots, its sign changed by each swap. Leaves the factors of A in place of A. */
export function determinant(n: number, a: Float64Array, swaps: readonly number[] = factorLU(n, a)): number {
  if (swaps.length < n) return 0
  return swaps.reduce((product, row, i) => product * (row === i ? a[i * n + i]! : -a[i * n + i]!), 1)
}

/**
 * The cofactors of A, its determinant's gradient: det(A) A⁻ᵀ, accurate near singular matrices too (Stewart 1998). With a
 * pivot of 0 there is no inverse: cofactor (i, j) is the determinant of A with unit vector j in place of row i.
 */
export function cofactors(n: number, a: Float64Array): Float64Array {
  const lu = a.map((_, p) => a[(p % n) * n + Math.floor(p / n)]!)
  const swaps = factorLU(n, lu)
  if (swaps.length === n) {
    const x = identity(n, determinant(n, lu, swaps))
    solveLU(n, n, lu, swaps, x)
    return x
  }
  return a.map((_, p) => {
    const replaced = a.slice()
    replaced.fill(0, p - (p % n), p - (p % n) + n)
    replaced[p] = 1
    return determinant(n, replaced)
  })
}

/**
 * A = L Lᵀ in place; reads the lower triangle alone and clears the upper one. Returns the first pivot (the square of
 * L[i, i]) that is not positive, where it stops, or n.
 */
export function factorCholesky(n: number, a: Float64Array): number {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j]!
      for (let k = 0; k < j; k++) rest -= a[i * n + k]! * a[j * n + k]!
      a[i * n + j] = rest
      if (j < i) a[i * n + j]! /= a[j * n + j]!
      else if (!(rest > 0)) return i
    }
    a[i * n + i] = Math.sqrt(a[i * n + i]!)
    a.fill(0, i * n + i + 1, (i + 1) * n)
  }
  return n
}
