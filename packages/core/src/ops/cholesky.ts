/** @file The Cholesky factor. Imports kernels/linear-algebra.ts, mask.ts, matmul.ts, matrices.ts and solve.ts. */
import type { SquareArg } from '../algebra-types.ts'
import { fail } from '../errors.ts'
import { factorCholesky, mapMatrices } from '../kernels/linear-algebra.ts'
import { type Primitive, primitive, SAVES_OUTPUT } from '../primitive.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { add } from './define.ts'
import { mul } from './elementwise.ts'
import { banded } from './mask.ts'
import { matmul } from './matmul.ts'
import { nameMatrix, squareSize, transposed } from './matrices.ts'
import { checkTensor } from './operand.ts'
import { solveMatrices } from './solve.ts'

/** Phi: the lower triangle with half the diagonal, so that Phi(S) + Phi(S)ᵀ = S for a symmetric S. */
function lowerHalf(x: Tensor): Tensor {
  const n = x.shape[x.ndim - 1]!
  return mul(
    x,
    banded(n, n, x.dtype, (d) => (d < 0 ? 1 : d > 0 ? 0 : 0.5)),
  )
}

/** L⁻¹ X L⁻ᵀ for a symmetric X. */
const between = (l: Tensor, x: Tensor): Tensor => solveMatrices(l, transposed(solveMatrices(l, x)))

const choleskyPrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'cholesky',
  shape: ([a]) => {
    squareSize('cholesky', a!)
    return a!
  },
  kernel: (inputs, _params, out) =>
    mapMatrices(inputs, out, (n, [l], place) => {
      const pivot = factorCholesky(n, l!)
      if (pivot < n)
        fail(
          'cholesky',
          `${nameMatrix(out, place)} is not positive definite: pivot ${pivot} of ${n} is ${l![pivot * (n + 1)]}; adding a small multiple of the identity may help`,
        )
      return l!
    }),
  // Phi is its own adjoint. S = L⁻ᵀ Phi(Lᵀ ct) L⁻¹ belongs to the symmetric matrix that A is read as, in which every
  // element below the diagonal stands twice.
  vjp: [
    (ct, _inputs, l) => {
      const half = lowerHalf(matmul(transposed(l), ct))
      const s = between(transposed(l), half)
      return lowerHalf(add(s, transposed(s)))
    },
  ],
  // dL = L Phi(L⁻¹ dA L⁻ᵀ).
  jvp: ([da], _inputs, l) => {
    const half = lowerHalf(da!)
    return matmul(l, lowerHalf(between(l, add(half, transposed(half)))))
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
