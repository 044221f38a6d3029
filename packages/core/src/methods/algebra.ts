/** @file Linear algebra as methods: types and functions. Imports ops/. */
import { matmul } from '../ops/index.ts'
import type { MatMul, MatMulable, Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import type { Implementations } from './implementations.ts'

export interface AlgebraMethods<S extends Shape> {
  /** Matrix product with NumPy's rules: 1-d operands, batches that broadcast. */
  matmul<B extends Shape>(other: MatMulable<S, B, Tensor<B>>): Tensor<MatMul<S, B>>
}

export const algebraMethods = { matmul } satisfies Implementations<keyof AlgebraMethods<Shape>>
