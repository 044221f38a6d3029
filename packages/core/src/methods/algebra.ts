/** @file Linear algebra as methods: types and functions. Imports ops/. */
import type { Batch, DotArg, Outer, OuterArg, Solve, SolveArg, SquareThis } from '../algebra-types.ts'
import { cholesky, det, dot, inv, matmul, outer, solve } from '../ops/index.ts'
import type { MatMul, MatMulable, Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import type { Implementations } from './implementations.ts'

export interface AlgebraMethods<S extends Shape> {
  /** Matrix product with NumPy's rules: 1-d operands, batches that broadcast. */
  matmul<B extends Shape>(other: MatMulable<S, B, Tensor<B>>): Tensor<MatMul<S, B>>
  /** Sum of the products of two vectors. */
  dot<B extends Shape>(other: DotArg<S, B, Tensor<B>>): Tensor<[]>
  /** All products of the elements of two vectors. */
  outer<B extends Shape>(other: OuterArg<S, B, Tensor<B>>): Tensor<Outer<S, B>>
  /** The lower triangular L with L Lᵀ = A, of symmetric positive definite matrices; reads the lower triangle. */
  cholesky<T extends Tensor>(this: SquareThis<T, 'cholesky'>): Tensor<S>
  /** X with A X = b, for a vector b or matrices. */
  solve<B extends Shape>(b: SolveArg<S, B, Tensor<B>>): Tensor<Solve<S, B>>
  /** The inverse of each matrix. */
  inv<T extends Tensor>(this: SquareThis<T, 'inv'>): Tensor<S>
  /** The determinant of each matrix. */
  det<T extends Tensor>(this: SquareThis<T, 'det'>): Tensor<Batch<S>>
}

export const algebraMethods = {
  matmul,
  dot,
  outer,
  cholesky,
  solve,
  inv,
  det,
} satisfies Implementations<keyof AlgebraMethods<Shape>>
