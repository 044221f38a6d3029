/** @file The determinant and its derivatives of every order. Imports kernels/linear-algebra.ts, mask.ts, matrices.ts and where.ts. */
import type { Batch, SquareArg } from '../algebra-types.ts'
import type { DType } from '../dtype.ts'
import { cofactors, determinant, mapMatrices } from '../kernels/linear-algebra.ts'
import { type Primitive, primitive, SAVES_FIRST } from '../primitive.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { sumAxes } from './broadcast.ts'
import { mul } from './elementwise.ts'
import { banded } from './mask.ts'
import { squareSize } from './matrices.ts'
import { checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'
import { where } from './where.ts'

const detPrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'det',
  shape: ([a]) => {
    squareSize('det', a!)
    return { shape: a!.shape.slice(0, -2), dtype: a!.dtype }
  },
  kernel: (inputs, _params, out) => mapMatrices(inputs, out, (n, [a]) => [determinant(n, a!)]),
  vjp: [(ct, [a]) => mul(reshape(ct, [...ct.shape, 1, 1]), gradient(a!))],
  jvp: ([da], [a]) => inner(gradient(a!), da!),
  batch: 'elementwise',
  saves: SAVES_FIRST,
})

const gradientPrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'detGradient',
  shape: ([a]) => a!,
  kernel: (inputs, _params, out) => mapMatrices(inputs, out, (n, [a]) => cofactors(n, a!)),
  // The matrix of second derivatives is symmetric, hence its own adjoint.
  vjp: [(ct, [a]) => gradientAlong(a!, ct)],
  jvp: ([da], [a]) => gradientAlong(a!, da!),
  batch: 'elementwise',
  saves: SAVES_FIRST,
})

/** The matrix of cofactors. */
const gradient = (a: Tensor): Tensor => apply(gradientPrimitive, [a], undefined)

const inner = (x: Tensor, y: Tensor): Tensor => sumAxes(mul(x, y), [x.ndim - 2, x.ndim - 1], false)

/**
 * The derivative of all cofactors along `move`. Cofactor (i, j) is again a determinant, that of A with unit vector j in
 * place of row i: its derivatives are cofactors of that matrix, but for the row that does not move.
 */
function gradientAlong(a: Tensor, move: Tensor): Tensor {
  const n = a.shape[a.ndim - 1]!
  const identity = (dtype: DType): Tensor => banded(n, n, dtype, (d) => Number(d === 0))
  const isRow = reshape(identity('bool'), [n, 1, n, 1])
  const apart = (x: Tensor): Tensor => reshape(x, [...x.shape.slice(0, -2), 1, 1, n, n])
  const replaced = where(isRow, reshape(identity(a.dtype), [n, 1, n]), apart(a))
  return inner(where(isRow, 0, gradient(replaced)), apart(move))
}

/**
 * The determinant of each square matrix, [..., n, n] -> [...]; 1 for n = 0. Its gradient is the matrix of cofactors,
 * det(A) A⁻ᵀ where A is invertible. The determinant is a polynomial, and derivatives of every order are right for
 * singular matrices too. A gradient takes some n³ steps (n⁵ where a pivot is exactly 0); every further order takes n²
 * times the steps and the memory.
 */
export function det<S extends Shape>(a: SquareArg<S, 'det', Tensor<S>>): Tensor<Batch<S>>
export function det(a: Tensor): Tensor {
  return apply(detPrimitive, [checkTensor('det', a)], undefined)
}
