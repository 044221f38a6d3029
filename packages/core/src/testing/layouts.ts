/**
 * @file The same values in different memory layouts, built by hand and not by ops that may be under test. Imports
 * dtype.ts, shape.ts, storage.ts and tensor.ts.
 */
import { allocateArray, type DType } from '../dtype.ts'
import { allAxes, isContiguous, unravel } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { Storage } from '../storage.ts'
import { Tensor } from '../tensor.ts'

/**
 * How a tensor lies in memory. `contiguous`: row-major. `transposed`: the axes in reverse order. `sliced`: steps of 2 and
 * 3, gaps between elements. `reversed`: negative steps of 1 and 2. `repeated`: stride 0 along one axis, as after
 * broadcastTo. `constant`: every stride 0.
 */
export type Layout = 'contiguous' | 'transposed' | 'sliced' | 'reversed' | 'repeated' | 'constant'

export const LAYOUTS: readonly Layout[] = [
  'contiguous',
  'transposed',
  'sliced',
  'reversed',
  'repeated',
  'constant',
]

/** The axes along which all values of the layout are equal; `repeat` is the one of `repeated`, null for none. */
export function repeatedAxes(layout: Layout, rank: number, repeat: number | null): readonly number[] {
  if (layout === 'constant') return allAxes(rank)
  return layout === 'repeated' && repeat !== null && rank > 0 ? [repeat] : []
}

const stepOf = (layout: Layout, axis: number): number =>
  layout === 'sliced' ? 2 + (axis % 2) : layout === 'reversed' ? -1 - (axis % 2) : 1

/** What lies between the elements: reading it by mistake must show. */
const POISON: Record<DType, number> = {
  float32: Number.NaN,
  float64: Number.NaN,
  int32: -987654321,
  bool: 1,
}

/**
 * A tensor of the given values (row-major; of those that share their memory the last one counts) in the given layout, in
 * memory of its own that begins and ends with other data.
 */
export function place(
  shape: Shape,
  values: ArrayLike<number>,
  dtype: DType,
  layout: Layout = 'contiguous',
  repeat: number | null = 0,
): Tensor {
  const rank = shape.length
  const repeated = repeatedAxes(layout, rank, repeat)
  const strides = new Array<number>(rank).fill(0)
  let extent = 1
  for (const axis of layout === 'transposed' ? allAxes(rank) : [...allAxes(rank)].reverse()) {
    if (repeated.includes(axis)) continue
    const step = stepOf(layout, axis)
    strides[axis] = step * extent
    extent *= Math.abs(step) * Math.max(shape[axis]!, 1)
  }
  const base = 5
  const offset =
    3 + strides.reduce((sum, s, axis) => sum + (s < 0 ? -s * Math.max(shape[axis]! - 1, 0) : 0), 0)
  const data = allocateArray(dtype, base + offset + extent + 7).fill(POISON[dtype])
  for (let k = 0; k < values.length; k++) {
    const index = unravel(k, shape)
    data[base + index.reduce((position, i, axis) => position + i * strides[axis]!, offset)] = values[k]!
  }
  const storage = new Storage(data, base, data.length - base)
  return new Tensor(storage, shape, dtype, strides, offset, isContiguous(shape, strides))
}
