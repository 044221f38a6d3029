/** @file The walk over the lines of tensors along one axis. Imports tensor.ts (types only). */
import type { Tensor } from '../tensor.ts'

/**
 * Calls `visit` for every line along `axis`, in row-major order of the other axes, along which all tensors have the
 * same sizes. `starts[t]` is where the line begins in the memory of `tensors[t]`; the array is reused.
 */
export function forEachLine(
  tensors: readonly Tensor[],
  axis: number,
  visit: (starts: readonly number[]) => void,
): void {
  const { shape } = tensors[0]!
  const starts = tensors.map((x) => x.storage.base + x.offset)
  const move = (a: number, places: number): void => {
    for (let t = 0; t < starts.length; t++) starts[t]! += tensors[t]!.strides[a]! * places
  }
  const walk = (a: number): void => {
    if (a === axis) walk(a + 1)
    else if (a === shape.length) visit(starts)
    else {
      for (let i = 0; i < shape[a]!; i++, move(a, 1)) walk(a + 1)
      move(a, -shape[a]!)
    }
  }
  walk(0)
}
