/** @file The determinant and its derivatives of every order. Imports kernels/determinant.ts, broadcast.ts and matrices.ts. */
import type { Batch, SquareArg } from '../algebra-types.ts'
import { determinantGradient, factorCompletely } from '../kernels/determinant.ts'
import { determinantLU, eachMatrix, factorLU, readMatrix } from '../kernels/linear-algebra.ts'
import { type Primitive, primitive, SAVES_FIRST } from '../primitive.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
import { sumAxes } from './broadcast.ts'
import { add } from './define.ts'
import { mul } from './elementwise.ts'
import { batchOf, checkSquare } from './matrices.ts'
import { checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'

/**
 * By number of directions G1, G2, ..., the op (A, G1, G2, ...) -> the gradient with respect to X of the derivative of
 * det at A along G1, G2, ... and X. That derivative is symmetric in all directions, so the rules of the op are the op
 * itself: a cotangent of its result, or a tangent of A, is one direction more.
 */
const gradients: Primitive[] = []

function gradientPrimitive(directions: number): Primitive {
  return (gradients[directions] ??= primitive({
    name: 'detGradient',
    shape: ([a]) => a!,
    kernel: ([a, ...along], _params, out) => {
      const n = out.shape[out.shape.length - 1]!
      const result = emptyTensor(out.shape, out.dtype)
      const matrix = new Float64Array(n * n)
      const moves = along.map(() => new Float64Array(n * n))
      eachMatrix(batchOf(out.shape), [a!, ...along, result], (starts) => {
        readMatrix(a!, starts[0]!, matrix)
        moves.forEach((move, i) => {
          readMatrix(along[i]!, starts[i + 1]!, move)
        })
        const gradient = determinantGradient(n, factorCompletely(n, matrix), moves)
        result.storage.data.set(gradient, starts[starts.length - 1])
      })
      return result
    },
    vjp: (ct, [a, ...along], _out, _params, index) =>
      gradient(a!, index === 0 ? [...along, ct] : along.map((x, i) => (i === index - 1 ? ct : x))),
    jvp: ([da, ...moves], [a, ...along]) => {
      const terms = moves.flatMap((move, i) =>
        move
          ? [
              gradient(
                a!,
                along.map((x, k) => (k === i ? move : x)),
              ),
            ]
          : [],
      )
      if (da) terms.push(gradient(a!, [...along, da]))
      return terms.length === 0 ? null : terms.reduce((sum, term) => add(sum, term))
    },
    batch: 'elementwise',
    saves: { inputs: Array.from({ length: directions + 1 }, (_, i) => i), output: false },
  }))
}

const gradient = (a: Tensor, directions: readonly Tensor[]): Tensor =>
  apply(gradientPrimitive(directions.length), [a, ...directions], undefined)

const detPrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'det',
  shape: ([a]) => {
    checkSquare('det', a!)
    return { shape: batchOf(a!.shape), dtype: a!.dtype }
  },
  kernel: ([a], _params, out) => {
    const n = a!.shape[a!.ndim - 1]!
    const result = emptyTensor(out.shape, out.dtype)
    const { data, base } = result.storage
    const lu = new Float64Array(n * n)
    const swaps = new Int32Array(n)
    let position = base
    eachMatrix(out.shape, [a!], ([p]) => {
      readMatrix(a!, p!, lu)
      data[position++] = factorLU(n, lu, swaps) < n ? 0 : determinantLU(n, lu, swaps)
    })
    return result
  },
  vjp: [(ct, [a]) => mul(reshape(ct, [...ct.shape, 1, 1]), gradient(a!, []))],
  jvp: ([da], [a]) => da! && sumAxes(mul(da!, gradient(a!, [])), [a!.ndim - 2, a!.ndim - 1], false),
  batch: 'elementwise',
  saves: SAVES_FIRST,
})

/**
 * The determinant of each square matrix, [..., n, n] -> [...]; 1 for n = 0. Its gradient is the matrix of cofactors,
 * det(A) A⁻ᵀ where A is invertible. The determinant is a polynomial, and derivatives of every order are right for
 * singular matrices too: they are computed without A⁻¹. The derivative of order m takes m! nᵐ + m n³ steps.
 */
export function det<S extends Shape>(a: SquareArg<S, 'det', Tensor<S>>): Tensor<Batch<S>>
export function det(a: Tensor): Tensor {
  return apply(detPrimitive, [checkTensor('det', a)], undefined)
}
