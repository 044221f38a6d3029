/** @file solve and inv, by LU factors with partial pivoting. Imports kernels/linear-algebra.ts, matmul.ts and matrices.ts. */
import type { Solve, SolveArg, SquareArg } from '../algebra-types.ts'
import { fail } from '../errors.ts'
import { factorLU, identity, mapMatrices, solveLU } from '../kernels/linear-algebra.ts'
import { type Primitive, primitive, SAVES_OUTPUT } from '../primitive.ts'
import { showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Aval, Tensor } from '../tensor.ts'
import { neg, sub } from './elementwise.ts'
import { broadcastBatches, matmul } from './matmul.ts'
import { nameMatrix, squareSize, transposed } from './matrices.ts'
import { checkSameDType, checkTensor } from './operand.ts'
import { squeeze, unsqueeze } from './reshape.ts'

/** X with A X = B, or, without B, the inverse of A. */
function solveKernel(op: string, inputs: readonly Tensor[], out: Aval): Tensor {
  let lu = identity(out.shape.at(-2)!)
  let swaps: readonly number[] = []
  let factored = -1
  return mapMatrices(inputs, out, (n, matrices, place, [start]) => {
    // One matrix for many right-hand sides is factored once: it lies at one place, with strides 0.
    if (start !== factored) {
      // The memory of both takes turns.
      ;[lu, matrices[0]] = [matrices[0]!, lu]
      swaps = factorLU(n, lu)
      factored = start!
    }
    const b = matrices[1] ?? identity(n)
    if (swaps.length < n)
      fail(
        op,
        `${nameMatrix(out, place)} is singular: pivot ${swaps.length} of ${n} is 0, and there is no inverse`,
      )
    solveLU(n, b.length / n, lu, swaps, b)
    return b
  })
}

/** A X = B with matrices B [..., n, k] and equal leading axes. */
const solvePrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'solve',
  shape: ([, b]) => b!,
  kernel: (inputs, _params, out) => solveKernel('solve', inputs, out),
  // B' = A⁻ᵀ X', A' = -B' Xᵀ.
  vjp: [
    (ct, [a], out) => neg(matmul(solveMatrices(transposed(a!), ct), transposed(out))),
    (ct, [a]) => solveMatrices(transposed(a!), ct),
  ],
  // A dX = dB - dA X.
  jvp: ([da, db], [a], out) => {
    if (!da) return db! && solveMatrices(a!, db!)
    const moved = matmul(da, out)
    return solveMatrices(a!, db ? sub(db, moved) : neg(moved))
  },
  batch: 'elementwise',
  saves: { inputs: [0], output: true },
})

/** `solve` for matrices with equal leading axes. */
export const solveMatrices = (a: Tensor, b: Tensor): Tensor => apply(solvePrimitive, [a, b], undefined)

/**
 * X with A X = b, by LU factors with partial pivoting in float64. `a` is [..., n, n]. As in NumPy 2, `b` is one vector
 * [n] when it is 1-d (then the result is [..., n]), else it holds matrices [..., n, k]; leading axes broadcast.
 * A matrix with a pivot of exactly 0 is singular, an error; one that is singular but for rounding gives large numbers.
 * Gradients, with Y = A⁻ᵀ ct: Y for b, -Y Xᵀ for a (Giles 2008, section 2.3.1).
 */
export function solve<A extends Shape, B extends Shape>(
  a: Tensor<A>,
  b: SolveArg<A, B, Tensor<B>>,
): Tensor<Solve<A, B>>
export function solve(a: Tensor, b: Tensor): Tensor {
  checkTensor('solve', a)
  checkTensor('solve', b)
  const n = squareSize('solve', a)
  checkSameDType('solve', a, b)
  if (b.ndim === 0) fail('solve', 'b is 0-d; it must be a vector or hold matrices')
  const right = b.ndim === 1 ? unsqueeze(b, 1) : b
  const rows = right.shape[right.ndim - 2]!
  if (rows !== n)
    fail('solve', `${n} equations in ${showShape(a.shape)}, but ${rows} rows in ${showShape(b.shape)}`)
  const x = solveMatrices(...broadcastBatches('solve', a, right))
  return b.ndim === 1 ? squeeze(x, -1) : x
}

const inversePrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'inv',
  shape: ([a]) => {
    squareSize('inv', a!)
    return a!
  },
  kernel: (inputs, _params, out) => solveKernel('inv', inputs, out),
  vjp: [(ct, _inputs, out) => neg(matmul(matmul(transposed(out), ct), transposed(out)))],
  jvp: ([da], _inputs, out) => neg(matmul(matmul(out, da!), out)),
  batch: 'elementwise',
  saves: SAVES_OUTPUT,
})

/**
 * The inverse of each square matrix, by LU factors with partial pivoting. A singular matrix is an error, as in `solve`,
 * which is the faster and more accurate way to A⁻¹ b. dA⁻¹ = -A⁻¹ dA A⁻¹.
 */
export function inv<S extends Shape>(a: SquareArg<S, 'inv', Tensor<S>>): Tensor<S>
export function inv(a: Tensor): Tensor {
  return apply(inversePrimitive, [checkTensor('inv', a)], undefined)
}
