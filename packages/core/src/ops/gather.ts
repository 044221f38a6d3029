/** @file gather and scatterAdd along an axis: each is the adjoint of the other. Imports kernels/lines.ts and copy.ts. */
import { fail } from '../errors.ts'
import { castOf, copyInto, copyOf } from '../kernels/copy.ts'
import { forEachLine } from '../kernels/lines.ts'
import type { GatherArg } from '../movement-types.ts'
import { type Primitive, primitive } from '../primitive.ts'
import { normalizeAxis, sameShape, showShape } from '../shape.ts'
import type { AxisArg, Shape } from '../shape-types.ts'
import type { Storage } from '../storage.ts'
import { apply } from '../tape.ts'
import { type Aval, emptyTensor, filledTensor, type Tensor } from '../tensor.ts'
import { checkNumeric, checkSameDType, checkTensor } from './operand.ts'

/** Throws unless `indices` are int32 and have the sizes of `x` but for those of the axis. */
function checkIndices(op: string, x: Aval, indices: Aval, axis: number): void {
  if (indices.dtype !== 'int32')
    fail(op, `indices have dtype ${indices.dtype}, they must be int32; convert them with to('int32')`)
  const { shape } = indices
  if (shape.length !== x.shape.length || shape.some((size, a) => a !== axis && size !== x.shape[a]))
    fail(
      op,
      `indices of shape ${showShape(shape)} do not fit ${showShape(x.shape)}: all sizes but that of axis ${axis} must agree`,
    )
}

interface AlongAxis {
  readonly axis: number
  /** What the caller calls it, who does not see the axes of batches; the same unless told. */
  readonly named?: number
}

/** With one more axis in front. */
const shift = ({ axis, named = axis }: AlongAxis): AlongAxis => ({ axis: axis + 1, named })

/** For each of the indices along `axis`: where in the memory of `x` the element lies that it means. In new memory, dense. */
function positionsOf(op: string, x: Tensor, indices: Tensor, { axis, named = axis }: AlongAxis): Storage {
  const positions = copyOf(indices)
  const { data } = positions.storage
  const [size, stride] = [x.shape[axis]!, x.strides[axis]!]
  const [count, step] = [positions.shape[axis]!, positions.strides[axis]!]
  forEachLine([positions, x], axis, ([first, start]) => {
    for (let k = 0, p = first!; k < count; k++, p += step) {
      const index = data[p]!
      if (index < -size || index >= size)
        fail(
          op,
          size === 0
            ? `index ${index} of axis ${named}, which has no elements`
            : `index ${index} is out of range for axis ${named} of size ${size}; use ${-size} to ${size - 1}`,
        )
      data[p] = start! + (index < 0 ? index + size : index) * stride
    }
  })
  return positions.storage
}

const gatherPrimitive: Primitive<AlongAxis> = /* @__PURE__ */ primitive<AlongAxis>({
  name: 'gather',
  shape: ([x, indices], { axis }) => {
    checkIndices('gather', x!, indices!, axis)
    return { shape: indices!.shape, dtype: x!.dtype }
  },
  kernel: ([x, indices], params, out) => {
    const result = emptyTensor(out.shape, out.dtype)
    const positions = positionsOf('gather', x!, indices!, params)
    const source = x!.storage.data
    const { data, base, length } = result.storage
    for (let k = 0; k < length; k++) data[base + k] = source[positions.data[positions.base + k]!]!
    return result
  },
  vjp: [
    (ct, [x, indices], _out, params) =>
      apply(scatterAddPrimitive, [filledTensor(x!.shape, ct.dtype, 0), indices!, ct], params),
    null,
  ],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift,
  saves: { inputs: [1], output: false },
})

const scatterAddPrimitive: Primitive<AlongAxis> = /* @__PURE__ */ primitive<AlongAxis>({
  name: 'scatterAdd',
  shape: ([x, indices, source], { axis }) => {
    checkNumeric('scatterAdd', x!)
    checkSameDType('scatterAdd', x!, source!)
    checkIndices('scatterAdd', x!, indices!, axis)
    if (!sameShape(source!.shape, indices!.shape))
      fail(
        'scatterAdd',
        `the source has shape ${showShape(source!.shape)}, the indices ${showShape(indices!.shape)}; they must be equal`,
      )
    return { shape: x!.shape, dtype: x!.dtype }
  },
  kernel: ([x, indices, source], params, out) => {
    // Sums in float64, so that many duplicates do not drift in float32.
    const total = emptyTensor(out.shape, 'float64')
    const { data, base } = total.storage
    copyInto(data, base, total.strides, true, x!)
    const positions = positionsOf('scatterAdd', total, indices!, params)
    const added = source!.data
    for (let k = 0; k < positions.length; k++) data[positions.data[positions.base + k]!]! += added[k]!
    return out.dtype === 'float64' ? total : castOf(total, out.dtype)
  },
  vjp: [(ct) => ct, null, (ct, [, indices], _out, params) => apply(gatherPrimitive, [ct, indices!], params)],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift,
  saves: { inputs: [1], output: false },
})

/** `gather` for a position counted from the left. */
export const gatherAlong = (x: Tensor, indices: Tensor, axis: number): Tensor =>
  apply(gatherPrimitive, [x, indices], { axis })

/**
 * Along `axis`, the elements at `indices` (int32): out[i, j] = x[indices[i, j], j] for axis 0 of a matrix. `indices` has
 * the rank of `x` and, but for `axis`, its sizes (PyTorch would cut, NumPy stretch); the result has their shape.
 * Negative indices count from the end; one out of range is an error. Adjoint: scatterAdd.
 */
export function gather<S extends Shape, I extends Shape, const X extends number>(
  x: Tensor<S>,
  indices: GatherArg<S, I, X, Tensor<I>>,
  axis: AxisArg<S, X>,
): Tensor<I>
export function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  checkTensor('gather', x)
  checkTensor('gather', indices)
  return gatherAlong(x, indices, normalizeAxis('gather', axis, x.ndim))
}

/**
 * `x` plus the elements of `source`, each at its index along `axis`: out[indices[i, j], j] += source[i, j] for axis 0 of
 * a matrix. Duplicate indices accumulate, in float64. `indices` (int32) has the shape of `source` and, but for `axis`,
 * the sizes of `x`; negative indices count from the end; one out of range is an error. Adjoint: gather.
 */
export function scatterAdd<S extends Shape, I extends Shape, const X extends number>(
  x: Tensor<S>,
  indices: GatherArg<S, I, X, Tensor<I>>,
  source: Tensor<NoInfer<I>>,
  axis: AxisArg<S, X>,
): Tensor<S>
export function scatterAdd(x: Tensor, indices: Tensor, source: Tensor, axis: number): Tensor {
  for (const t of [x, indices, source]) checkTensor('scatterAdd', t)
  return apply(scatterAddPrimitive, [x, indices, source], { axis: normalizeAxis('scatterAdd', axis, x.ndim) })
}
