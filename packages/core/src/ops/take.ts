/** @file take, and its adjoint, which adds slices back at their indices. Imports kernels/copy.ts, where.ts and reshape.ts. */
import { describe, fail } from '../errors.ts'
import { contiguousOf } from '../kernels/copy.ts'
import type { Indices, Take } from '../movement-types.ts'
import { type BatchRule, type Primitive, primitive } from '../primitive.ts'
import { allAxes, checkShape, normalizeAxis, sizeOf } from '../shape.ts'
import type { AxisArg, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { lt } from './compare.ts'
import { add } from './define.ts'
import { checkTensor } from './operand.ts'
import { permute, reshape, unsqueeze } from './reshape.ts'
import { where } from './where.ts'

interface IndexParams {
  readonly axis: number
  /** Size of that axis in the tensor that is taken from. */
  readonly size: number
}

/** `shape` with the axes from `axis` to `axis + count - 1` replaced. */
const replaceAxes = (shape: Shape, axis: number, count: number, middle: Shape): Shape => [
  ...shape.slice(0, axis),
  ...middle,
  ...shape.slice(axis + count),
]

/**
 * Calls `visit(whole, part)` with the positions, in the dense memory of the larger and of the smaller tensor, where a
 * run of `inner` elements belongs to one index.
 */
function eachRun(
  outer: number,
  inner: number,
  size: number,
  indices: Tensor,
  visit: (whole: number, part: number) => void,
): void {
  const { data } = indices
  for (let o = 0, part = 0; o < outer; o++) {
    for (let k = 0; k < data.length; k++, part += inner) {
      const index = data[k]!
      visit((o * size + (index < 0 ? index + size : index)) * inner, part)
    }
  }
}

function checkIndices(indices: Tensor, { axis, size }: IndexParams): void {
  const { data } = indices
  for (let k = 0; k < data.length; k++) {
    const index = data[k]!
    if (index < -size || index >= size)
      fail('take', `index ${index} (number ${k}) is out of range for axis ${axis} of size ${size}`)
  }
}

const takePrimitive: Primitive<IndexParams> = /* @__PURE__ */ primitive<IndexParams>({
  name: 'take',
  shape: ([x, indices], { axis }) => ({
    shape: checkShape('take', replaceAxes(x!.shape, axis, 1, indices!.shape)),
    dtype: x!.dtype,
  }),
  kernel: ([x, indices], params, out) => {
    checkIndices(indices!, params)
    const result = emptyTensor(out.shape, out.dtype)
    const { data, base } = result.storage
    const dense = contiguousOf(x!)
    const source = dense.storage.data
    const start = dense.storage.base + dense.offset
    const outer = sizeOf(x!.shape.slice(0, params.axis))
    const inner = sizeOf(x!.shape.slice(params.axis + 1))
    eachRun(outer, inner, params.size, indices!, (whole, part) => {
      for (let i = 0; i < inner; i++) data[base + part + i] = source[start + whole + i]!
    })
    return result
  },
  vjp: [(ct, [, indices], _out, params) => apply(indexAddPrimitive, [ct, indices!], params), null],
  jvp: 'linear',
  batch: /* @__PURE__ */ batchRule(() => takePrimitive),
  saves: { inputs: [1], output: false },
})

/** Zeros of size `size` along `axis`, plus each slice of the first input at its index; duplicate indices accumulate. */
const indexAddPrimitive: Primitive<IndexParams> = /* @__PURE__ */ primitive<IndexParams>({
  name: 'indexAdd',
  shape: ([slices, indices], { axis, size }) => ({
    shape: replaceAxes(slices!.shape, axis, indices!.shape.length, [size]),
    dtype: slices!.dtype,
  }),
  kernel: ([slices, indices], { axis, size }, out) => {
    // Sums in float64, so that many duplicates do not drift in float32.
    const total = new Float64Array(sizeOf(out.shape))
    const dense = contiguousOf(slices!)
    const source = dense.storage.data
    const start = dense.storage.base + dense.offset
    const inner = sizeOf(out.shape.slice(axis + 1))
    eachRun(sizeOf(out.shape.slice(0, axis)), inner, size, indices!, (whole, part) => {
      for (let i = 0; i < inner; i++) total[whole + i]! += source[start + part + i]!
    })
    const result = emptyTensor(out.shape, out.dtype)
    result.storage.data.set(total, result.storage.base)
    return result
  },
  vjp: [(ct, [, indices], _out, params) => apply(takePrimitive, [ct, indices!], params), null],
  jvp: 'linear',
  batch: /* @__PURE__ */ batchRule(() => indexAddPrimitive),
  saves: { inputs: [1], output: false },
})

/**
 * Batching, for take and indexAdd alike: batched indices become indices into one long axis, example after example.
 * The batch axis of the data moves next to `axis`, both merge into one axis of size * batch, and the result splits again.
 */
function batchRule(self: () => Primitive<IndexParams>): BatchRule<IndexParams> {
  return ([x, indices], [batchedX, batchedIndices], { axis, size }, batch) => {
    if (!batchedIndices) return apply(self(), [x!, indices!], { axis: axis + 1, size })
    const taking = self() === takePrimitive
    const whole = batchedX ? x! : broadcastTo(unsqueeze(x!, 0), [batch, ...x!.shape])
    const joined = moveFirstTo(whole, axis)
    const span = taking ? 1 : indices!.ndim - 1
    const merged = reshape(
      joined,
      replaceAxes(joined.shape, axis, 1 + span, [sizeOf(joined.shape.slice(axis, axis + 1 + span))]),
    )
    const flatIndices = offsetIndices(indices!, size, batch)
    const result = apply(self(), [merged, flatIndices], { axis, size: size * batch })
    const middle = taking ? indices!.shape : [batch, size]
    const apart = reshape(result, replaceAxes(result.shape, axis, 1, middle))
    return permute(apart, [axis, ...allAxes(apart.ndim).filter((a) => a !== axis)])
  }
}

function moveFirstTo(x: Tensor, axis: number): Tensor {
  const rest = allAxes(x.ndim).slice(1)
  return permute(x, [...rest.slice(0, axis), 0, ...rest.slice(axis)])
}

/** Flat indices into `batch` tables of `size` rows laid one after the other; in ops, so that batches nest. */
function offsetIndices(indices: Tensor, size: number, batch: number): Tensor {
  const wrapped = where(lt(indices, 0), add(indices, size), indices)
  const offsets = emptyTensor([batch, ...indices.shape.slice(1).map(() => 1)], 'int32')
  for (let b = 0; b < batch; b++) offsets.storage.data[offsets.storage.base + b] = b * size
  return reshape(add(wrapped, offsets), [sizeOf(indices.shape)])
}

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
  return apply(takePrimitive, [x, indexTensor('take', indices)], { axis: position, size: x.shape[position]! })
}
