/** @file Second derivatives of a loss, forward over reverse, and the same by differences. Imports core and linear-algebra.ts (types). */
import { grad, jvp, type Tensor, tensor } from '@tapegrad/core'
import type { Matrix, Vector } from './linear-algebra.ts'

export type Loss = (theta: Tensor) => Tensor

export const vector = (values: Vector): Tensor => tensor(Float64Array.from(values)) as Tensor
export const numbers = (x: Tensor): number[] => Array.from(x.data)

/** H v, without H: how the gradient moves when theta moves along v. One reverse pass, and one forward pass over it. */
export function hessianVectorProduct(loss: Loss, theta: Tensor, v: Tensor): Tensor {
  const [, moved] = jvp(grad(loss), [theta], [v])
  return moved
}

/** The full Hessian: column j is H e_j. */
export function hessian(loss: Loss, theta: Tensor): Matrix {
  const { size } = theta
  const columns = Array.from({ length: size }, (_, j) => {
    const unit = vector(Array.from({ length: size }, (_, i) => (i === j ? 1 : 0)))
    return numbers(hessianVectorProduct(loss, theta, unit))
  })
  return columns[0]!.map((_, i) => columns.map((values) => values[i]!))
}

/** The same from first derivatives alone: central differences of the gradient, extrapolated once. */
export function hessianByDifferences(loss: Loss, theta: Tensor): Matrix {
  const slope = grad(loss)
  const at = numbers(theta)
  const difference = (j: number, h: number): number[] => {
    const gradientAt = (shift: number): number[] =>
      numbers(slope(vector(at.map((x, i) => (i === j ? x + shift : x)))))
    const [high, low] = [gradientAt(h), gradientAt(-h)]
    return high.map((g, i) => (g - low[i]!) / (2 * h))
  }
  // The error of a difference is c h^2 + d h^4 + ...: this combination of two steps has no h^2 term.
  const h = 1e-3
  const columns = at.map((_, j) => {
    const [coarse, fine] = [difference(j, h), difference(j, h / 2)]
    return fine.map((value, i) => (4 * value - coarse[i]!) / 3)
  })
  return columns[0]!.map((_, i) => columns.map((values) => values[i]!))
}

const entries = (matrix: Matrix): number[] => matrix.flatMap((row) => [...row])
const largest = (values: Vector): number => Math.max(...values.map(Math.abs))

/** The largest difference of entries, relative to the largest entry. */
export function apart(a: Matrix, b: Matrix): number {
  const [left, right] = [entries(a), entries(b)]
  return largest(left.map((x, i) => x - right[i]!)) / largest(left)
}

export const transposed = (matrix: Matrix): number[][] =>
  matrix[0]!.map((_, j) => matrix.map((row) => row[j]!))
