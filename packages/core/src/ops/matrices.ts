/** @file What ops on matrices share: checks, how a message names a matrix of a batch, transposes. Imports operand.ts and reshape.ts. */
import { fail } from '../errors.ts'
import { showShape, unravel } from '../shape.ts'
import type { Aval, Tensor } from '../tensor.ts'
import { checkFloat } from './operand.ts'
import { transpose } from './reshape.ts'

/** The sizes of the last two axes; throws where there are none. */
export function matrixSizes(op: string, { shape }: Aval): readonly [rows: number, columns: number] {
  if (shape.length < 2) fail(op, `needs a matrix, or a batch of them; the shape is ${showShape(shape)}`)
  return shape.slice(-2) as [number, number]
}

/** The size of square matrices of floating-point numbers; throws for others. */
export function squareSize(op: string, x: Aval): number {
  checkFloat(op, x)
  const [m, n] = matrixSizes(op, x)
  if (m !== n) fail(op, `${showShape(x.shape)} holds no square matrices: its last sizes ${m} and ${n} differ`)
  return n
}

/** `the matrix`, or `matrix [1, 0]` of a batch: how messages name the one at `place`. */
export const nameMatrix = ({ shape }: Aval, place: number): string =>
  shape.length === 2 ? 'the matrix' : `matrix ${showShape(unravel(place, shape.slice(0, -2)))}`

/** Each matrix transposed, as a view. */
export const transposed = (x: Tensor): Tensor => transpose(x, -2, -1)
