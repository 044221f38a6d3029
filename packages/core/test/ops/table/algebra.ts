/** @file Rows of matmul and linear. */
import { at, broadcastShape, build, type Plain, stretchedAt } from '../../support/plain.ts'
import { uniform } from '../../support/sample.ts'
import { NUMBERS, type Row } from './row.ts'

type Shape = readonly number[]

/**
 * NumPy's matmul by its definition: 1-d operands become a row or a column, batch axes broadcast, each element is a sum
 * over the inner axis, and the axes that were added go again.
 */
export function matmulReference(a: Plain, b: Plain): Plain {
  const left: Plain = a.shape.length === 1 ? { shape: [1, ...a.shape], data: a.data } : a
  const right: Plain = b.shape.length === 1 ? { shape: [...b.shape, 1], data: b.data } : b
  const [m, inner] = left.shape.slice(-2) as [number, number]
  const n = right.shape[right.shape.length - 1]!
  const batch = broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2))
  // An operand seen with its matrix in one element: only its batch axes stretch.
  const element = (x: Plain, batchIndex: Shape, i: number, j: number): number => {
    const own = batchIndex.slice(batchIndex.length - (x.shape.length - 2))
    return at(x, [...own.map((place, axis) => (x.shape[axis] === 1 ? 0 : place)), i, j])
  }
  const product = build([...batch, m, n], (index) => {
    const [i, j] = index.slice(-2) as [number, number]
    let sum = 0
    for (let k = 0; k < inner; k++) {
      sum += element(left, index.slice(0, -2), i, k) * element(right, index.slice(0, -2), k, j)
    }
    return sum
  })
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])]
  return { shape, data: product.data }
}

function linearReference(x: Plain, weight: Plain, bias?: Plain): Plain {
  const [outputs, inputs] = weight.shape as [number, number]
  return build([...x.shape.slice(0, -1), outputs], (index) => {
    const o = index[index.length - 1]!
    let sum = bias === undefined ? 0 : stretchedAt(bias, [o])
    for (let k = 0; k < inputs; k++) sum += at(x, [...index.slice(0, -1), k]) * at(weight, [o, k])
    return sum
  })
}

const algebraRow = (op: string, shapes: readonly Shape[], reference: Row['reference']): Row => ({
  op,
  title: shapes.map((shape) => `[${shape}]`).join(' '),
  inputs: shapes.map((shape) => ({ shape, sample: uniform(-2, 2) })),
  reference,
  order: 3,
  dtypes: NUMBERS,
  roundings: 32,
})

const matmulRow = (a: Shape, b: Shape): Row => algebraRow('matmul', [a, b], (x, y) => matmulReference(x!, y!))
const linearRow = (...shapes: Shape[]): Row =>
  algebraRow('linear', shapes, (x, weight, bias) => linearReference(x!, weight!, bias))

export const algebraRows: readonly Row[] = [
  matmulRow([2, 3], [3, 2]),
  matmulRow([3], [3]),
  matmulRow([2, 3], [3]),
  matmulRow([3], [3, 2]),
  matmulRow([2, 2, 3], [3, 2]),
  matmulRow([2, 2, 3], [3]),
  matmulRow([2, 3], [2, 3, 2]),
  matmulRow([3], [2, 3, 2]),
  matmulRow([2, 1, 2, 2], [3, 2, 1]),
  matmulRow([2, 2, 2], [2, 2, 2]),
  matmulRow([1, 1], [1, 1]),
  linearRow([3], [2, 3]),
  linearRow([3], [2, 3], [2]),
  linearRow([2, 3], [2, 3], [2]),
  linearRow([2, 2, 3], [2, 3], [2]),
  linearRow([2, 2, 3], [1, 3]),
]
