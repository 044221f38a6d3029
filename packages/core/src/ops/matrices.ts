/** @file What ops on square matrices share: checks, messages that name a matrix of a batch, transposes, triangles. Imports operand.ts, reshape.ts and elementwise.ts. */
import { fail } from '../errors.ts'
import { type Shape, showShape } from '../shape.ts'
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'
import { mul } from './elementwise.ts'
import { checkFloat } from './operand.ts'
import { transpose } from './reshape.ts'

/** Throws unless `x` holds square matrices of floating-point numbers. */
export function checkSquare(op: string, x: Aval): void {
  checkFloat(op, x)
  const rank = x.shape.length
  if (rank < 2) fail(op, `${showShape(x.shape)} holds no matrices; it needs two axes or more`)
  const [m, n] = [x.shape[rank - 2]!, x.shape[rank - 1]!]
  if (m !== n) fail(op, `${showShape(x.shape)} holds no square matrices: its last sizes ${m} and ${n} differ`)
}

/** `the matrix`, or `matrix [1, 0]` of a batch: how messages name it. */
export const nameMatrix = (index: readonly number[]): string =>
  index.length === 0 ? 'the matrix' : `matrix ${showShape(index)}`

/** The shape without its matrices. */
export const batchOf = (shape: Shape): Shape => shape.slice(0, -2)

/** Each matrix transposed, as a view. */
export const transposed = (x: Tensor): Tensor => transpose(x, -2, -1)

/** The lower triangle of each square matrix, its diagonal times `diagonal`; zeros above. */
export function lowerTriangle(x: Tensor, diagonal: number): Tensor {
  const n = x.shape[x.ndim - 1]!
  const weights = emptyTensor([n, n], x.dtype)
  const { data, base } = weights.storage
  for (let i = 0; i < n; i++) {
    data.fill(1, base + i * n, base + i * n + i)
    data[base + i * n + i] = diagonal
  }
  return mul(x, weights)
}
