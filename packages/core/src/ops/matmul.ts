/**
 * @file Matrix products. One primitive multiplies two operands whose axes are labelled m, n and k, so that its
 * derivatives are the same primitive with other labels and nothing is ever transposed for a gradient.
 * Imports kernels/, broadcast.ts and reshape.ts.
 */
import { fail } from '../errors.ts'
import type { MatrixView } from '../kernels/accelerators.ts'
import { forEachPart } from '../kernels/lines.ts'
import { matmulInto } from '../kernels/matmul.ts'
import { type Primitive, primitive, SAVES_BOTH } from '../primitive.ts'
import { allAxes, broadcastShapes, checkSize, showShape, sizeOf } from '../shape.ts'
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
  shape: ([a, b], { a: la, b: lb, out }) => {
    const shape = a!.shape.slice(0, a!.shape.length - la.length)
    for (let i = 0; i < out.length; i++) shape.push(at(a!.shape, la, out[i]!, at(b!.shape, lb, out[i]!, 0)))
    checkSize('matmul', shape)
    return { shape, dtype: a!.dtype }
  },
  kernel: ([a, b], { a: la, b: lb, out }, { shape, dtype }) => {
    const c = emptyTensor(shape, dtype)
    const [m, n, k] = [at(a!.shape, la, out, 1), at(b!.shape, lb, out, 1), at(a!.shape, la, lb, 1)]
    const view = (x: Tensor, own: string, down: string, across: string): MatrixView => ({
      data: x.storage.data,
      start: x.storage.base + x.offset,
      row: at(x.strides, own, down, 0),
      column: at(x.strides, own, across, 0),
    })
    const [left, right, result] = [view(a!, la, out, lb), view(b!, lb, la, out), view(c, out, la, lb)]
    const batch = allAxes(shape.length - out.length)
    if (batch.length === 0) matmulInto(m, n, k, left, right, result)
    else
      forEachPart([a!, b!, c], batch, ([p, q, r]) => {
        left.start = p!
        right.start = q!
        result.start = r!
        matmulInto(m, n, k, left, right, result)
      })
    return c
  },
  // d/dA of sum_k A B is the same sum with the cotangent in the place of A: only the labels change places.
  vjp: [
    (ct, [, b], _out, { a: la, b: lb, out }) =>
      apply(contractPrimitive, [ct, b!], { a: out, b: lb, out: la }),
    (ct, [a], _out, { a: la, b: lb, out }) => apply(contractPrimitive, [ct, a!], { a: out, b: la, out: lb }),
  ],
  jvp: 'multilinear',
  batch: 'elementwise',
  saves: SAVES_BOTH,
})

/** For `op`: sums the products of `a` and `b` over the label that `out` does not have. */
export function contract(op: string, a: Tensor, b: Tensor, labels: Labels): Tensor {
  checkSameDType(op, a, b)
  checkNumeric(op, a)
  return apply(contractPrimitive, [a, b], labels)
}

/** What the list has for the axis whose label is one of `wanted`: its size or stride. */
function at(list: Shape, labels: string, wanted: string, otherwise: number): number {
  for (let i = 0; i < labels.length; i++)
    if (wanted.indexOf(labels[i]!) >= 0) return list[list.length - labels.length + i]!
  return otherwise
}

/** Matrices [m, k] or vectors [k] times matrices or vectors whose labels are `b`. */
function product(op: string, x: Tensor, isVector: boolean, y: Tensor, b: 'kn' | 'nk' | 'k'): Tensor {
  const out = b === 'k' ? (isVector ? '' : 'm') : isVector ? 'n' : 'mn'
  return contract(op, x, y, { a: isVector ? 'k' : 'mk', b, out })
}

/** All rows of `x` times one matrix or vector: one product, not a batch of products with a repeated matrix. */
function rowsTimes(op: string, x: Tensor, y: Tensor, b: 'kn' | 'nk' | 'k'): Tensor {
  if (x.ndim <= 2) return product(op, x, x.ndim === 1, y, b)
  const lead = x.shape.slice(0, -1)
  const rows = product(op, reshape(x, [sizeOf(lead), x.shape[x.ndim - 1]!]), false, y, b)
  return reshape(rows, [...lead, ...rows.shape.slice(1)])
}

/** Both operands with the same leading axes; their matrices, or vectors, stay as they are. */
export function broadcastBatches(op: string, a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  const batch = broadcastShapes(op, a.shape, b.shape, 2)
  const stretched = (x: Tensor): Tensor => {
    const shape = [...batch, ...x.shape.slice(-2)]
    checkSize(op, shape)
    return broadcastTo(x, shape)
  }
  return [stretched(a), stretched(b)]
}

/**
 * Matrix product with NumPy's rules: sum over k of a[..., m, k] b[..., k, n]. A 1-d operand is a row on the left and a
 * column on the right, and its axis disappears; axes before the last two are batches and broadcast.
 * The sum runs in order of k in float64, and a float32 result is rounded once; a large float32 product adds runs of 32
 * products in float32 where there is WebAssembly, and is off by at most 2^-19 times the sum of |a b|, and its rounding.
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
  if (inner !== other) {
    // The likely fix, where a transpose would make the sizes meet.
    const hint =
      b.shape[b.ndim - 1] === inner
        ? '; transpose the right operand, as in a.matmul(b.T)'
        : a.shape[a.ndim - 2] === other
          ? '; transpose the left operand, as in a.T.matmul(b)'
          : ''
    fail('matmul', `${show()}: inner sizes ${inner} and ${other} differ${hint}`)
  }
  if (b.ndim <= 2) return rowsTimes('matmul', a, b, b.ndim === 1 ? 'k' : 'kn')
  const [x, y] = broadcastBatches('matmul', a, b)
  return product('matmul', x, a.ndim === 1, y, 'kn')
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
  if (x.shape[x.ndim - 1] !== inputs)
    fail(
      'linear',
      `input ${showShape(x.shape)} does not end in ${inputs}, the inputs of weight ${showShape(weight.shape)} = [out, in]`,
    )
  checkSize('linear', [x.size / inputs, outputs])
  const z = rowsTimes('linear', x, weight, 'nk')
  if (bias === undefined || bias === null) return z
  checkTensor('linear', bias)
  checkSameDType('linear', x, bias)
  if (bias.ndim !== 1 || bias.shape[0] !== outputs)
    fail('linear', `the bias must be [${outputs}], one per output, got ${showShape(bias.shape)}`)
  return add(z, bias)
}
