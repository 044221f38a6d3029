/** @file Small dense linear algebra on plain arrays, for matrices of some ten rows. Imports nothing. */

export type Vector = readonly number[]
export type Matrix = readonly Vector[]

export const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
export const length = (a: Vector): number => Math.hypot(...a)

/** a + scale * b. */
export const plus = (a: Vector, b: Vector, scale = 1): number[] => a.map((x, i) => x + scale * b[i]!)

/** A + shift * I. */
export const shifted = (matrix: Matrix, shift: number): number[][] =>
  matrix.map((row, i) => row.map((x, j) => (i === j ? x + shift : x)))

/** The lower triangular L with L L^T = A; null unless A is positive definite, of which this is the cheapest test. */
export function cholesky(matrix: Matrix): number[][] | null {
  const L: number[][] = []
  for (const [i, row] of matrix.entries()) {
    const line: number[] = []
    for (let j = 0; j < i; j++) line.push((row[j]! - dot(line, L[j]!.slice(0, j))) / L[j]![j]!)
    const square = row[i]! - dot(line, line)
    if (!(square > 0)) return null
    L.push([...line, Math.sqrt(square)])
  }
  return L
}

/** x with L L^T x = b: forward, then backward substitution. */
export function solveCholesky(L: Matrix, b: Vector): number[] {
  const x = [...b]
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < i; k++) x[i]! -= L[i]![k]! * x[k]!
    x[i]! /= L[i]![i]!
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i]! -= L[k]![i]! * x[k]!
    x[i]! /= L[i]![i]!
  }
  return x
}

/**
 * x with A x = b by conjugate gradients (Hestenes and Stiefel 1952), for A positive definite and known by its products
 * alone; stops when the residual is `tolerance` times b. `products` counts them.
 */
export function conjugateGradients(
  product: (v: Vector) => Vector,
  b: Vector,
  tolerance = 1e-12,
): { x: number[]; products: number } {
  let x = b.map(() => 0)
  let residual = [...b]
  let direction = residual
  let square = dot(residual, residual)
  const goal = tolerance * length(b)
  let products = 0
  // In exact arithmetic as many products as rows are enough; rounding costs some more.
  while (Math.sqrt(square) > goal && products < 10 * b.length) {
    const image = product(direction)
    products++
    const step = square / dot(direction, image)
    x = plus(x, direction, step)
    residual = plus(residual, image, -step)
    const next = dot(residual, residual)
    direction = plus(residual, direction, next / square)
    square = next
  }
  return { x, products }
}

/** The eigenvalues of a symmetric matrix, smallest first: Jacobi's rotations, each of which makes one pair of entries 0. */
export function eigenvalues(matrix: Matrix): number[] {
  const a = matrix.map((row) => [...row])
  const n = a.length
  const sweeps = 30
  for (let sweep = 0; sweep < sweeps; sweep++)
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) rotate(a, p, q)
  return a.map((row, i) => row[i]!).sort((x, y) => x - y)
}

function rotate(a: number[][], p: number, q: number): void {
  if (a[p]![q]! === 0) return
  const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!)
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  for (const row of a) {
    const [x, y] = [row[p]!, row[q]!]
    row[p] = c * x - s * y
    row[q] = s * x + c * y
  }
  const [upper, lower] = [a[p]!, a[q]!]
  a[p] = upper.map((x, k) => c * x - s * lower[k]!)
  a[q] = upper.map((x, k) => s * x + c * lower[k]!)
}
