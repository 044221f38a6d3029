/** @file Pure arithmetic on shapes, strides and axes. Imports errors.ts and alignment.ts. */
import { drawAlignment, type Shape } from './alignment.ts'
import { describe, fail } from './errors.ts'

export type { Shape }

/** More axes than this is a mistake in the call (a flat list taken for a shape, most often). */
export const MAX_RANK = 32
/** A typed array cannot hold more elements than this on every engine. */
const MAX_SIZE = 2 ** 31 - 1

/** Number of elements: the product of the dimensions, 1 for `[]`. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (let i = 0; i < shape.length; i++) size *= shape[i]!
  return size
}

const NO_STRIDES: Shape = []
const UNIT_STRIDES: Shape = [1]

/** Row-major strides, counted in elements. */
export function contiguousStrides(shape: Shape): Shape {
  const rank = shape.length
  if (rank === 0) return NO_STRIDES
  if (rank === 1) return UNIT_STRIDES
  if (rank === 2) return [shape[1]!, 1]
  const strides = new Array<number>(rank)
  for (let i = rank - 1, step = 1; i >= 0; step *= shape[i]!, i--) strides[i] = step
  return strides
}

/** Whether elements lie in row-major order without gaps. Axes of size 1 may have any stride. */
export function isContiguous(shape: Shape, strides: Shape): boolean {
  for (let i = shape.length - 1, step = 1; i >= 0; i--) {
    const size = shape[i]!
    if (size === 0) return true
    if (size !== 1 && strides[i] !== step) return false
    step *= size
  }
  return true
}

/**
 * Strides under which memory laid out as (shape, strides) reads as `target`, of the same size, or null when that needs a
 * copy. From the last axis on, each axis of the target takes its elements from as few axes of the shape as hold them:
 * these must be evenly spaced.
 */
export function stridesForReshape(shape: Shape, strides: Shape, target: Shape): Shape | null {
  const result: number[] = []
  let axis = shape.length
  // How many elements, `step` apart, the axes from `axis` on still have to give.
  let rest = 1
  let step = 1
  for (let i = target.length - 1; i >= 0; i--) {
    const size = target[i]!
    while (rest % size > 0) {
      const more = shape[--axis]!
      if (rest === 1) step = strides[axis]!
      else if (more !== 1 && strides[axis] !== rest * step) return null
      rest *= more
    }
    result.unshift(step)
    rest /= size
    step *= size
  }
  return result
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** `[2, 3]`: a shape as error messages and printing show it. */
export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`

/** A checked copy of a shape that a caller passed: whole numbers >= 0, not too many, not too large. */
export function checkShape(op: string, shape: unknown): Shape {
  if (!Array.isArray(shape)) fail(op, `the shape must be an array of whole numbers, got ${describe(shape)}`)
  if (shape.length > MAX_RANK) fail(op, `a shape of ${shape.length} axes; at most ${MAX_RANK} are allowed`)
  for (let i = 0; i < shape.length; i++) {
    const size: unknown = shape[i]
    if (!(Number.isInteger(size) && (size as number) >= 0)) {
      const all = shape.length > 8 ? '' : ` [${Array.from(shape, describe).join(', ')}]`
      fail(op, `dimension ${i} of shape${all} is ${describe(size)}; use a whole number >= 0`)
    }
    // Else 0 times an infinite product would be NaN.
    if ((size as number) > MAX_SIZE)
      fail(op, `dimension ${i} of the shape is ${size}; at most ${MAX_SIZE} is possible`)
  }
  checkSize(op, shape as Shape)
  return shape.slice() as Shape
}

/** Throws where a result would have more elements than a typed array can hold. */
export function checkSize(op: string, shape: Shape): void {
  const size = sizeOf(shape)
  if (size > MAX_SIZE) fail(op, `shape ${showShape(shape)} has ${size} elements; at most ${MAX_SIZE} fit`)
}

/** Position of `axis` counted from the left; negative axes count from the end. */
export function normalizeAxis(op: string, axis: unknown, rank: number): number {
  if (!Number.isInteger(axis)) fail(op, `axis must be a whole number, got ${describe(axis)}`)
  const given = axis as number
  const position = given < 0 ? given + rank : given
  if (position < 0 || position >= rank) {
    fail(
      op,
      `axis ${axis} ${rank === 0 ? 'of a 0-d tensor; it has no axes' : `is out of range for ${rank} axes; use ${-rank} to ${rank - 1}`}`,
    )
  }
  return position
}

/** Sorted distinct positions of one axis, a list of axes, or (undefined) all axes. */
export function normalizeAxes(op: string, axis: unknown, rank: number): readonly number[] {
  if (axis === undefined || axis === null) return allAxes(rank)
  if (!Array.isArray(axis)) return [normalizeAxis(op, axis, rank)]
  // Not axis.map, which skips holes.
  const axes = Array.from(axis, (a) => normalizeAxis(op, a, rank)).sort((a, b) => a - b)
  for (let i = 1; i < axes.length; i++)
    if (axes[i] === axes[i - 1]) fail(op, `axis ${axes[i]} is named twice in [${axis.join(', ')}]`)
  return axes
}

const AXES: (readonly number[])[] = [[], [0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]
/** `[0, 1, ..., rank - 1]`. */
export const allAxes = (rank: number): readonly number[] =>
  AXES[rank] ?? Array.from({ length: rank }, (_, i) => i)

/** Shape after reducing `axes` (sorted positions). */
export function reducedShape(shape: Shape, axes: readonly number[], keepdims: boolean): Shape {
  return keepdims
    ? shape.map((size, i) => (axes.includes(i) ? 1 : size))
    : shape.filter((_, i) => !axes.includes(i))
}

/**
 * Shape of an elementwise result under NumPy's rules: axes align at the right, size 1 stretches. The last `inner` axes
 * of both take no part and are left out of the result: those are the matrices of a batched product. An error shows
 * the `operands`: where there are more than two, `a` may be the shape of what the others make.
 */
export function broadcastShapes(
  op: string,
  a: Shape,
  b: Shape,
  inner = 0,
  operands?: readonly Shape[],
): Shape {
  if (inner === 0 && sameShape(a, b)) return a
  const rank = Math.max(a.length, b.length)
  const out = new Array<number>(rank - inner)
  for (let i = inner + 1; i <= rank; i++) {
    const p = a[a.length - i] ?? 1
    const q = b[b.length - i] ?? 1
    if (p !== q && p !== 1 && q !== 1) {
      // A number has the shape of its neighbour: no operand of its own.
      const shapes = [...new Set(operands ?? [a, b])]
      fail(
        op,
        `shapes ${shapes.map(showShape).join(' and ')} do not broadcast: sizes ${p} and ${q} differ at axis -${i}; neither is 1${drawAlignment(shapes, i, a, b, inner)}`,
      )
    }
    out[rank - i] = p === 1 ? q : p
  }
  checkSize(op, out)
  return out
}

/** Position along each axis of the element at `place` in row-major order. */
export const unravel = (place: number, shape: Shape): number[] =>
  contiguousStrides(shape).map((step, axis) => Math.floor(place / step) % shape[axis]!)
