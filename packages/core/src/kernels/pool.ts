/** @file Where the largest element of each window lies. Imports conv.ts. */
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'
import { type Geometry, type Pair } from './conv.ts'
import { contiguousOf } from './copy.ts'

/**
 * Position within its image of the first largest element of each window, of the last NaN when there is one; padding is
 * never chosen. Every window must hold an element.
 */
export function largestOfWindows(x: Tensor, g: Geometry, out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  if (result.size === 0) return result
  const dense = contiguousOf(x)
  const source = dense.storage.data
  const { data, base } = result.storage
  const [height, width] = g.input
  const images = x.shape[0]! * x.shape[1]!
  let start = dense.storage.base + dense.offset
  for (let k = 0, to = base; k < images; k++, start += height * width) {
    for (let p = 0; p < g.output[0]; p++) {
      const [top, bottom] = rangeOf(g, 0, p)
      for (let q = 0; q < g.output[1]; q++, to++) {
        const [left, right] = rangeOf(g, 1, q)
        let best = top * width + left
        let champion = source[start + best]!
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) {
            const value = source[start + y * width + x]!
            if (value > champion || value !== value) {
              best = y * width + x
              champion = value
            }
          }
        }
        data[to] = best
      }
    }
  }
  return result
}

/** The elements [first, end) of the image under window number `p`. */
function rangeOf(g: Geometry, axis: 0 | 1, p: number): Pair {
  const from = p * g.stride[axis] - g.padding[axis]
  return [Math.max(0, from), Math.min(g.input[axis], from + g.kernel[axis])]
}
