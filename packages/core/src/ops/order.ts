/** @file sort, argsort and topk: an order found once, then gathered by. Imports kernels/order.ts and gather.ts. */
import { describe, fail } from '../errors.ts'
import { orderLines } from '../kernels/order.ts'
import type { Resize } from '../movement-types.ts'
import { primitive, SAVES_NOTHING } from '../primitive.ts'
import { normalizeAxis, showShape } from '../shape.ts'
import type { AxisArg, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { gatherAlong } from './gather.ts'
import { checkTensor } from './operand.ts'

interface OrderParams {
  readonly axis: number
  readonly descending: boolean
  /** How many positions to keep. */
  readonly count: number
}

const argsortPrimitive = /* @__PURE__ */ primitive<OrderParams>({
  name: 'argsort',
  shape: ([x], { axis, count }) => ({
    shape: x!.shape.map((size, a) => (a === axis ? count : size)),
    dtype: 'int32',
  }),
  kernel: ([x], { axis, descending }, out) => orderLines(x!, axis, descending, out),
  vjp: [null],
  jvp: () => null,
  batch: 'shiftAxes',
  shift: (params) => ({ ...params, axis: params.axis + 1 }),
  saves: SAVES_NOTHING,
})

/** The positions of the first `count` elements (of all unless told) in order, and the axis counted from the left. */
function orderAlong(
  op: string,
  x: Tensor,
  axis: number,
  descending = false,
  count?: number,
): readonly [indices: Tensor, axis: number] {
  checkTensor(op, x)
  const position = normalizeAxis(op, axis, x.ndim)
  const size = x.shape[position]!
  const k = descending ? count! : size
  if (!(Number.isInteger(k) && k >= 0 && k <= size))
    fail(
      op,
      `k is ${describe(k)}; axis ${position} of ${showShape(x.shape)} allows whole numbers from 0 to ${size}`,
    )
  return [apply(argsortPrimitive, [x], { axis: position, descending, count: k }), position]
}

/**
 * The elements in ascending order along `axis`, NaN last (as NumPy); equal elements keep their order. The gradient goes
 * back to the places that the elements came from.
 */
export function sort<S extends Shape, const X extends number>(x: Tensor<S>, axis: AxisArg<S, X>): Tensor<S>
export function sort(x: Tensor, axis: number): Tensor {
  return gatherAlong(x, ...orderAlong('sort', x, axis))
}

/** The positions (int32) along `axis` that sort `x`: gather(x, argsort(x, axis), axis) is sort(x, axis). */
export function argsort<S extends Shape, const X extends number>(x: Tensor<S>, axis: AxisArg<S, X>): Tensor<S>
export function argsort(x: Tensor, axis: number): Tensor {
  return orderAlong('argsort', x, axis)[0]
}

/** What `topk` returns. */
export interface TopK<T extends Tensor> {
  readonly values: T
  /** Positions along the axis, int32. */
  readonly indices: T
}

/**
 * The `k` largest elements along `axis` in descending order, and their positions. Of equal elements the first comes
 * first, and is kept first; NaN counts as larger than every number, as in PyTorch. The gradient of the values goes back
 * to their places.
 */
export function topk<S extends Shape, const K extends number, const X extends number>(
  x: Tensor<S>,
  k: K,
  axis: AxisArg<S, X>,
): TopK<Tensor<Resize<S, X, K>>>
export function topk(x: Tensor, k: number, axis: number): TopK<Tensor> {
  const [indices, position] = orderAlong('topk', x, axis, true, k)
  return { values: gatherAlong(x, indices, position), indices }
}
