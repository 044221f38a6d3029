/** @file The Cholesky factor, and the triangular systems in its derivatives. Imports kernels/linear-algebra.ts, matmul.ts and matrices.ts. */
import type { SquareArg } from '../algebra-types.ts'
import { fail } from '../errors.ts'
import { eachMatrix, factorCholesky, readMatrix, solveLower } from '../kernels/linear-algebra.ts'
import { type Primitive, primitive, SAVES_OUTPUT } from '../primitive.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
import { add } from './define.ts'
import { neg, sub } from './elementwise.ts'
import { matmul } from './matmul.ts'
import { batchOf, checkSquare, lowerTriangle, nameMatrix, transposed } from './matrices.ts'
import { checkTensor } from './operand.ts'

/** L X = B, or (param true) Lᵀ X = B, for the factors L that cholesky returns, with equal leading axes. */
const triangularPrimitive: Primitive<boolean> = /* @__PURE__ */ primitive<boolean>({
  name: 'triangularSolve',
  shape: ([, b]) => b!,
  kernel: ([l, b], isTransposed, out) => {
    const [n, columns] = b!.shape.slice(-2) as [number, number]
    const result = emptyTensor(out.shape, out.dtype)
    const lower = new Float64Array(n * n)
    const x = new Float64Array(n * columns)
    eachMatrix(batchOf(b!.shape), [l!, b!, result], ([p, q, r]) => {
      readMatrix(l!, p!, lower)
      readMatrix(b!, q!, x)
      solveLower(n, columns, lower, isTransposed, x)
      result.storage.data.set(x, r)
    })
    return result
  },
  // The matrix is a Cholesky factor: its tangents are lower triangular, and of cotangents nothing above is read.
  vjp: [
    (ct, [l], out, isTransposed) => {
      const y = triangular(l!, ct, !isTransposed)
      return neg(isTransposed ? matmul(out, transposed(y)) : matmul(y, transposed(out)))
    },
    (ct, [l], _out, isTransposed) => triangular(l!, ct, !isTransposed),
  ],
  jvp: ([dl, db], [l], out, isTransposed) => {
    if (!dl) return db! && triangular(l!, db!, isTransposed)
    const moved = matmul(isTransposed ? transposed(dl) : dl, out)
    return triangular(l!, db ? sub(db, moved) : neg(moved), isTransposed)
  },
  batch: 'elementwise',
  saves: { inputs: [0], output: true },
})

const triangular = (l: Tensor, b: Tensor, isTransposed: boolean): Tensor =>
  apply(triangularPrimitive, [l, b], isTransposed)

const choleskyPrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'cholesky',
  shape: ([a]) => {
    checkSquare('cholesky', a!)
    return a!
  },
  kernel: ([a], _params, out) => {
    const n = a!.shape[a!.ndim - 1]!
    const result = emptyTensor(out.shape, out.dtype)
    const l = new Float64Array(n * n)
    eachMatrix(batchOf(a!.shape), [a!, result], ([p, r], index) => {
      readMatrix(a!, p!, l)
      const pivot = factorCholesky(n, l)
      if (pivot < n)
        fail(
          'cholesky',
          `${nameMatrix(index)} is not positive definite: pivot ${pivot} of ${n} is ${l[pivot * n + pivot]}; adding a small multiple of the identity may help`,
        )
      result.storage.data.set(l, r)
    })
    return result
  },
  // With half the diagonal, Phi is its own adjoint. S = L⁻ᵀ Phi(Lᵀ ct) L⁻¹ belongs to the symmetric matrix that A is
  // read as, in which every element below the diagonal stands twice.
  vjp: [
    (ct, _inputs, l) => {
      const left = triangular(l, lowerTriangle(matmul(transposed(l), ct), 0.5), true)
      const s = triangular(l, transposed(left), true)
      return lowerTriangle(add(s, transposed(s)), 0.5)
    },
  ],
  // dL = L Phi(L⁻¹ dA L⁻ᵀ).
  jvp: ([da], _inputs, l) => {
    const half = lowerTriangle(da!, 0.5)
    const left = triangular(l, add(half, transposed(half)), false)
    return matmul(l, lowerTriangle(triangular(l, transposed(left), false), 0.5))
  },
  batch: 'elementwise',
  saves: SAVES_OUTPUT,
})

/**
 * The lower triangular L with L Lᵀ = A and a positive diagonal, for each symmetric positive definite matrix; another
 * matrix is an error that names the pivot. As in NumPy and PyTorch only the lower triangle of A is read.
 *
 * The gradient is that of the function of these elements, hence lower triangular too: below the diagonal the sum of the
 * two equal halves that PyTorch puts on both sides of it. Through anything that makes A symmetric, and along symmetric
 * changes of A, both are the same. (Giles 2008; Murray 2016, arXiv:1602.07527.)
 */
export function cholesky<S extends Shape>(a: SquareArg<S, 'cholesky', Tensor<S>>): Tensor<S>
export function cholesky(a: Tensor): Tensor {
  return apply(choleskyPrimitive, [checkTensor('cholesky', a)], undefined)
}
