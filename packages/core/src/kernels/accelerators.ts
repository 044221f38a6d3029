/**
 * @file Faster kernels, null until the entry `@tapegrad/core` installs them: programs that import `@tapegrad/core/ops`
 * alone do without, and need not carry them. Imports dtype.ts, scalar.ts and tensor.ts (types).
 */
import type { DType, TypedArray } from '../dtype.ts'
import type { Expr } from '../scalar.ts'
import type { Tensor } from '../tensor.ts'

/** One matrix in memory: element (i, j) lies at data[start + i * row + j * column]. */
export interface MatrixView {
  readonly data: TypedArray
  start: number
  readonly row: number
  readonly column: number
}

export interface Accelerators {
  /** C[m, n] = sum over k of A[m, k] B[k, n], or false and nothing done, for JavaScript to do it. */
  matmul: ((m: number, n: number, k: number, a: MatrixView, b: MatrixView, c: MatrixView) => boolean) | null
  /** The body on inputs that are contiguous or one value with strides 0, or false and nothing done, as above. */
  elementwise: ((expr: Expr, precision: DType, inputs: readonly Tensor[], result: Tensor) => boolean) | null
}

/** Tests switch them off and on here. */
export const accelerators: Accelerators = { matmul: null, elementwise: null }
