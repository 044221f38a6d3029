/** @file The primitive of oneHot, whose options create.ts reads with those of all constructors. Imports tensor.ts. */
import type { DType } from '../dtype.ts'
import { fail } from '../errors.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { checkShape } from '../shape.ts'
import { emptyTensor } from '../tensor.ts'

/** For each index, 1 at its place among the classes; that there is such a place, only the kernel can see. */
export const oneHotPrimitive: Primitive<{ readonly classes: number; readonly dtype: DType }> =
  /* @__PURE__ */ primitive({
    name: 'oneHot',
    shape: ([indices], { classes, dtype }) => {
      if (indices!.dtype !== 'int32')
        fail(
          'oneHot',
          `indices have dtype ${indices!.dtype}, they must be int32; convert them with to('int32')`,
        )
      return { shape: checkShape('oneHot', [...indices!.shape, classes]), dtype }
    },
    kernel: ([indices], { classes }, out) => {
      const result = emptyTensor(out.shape, out.dtype)
      const { data, base } = result.storage
      indices!.data.forEach((index, i) => {
        if (index < 0 || index >= classes)
          fail('oneHot', `index ${index} (number ${i}) is out of range for ${classes} classes`)
        data[base + i * classes + index] = 1
      })
      return result
    },
    vjp: [null],
    jvp: 'linear',
    batch: 'elementwise',
    saves: SAVES_NOTHING,
  })
