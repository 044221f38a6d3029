/** @file slice and pad: each is the adjoint of the other; flip is a slice. Imports kernels/copy.ts and reshape.ts. */
import { describe, fail } from '../errors.ts'
import { copyInto } from '../kernels/copy.ts'
import type { Pad, Padding, Range, RangesArg, Slice } from '../movement-types.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { checkShape, normalizeAxes, showShape } from '../shape.ts'
import type { Axes, AxesArg, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, type Tensor, viewOf } from '../tensor.ts'
import { checkTensor, constant } from './operand.ts'
import { reshape } from './reshape.ts'

/** Per axis of the larger tensor: the first position, the step between positions, and how many there are. */
interface Window {
  readonly starts: readonly number[]
  readonly steps: readonly number[]
  readonly sizes: Shape
}

const shiftWindow = ({ starts, steps, sizes }: Window, size: number): Window => ({
  starts: [0, ...starts],
  steps: [1, ...steps],
  sizes: [size, ...sizes],
})

/** The part of `x` under the window, sharing its memory. */
function windowView(x: Tensor, { starts, steps, sizes }: Window): Tensor {
  let { offset } = x
  for (let i = 0; i < starts.length; i++) if (sizes[i]! > 0) offset += starts[i]! * x.strides[i]!
  return viewOf(
    x,
    sizes,
    x.strides.map((stride, i) => stride * steps[i]!),
    offset,
  )
}

const slicePrimitive: Primitive<Window> = /* @__PURE__ */ primitive<Window>({
  name: 'slice',
  shape: ([x], { sizes }) => ({ shape: sizes, dtype: x!.dtype }),
  kernel: ([x], window) => windowView(x!, window),
  vjp: [(ct, [x], _out, window) => apply(padPrimitive, [ct], { ...window, shape: x!.shape, value: 0 })],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: shiftWindow,
  saves: SAVES_NOTHING,
})

interface PadParams extends Window {
  /** Shape of the result. */
  readonly shape: Shape
  readonly value: number
}

const padPrimitive: Primitive<PadParams> = /* @__PURE__ */ primitive<PadParams>({
  name: 'pad',
  shape: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  kernel: ([x], params, out) => {
    const result = emptyTensor(out.shape, out.dtype)
    const { data, base, length } = result.storage
    if (params.value !== 0) data.fill(params.value, base, base + length)
    const hole = windowView(result, params)
    copyInto(data, base + hole.offset, hole.strides, hole.contiguous, x!)
    return result
  },
  vjp: [
    (ct, _inputs, _out, { starts, steps, sizes }) => apply(slicePrimitive, [ct], { starts, steps, sizes }),
  ],
  // The padding value is a constant: its tangent is 0.
  jvp: ([dx], _inputs, _out, params) => dx! && apply(padPrimitive, [dx!], { ...params, value: 0 }),
  batch: 'shiftAxes',
  shift: (params, size) => ({
    ...shiftWindow(params, size),
    shape: [size, ...params.shape],
    value: params.value,
  }),
  saves: SAVES_NOTHING,
})

/**
 * A view on part of `x`: one range per axis, missing ranges keep the axis whole. `x.slice([0, [1, null], null])` is
 * NumPy's `x[0, 1:, :]`. Negative positions count from the end, out-of-range stops are cut, a negative step walks back;
 * an index out of range is an error.
 */
export function slice<S extends Shape, const R extends readonly Range[]>(
  x: Tensor<S>,
  ranges: RangesArg<S, R>,
): Tensor<Slice<S, R>>
export function slice(x: Tensor, ranges: readonly Range[]): Tensor {
  checkTensor('slice', x)
  if (!Array.isArray(ranges))
    fail(
      'slice',
      `expected an array with one range per axis, got ${describe(ranges)}; for rows 1 to 3 write slice([[1, 3]])`,
    )
  if (ranges.length > x.ndim)
    fail('slice', `${ranges.length} ranges for a tensor of ${x.ndim} axes, shape ${showShape(x.shape)}`)
  const starts: number[] = []
  const steps: number[] = []
  const sizes: number[] = []
  const kept: number[] = []
  let whole = true
  for (let axis = 0; axis < x.ndim; axis++) {
    const range = ranges[axis] ?? null
    const size = x.shape[axis]!
    const [start, step, count] = resolveRange(range, size, axis)
    starts.push(start)
    steps.push(step)
    sizes.push(count)
    if (typeof range !== 'number') kept.push(count)
    if (step !== 1 || count !== size) whole = false
  }
  const part = whole ? x : apply(slicePrimitive, [x], { starts, steps, sizes })
  return kept.length === sizes.length ? part : reshape(part, kept)
}

/** [start, step, count] of a range on an axis of `size` elements. */
function resolveRange(range: Range, size: number, axis: number): [number, number, number] {
  if (range === null) return [0, 1, size]
  if (typeof range === 'number') {
    const index = range < 0 ? range + size : range
    if (!Number.isInteger(range) || index < 0 || index >= size) {
      fail('slice', `index ${describe(range)} is out of range for axis ${axis} of size ${size}`)
    }
    return [index, 1, 1]
  }
  if (!Array.isArray(range) || range.length > 3)
    fail('slice', `range ${describe(range)} of axis ${axis} must be null, an index, or [start, stop, step]`)
  const step = range[2] ?? 1
  if (!Number.isInteger(step) || step === 0)
    fail('slice', `step ${describe(step)} of axis ${axis} must be a whole number other than 0`)
  const start = position(range[0] ?? (step > 0 ? 0 : size - 1), size, step, axis)
  const stop =
    range[1] === null || range[1] === undefined
      ? step > 0
        ? size
        : -1
      : position(range[1], size, step, axis)
  return [start, step, Math.max(0, Math.ceil((stop - start) / step))]
}

/** A bound as Python reads it: negative from the end, then cut to the axis. */
function position(bound: unknown, size: number, step: number, axis: number): number {
  if (!Number.isInteger(bound))
    fail('slice', `bound ${describe(bound)} of axis ${axis} must be a whole number or null`)
  const from0 = (bound as number) < 0 ? (bound as number) + size : (bound as number)
  return step > 0 ? Math.min(Math.max(from0, 0), size) : Math.min(Math.max(from0, -1), size - 1)
}

/** Reverses the order along `axis` (one, several, or all). A view. */
export function flip<S extends Shape, const X extends Axes = undefined>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
): Tensor<S>
export function flip(x: Tensor, axis?: number | readonly number[]): Tensor {
  checkTensor('flip', x)
  const axes = normalizeAxes('flip', axis, x.ndim)
  if (axes.length === 0) return x
  return apply(slicePrimitive, [x], {
    starts: x.shape.map((size, i) => (axes.includes(i) ? Math.max(size - 1, 0) : 0)),
    steps: x.shape.map((_, i) => (axes.includes(i) ? -1 : 1)),
    sizes: x.shape,
  })
}

/** Adds `before` and `after` elements of `value` at the ends of each axis: one pair per axis. */
export function pad<S extends Shape, const P extends Padding<S>>(
  x: Tensor<S>,
  widths: P,
  value?: number,
): Tensor<Pad<S, P>>
export function pad(
  x: Tensor,
  widths: readonly (readonly [before: number, after: number])[],
  value = 0,
): Tensor {
  checkTensor('pad', x)
  if (!Array.isArray(widths) || widths.length !== x.ndim) {
    fail(
      'pad',
      `expected ${x.ndim} pairs [before, after] for shape ${showShape(x.shape)}, got ${describe(widths)}`,
    )
  }
  for (const [axis, pair] of (widths as readonly unknown[]).entries()) {
    const ok = Array.isArray(pair) && pair.length === 2 && pair.every((w) => Number.isInteger(w) && w >= 0)
    if (!ok) fail('pad', `the widths of axis ${axis} must be two whole numbers >= 0, got ${describe(pair)}`)
  }
  if (typeof value !== 'number') fail('pad', `the value must be a number, got ${describe(value)}`)
  constant('pad', value, x.dtype, []) // refuses a value that the dtype cannot hold
  return apply(padPrimitive, [x], {
    starts: widths.map(([before]) => before),
    steps: widths.map(() => 1),
    sizes: x.shape,
    shape: checkShape(
      'pad',
      x.shape.map((size, i) => widths[i]![0] + size + widths[i]![1]),
    ),
    value,
  })
}
