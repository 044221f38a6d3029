/** @file solve and inv, by LU factors with partial pivoting. Imports kernels/linear-algebra.ts, matmul.ts and matrices.ts. */
import type { Solve, SolveArg, SquareArg } from '../algebra-types.ts'
import { fail } from '../errors.ts'
import { eachMatrix, factorLU, readMatrix, solveLU } from '../kernels/linear-algebra.ts'
import { type Primitive, primitive, SAVES_OUTPUT } from '../primitive.ts'
import { broadcastShapes, checkSize, showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { neg, sub } from './elementwise.ts'
import { matmul } from './matmul.ts'
import { batchOf, checkSquare, nameMatrix, transposed } from './matrices.ts'
import { checkSameDType, checkTensor } from './operand.ts'
import { reshape, unsqueeze } from './reshape.ts'

/** Factors, in place, one matrix of a batch. */
function factor(op: string, n: number, lu: Float64Array, swaps: Int32Array, index: readonly number[]): void {
  const pivot = factorLU(n, lu, swaps)
  if (pivot < n)
    fail(
      op,
      `${nameMatrix(index)} is singular: pivot ${pivot} of ${n} is 0, so that A x = b has no solution or many`,
    )
}

/** A X = B with matrices B [..., n, k] and equal leading axes. */
const solvePrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'solve',
  shape: ([, b]) => b!,
  kernel: ([a, b], _params, out) => {
    const [n, columns] = b!.shape.slice(-2) as [number, number]
    const result = emptyTensor(out.shape, out.dtype)
    const lu = new Float64Array(n * n)
    const x = new Float64Array(n * columns)
    const swaps = new Int32Array(n)
    let factored = -1
    eachMatrix(batchOf(b!.shape), [a!, b!, result], ([p, q, r], index) => {
      // One matrix for many right-hand sides is factored once: it lies at one place, with strides 0.
      if (p !== factored) {
        readMatrix(a!, p!, lu)
        factor('solve', n, lu, swaps, index)
        factored = p!
      }
      readMatrix(b!, q!, x)
      solveLU(n, columns, lu, swaps, x)
      result.storage.data.set(x, r)
    })
    return result
  },
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

const solveMatrices = (a: Tensor, b: Tensor): Tensor => apply(solvePrimitive, [a, b], undefined)

/**
 * X with A X = B, by LU factors with partial pivoting in float64. `a` is [..., n, n]. As in NumPy 2, `b` is one vector
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
  checkSquare('solve', a)
  checkSameDType('solve', a, b)
  if (b.ndim === 0) fail('solve', 'b is 0-d; it must be a vector or hold matrices')
  const n = a.shape[a.ndim - 1]!
  const isVector = b.ndim === 1
  const right = isVector ? unsqueeze(b, 1) : b
  const rows = right.shape[right.ndim - 2]!
  if (rows !== n)
    fail('solve', `${n} equations in ${showShape(a.shape)}, but ${rows} rows in ${showShape(b.shape)}`)
  const batch = broadcastShapes('solve', a.shape, right.shape, 2)
  const shape = [...batch, n, right.shape[right.ndim - 1]!]
  checkSize('solve', shape)
  checkSize('solve', [...batch, n, n])
  const x = solveMatrices(broadcastTo(a, [...batch, n, n]), broadcastTo(right, shape))
  return isVector ? reshape(x, [...batch, n]) : x
}

const inversePrimitive: Primitive = /* @__PURE__ */ primitive({
  name: 'inv',
  shape: ([a]) => {
    checkSquare('inv', a!)
    return a!
  },
  kernel: ([a], _params, out) => {
    const n = a!.shape[a!.ndim - 1]!
    const result = emptyTensor(out.shape, out.dtype)
    const lu = new Float64Array(n * n)
    const x = new Float64Array(n * n)
    const swaps = new Int32Array(n)
    eachMatrix(batchOf(a!.shape), [a!, result], ([p, r], index) => {
      readMatrix(a!, p!, lu)
      factor('inv', n, lu, swaps, index)
      x.fill(0)
      for (let i = 0; i < n; i++) x[i * n + i] = 1
      solveLU(n, n, lu, swaps, x)
      result.storage.data.set(x, r)
    })
    return result
  },
  vjp: [(ct, _inputs, out) => neg(matmul(matmul(transposed(out), ct), transposed(out)))],
  jvp: ([da], _inputs, out) => da! && neg(matmul(matmul(out, da!), out)),
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
