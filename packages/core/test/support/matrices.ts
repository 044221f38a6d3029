/**
 * @file Linear algebra by its definitions, on plain arrays: determinants by Leibniz' formula, inverses by cofactors,
 * systems by Cramer's rule. For the sizes of the op table. Imports plain.ts.
 */
import { at, broadcastShape, build, type Plain } from './plain.ts'

/** A matrix as rows. */
export type Rows = readonly (readonly number[])[]

/** Every order of the numbers below n, with its sign. */
function orders(n: number): { order: number[]; sign: number }[] {
  if (n === 0) return [{ order: [], sign: 1 }]
  return orders(n - 1).flatMap(({ order, sign }) =>
    Array.from({ length: n }, (_, place) => ({
      order: [...order.slice(0, place), n - 1, ...order.slice(place)],
      sign: (n - 1 - place) % 2 === 0 ? sign : -sign,
    })),
  )
}

/** The sum over all permutations of the signed products of one element of each row. */
export const determinant = (a: Rows): number =>
  orders(a.length).reduce(
    (sum, { order, sign }) => sum + order.reduce((product, j, i) => product * a[i]![j]!, sign),
    0,
  )

/** Without row i and column j. */
const minor = (a: Rows, i: number, j: number): Rows =>
  a.filter((_, p) => p !== i).map((row) => row.filter((_, q) => q !== j))

/** The derivatives of the determinant: signed determinants of minors. */
export const cofactors = (a: Rows): Rows =>
  a.map((row, i) => row.map((_, j) => ((i + j) % 2 === 0 ? 1 : -1) * determinant(minor(a, i, j))))

export const inverse = (a: Rows): Rows => {
  const whole = determinant(a)
  const signed = cofactors(a)
  return a.map((row, i) => row.map((_, j) => signed[j]![i]! / whole))
}

/** Cramer's rule, column by column: x[i] is the determinant with column i replaced, over the determinant. */
export const cramer = (a: Rows, b: Rows): Rows => {
  const whole = determinant(a)
  return a.map((_, i) =>
    (b[0] ?? []).map(
      (_, k) => determinant(a.map((row, p) => row.map((x, q) => (q === i ? b[p]![k]! : x)))) / whole,
    ),
  )
}

/** L[i, j] from the equation for A[i, j] = sum over k of L[i, k] L[j, k], with the lower triangle of A alone. */
export const choleskyFactor = (a: Rows): Rows => {
  const l: number[][] = a.map((row) => row.map(() => 0))
  for (let j = 0; j < a.length; j++) {
    for (let i = j; i < a.length; i++) {
      let rest = a[i]![j]!
      for (let k = 0; k < j; k++) rest -= l[i]![k]! * l[j]![k]!
      l[i]![j] = i === j ? Math.sqrt(rest) : rest / l[j]![j]!
    }
  }
  return l
}

/** The matrix at an index of the leading axes; axes of size 1 stretch, missing ones are none. */
export function matrixAt(x: Plain, batch: readonly number[]): Rows {
  const [m, n] = x.shape.slice(-2) as [number, number]
  const own = batch.slice(batch.length - (x.shape.length - 2)).map((i, axis) => (x.shape[axis] === 1 ? 0 : i))
  return Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => at(x, [...own, i, j])))
}

/** A function of one matrix, or of the matrices of two arrays whose leading axes broadcast, for each of a batch. */
export function eachMatrix(f: (...matrices: Rows[]) => Rows, ...xs: Plain[]): Plain {
  const batch = broadcastShape(...xs.map((x) => x.shape.slice(0, -2)))
  const results = new Map<string, Rows>()
  const resultAt = (index: readonly number[]): Rows => {
    const key = index.join()
    const known = results.get(key) ?? f(...xs.map((x) => matrixAt(x, index)))
    results.set(key, known)
    return known
  }
  const [m, n] = [xs[0]!.shape.at(-2)!, xs[xs.length - 1]!.shape.at(-1)!]
  return build([...batch, m, n], (index) => {
    const [i, j] = index.slice(-2) as [number, number]
    return resultAt(index.slice(0, -2))[i]![j]!
  })
}

/** The matrix product by loops. */
export function product(a: Plain, b: Plain): Plain {
  const [m, k] = a.shape as [number, number]
  return build([m, b.shape[1]!], ([i, j]) => {
    let sum = 0
    for (let l = 0; l < k; l++) sum += at(a, [i!, l]) * at(b, [l, j!])
    return sum
  })
}
