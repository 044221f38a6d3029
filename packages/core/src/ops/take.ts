/**
 * @file take, and its adjoint, which adds slices back at their indices. Both see a table of rows per index of the leading
 * axes: [..., size, row], with indices [..., count] and slices [..., count, row]. Imports kernels/ and reshape.ts.
 */
import { describe, fail } from '../errors.ts'
import { castOf } from '../kernels/copy.ts'
import { forEachPart } from '../kernels/lines.ts'
import type { Indices, Take } from '../movement-types.ts'
import { type Primitive, primitive } from '../primitive.ts'
import { allAxes, checkShape, normalizeAxis, sizeOf } from '../shape.ts'
import type { AxisArg, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'

/**
 * Copies the rows of the tables at the indices to the slices or, without `named`, adds the slices to those rows. `named`
 * is the axis in the words of the caller, who does not see the axes of batches.
 */
function moveRows(tables: Tensor, indices: Tensor, slices: Tensor, named?: number): void {
  const axis = indices.ndim - 1
  const count = indices.shape[axis]!
  const [size, length] = [tables.shape[axis]!, tables.shape[axis + 1]!]
  const [down, across] = [tables.strides[axis]!, tables.strides[axis + 1]!]
  const [next, along] = [slices.strides[axis]!, slices.strides[axis + 1]!]
  const step = indices.strides[axis]!
  const [from, at, to] = [tables.storage.data, indices.storage.data, slices.storage.data]
  forEachPart([tables, indices, slices], allAxes(axis), ([table, first, slice]) => {
    for (let k = 0, place = first!, start = slice!; k < count; k++, place += step, start += next) {
      const index = at[place]!
      if (index < -size || index >= size)
        fail('take', `index ${index} (number ${k}) is out of range for axis ${named} of size ${size}`)
      let p = table! + (index < 0 ? index + size : index) * down
      let q = start
      if (named === undefined) for (let i = 0; i < length; i++, p += across, q += along) from[p]! += to[q]!
      // Below some 64 elements the call to `set` costs more than the loop.
      else if (across === 1 && length > 64) to.set(from.subarray(p, p + length), q)
      else for (let i = 0; i < length; i++, p += across, q += along) to[q] = from[p]!
    }
  })
}

const takePrimitive: Primitive<number> = /* @__PURE__ */ primitive<number>({
  name: 'take',
  shape: ([x, indices]) => ({ shape: [...indices!.shape, ...x!.shape.slice(-1)], dtype: x!.dtype }),
  kernel: ([x, indices], axis, out) => {
    const slices = emptyTensor(out.shape, out.dtype)
    moveRows(x!, indices!, slices, axis)
    return slices
  },
  vjp: [
    (ct, [x, indices], _out, axis) =>
      apply(indexAddPrimitive, [ct, indices!], { axis, size: x!.shape.at(-2)! }),
    null,
  ],
  jvp: 'linear',
  batch: 'elementwise',
  saves: { inputs: [1], output: false },
})

interface AddParams {
  readonly axis: number
  readonly size: number
}

/** Tables of `size` rows: zeros, plus each slice at its index; duplicate indices accumulate. */
const indexAddPrimitive: Primitive<AddParams> = /* @__PURE__ */ primitive<AddParams>({
  name: 'indexAdd',
  shape: ([slices, indices], { size }) => ({
    shape: [...indices!.shape.slice(0, -1), size, ...slices!.shape.slice(-1)],
    dtype: slices!.dtype,
  }),
  kernel: ([slices, indices], _params, out) => {
    // Sums in float64, so that many duplicates do not drift in float32.
    const tables = emptyTensor(out.shape, 'float64')
    moveRows(tables, indices!, slices!)
    return out.dtype === 'float64' ? tables : castOf(tables, out.dtype)
  },
  vjp: [(ct, [, indices], _out, { axis }) => apply(takePrimitive, [ct, indices!], axis), null],
  jvp: 'linear',
  batch: 'elementwise',
  saves: { inputs: [1], output: false },
})

/** A list of indices as an int32 tensor. */
function indexTensor(op: string, indices: Tensor | readonly number[]): Tensor {
  if (indices instanceof Tensor) {
    if (indices.dtype !== 'int32')
      fail(op, `indices have dtype ${indices.dtype}, they must be int32; convert them with to('int32')`)
    return indices
  }
  if (!Array.isArray(indices))
    fail(op, `indices must be an int32 tensor or an array of whole numbers, got ${describe(indices)}`)
  const result = emptyTensor([indices.length], 'int32')
  for (const [i, index] of (indices as readonly unknown[]).entries()) {
    if (!Number.isInteger(index) || index !== ((index as number) | 0))
      fail(op, `index number ${i} is ${describe(index)}, it must be a whole number that fits int32`)
    result.storage.data[result.storage.base + i] = index as number
  }
  return result
}

/**
 * The slices of `x` along `axis` at `indices` (an int32 tensor of any shape, or a list): that axis is replaced by the
 * axes of `indices`. Negative indices count from the end. Adjoint: each cotangent slice is added back at its index.
 */
export function take<S extends Shape, const I extends Indices, const X extends number>(
  x: Tensor<S>,
  indices: I,
  axis: AxisArg<S, X>,
): Tensor<Take<S, I, X>>
export function take(x: Tensor, indices: Tensor | readonly number[], axis: number): Tensor {
  checkTensor('take', x)
  const position = normalizeAxis('take', axis, x.ndim)
  const list = indexTensor('take', indices)
  const [lead, rest] = [x.shape.slice(0, position), x.shape.slice(position + 1)]
  const shape = checkShape('take', [...lead, ...list.shape, ...rest])
  const tables = reshape(x, [...lead, x.shape[position]!, sizeOf(rest)])
  const places = broadcastTo(reshape(list, [list.size]), [...lead, list.size])
  return reshape(apply(takePrimitive, [tables, places], position), shape)
}
