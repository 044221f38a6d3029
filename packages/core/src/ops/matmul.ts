/**
 * @file Matrix products. One primitive multiplies two operands whose axes are labelled m, n and k, so that its
 * derivatives are the same primitive with other labels and nothing is ever transposed for a gradient.
 * Imports kernels/matmul.ts, broadcast.ts and reshape.ts.
 */
import { fail } from '../errors.ts'
import { type MatrixView, matmulInto } from '../kernels/matmul.ts'
import { type Primitive, primitive, SAVES_BOTH } from '../primitive.ts'
import { broadcastShapes, checkSize, showShape, sizeOf } from '../shape.ts'
import type { Affine, AffineArg, MatMul, MatMulable, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { add } from './define.ts'
import { checkNumeric, checkSameDType, checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'

/**
 * Labels of the trailing axes of both operands and of the result, at most two each, as in einsum: 'mk', 'kn' -> 'mn' is
 * the matrix product, 'nk' for the second operand uses it transposed, 'k', 'k' -> '' is the dot product, 'm', 'n' -> 'mn'
 * the outer product. A label of `out` stands in one operand, any other label in both. All axes before them are batch
 * axes, equal in both operands.
 */
export interface Labels {
  readonly a: string
  readonly b: string
  readonly out: string
}

const contractPrimitive: Primitive<Labels> = /* @__PURE__ */ primitive<Labels>({
  name: 'matmul',
  shape: ([a, b], labels) => {
    checkSameDType('matmul', a!, b!)
    checkNumeric('matmul', a!)
    const batch = a!.shape.slice(0, a!.shape.length - labels.a.length)
    const size = (label: string): number =>
      axisSize(a!.shape, labels.a, label) ?? axisSize(b!.shape, labels.b, label)!
    if (labels.out.length === 0) return { shape: batch, dtype: a!.dtype }
    const rows = size(labels.out[0]!)
    const shape = labels.out.length === 1 ? [...batch, rows] : [...batch, rows, size(labels.out[1]!)]
    checkSize('matmul', shape)
    return { shape, dtype: a!.dtype }
  },
  kernel: ([a, b], labels, out) => {
    const result = emptyTensor(out.shape, out.dtype)
    multiply(a!, b!, result, labels)
    return result
  },
  // d/dA of sum_k A B is the same sum with the cotangent in the place of A: only the labels change places.
  vjp: [
    (ct, [, b], _out, { a: la, b: lb, out }) =>
      apply(contractPrimitive, [ct, b!], { a: out, b: lb, out: la }),
    (ct, [a], _out, { a: la, b: lb, out }) => apply(contractPrimitive, [ct, a!], { a: out, b: la, out: lb }),
  ],
  jvp: 'multilinear',
  batch: ([a, b], [batchedA, batchedB], labels, size) => {
    const x = batchedA ? a! : broadcastTo(a!, [size, ...a!.shape])
    const y = batchedB ? b! : broadcastTo(b!, [size, ...b!.shape])
    return apply(contractPrimitive, [x, y], labels)
  },
  saves: SAVES_BOTH,
})

/** Sums the products of `a` and `b` over the label that `out` does not have. */
export const contract = (a: Tensor, b: Tensor, labels: Labels): Tensor =>
  apply(contractPrimitive, [a, b], labels)

const axisSize = (shape: Shape, labels: string, label: string): number | undefined => {
  const i = labels.indexOf(label)
  return i < 0 ? undefined : shape[shape.length - labels.length + i]
}

const stride = (x: Tensor, labels: string, label: string): number => {
  const i = label === '' ? -1 : labels.indexOf(label)
  return i < 0 ? 0 : x.strides[x.ndim - labels.length + i]!
}

/** The label that stands in `these` and in `those` ('' when none does). */
function shared(these: string, those: string): string {
  for (let i = 0; i < these.length; i++) if (those.includes(these[i]!)) return these[i]!
  return ''
}

function multiply(a: Tensor, b: Tensor, c: Tensor, labels: Labels): void {
  const row = shared(labels.a, labels.out)
  const column = shared(labels.b, labels.out)
  const inner = shared(labels.a, labels.b)
  const m = row === '' ? 1 : axisSize(a.shape, labels.a, row)!
  const n = column === '' ? 1 : axisSize(b.shape, labels.b, column)!
  const k = inner === '' ? 1 : axisSize(a.shape, labels.a, inner)!
  const view = (x: Tensor, own: string, down: string, across: string): MatrixView => ({
    data: x.storage.data,
    start: x.storage.base + x.offset,
    row: stride(x, own, down),
    column: stride(x, own, across),
  })
  const left = view(a, labels.a, row, inner)
  const right = view(b, labels.b, inner, column)
  const target = view(c, labels.out, row, column)
  const batchRank = c.ndim - labels.out.length
  if (batchRank === 0) matmulInto(m, n, k, left, right, target)
  else
    forEachBatch(a, b, c, batchRank, (p, q, r) =>
      matmulInto(m, n, k, { ...left, start: p }, { ...right, start: q }, { ...target, start: r }),
    )
}

function forEachBatch(
  a: Tensor,
  b: Tensor,
  c: Tensor,
  rank: number,
  visit: (a: number, b: number, c: number) => void,
): void {
  const index = new Array<number>(rank).fill(0)
  const begin = (x: Tensor): number => x.storage.base + x.offset
  for (let remaining = sizeOf(c.shape.slice(0, rank)); remaining > 0; remaining--) {
    let [p, q, r] = [begin(a), begin(b), begin(c)]
    for (let i = 0; i < rank; i++) {
      p += index[i]! * a.strides[i]!
      q += index[i]! * b.strides[i]!
      r += index[i]! * c.strides[i]!
    }
    visit(p, q, r)
    for (let i = rank - 1; i >= 0 && ++index[i]! === c.shape[i]; i--) index[i] = 0
  }
}

// One object per case: params are compared and printed by the tape, and nothing is allocated per call.
const MATRIX_MATRIX: Labels = { a: 'mk', b: 'kn', out: 'mn' }
const MATRIX_TRANSPOSED: Labels = { a: 'mk', b: 'nk', out: 'mn' }
const VECTOR_TRANSPOSED: Labels = { a: 'k', b: 'nk', out: 'n' }
const MATRIX_VECTOR: Labels = { a: 'mk', b: 'k', out: 'm' }
const VECTOR_MATRIX: Labels = { a: 'k', b: 'kn', out: 'n' }
const VECTOR_VECTOR: Labels = { a: 'k', b: 'k', out: '' }

/**
 * Matrix product with NumPy's rules: sum over k of a[..., m, k] b[..., k, n]. A 1-d operand is a row on the left and a
 * column on the right, and its axis disappears; axes before the last two are batches and broadcast.
 */
export function matmul<A extends Shape, B extends Shape>(
  a: Tensor<A>,
  b: MatMulable<A, B, Tensor<B>>,
): Tensor<MatMul<A, B>>
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkTensor('matmul', a)
  checkTensor('matmul', b)
  const show = (): string => `${showShape(a.shape)} @ ${showShape(b.shape)}`
  if (a.ndim === 0 || b.ndim === 0) fail('matmul', `${show()}: a 0-d operand has no inner axis; use mul`)
  const inner = a.shape[a.ndim - 1]!
  const other = b.shape[b.ndim === 1 ? 0 : b.ndim - 2]!
  if (inner !== other)
    fail('matmul', `${show()}: inner sizes ${inner} and ${other} differ${transposeHint(a, b)}`)
  if (a.ndim <= 2 && b.ndim <= 2) {
    if (a.ndim === 2) return apply(contractPrimitive, [a, b], b.ndim === 2 ? MATRIX_MATRIX : MATRIX_VECTOR)
    return apply(contractPrimitive, [a, b], b.ndim === 2 ? VECTOR_MATRIX : VECTOR_VECTOR)
  }
  // Many rows against one matrix are one product, not a batch of products with a repeated matrix.
  if (b.ndim <= 2) {
    const rows = matmul(reshape(a, [sizeOf(a.shape.slice(0, -1)), inner]), b)
    return reshape(rows, [...a.shape.slice(0, -1), ...b.shape.slice(1)])
  }
  const batch = a.ndim === 1 ? b.shape.slice(0, -2) : broadcastShapes('matmul', a.shape, b.shape, 2)
  const left = [...batch, ...a.shape.slice(-2)]
  const right = [...batch, ...b.shape.slice(-2)]
  checkSize('matmul', left)
  checkSize('matmul', right)
  const [x, y] = [broadcastTo(a, left), broadcastTo(b, right)]
  return apply(contractPrimitive, [x, y], a.ndim === 1 ? VECTOR_MATRIX : MATRIX_MATRIX)
}

/** The likely fix, where a transpose would make the sizes meet. */
function transposeHint(a: Tensor, b: Tensor): string {
  const inner = a.shape[a.ndim - 1]
  if (b.ndim >= 2 && b.shape[b.ndim - 1] === inner)
    return '; transpose the right operand, as in a.matmul(b.T)'
  if (a.ndim >= 2 && a.shape[a.ndim - 2] === b.shape[b.ndim === 1 ? 0 : b.ndim - 2])
    return '; transpose the left operand, as in a.T.matmul(b)'
  return ''
}

/**
 * x W^T + b, the affine map of a dense layer: `weight` is [out, in] as in PyTorch, `x` is [..., in] or [in], the result
 * [..., out]. For one sample this is the z = W n + b of the backpropagation literature.
 */
export function linear<S extends Shape, W extends Shape>(
  x: Tensor<S>,
  weight: AffineArg<S, W, Tensor<W>>,
  bias?: Tensor<readonly [W[0]]> | null,
): Tensor<Affine<S, W>>
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  checkTensor('linear', x)
  checkTensor('linear', weight)
  if (weight.ndim !== 2) fail('linear', `the weight must be [out, in], got ${showShape(weight.shape)}`)
  const [outputs, inputs] = weight.shape as [number, number]
  if (x.ndim === 0 || x.shape[x.ndim - 1] !== inputs) {
    fail(
      'linear',
      `input ${showShape(x.shape)} does not end in ${inputs}, the inputs of weight ${showShape(weight.shape)} = [out, in]`,
    )
  }
  checkSize('linear', [inputs === 0 ? 0 : x.size / inputs, outputs])
  checkNumeric('linear', x)
  checkSameDType('linear', x, weight)
  if (bias !== undefined && bias !== null) {
    checkTensor('linear', bias)
    checkSameDType('linear', x, bias)
    if (bias.ndim !== 1 || bias.shape[0] !== outputs)
      fail('linear', `the bias must be [${outputs}], one per output, got ${showShape(bias.shape)}`)
  }
  const rows = x.ndim > 2 ? reshape(x, [sizeOf(x.shape.slice(0, -1)), inputs]) : x
  const product = apply(
    contractPrimitive,
    [rows, weight],
    rows.ndim === 1 ? VECTOR_TRANSPOSED : MATRIX_TRANSPOSED,
  )
  const z = x.ndim > 2 ? reshape(product, [...x.shape.slice(0, -1), outputs]) : product
  return bias === undefined || bias === null ? z : add(z, bias)
}
