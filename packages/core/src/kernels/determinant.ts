/**
 * @file Derivatives of the determinant in plain JavaScript, exact for singular matrices too: no division by a zero pivot.
 * Imports linear-algebra.ts.
 */
import { solveLower } from './linear-algebra.ts'

/** P A Q = L D U: permutations, unit triangular factors, and a diagonal that ends in zeros where A has no full rank. */
export interface Factors {
  /** Row i of P A Q is row `rows[i]` of A, column j its column `columns[j]`. */
  readonly rows: Int32Array
  readonly columns: Int32Array
  /** det P det Q. */
  readonly sign: number
  readonly lower: Float64Array
  readonly diagonal: Float64Array
  /** Uᵀ, lower triangular. */
  readonly upper: Float64Array
}

/** Position of the largest magnitude from row and column k on; of the first NaN if there is one. */
function largest(n: number, k: number, a: Float64Array): number {
  let at = k * n + k
  for (let i = k; i < n; i++) {
    for (let j = k; j < n; j++) {
      if (Number.isNaN(a[at]!)) return at
      if (!(Math.abs(a[i * n + j]!) <= Math.abs(a[at]!))) at = i * n + j
    }
  }
  return at
}

function swap(x: Int32Array, i: number, k: number): number {
  const value = x[i]!
  x[i] = x[k]!
  x[k] = value
  return i === k ? 1 : -1
}

/** LU with complete pivoting: zero pivots come last, and both triangular factors are well conditioned. */
export function factorCompletely(n: number, a: Float64Array): Factors {
  const rows = Int32Array.from({ length: n }, (_, i) => i)
  const columns = rows.slice()
  const work = a.slice()
  const lower = new Float64Array(n * n)
  const upper = new Float64Array(n * n)
  const diagonal = new Float64Array(n)
  let sign = 1
  for (let k = 0; k < n; k++) {
    const at = largest(n, k, work)
    const [row, column] = [Math.floor(at / n), at % n]
    sign *= swap(rows, k, row) * swap(columns, k, column)
    for (let i = 0; i < n; i++) {
      ;[work[i * n + k], work[i * n + column]] = [work[i * n + column]!, work[i * n + k]!]
      ;[upper[k * n + i], upper[column * n + i]] = [upper[column * n + i]!, upper[k * n + i]!]
    }
    for (let j = 0; j < n; j++) {
      ;[work[k * n + j], work[row * n + j]] = [work[row * n + j]!, work[k * n + j]!]
      ;[lower[k * n + j], lower[row * n + j]] = [lower[row * n + j]!, lower[k * n + j]!]
    }
    const pivot = work[k * n + k]!
    diagonal[k] = pivot
    lower[k * n + k] = 1
    upper[k * n + k] = 1
    // All that is left is 0: the factors are those of the identity.
    if (pivot === 0) continue
    for (let i = k + 1; i < n; i++) {
      const factor = work[i * n + k]! / pivot
      lower[i * n + k] = factor
      upper[i * n + k] = work[k * n + i]! / pivot
      for (let j = k + 1; j < n; j++) work[i * n + j]! -= factor * work[k * n + j]!
    }
  }
  return { rows, columns, sign, lower, diagonal, upper }
}

function transposed(n: number, x: Float64Array): Float64Array {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[j * n + i] = x[i * n + j]!
  return result
}

/** L⁻¹ X U⁻¹, or (adjoint) L⁻ᵀ X U⁻ᵀ. */
function between(n: number, { lower, upper }: Factors, x: Float64Array, adjoint: boolean): Float64Array {
  solveLower(n, n, lower, adjoint, x)
  const turned = transposed(n, x)
  solveLower(n, n, upper, adjoint, turned)
  return transposed(n, turned)
}

/** Every order of 0 to count - 1, with its sign. */
function orders(count: number): { readonly order: readonly number[]; readonly sign: number }[] {
  if (count === 0) return [{ order: [], sign: 1 }]
  return orders(count - 1).flatMap(({ order, sign }) =>
    Array.from({ length: count }, (_, place) => ({
      order: [...order.slice(0, place), count - 1, ...order.slice(place)],
      sign: (count - 1 - place) % 2 === 0 ? sign : -sign,
    })),
  )
}

/**
 * The gradient with respect to X of the derivative of det along each of `directions` and X, at A.
 *
 * In the coordinates M = L⁻¹ P G Q U⁻¹ that derivative is the coefficient of t₁ t₂ ... in det(D + t₁ M₁ + t₂ M₂ + ...).
 * By Leibniz' formula it is a sum over distinct rows, one for each direction and one for X, and over the orders in
 * which their columns are the same numbers; all other rows give their diagonal element. m directions take
 * (m + 1)! n^(m + 1) products.
 */
export function determinantGradient(
  n: number,
  factors: Factors,
  directions: readonly Float64Array[],
): Float64Array {
  const { rows, columns, sign, diagonal } = factors
  const moved = directions.map((x) => {
    const permuted = new Float64Array(n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) permuted[i * n + j] = x[rows[i]! * n + columns[j]!]!
    return between(n, factors, permuted, false)
  })
  const count = directions.length + 1
  const terms = orders(count)
  const gradient = new Float64Array(n * n)
  let product = sign
  let zeros = 0
  for (const pivot of diagonal) {
    if (pivot === 0) zeros++
    else product *= pivot
  }
  const chosen = new Array<number>(count).fill(0)
  const visit = (depth: number, others: number, zerosLeft: number): void => {
    if (depth < count) {
      for (let i = 0; i < n; i++) {
        if (chosen.indexOf(i) >= 0 && chosen.indexOf(i) < depth) continue
        chosen[depth] = i
        const pivot = diagonal[i]!
        visit(depth + 1, pivot === 0 ? others : others / pivot, pivot === 0 ? zerosLeft - 1 : zerosLeft)
      }
      return
    }
    // A pivot of 0 among the other rows.
    if (zerosLeft > 0) return
    for (const term of terms) {
      let value = term.sign * others
      for (let d = 0; d < moved.length; d++) value *= moved[d]![chosen[d]! * n + chosen[term.order[d]!]!]!
      gradient[chosen[count - 1]! * n + chosen[term.order[count - 1]!]!]! += value
    }
  }
  visit(0, product, zeros)
  const result = new Float64Array(n * n)
  const back = between(n, factors, gradient, true)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) result[rows[i]! * n + columns[j]!] = back[i * n + j]!
  return result
}
