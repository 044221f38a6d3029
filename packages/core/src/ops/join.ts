/** @file concat and stack. Imports kernels/copy.ts, reshape.ts and slice.ts. */
import { describe, fail } from '../errors.ts'
import { copyInto } from '../kernels/copy.ts'
import type { Concat, ConcatArg, ShapeIn, Stack, StackArg } from '../movement-types.ts'
import { primitive, SAVES_NOTHING } from '../primitive.ts'
import { checkShape, checkSize, normalizeAxis, showShape } from '../shape.ts'
import type { AxisArg, NewAxisArg } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
import { checkSameDType, checkTensor } from './operand.ts'
import { unsqueeze } from './reshape.ts'
import { sliceAlong } from './slice.ts'

interface ConcatParams {
  readonly axis: number
  /** Where each input begins along the axis. */
  readonly starts: readonly number[]
  /** Size of the result along the axis. */
  readonly size: number
}

const concatPrimitive = /* @__PURE__ */ primitive<ConcatParams>({
  name: 'concat',
  shape: ([first], { axis, size }) => {
    const shape = first!.shape.map((other, a) => (a === axis ? size : other))
    checkSize('concat', shape)
    return { shape, dtype: first!.dtype }
  },
  kernel: (inputs, { axis, starts }, out) => {
    const result = emptyTensor(out.shape, out.dtype)
    const { data, base } = result.storage
    inputs.forEach((x, i) => {
      // A part that spans whole rows of memory (axis 0) is dense in the result too.
      copyInto(data, base + starts[i]! * result.strides[axis]!, result.strides, axis === 0, x)
    })
    return result
  },
  vjp: (ct, inputs, _out, { axis, starts }, i) =>
    sliceAlong(ct, axis, starts[i]!, starts[i]! + inputs[i]!.shape[axis]!),
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: ({ axis, ...rest }) => ({ axis: axis + 1, ...rest }),
  saves: SAVES_NOTHING,
})

function join(tensors: readonly Tensor[], axis: number): Tensor {
  let size = 0
  const starts = tensors.map((x) => (size += x.shape[axis]!) - x.shape[axis]!)
  return apply(concatPrimitive, tensors, { axis, starts, size })
}

function checkList(op: string, tensors: readonly Tensor[]): Tensor {
  if (!Array.isArray(tensors)) fail(op, `expected an array of tensors, got ${describe(tensors)}`)
  if (tensors.length === 0) fail(op, 'the array is empty; the shape of the result would be unknown')
  for (const x of tensors) checkTensor(op, x)
  return tensors[0]!
}

/** Throws unless all have one dtype and one shape; the sizes along `axis`, if there is one, may differ. */
function checkAlike(op: string, tensors: readonly Tensor[], axis?: number): void {
  const first = tensors[0]!
  tensors.forEach((x, i) => {
    checkSameDType(op, first, x)
    if (x.ndim !== first.ndim || x.shape.some((size, a) => a !== axis && size !== first.shape[a]))
      fail(
        op,
        `tensor ${i} has shape ${showShape(x.shape)}, tensor 0 ${showShape(first.shape)}; ${axis === undefined ? 'all must be equal' : `they may differ only along axis ${axis}`}`,
      )
  })
}

/** Joins tensors along an axis that they all have; the other dimensions must agree. */
export function concat<const T extends readonly Tensor[], const X extends number = 0>(
  tensors: ConcatArg<T, X>,
  axis?: AxisArg<ShapeIn<T[0]>, X>,
): Tensor<Concat<ShapeIn<T[0]>, X>>
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const { ndim } = checkList('concat', tensors)
  if (ndim === 0) fail('concat', '0-d tensors have no axis to join along; use stack')
  const position = normalizeAxis('concat', axis, ndim)
  checkAlike('concat', tensors, position)
  return join([...tensors], position)
}

/** Joins tensors of one shape along a new axis. */
export function stack<const T extends readonly Tensor[], const X extends number = 0>(
  tensors: StackArg<T>,
  axis?: NewAxisArg<ShapeIn<T[0]>, X>,
): Tensor<Stack<ShapeIn<T[0]>, T['length'], X>>
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const { ndim, shape } = checkList('stack', tensors)
  const position = normalizeAxis('stack', axis, ndim + 1)
  checkAlike('stack', tensors)
  checkShape('stack', [tensors.length, ...shape])
  return join(
    tensors.map((x) => unsqueeze(x, position)),
    position,
  )
}
