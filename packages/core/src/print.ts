/** @file Tensors as text. Stub until the printing module lands. */
import type { DType, TypedArray } from './dtype.ts'
import type { Shape } from './shape-types.ts'
export function formatTensor(x: { shape: Shape; dtype: DType; data: TypedArray }, suffix: string): string {
  return `tensor(${Array.from(x.data).join(', ')}, shape=[${x.shape.join(', ')}], dtype=${x.dtype}${suffix ? `, ${suffix}` : ''})`
}
