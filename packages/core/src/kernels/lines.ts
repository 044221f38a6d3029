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
  const index = new Array<number>(shape.length).fill(0)
  let lines = 1
  for (let a = 0; a < shape.length; a++) if (a !== axis) lines *= shape[a]!
  for (; lines > 0; lines--) {
    visit(starts)
    for (let a = shape.length - 1; a >= 0; a--) {
      if (a === axis) continue
      const more = ++index[a]! < shape[a]!
      if (!more) index[a] = 0
      const places = more ? 1 : 1 - shape[a]!
      for (let t = 0; t < starts.length; t++) starts[t]! += tensors[t]!.strides[a]! * places
      if (more) break
    }
  }
}
