/** @file Rows of dot, outer, cholesky, solve, inv and det. */
import { eye } from '../../../src/create.ts'
import { isFloat } from '../../../src/dtype.ts'
import { add, cholesky, inv, matmul, mul, solve, to, transpose } from '../../../src/ops/index.ts'
import type { Tensor } from '../../../src/tensor.ts'
import { choleskyFactor, cramer, determinant, eachMatrix, inverse, matrixAt } from '../../support/matrices.ts'
import { at, build, type Plain } from '../../support/plain.ts'
import { uniform } from '../../support/sample.ts'
import { FLOATS, NUMBERS, type Row } from './row.ts'

type Shape = readonly number[]

const row = (
  op: string,
  shapes: readonly Shape[],
  rest: Pick<Row, 'reference' | 'dtypes' | 'roundings'> & Partial<Row>,
): Row => ({
  op,
  title: shapes.map((shape) => `[${shape}]`).join(' '),
  inputs: shapes.map((shape) => ({ shape, sample: uniform(-1, 1) })),
  order: 3,
  ...rest,
})

// ── vectors ──────────────────────────────────────────────────────────────────

const dotRow = (n: number): Row =>
  row('dot', [[n], [n]], {
    reference: (a, b) => ({ shape: [], data: [a!.data.reduce((sum, x, k) => sum + x * b!.data[k]!, 0)] }),
    dtypes: NUMBERS,
    roundings: 8,
  })
const outerRow = (m: number, n: number): Row =>
  row('outer', [[m], [n]], {
    reference: (a, b) => build([m, n], ([i, j]) => at(a!, [i!]) * at(b!, [j!])),
    dtypes: NUMBERS,
    roundings: 1,
  })

// ── matrices ─────────────────────────────────────────────────────────────────

/**
 * Added to the diagonal so that matrices of elements in [-1, 1) stay away from singular ones, in all layouts: each
 * diagonal element exceeds the sum of the others of its row (Gershgorin), by 1.
 */
const shiftFor = (n: number): number => n + 1

const shiftedPlain = (x: Plain): Plain =>
  build(x.shape, (index) => {
    const [i, j] = index.slice(-2)
    return at(x, index) + (i === j ? shiftFor(x.shape.at(-1)!) : 0)
  })
/** Integers and booleans go to the op as they are, to be refused. */
const shifted = (x: Tensor): Tensor => {
  const n = x.shape.at(-1)!
  return isFloat(x.dtype) ? add(x, mul(to(eye(n), x.dtype), shiftFor(n))) : x
}
const definite = (x: Tensor): Tensor => (isFloat(x.dtype) ? shifted(matmul(x, transpose(x, -2, -1))) : x)
const definitePlain = (x: Plain): Plain =>
  shiftedPlain(
    eachMatrix((a) => a.map((p) => a.map((q) => p.reduce((sum, value, k) => sum + value * q[k]!, 0))), x),
  )

// Elements are quotients of determinants (or roots of them) of up to 3! products, conditioned by the shift.
const QUOTIENT = { dtypes: FLOATS, roundings: 64 }

const choleskyRow = (shape: Shape): Row =>
  row('cholesky', [shape], {
    ...QUOTIENT,
    call: (x) => cholesky(shifted(x)),
    reference: (x) => eachMatrix(choleskyFactor, shiftedPlain(x!)),
  })
const productRow = (shape: Shape): Row =>
  row('cholesky', [shape], {
    ...QUOTIENT,
    title: `of x xᵀ + s [${shape}]`,
    call: (x) => cholesky(definite(x)),
    reference: (x) => eachMatrix(choleskyFactor, definitePlain(x!)),
  })

/** A vector b as a column; the axis that was added goes again. */
function solveReference(a: Plain, b: Plain): Plain {
  const right: Plain = b.shape.length === 1 ? { shape: [...b.shape, 1], data: b.data } : b
  const x = eachMatrix(cramer, a, right)
  return b.shape.length === 1 ? { shape: x.shape.slice(0, -1), data: x.data } : x
}
const solveRow = (a: Shape, b: Shape): Row =>
  row('solve', [a, b], {
    ...QUOTIENT,
    call: (x, y) => solve(shifted(x!), y!),
    reference: (x, y) => solveReference(shiftedPlain(x!), y!),
  })
const inverseRow = (shape: Shape): Row =>
  row('inv', [shape], {
    ...QUOTIENT,
    call: (x) => inv(shifted(x)),
    reference: (x) => eachMatrix(inverse, shiftedPlain(x!)),
  })

/** As they are: some layouts make all rows equal, and the derivatives must be right there too. */
const determinantRow = (shape: Shape): Row =>
  row('det', [shape], {
    dtypes: FLOATS,
    roundings: 32,
    reference: (x) => build(x!.shape.slice(0, -2), (index) => determinant(matrixAt(x!, index))),
  })

export const linearAlgebraRows: readonly Row[] = [
  dotRow(3),
  dotRow(1),
  outerRow(2, 3),
  outerRow(1, 2),
  choleskyRow([1, 1]),
  choleskyRow([2, 2]),
  choleskyRow([3, 3]),
  choleskyRow([2, 2, 2]),
  productRow([2, 2]),
  solveRow([2, 2], [2]),
  solveRow([3, 3], [3, 1]),
  solveRow([2, 2], [2, 3]),
  solveRow([2, 2, 2], [2]),
  solveRow([2, 2, 2], [2, 2]),
  solveRow([2, 2], [2, 2, 1]),
  solveRow([1, 2, 2], [2, 2, 1]),
  inverseRow([1, 1]),
  inverseRow([2, 2]),
  inverseRow([3, 3]),
  inverseRow([2, 2, 2]),
  determinantRow([1, 1]),
  determinantRow([2, 2]),
  determinantRow([3, 3]),
  determinantRow([2, 2, 2]),
]
