/** @file Copies between layouts and dtypes. Imports tensor.ts. */
import type { DType, TypedArray } from '../dtype.ts'
import type { Shape } from '../shape.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'

/** Writes the elements of `x`, in row-major order, to `target` from `position` on, with strides `strides`. */
export function copyInto(
  target: TypedArray,
  position: number,
  strides: Shape,
  contiguous: boolean,
  x: Tensor,
): void {
  const { shape, size } = x
  const source = x.storage.data
  const from = x.storage.base + x.offset
  if (size === 0) return
  if (contiguous && x.contiguous) {
    // Below some 64 elements the call to `set` costs more than the loop.
    if (size < 64) for (let i = 0; i < size; i++) target[position + i] = source[from + i]!
    else target.set(source.subarray(from, from + size), position)
    return
  }
  stridedCopy(shape, target, position, strides, source, from, x.strides)
}

function stridedCopy(
  shape: Shape,
  target: TypedArray,
  targetStart: number,
  targetStrides: Shape,
  source: TypedArray,
  sourceStart: number,
  sourceStrides: Shape,
): void {
  const last = shape.length - 1
  if (last < 0) {
    target[targetStart] = source[sourceStart]!
    return
  }
  const inner = shape[last]!
  const targetStep = targetStrides[last]!
  const sourceStep = sourceStrides[last]!
  let outer = 1
  for (let a = 0; a < last; a++) outer *= shape[a]!
  const index = new Array<number>(last).fill(0)
  for (let p = targetStart, q = sourceStart; outer > 0; outer--) {
    for (let i = 0, pi = p, qi = q; i < inner; i++, pi += targetStep, qi += sourceStep)
      target[pi] = source[qi]!
    for (let a = last - 1; a >= 0; a--) {
      const size = shape[a]!
      if (++index[a]! < size) {
        p += targetStrides[a]!
        q += sourceStrides[a]!
        break
      }
      p -= targetStrides[a]! * (size - 1)
      q -= sourceStrides[a]! * (size - 1)
      index[a] = 0
    }
  }
}

/** A contiguous copy. */
export function copyOf(x: Tensor): Tensor {
  const out = emptyTensor(x.shape, x.dtype)
  copyInto(out.storage.data, out.storage.base, out.strides, true, x)
  return out
}

/** `x` itself when contiguous, else a contiguous copy. */
export const contiguousOf = (x: Tensor): Tensor => (x.contiguous ? x : copyOf(x))

/**
 * The values as another dtype. To int32: truncated toward zero. To bool: whether different from 0. NaN and values
 * beyond int32 cannot be integers; the caller has been told (`to` documents it), they become 0 or wrap as JavaScript does.
 */
export function castOf(x: Tensor, dtype: DType): Tensor {
  const out = emptyTensor(x.shape, dtype)
  if (dtype !== 'bool') {
    copyInto(out.storage.data, out.storage.base, out.strides, true, x)
    return out
  }
  const source = contiguousOf(x)
  const from = source.storage.base + source.offset
  const { data, base, length } = out.storage
  for (let i = 0; i < length; i++) data[base + i] = source.storage.data[from + i] !== 0 ? 1 : 0
  return out
}
