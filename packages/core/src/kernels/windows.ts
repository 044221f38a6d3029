/** @file Windows on images: as a view, added up, and where in each the largest element lies. Imports copy.ts. */
import type { Shape } from '../shape.ts'
import { type Aval, emptyTensor, type Tensor, viewOf } from '../tensor.ts'
import { contiguousOf, placeStrided } from './copy.ts'

/** How windows lie on images: one number per spatial axis, which are the last of a tensor. */
export interface Windows {
  /** Size of the images with their padding. */
  readonly size: Shape
  /** Zeros on either side; where it ends in .5 there is one more at the end than at the beginning. */
  readonly padding: Shape
  /** How many elements a window has. */
  readonly kernel: Shape
  /** How many windows there are. */
  readonly count: Shape
  /** Distance between windows. */
  readonly stride: Shape
  /** Distance between the elements of a window. */
  readonly dilation: Shape
}

/** Strides of [..., ...kernel, ...count] in the memory of images. */
function windowStrides(strides: Shape, { stride, dilation }: Windows): Shape {
  const own = strides.slice(-stride.length)
  return [
    ...strides.slice(0, -stride.length),
    ...own.map((step, axis) => step * dilation[axis]!),
    ...own.map((step, axis) => step * stride[axis]!),
  ]
}

/** The elements under all windows, [..., ...kernel, ...count], in the memory of `x`. */
export const viewWindows = (x: Tensor, windows: Windows, out: Aval): Tensor =>
  viewOf(x, out.shape, windowStrides(x.strides, windows), x.offset)

/** The adjoint: each element is added where the view reads it, in float64, to be rounded once. */
export function addWindows(x: Tensor, windows: Windows, out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const { data, base, length } = result.storage
  const total = new Float64Array(length)
  const strides = windowStrides(result.strides, windows)
  placeStrided(total, 0, strides, x.storage.data, x.storage.base + x.offset, x.strides, x.shape, true)
  data.set(total, base)
  return result
}

/**
 * Position within its image (without padding) of the first largest element of each window, of the last NaN when there is
 * one. Padding is never chosen; every window must hold an element.
 */
export function largestOfWindows(x: Tensor, { padding, kernel, count, stride }: Windows, out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const { data, base, length } = result.storage
  const dense = contiguousOf(x)
  const source = dense.storage.data
  const [height, width] = x.shape.slice(-2) as [number, number]
  let start = dense.storage.base + dense.offset
  for (let to = base; to < base + length; start += height * width) {
    for (let p = 0, y = -padding[0]!; p < count[0]!; p++, y += stride[0]!) {
      const [top, bottom] = [Math.max(y, 0), Math.min(y + kernel[0]!, height)]
      for (let q = 0, x = -padding[1]!; q < count[1]!; q++, x += stride[1]!) {
        const [left, right] = [Math.max(x, 0), Math.min(x + kernel[1]!, width)]
        let best = top * width + left
        let champion = source[start + best]!
        for (let i = top; i < bottom; i++) {
          for (let j = left; j < right; j++) {
            const value = source[start + i * width + j]!
            if (value > champion || value !== value) {
              best = i * width + j
              champion = value
            }
          }
        }
        data[to++] = best
      }
    }
  }
  return result
}
