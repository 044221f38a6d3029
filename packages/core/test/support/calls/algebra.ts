/** @file A call that succeeds, for each export of this family. */
import { type Call, f64, matrix, row, square } from './samples.ts'

/** Symmetric and positive definite. */
const definite = f64([
  [4, 1],
  [1, 3],
])

export const algebraCalls: Record<string, Call> = {
  matmul: () => [matrix, row],
  linear: () => [row, matrix, f64([1, 2])],
  dot: () => [row, row],
  outer: () => [row, f64([1, 2])],
  einsum: () => ['ij,j->i', matrix, row],
  cholesky: () => [definite],
  solve: () => [square, f64([1, 2])],
  inv: () => [square],
  det: () => [square],
}
