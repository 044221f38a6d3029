/** @file Plain arrays in the memory layouts of `./testing`, and read back. Imports testing/layouts.ts. */
import type { DType } from '../../src/dtype.ts'
import type { Tensor } from '../../src/tensor.ts'
import * as layouts from '../../src/testing/layouts.ts'
import { build, type Plain } from './plain.ts'

export { LAYOUTS, type Layout, repeatedAxes } from '../../src/testing/layouts.ts'

/** A tensor of the given values in the given layout, in memory of its own that begins and ends with other data. */
export const place = (
  x: Plain,
  dtype: DType,
  layout: layouts.Layout = 'contiguous',
  repeat: number | null = 0,
): Tensor => layouts.place(x.shape, x.data, dtype, layout, repeat)

/** The values of a tensor, read element by element through its strides. */
export function read(x: Tensor): Plain {
  const { storage, strides } = x
  return build(
    x.shape,
    (index) =>
      storage.data[
        index.reduce((position, i, axis) => position + i * strides[axis]!, storage.base + x.offset)
      ]!,
  )
}
