/** @file diagonal, and its adjoint, which puts values on a diagonal of zeros. Imports kernels/copy.ts. */
import { fail } from '../errors.ts'
import { copyInto } from '../kernels/copy.ts'
import type { Diagonal } from '../movement-types.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { type Aval, emptyTensor, type Tensor, viewOf } from '../tensor.ts'
import { checkTensor } from './operand.ts'

const diagonalPrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'diagonal',
  shape: ([x]) => {
    const { shape, dtype } = x!
    if (shape.length < 2)
      fail('diagonal', `needs a matrix, or a batch of them; the shape is ${showShape(shape)}`)
    return { shape: [...shape.slice(0, -2), Math.min(...shape.slice(-2))], dtype }
  },
  kernel: ([x], _params, { shape }) => {
    const { strides, offset } = x!
    const [down, across] = strides.slice(-2) as [number, number]
    return viewOf(x!, shape, [...strides.slice(0, -2), down + across], offset)
  },
  vjp: [(ct, [x]) => apply(embedPrimitive, [ct], x!.shape.slice(-2))],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

/** Zero matrices of `params` = [rows, columns] with the last axis on their diagonals. */
const embedPrimitive: Primitive<Shape> = /* @__PURE__ */ primitive<Shape>({
  name: 'embedDiagonal',
  shape: ([x], matrix): Aval => ({ shape: [...x!.shape.slice(0, -1), ...matrix], dtype: x!.dtype }),
  kernel: ([x], matrix, { shape, dtype }) => {
    const result = emptyTensor(shape, dtype)
    const strides = [...result.strides.slice(0, -2), matrix[1]! + 1]
    copyInto(result.storage.data, result.storage.base, strides, false, x!)
    return result
  },
  vjp: [(ct) => apply(diagonalPrimitive, [ct], undefined)],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

/**
 * The diagonals of matrices, the last two axes: out[..., i] = x[..., i, i]. A view. Adjoint: the cotangent on a diagonal
 * of zeros.
 */
export function diagonal<S extends Shape>(x: Tensor<S>): Tensor<Diagonal<S>>
export function diagonal(x: Tensor): Tensor {
  return apply(diagonalPrimitive, [checkTensor('diagonal', x)], undefined)
}
