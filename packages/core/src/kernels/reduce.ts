/** @file Reductions over axes: sum without drift, product, extremes, and their positions. Imports copy.ts. */
import type { TypedArray } from '../dtype.ts'
import type { Shape } from '../shape.ts'
import { type Aval, emptyTensor, type Tensor, viewOf } from '../tensor.ts'
import { copyOf } from './copy.ts'

/** Folds `count` elements of `data` from `start` on, `step` apart, into one number. */
export type Fold = (data: TypedArray, start: number, count: number, step: number) => number

const BLOCK = 128

/**
 * Sum in float64, pairwise over blocks of 128, so that the rounding error grows with log n and not with n. float32
 * input is exact up to 2^29 equal terms: a running float32 sum of ones stops at 16,777,216.
 */
export const sumFold: Fold = (data, start, count, step) => {
  if (count > BLOCK) {
    const half = (count >> 1) & ~7
    return sumFold(data, start, half, step) + sumFold(data, start + half * step, count - half, step)
  }
  if (count < 8) {
    let sum = 0
    for (let i = 0, p = start; i < count; i++, p += step) sum += data[p]!
    return sum
  }
  // Four independent chains: the additions need not wait for one another.
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let p = start
  let i = 0
  for (; i + 3 < count; i += 4, p += 4 * step) {
    s0 += data[p]!
    s1 += data[p + step]!
    s2 += data[p + 2 * step]!
    s3 += data[p + 3 * step]!
  }
  for (; i < count; i++, p += step) s0 += data[p]!
  return s0 + s1 + (s2 + s3)
}

export const productFold: Fold = (data, start, count, step) => {
  let product = 1
  for (let i = 0, p = start; i < count; i++, p += step) product *= data[p]!
  return product
}

/** The product of int32 numbers modulo 2^32, as `mul` has it: float64 would lose the low digits from 2^53 on. */
export const wrappingProductFold: Fold = (data, start, count, step) => {
  let product = 1
  for (let i = 0, p = start; i < count; i++, p += step) product = Math.imul(product, data[p]!)
  return product
}

/** Largest element; NaN when there is one. */
export const maxFold: Fold = (data, start, count, step) => {
  let best = data[start]!
  for (let i = 1, p = start + step; i < count; i++, p += step) best = Math.max(best, data[p]!)
  return best
}

/** Smallest element; NaN when there is one. */
export const minFold: Fold = (data, start, count, step) => {
  let best = data[start]!
  for (let i = 1, p = start + step; i < count; i++, p += step) best = Math.min(best, data[p]!)
  return best
}

/** Position of the first largest element; of the first NaN when there is one. */
export const argmaxFold: Fold = (data, start, count, step) => {
  let best = 0
  for (let i = 1, p = start + step; i < count; i++, p += step) {
    const value = data[p]!
    const champion = data[start + best * step]!
    if (value > champion || (value !== value && champion === champion)) best = i
  }
  return best
}

/** Position of the first smallest element; of the first NaN when there is one. */
export const argminFold: Fold = (data, start, count, step) => {
  let best = 0
  for (let i = 1, p = start + step; i < count; i++, p += step) {
    const value = data[p]!
    const champion = data[start + best * step]!
    if (value < champion || (value !== value && champion === champion)) best = i
  }
  return best
}

/** Reduces the sorted positions `axes` of `x`; `out` has the kept axes, in order (with or without axes of size 1). */
export function reduce(fold: Fold, x: Tensor, axes: readonly number[], out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const { data, base } = result.storage
  if (axes.length === x.shape.length && x.contiguous) {
    data[base] = fold(x.storage.data, x.storage.base + x.offset, x.size, 1)
    return result
  }
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i))
  const merged = mergeAxes(x, axes)
  if (merged === null)
    return reduce(fold, copyWithAxesLast(x, kept, axes), trailing(kept.length, axes.length), out)
  const keptShape = kept.map((i) => x.shape[i]!)
  const keptStrides = kept.map((i) => x.strides[i]!)
  const source = x.storage.data
  const start = x.storage.base + x.offset
  if (fold === sumFold && isColumnSum(keptShape, keptStrides, merged)) {
    sumRows(source, start, merged.count, merged.step, data, base, keptShape[0]!)
    return result
  }
  forEachStart(keptShape, keptStrides, start, (position, k) => {
    data[base + k] = fold(source, position, merged.count, merged.step)
  })
  return result
}

interface Run {
  readonly count: number
  readonly step: number
}

/** The reduced axes as one run of equally spaced elements, or null when they are not one. */
function mergeAxes(x: Tensor, axes: readonly number[]): Run | null {
  let count = 1
  let step = 1
  for (let k = axes.length - 1; k >= 0; k--) {
    const size = x.shape[axes[k]!]!
    const stride = x.strides[axes[k]!]!
    if (size === 1) continue
    if (count === 1) step = stride
    else if (stride !== step * count) return null
    count *= size
  }
  return { count, step }
}

function copyWithAxesLast(x: Tensor, kept: readonly number[], axes: readonly number[]): Tensor {
  const order = [...kept, ...axes]
  return copyOf(
    viewOf(
      x,
      order.map((i) => x.shape[i]!),
      order.map((i) => x.strides[i]!),
      x.offset,
    ),
  )
}

const trailing = (kept: number, reduced: number): readonly number[] =>
  Array.from({ length: reduced }, (_, i) => kept + i)

/** Sums over rows read memory best row by row: the kept axis is the dense one. */
const isColumnSum = (shape: Shape, strides: Shape, run: Run): boolean =>
  shape.length === 1 && strides[0] === 1 && run.step > 1 && run.count > 1

function sumRows(
  source: TypedArray,
  start: number,
  rows: number,
  step: number,
  out: TypedArray,
  base: number,
  columns: number,
): void {
  const total = new Float64Array(columns)
  addRows(total, source, start, rows, step)
  for (let c = 0; c < columns; c++) out[base + c] = total[c]!
}

/** Adds the rows to `total`, which is 0: pairwise over blocks, as sumFold. */
function addRows(total: Float64Array, source: TypedArray, start: number, rows: number, step: number): void {
  const columns = total.length
  if (rows > BLOCK) {
    const half = rows >> 1
    const rest = new Float64Array(columns)
    addRows(total, source, start, half, step)
    addRows(rest, source, start + half * step, rows - half, step)
    for (let c = 0; c < columns; c++) total[c]! += rest[c]!
    return
  }
  for (let r = 0, row = start; r < rows; r++, row += step)
    for (let c = 0; c < columns; c++) total[c]! += source[row + c]!
}

/** Calls `visit(position, k)` for every index of `shape` in row-major order. */
function forEachStart(
  shape: Shape,
  strides: Shape,
  start: number,
  visit: (position: number, k: number) => void,
): void {
  const index = new Array<number>(shape.length).fill(0)
  let n = 1
  for (const size of shape) n *= size
  let position = start
  for (let k = 0; k < n; k++) {
    visit(position, k)
    for (let a = shape.length - 1; a >= 0; a--) {
      if (++index[a]! < shape[a]!) {
        position += strides[a]!
        break
      }
      position -= strides[a]! * (shape[a]! - 1)
      index[a] = 0
    }
  }
}
