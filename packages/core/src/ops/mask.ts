/** @file Ops that replace what a mask marks: maskedFill, tril, triu. Imports where.ts. */
import { describe, fail } from '../errors.ts'
import { broadcastShapes, showShape } from '../shape.ts'
import type { Broadcast, Broadcastable, Shape } from '../shape-types.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
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

/** Keeps the elements of the last two axes with low <= column - row <= high; the others become 0. */
function band(op: string, x: Tensor, k: number, low: number, high: number): Tensor {
  checkTensor(op, x)
  if (x.ndim < 2) fail(op, `needs a matrix, or a batch of them; the shape is ${showShape(x.shape)}`)
  if (!Number.isInteger(k)) fail(op, `k must be a whole number, got ${describe(k)}`)
  if (x.size === 0) return x
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  const mask = emptyTensor([rows, columns], 'bool')
  const { data, base } = mask.storage
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) data[base + i * columns + j] = j - i >= low && j - i <= high ? 1 : 0
  return where(mask, x, 0)
}

/**
 * The lower triangles of matrices, the last two axes: zero where column - row > k. k = 0 (default) keeps the main
 * diagonal, k > 0 diagonals above it too.
 */
export function tril<S extends Shape>(x: Tensor<S>, k?: number): Tensor<S>
export function tril(x: Tensor, k = 0): Tensor {
  return band('tril', x, k, -Infinity, k)
}

/**
 * The upper triangles of matrices, the last two axes: zero where column - row < k. k = 0 (default) keeps the main
 * diagonal, k > 0 drops diagonals from it up.
 */
export function triu<S extends Shape>(x: Tensor<S>, k?: number): Tensor<S>
export function triu(x: Tensor, k = 0): Tensor {
  return band('triu', x, k, k, Infinity)
}
