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

/** Of one axis of the larger tensor, `size` long, those `count` positions that are in the smaller: every `step`th. */
interface Positions {
  readonly start: number
  readonly step: number
  readonly count: number
  readonly size: number
}

type Window = readonly Positions[]

const whole = (size: number): Positions => ({ start: 0, step: 1, count: size, size })

/** The part of `x` under the window, sharing its memory. */
function windowView(x: Tensor, window: Window): Tensor {
  let { offset } = x
  window.forEach(({ start, count }, i) => {
    if (count > 0) offset += start * x.strides[i]!
  })
  return viewOf(
    x,
    window.map(({ count }) => count),
    window.map(({ step }, i) => step * x.strides[i]!),
    offset,
  )
}

const slicePrimitive: Primitive<Window> = /* @__PURE__ */ primitive<Window>({
  name: 'slice',
  shape: ([x], window) => ({ shape: window.map(({ count }) => count), dtype: x!.dtype }),
  kernel: ([x], window) => windowView(x!, window),
  vjp: [(ct, _inputs, _out, window) => apply(padPrimitive, [ct], { window, value: 0 })],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: (window, size) => [whole(size), ...window],
  saves: SAVES_NOTHING,
})

interface PadParams {
  readonly window: Window
  readonly value: number
}

const padPrimitive: Primitive<PadParams> = /* @__PURE__ */ primitive<PadParams>({
  name: 'pad',
  shape: ([x], { window }) => ({ shape: window.map(({ size }) => size), dtype: x!.dtype }),
  kernel: ([x], { window, value }, out) => {
    const result = emptyTensor(out.shape, out.dtype)
    const { data, base, length } = result.storage
    if (value !== 0) data.fill(value, base, base + length)
    const hole = windowView(result, window)
    copyInto(data, base + hole.offset, hole.strides, hole.contiguous, x!)
    return result
  },
  vjp: [(ct, _inputs, _out, { window }) => apply(slicePrimitive, [ct], window)],
  // The padding value is a constant: its tangent is 0.
  jvp: ([dx], _inputs, _out, { window }) => apply(padPrimitive, [dx!], { window, value: 0 }),
  batch: 'shiftAxes',
  shift: ({ window, value }, size) => ({ window: [whole(size), ...window], value }),
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
  const window = x.shape.map((size, axis) => positionsOf(ranges[axis] ?? null, size, axis))
  const part = window.every(({ step, count, size }) => step === 1 && count === size)
    ? x
    : apply(slicePrimitive, [x], window)
  const kept = part.shape.filter((_, axis) => typeof ranges[axis] !== 'number')
  return kept.length === x.ndim ? part : reshape(part, kept)
}

/** The positions that a range names on an axis of `size` elements. */
function positionsOf(range: Range, size: number, axis: number): Positions {
  if (range === null) return whole(size)
  if (typeof range === 'number') {
    const start = range < 0 ? range + size : range
    if (!Number.isInteger(range) || start < 0 || start >= size)
      fail('slice', `index ${describe(range)} is out of range for axis ${axis} of size ${size}`)
    return { start, step: 1, count: 1, size }
  }
  if (!Array.isArray(range) || range.length > 3)
    fail('slice', `range ${describe(range)} of axis ${axis} must be null, an index, or [start, stop, step]`)
  const step = range[2] ?? 1
  if (!Number.isInteger(step) || step === 0)
    fail('slice', `step ${describe(step)} of axis ${axis} must be a whole number other than 0`)
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
  const bound = (i: 0 | 1, open: number): number => {
    const given: number | null = range[i] ?? null
    if (given === null) return open
    if (!Number.isInteger(given))
      fail('slice', `bound ${describe(given)} of axis ${axis} must be a whole number or null`)
    // As Python reads it: negative from the end, then cut to the axis.
    return Math.min(Math.max(given < 0 ? given + size : given, low), high)
  }
  const start = bound(0, step > 0 ? low : high)
  const stop = bound(1, step > 0 ? high : low)
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)), size }
}

/** The elements of `x` from `start` to `stop` (excluded) along `axis`, which is counted from the left. */
export const sliceAlong = (x: Tensor, axis: number, start: number, stop: number): Tensor =>
  slice(
    x,
    x.shape.map((_, a) => (a === axis ? [start, stop] : null)),
  )

/** Reverses the order along `axis` (one, several, or all). A view. */
export function flip<S extends Shape, const X extends Axes = undefined>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
): Tensor<S>
export function flip(x: Tensor, axis?: number | readonly number[]): Tensor {
  checkTensor('flip', x)
  const axes = normalizeAxes('flip', axis, x.ndim)
  if (axes.length === 0) return x
  return apply(
    slicePrimitive,
    [x],
    x.shape.map((size, i) =>
      axes.includes(i) ? { start: size - 1, step: -1, count: size, size } : whole(size),
    ),
  )
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
  if (!Array.isArray(widths) || widths.length !== x.ndim)
    fail(
      'pad',
      `expected ${x.ndim} pairs [before, after] for shape ${showShape(x.shape)}, got ${describe(widths)}`,
    )
  const window = x.shape.map((count, axis) => {
    const pair: unknown = widths[axis]
    if (!(Array.isArray(pair) && pair.length === 2 && pair.every((w) => Number.isInteger(w) && w >= 0)))
      fail('pad', `the widths of axis ${axis} must be two whole numbers >= 0, got ${describe(pair)}`)
    const [before, after] = widths[axis]!
    return { start: before, step: 1, count, size: before + count + after }
  })
  if (typeof value !== 'number') fail('pad', `the value must be a number, got ${describe(value)}`)
  constant('pad', value, x.dtype, []) // refuses a value that the dtype cannot hold
  checkShape(
    'pad',
    window.map(({ size }) => size),
  )
  return apply(padPrimitive, [x], { window, value })
}
