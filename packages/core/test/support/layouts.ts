/** @file The same values in different memory layouts, built by hand and not by the ops under test. Imports shape.ts, storage.ts and tensor.ts. */
import { allocateArray, type DType } from '../../src/dtype.ts'
import { isContiguous } from '../../src/shape.ts'
import { Storage } from '../../src/storage.ts'
import { Tensor } from '../../src/tensor.ts'
import { at, build, indicesOf, type Plain } from './plain.ts'

/**
 * `transposed`: memory order of the axes reversed. `sliced`: steps of 2 and 3, gaps between elements. `reversed`:
 * negative steps of 1 and 2. `repeated`: stride 0 along one axis. `constant`: every stride 0.
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

/** The axes along which all values of the layout are equal. */
export function repeatedAxes(layout: Layout, rank: number, repeat: number | null): number[] {
  if (layout === 'constant') return Array.from({ length: rank }, (_, axis) => axis)
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

/** A tensor of the given values in the given layout, in memory of its own that begins and ends with other data. */
export function place(
  x: Plain,
  dtype: DType,
  layout: Layout = 'contiguous',
  repeat: number | null = 0,
): Tensor {
  const { shape } = x
  const rank = shape.length
  const axes = shape.map((_, axis) => axis)
  const repeated = repeatedAxes(layout, rank, repeat)
  const strides = new Array<number>(rank).fill(0)
  let extent = 1
  for (const axis of layout === 'transposed' ? axes : [...axes].reverse()) {
    if (repeated.includes(axis)) continue
    const step = stepOf(layout, axis)
    strides[axis] = step * extent
    extent *= Math.abs(step) * Math.max(shape[axis]!, 1)
  }
  const base = 5
  const offset =
    3 + strides.reduce((sum, s, axis) => sum + (s < 0 ? -s * Math.max(shape[axis]! - 1, 0) : 0), 0)
  const data = allocateArray(dtype, base + offset + extent + 7).fill(POISON[dtype])
  for (const index of indicesOf(shape)) {
    data[base + index.reduce((position, i, axis) => position + i * strides[axis]!, offset)] = at(x, index)
  }
  const storage = new Storage(data, base, data.length - base)
  return new Tensor(storage, shape, dtype, strides, offset, isContiguous(shape, strides))
}

/** The values of a tensor, read element by element through its strides. */
export function read(x: Tensor): Plain {
  const { storage, strides } = x
  return build(
    x.shape,
    (index) =>
      storage.data[
        index.reduce((position, i, axis) => position + i * strides[axis]!, storage.base + x.offset)
      ]!,
  )
}
