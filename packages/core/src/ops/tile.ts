/** @file tile, roll and split: other ops put together. Imports broadcast.ts, join.ts, reshape.ts and slice.ts. */
import { describe, fail } from '../errors.ts'
import type { Split, Tile } from '../movement-types.ts'
import { checkShape, MAX_RANK, normalizeAxis, showShape } from '../shape.ts'
import type { AxisArg, Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { concat } from './join.ts'
import { checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'
import { sliceAlong } from './slice.ts'

/** The list of counts; throws unless it is one, of whole numbers >= 0. */
function checkCounts(op: string, name: string, counts: readonly unknown[]): readonly number[] {
  for (let i = 0; i < counts.length; i++)
    if (!(Number.isInteger(counts[i]) && (counts[i] as number) >= 0))
      fail(op, `${name} ${i} is ${describe(counts[i])}; use a whole number >= 0`)
  return counts as readonly number[]
}

/**
 * `x` repeated `reps[i]` times along axis i, as NumPy's tile: the axes of `x` and `reps` align at the right, and what is
 * missing on either side is 1; a number is one repetition count for the last axis. Where only axes of size 1 repeat, a
 * view. Adjoint: the sum over the repetitions.
 */
export function tile<S extends Shape, const R extends number | Shape>(
  x: Tensor<S>,
  reps: R,
): Tensor<Tile<S, R>>
export function tile(x: Tensor, reps: number | Shape): Tensor {
  checkTensor('tile', x)
  const given = typeof reps === 'number' ? [reps] : reps
  if (!Array.isArray(given))
    fail('tile', `reps must be a number or an array of numbers, got ${describe(reps)}`)
  const counts = checkCounts('tile', 'repetition count', given)
  const rank = Math.max(counts.length, x.ndim)
  const apart: number[] = []
  const repeated: number[] = []
  const shape: number[] = []
  for (let axis = rank; axis > 0; axis--) {
    const size = x.shape[x.ndim - axis] ?? 1
    const count = counts[counts.length - axis] ?? 1
    shape.push(size * count)
    // An axis that is there to repeat stands before the axis that is repeated; one of size 1 repeats itself.
    if (size !== 1 && count !== 1) {
      apart.push(1)
      repeated.push(count)
    }
    apart.push(size)
    repeated.push(size === 1 ? count : size)
  }
  checkShape('tile', shape)
  if (apart.length > MAX_RANK)
    fail('tile', `too many axes repeat for ${showShape(x.shape)}; at most ${MAX_RANK} are allowed in all`)
  return reshape(broadcastTo(reshape(x, apart), repeated), shape)
}

/** The elements moved by `shift` places along `axis`, around its end: out[(i + shift) mod n] = x[i]. */
export function roll<S extends Shape, const X extends number>(
  x: Tensor<S>,
  shift: number,
  axis: AxisArg<S, X>,
): Tensor<S>
export function roll(x: Tensor, shift: number, axis: number): Tensor {
  checkTensor('roll', x)
  if (!Number.isInteger(shift)) fail('roll', `the shift must be a whole number, got ${describe(shift)}`)
  const position = normalizeAxis('roll', axis, x.ndim)
  const size = x.shape[position]!
  const places = ((shift % size) + size) % size
  // NaN for an axis without elements.
  if (!(places > 0)) return x
  return concat(
    [sliceAlong(x, position, size - places, size), sliceAlong(x, position, 0, size - places)],
    position,
  )
}

/**
 * Parts of `x` along `axis`, as views: of size `sizes` each, the last smaller where it does not divide the axis (as
 * torch.split), or of the sizes in a list, which must sum to the axis. concat joins them again.
 */
export function split<S extends Shape, const N extends number | Shape, const X extends number>(
  x: Tensor<S>,
  sizes: N,
  axis: AxisArg<S, X>,
): Split<S, N, X>
export function split(x: Tensor, sizes: number | Shape, axis: number): Tensor[] {
  checkTensor('split', x)
  const position = normalizeAxis('split', axis, x.ndim)
  const size = x.shape[position]!
  let end = 0
  return partSizes(sizes, size, position).map((count) => sliceAlong(x, position, end, (end += count)))
}

function partSizes(sizes: unknown, size: number, axis: number): readonly number[] {
  if (Array.isArray(sizes)) {
    const total = checkCounts('split', 'size', sizes).reduce((sum, count) => sum + count, 0)
    if (total !== size)
      fail('split', `the sizes sum to ${total}, axis ${axis} has ${size} elements; they must be equal`)
    return sizes
  }
  const each = sizes as number
  if (!(Number.isInteger(each) && each >= 1))
    fail('split', `sizes must be a whole number >= 1 or an array of them, got ${describe(sizes)}`)
  return Array.from({ length: Math.ceil(size / each) || 1 }, (_, i) => Math.min(each, size - i * each))
}
