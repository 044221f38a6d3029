/** @file Walks over tensors of any strides: line after line, matrix after matrix. Imports shape.ts and (types only) tensor.ts. */
import { allAxes } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/** `starts[t]`: where a part begins in the memory of tensor t; the array is reused. `place`: how many parts came before. */
type Visit = (starts: readonly number[], place: number) => void

/** Calls `visit` for each index of the axes `over`, in row-major order; along these all tensors have the same sizes. */
export function forEachPart(tensors: readonly Tensor[], over: readonly number[], visit: Visit): void {
  const { shape } = tensors[0]!
  const starts = tensors.map((x) => x.storage.base + x.offset)
  let place = 0
  const move = (axis: number, places: number): void => {
    for (let t = 0; t < starts.length; t++) starts[t]! += tensors[t]!.strides[axis]! * places
  }
  const walk = (i: number): void => {
    const axis = over[i]
    if (axis === undefined) visit(starts, place++)
    else {
      for (let k = 0; k < shape[axis]!; k++, move(axis, 1)) walk(i + 1)
      move(axis, -shape[axis]!)
    }
  }
  walk(0)
}

/** Calls `visit` for each line along `axis`. */
export const forEachLine = (tensors: readonly Tensor[], axis: number, visit: Visit): void =>
  forEachPart(
    tensors,
    allAxes(tensors[0]!.ndim).filter((a) => a !== axis),
    visit,
  )
