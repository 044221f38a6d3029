/** @file diagonal. Its adjoint puts values on a diagonal of zeros. Imports mask.ts and matrices.ts. */
import type { Diagonal } from '../movement-types.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { allAxes } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { type Tensor, viewOf } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { band } from './mask.ts'
import { matrixSizes } from './matrices.ts'
import { checkTensor } from './operand.ts'
import { permute, unsqueeze } from './reshape.ts'

/** Of matrices in the last two axes. */
const diagonalPrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'diagonal',
  shape: ([x]) => {
    const sizes = matrixSizes('diagonal', x!)
    return { shape: [...x!.shape.slice(0, -2), Math.min(...sizes)], dtype: x!.dtype }
  },
  kernel: ([x], _params, { shape }) => {
    const [down, across] = x!.strides.slice(-2) as [number, number]
    return viewOf(x!, shape, [...x!.strides.slice(0, -2), down + across], x!.offset)
  },
  // Each cotangent along its row or its column, whichever the diagonal runs through, then 0 off the diagonal.
  vjp: [
    (ct, [x]) => {
      const [rows, columns] = matrixSizes('diagonal', x!)
      return band(broadcastTo(unsqueeze(ct, rows < columns ? -1 : -2), x!.shape), 0, 0)
    },
  ],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

/**
 * The diagonal of the first two axes, which becomes the last axis: out[..., i] = x[i, i, ...], as in NumPy and PyTorch. A
 * view. Adjoint: the cotangent on a diagonal of zeros.
 */
export function diagonal<S extends Shape>(x: Tensor<S>): Tensor<Diagonal<S>>
export function diagonal(x: Tensor): Tensor {
  checkTensor('diagonal', x)
  const matrices = x.ndim > 2 ? permute(x, [...allAxes(x.ndim).slice(2), 0, 1]) : x
  return apply(diagonalPrimitive, [matrices as Tensor], undefined)
}
