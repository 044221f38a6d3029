/** @file Ops that replace what a mask marks: maskedFill, tril, triu. Imports matrices.ts and where.ts. */
import type { DType } from '../dtype.ts'
import { describe, fail } from '../errors.ts'
import { broadcastShapes } from '../shape.ts'
import type { Broadcast, Broadcastable, Shape } from '../shape-types.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
import { matrixSizes } from './matrices.ts'
import { checkTensor, constant } from './operand.ts'
import { where } from './where.ts'

/**
 * `value` where the bool tensor `mask` is true, else `x`; the two broadcast. The gradient is 0 where the mask is true.
 */
export function maskedFill<S extends Shape, M extends Shape>(
  x: Tensor<S>,
  mask: Broadcastable<S, M, Tensor<M>>,
  value: number,
): Tensor<Broadcast<S, M>>
export function maskedFill(x: Tensor, mask: Tensor, value: number): Tensor {
  checkTensor('maskedFill', x)
  checkTensor('maskedFill', mask)
  if (mask.dtype !== 'bool')
    fail('maskedFill', `the mask has dtype ${mask.dtype}, it must be bool; compare first, as in x.gt(0)`)
  if (typeof value !== 'number') fail('maskedFill', `the value must be a number, got ${describe(value)}`)
  broadcastShapes('maskedFill', x.shape, mask.shape)
  constant('maskedFill', value, x.dtype, []) // refuses a value that the dtype cannot hold
  return where(mask, value, x)
}

/** A matrix whose elements are a function of column - row. */
export function banded(rows: number, columns: number, dtype: DType, f: (distance: number) => number): Tensor {
  const matrix = emptyTensor([rows, columns], dtype)
  const { data, base } = matrix.storage
  for (let i = 0, p = base; i < rows; i++) for (let j = 0; j < columns; j++) data[p++] = f(j - i)
  return matrix
}

/** Keeps the elements of the last two axes with low <= column - row <= high; the others become 0. */
export function band(x: Tensor, low: number, high: number): Tensor {
  if (x.size === 0) return x
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  return where(
    banded(rows, columns, 'bool', (d) => Number(d >= low && d <= high)),
    x,
    0,
  )
}

function checkTriangle(op: string, x: Tensor, k: number): void {
  matrixSizes(op, checkTensor(op, x))
  if (!Number.isInteger(k)) fail(op, `k must be a whole number, got ${describe(k)}`)
}

/**
 * The lower triangles of matrices, the last two axes: zero where column - row > k. k = 0 (default) keeps the main
 * diagonal, k > 0 diagonals above it too.
 */
export function tril<S extends Shape>(x: Tensor<S>, k?: number): Tensor<S>
export function tril(x: Tensor, k = 0): Tensor {
  checkTriangle('tril', x, k)
  return band(x, -Infinity, k)
}

/**
 * The upper triangles of matrices, the last two axes: zero where column - row < k. k = 0 (default) keeps the main
 * diagonal, k > 0 drops diagonals from it up.
 */
export function triu<S extends Shape>(x: Tensor<S>, k?: number): Tensor<S>
export function triu(x: Tensor, k = 0): Tensor {
  checkTriangle('triu', x, k)
  return band(x, k, Infinity)
}
