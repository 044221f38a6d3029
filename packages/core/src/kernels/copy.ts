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
  const { data, base } = x.storage
  const { size } = x
  const from = base + x.offset
  // A constant, as pullbacks make them: zeros that one number stands for.
  if (contiguous && size > 1 && x.strides.every((stride) => stride === 0))
    target.fill(data[from]!, position, position + size)
  else if (!contiguous || !x.contiguous)
    placeStrided(target, position, strides, data, from, x.strides, x.shape)
  // Below some 64 elements the call to `set` costs more than the loop.
  else if (size < 64) for (let i = 0; i < size; i++) target[position + i] = data[from + i]!
  else target.set(data.subarray(from, from + size), position)
}

/** Puts each element of the source (with `add`: adds it) where the target's strides say, from `axis` on. */
export function placeStrided(
  target: TypedArray,
  p: number,
  targetStrides: Shape,
  source: TypedArray,
  q: number,
  sourceStrides: Shape,
  shape: Shape,
  add = false,
  axis = 0,
): void {
  const last = shape.length - 1
  const [down, sourceDown] = [targetStrides[axis]!, sourceStrides[axis]!]
  const [across, sourceAcross] = [targetStrides[last]!, sourceStrides[last]!]
  // The last two axes in one call: rows are often short.
  const rows = axis < last ? shape[axis]! : 1
  const columns = shape[last]!
  for (let i = 0; i < rows; i++, p += down, q += sourceDown) {
    if (axis < last - 1)
      placeStrided(target, p, targetStrides, source, q, sourceStrides, shape, add, axis + 1)
    else if (add)
      for (let j = 0, to = p, from = q; j < columns; j++, to += across, from += sourceAcross)
        target[to]! += source[from]!
    else
      for (let j = 0, to = p, from = q; j < columns; j++, to += across, from += sourceAcross)
        target[to] = source[from]!
  }
}

/** A contiguous copy. */
export function copyOf(x: Tensor, dtype: DType = x.dtype): Tensor {
  const out = emptyTensor(x.shape, dtype)
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
  if (dtype !== 'bool') return copyOf(x, dtype)
  const out = emptyTensor(x.shape, dtype)
  const { data, base, length } = out.storage
  const source = contiguousOf(x)
  const from = source.storage.base + source.offset
  for (let i = 0; i < length; i++) data[base + i] = source.storage.data[from + i] !== 0 ? 1 : 0
  return out
}
