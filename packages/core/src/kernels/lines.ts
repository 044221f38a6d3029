/** @file Walks over tensors of any strides: line after line, matrix after matrix. Imports shape.ts and (types only) tensor.ts. */
import { allAxes, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/** `starts[t]`: where a part begins in the memory of tensor t; the array is reused. `place`: how many parts came before. */
type Visit = (starts: readonly number[], place: number) => void

/** Calls `visit` for each index of the axes `over`, in row-major order; along these all tensors have the same sizes. */
export function forEachPart(tensors: readonly Tensor[], over: readonly number[], visit: Visit): void {
  const { shape } = tensors[0]!
  const starts = tensors.map((x) => x.storage.base + x.offset)
  const index = over.map(() => 0)
  const parts = sizeOf(over.map((axis) => shape[axis]!))
  for (let place = 0; place < parts; place++) {
    visit(starts, place)
    for (let i = over.length - 1; i >= 0; i--) {
      const axis = over[i]!
      const more = ++index[i]! < shape[axis]!
      if (!more) index[i] = 0
      const steps = more ? 1 : 1 - shape[axis]!
      for (let t = 0; t < starts.length; t++) starts[t]! += tensors[t]!.strides[axis]! * steps
      if (more) break
    }
  }
}

/** Calls `visit` for each line along `axis`. */
export const forEachLine = (tensors: readonly Tensor[], axis: number, visit: Visit): void =>
  forEachPart(
    tensors,
    allAxes(tensors[0]!.ndim).filter((a) => a !== axis),
    visit,
  )
