/** @file Reductions over axes: sum without drift, extremes and their positions. Imports copy.ts. */
import type { TypedArray } from '../dtype.ts'
import { allAxes, sizeOf, stridesForReshape } from '../shape.ts'
import { type Aval, emptyTensor, forEachPosition, permuted, type Tensor } from '../tensor.ts'
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

/**
 * Position of the first largest element (of the first smallest, for the sign -1); of the first NaN when there is one. The
 * sign is a parameter, and not the two orders two functions, so that one loop is compiled.
 */
const extremePosition =
  (sign: 1 | -1): Fold =>
  (data, start, count, step) => {
    let best = 0
    let champion = sign * data[start]!
    for (let i = 1, p = start + step; i < count; i++, p += step) {
      const value = sign * data[p]!
      // Larger, or the first NaN.
      if (!(value <= champion) && champion === champion) {
        best = i
        champion = value
      }
    }
    return best
  }

export const argmaxFold: Fold = /* @__PURE__ */ extremePosition(1)
export const argminFold: Fold = /* @__PURE__ */ extremePosition(-1)

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

/** Reduces the sorted positions `axes` of `x`; `out` has the kept axes, in order (with or without axes of size 1). */
export function reduce(fold: Fold, x: Tensor, axes: readonly number[], out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const { data, base } = result.storage
  if (axes.length === x.shape.length && x.contiguous) {
    data[base] = fold(x.storage.data, x.storage.base + x.offset, x.size, 1)
    return result
  }
  const kept = allAxes(x.ndim).filter((i) => !axes.includes(i))
  const sizes = axes.map((i) => x.shape[i]!)
  const count = sizeOf(sizes)
  // The reduced axes as one run of elements `step` apart; where they are none, in a copy that has them last.
  const run = stridesForReshape(
    sizes,
    axes.map((i) => x.strides[i]!),
    [count],
  )
  if (run === null)
    return reduce(fold, copyOf(permuted(x, [...kept, ...axes])), allAxes(x.ndim).slice(kept.length), out)
  const step = run[0]!
  const source = x.storage.data
  const starts = permuted(x, kept)
  // Memory is read best row by row: where the one axis that is kept is dense, all its sums grow together.
  if (fold === sumFold && kept.length === 1 && starts.strides[0] === 1 && step > 1 && count > 1) {
    const sums = sumRows(source, x.storage.base + x.offset, count, step, starts.size)
    // Not data.set, which for a few numbers of another type costs more than the sums.
    for (let c = 0; c < sums.length; c++) data[base + c] = sums[c]!
  } else {
    let k = base
    forEachPosition(starts, (start) => {
      data[k++] = fold(source, start, count, step)
    })
  }
  return result
}

/** The sum of rows `step` apart, pairwise over blocks as sumFold. */
function sumRows(
  source: TypedArray,
  start: number,
  rows: number,
  step: number,
  columns: number,
): Float64Array {
  const total = new Float64Array(columns)
  if (rows > BLOCK) {
    const half = rows >> 1
    const first = sumRows(source, start, half, step, columns)
    const rest = sumRows(source, start + half * step, rows - half, step, columns)
    for (let c = 0; c < columns; c++) total[c] = first[c]! + rest[c]!
  } else
    for (let r = 0, row = start; r < rows; r++, row += step)
      for (let c = 0; c < columns; c++) total[c]! += source[row + c]!
  return total
}
