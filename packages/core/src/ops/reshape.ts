/** @file Views that rename axes: reshape, permute and their kin. Imports kernels/copy.ts and operand.ts. */
import { describe, fail } from '../errors.ts'
import { copyOf } from '../kernels/copy.ts'
import type {
  Flatten,
  OrderArg,
  Permute,
  Reshape,
  Reverse,
  Squeeze,
  SqueezeArg,
  Swap,
  Unsqueeze,
} from '../movement-types.ts'
import { primitive, SAVES_NOTHING } from '../primitive.ts'
import {
  allAxes,
  checkShape,
  contiguousStrides,
  MAX_RANK,
  normalizeAxis,
  reducedShape,
  sameShape,
  showShape,
  sizeOf,
  stridesForReshape,
} from '../shape.ts'
import type { AxisArg, NewAxisArg, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { permuted, type Tensor, viewOf } from '../tensor.ts'
import { checkTensor } from './operand.ts'

const reshapePrimitive = /* @__PURE__ */ primitive<Shape>({
  name: 'reshape',
  shape: ([x], shape) => {
    if (sizeOf(shape) !== sizeOf(x!.shape)) {
      fail(
        'reshape',
        `${showShape(x!.shape)} has ${sizeOf(x!.shape)} elements, ${showShape(shape)} has ${sizeOf(shape)}`,
      )
    }
    return { shape, dtype: x!.dtype }
  },
  kernel: ([x], shape) => {
    const strides = x!.contiguous ? contiguousStrides(shape) : stridesForReshape(x!.shape, x!.strides, shape)
    return strides === null
      ? viewOf(copyOf(x!), shape, contiguousStrides(shape), 0)
      : viewOf(x!, shape, strides, x!.offset)
  },
  vjp: [(ct, [x]) => reshape(ct, x!.shape)],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: (shape, size) => [size, ...shape],
  saves: SAVES_NOTHING,
})

/** The same elements, in row-major order, under another shape; one dimension may be -1 and is inferred. A view where strides allow. */
export function reshape<const T extends Shape>(x: Tensor, shape: readonly [...T]): Tensor<Reshape<T>>
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensor('reshape', x)
  const target = resolveShape(x, shape)
  return sameShape(x.shape, target) ? x : apply(reshapePrimitive, [x], target)
}

function resolveShape(x: Tensor, shape: Shape): Shape {
  if (!Array.isArray(shape) || !shape.includes(-1)) return checkShape('reshape', shape)
  const known = checkShape(
    'reshape',
    shape.filter((size) => size !== -1),
  )
  if (known.length < shape.length - 1)
    fail('reshape', `${showShape(shape)} has more than one -1; only one dimension can be inferred`)
  const inferred = x.size / sizeOf(known)
  if (!Number.isInteger(inferred))
    fail('reshape', `${showShape(x.shape)} has ${x.size} elements, which ${showShape(shape)} cannot hold`)
  return shape.map((size) => (size === -1 ? inferred : size))
}

/** `shape` with one axis of `size` in the place of those from `start` to `end` (excluded). */
const withAxis = (shape: Shape, start: number, end: number, size: number): Shape => [
  ...shape.slice(0, start),
  size,
  ...shape.slice(end),
]

/** Joins the axes from `start` to `end` (both included, negative from the end) into one. A 0-d tensor becomes [1]. */
export function flatten<S extends Shape, const I extends number = 0, const J extends number = -1>(
  x: Tensor<S>,
  start?: AxisArg<S, I>,
  end?: AxisArg<S, J>,
): Tensor<Flatten<S, I, J>>
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  checkTensor('flatten', x)
  if (x.ndim === 0) return reshape(x, [1])
  const first = normalizeAxis('flatten', start, x.ndim)
  const last = normalizeAxis('flatten', end, x.ndim)
  if (first > last) fail('flatten', `start ${start} lies behind end ${end} for shape ${showShape(x.shape)}`)
  return reshape(x, withAxis(x.shape, first, last + 1, sizeOf(x.shape.slice(first, last + 1))))
}

/** Removes `axis`, which must have size 1; without an axis, removes every axis of size 1. */
export function squeeze<S extends Shape, const X extends number | undefined = undefined>(
  x: Tensor<S>,
  axis?: SqueezeArg<S, X>,
): Tensor<Squeeze<S, X>>
export function squeeze(x: Tensor, axis?: number): Tensor {
  checkTensor('squeeze', x)
  const axes =
    axis === undefined
      ? allAxes(x.ndim).filter((i) => x.shape[i] === 1)
      : [normalizeAxis('squeeze', axis, x.ndim)]
  const size = x.shape[axes[0]!]
  if (axes.length === 1 && size !== 1)
    fail('squeeze', `axis ${axis} of ${showShape(x.shape)} has size ${size}; only size 1 can be removed`)
  return reshape(x, reducedShape(x.shape, axes, false))
}

/** Inserts an axis of size 1, so that it stands at position `axis` of the result. */
export function unsqueeze<S extends Shape, const X extends number>(
  x: Tensor<S>,
  axis: NewAxisArg<S, X>,
): Tensor<Unsqueeze<S, X>>
export function unsqueeze(x: Tensor, axis: number): Tensor {
  checkTensor('unsqueeze', x)
  if (x.ndim >= MAX_RANK) fail('unsqueeze', `the tensor has ${x.ndim} axes; at most ${MAX_RANK} are allowed`)
  const position = normalizeAxis('unsqueeze', axis, x.ndim + 1)
  return reshape(x, withAxis(x.shape, position, position, 1))
}

// ── permute ──────────────────────────────────────────────────────────────────

const permutePrimitive = /* @__PURE__ */ primitive<readonly number[]>({
  name: 'permute',
  shape: ([x], order) => ({ shape: order.map((i) => x!.shape[i]!), dtype: x!.dtype }),
  kernel: ([x], order) => permuted(x!, order),
  vjp: [
    (ct, _inputs, _out, order) =>
      permuteAxes(
        ct,
        order.map((_, i) => order.indexOf(i)),
      ),
  ],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: (order) => [0, ...order.map((i) => i + 1)],
  saves: SAVES_NOTHING,
})

const permuteAxes = (x: Tensor, order: readonly number[]): Tensor => apply(permutePrimitive, [x], order)

/** Axis i of the result is axis `order[i]` of `x`. A view. */
export function permute<S extends Shape, const P extends Shape>(
  x: Tensor<S>,
  order: OrderArg<S, P>,
): Tensor<Permute<S, P>>
export function permute(x: Tensor, order: readonly number[]): Tensor {
  checkTensor('permute', x)
  if (!Array.isArray(order)) fail('permute', `the order must be an array of axes, got ${describe(order)}`)
  const axes = order.map((axis) => normalizeAxis('permute', axis, x.ndim))
  if (axes.length !== x.ndim || new Set(axes).size !== axes.length) {
    fail(
      'permute',
      `[${order.join(', ')}] must name each of the ${x.ndim} axes of ${showShape(x.shape)} once`,
    )
  }
  return permuteAxes(x, axes)
}

/** With two axes, swaps them; without, reverses all axes (the matrix transpose of a 2-d tensor). A view. */
export function transpose<S extends Shape>(x: Tensor<S>): Tensor<Reverse<S>>
export function transpose<S extends Shape, const I extends number, const J extends number>(
  x: Tensor<S>,
  a: AxisArg<S, I>,
  b: AxisArg<S, J>,
): Tensor<Swap<S, I, J>>
export function transpose(x: Tensor, a?: number, b?: number): Tensor {
  checkTensor('transpose', x)
  const order = [...allAxes(x.ndim)]
  if (a === undefined && b === undefined) return permuteAxes(x, order.reverse())
  if (a === undefined || b === undefined)
    fail('transpose', 'give both axes to swap, or none to reverse them all')
  const p = normalizeAxis('transpose', a, x.ndim)
  const q = normalizeAxis('transpose', b, x.ndim)
  order[p] = q
  order[q] = p
  return permuteAxes(x, order)
}
