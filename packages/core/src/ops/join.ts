/** @file concat and stack. Imports kernels/copy.ts, reshape.ts and slice.ts. */
import { describe, fail } from '../errors.ts'
import { copyInto } from '../kernels/copy.ts'
import type { Concat, ConcatArg, ShapeIn, Stack, StackArg } from '../movement-types.ts'
import { primitive, SAVES_NOTHING } from '../primitive.ts'
import { checkSize, MAX_RANK, normalizeAxis, sameShape, showShape } from '../shape.ts'
import type { AxisArg, NewAxisArg } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
import { checkSameDType, checkTensor } from './operand.ts'
import { unsqueeze } from './reshape.ts'
import { slice } from './slice.ts'

/** Where each input begins along the axis: the walk asks once per input, and there may be thousands. */
const beginnings = /* @__PURE__ */ new WeakMap<readonly Tensor[], readonly number[]>()

function beginningsOf(inputs: readonly Tensor[], axis: number): readonly number[] {
  let known = beginnings.get(inputs)
  if (known === undefined) {
    let position = 0
    known = inputs.map((x) => (position += x.shape[axis]!) - x.shape[axis]!)
    beginnings.set(inputs, known)
  }
  return known
}

const concatPrimitive = /* @__PURE__ */ primitive<number>({
  name: 'concat',
  shape: (inputs, axis) => {
    const first = inputs[0]!
    const shape = [...first.shape]
    shape[axis] = 0
    inputs.forEach((x, i) => {
      checkSameDType('concat', first, x)
      const fits =
        x.shape.length === shape.length && x.shape.every((size, a) => a === axis || size === shape[a])
      if (!fits)
        fail(
          'concat',
          `tensor ${i} has shape ${showShape(x.shape)}, tensor 0 ${showShape(first.shape)}; they may differ only along axis ${axis}`,
        )
      shape[axis]! += x.shape[axis]!
    })
    checkSize('concat', shape)
    return { shape, dtype: first.dtype }
  },
  kernel: (inputs, axis, out) => {
    const result = emptyTensor(out.shape, out.dtype)
    const { data, base } = result.storage
    let position = base
    for (const x of inputs) {
      // A part that spans whole rows of memory (axis 0) is dense in the result too.
      copyInto(data, position, result.strides, axis === 0, x)
      position += x.shape[axis]! * result.strides[axis]!
    }
    return result
  },
  vjp: (ct, inputs, _out, axis, index) => {
    const start = beginningsOf(inputs, axis)[index]!
    const ranges = ct.shape.map((_, a) =>
      a === axis ? ([start, start + inputs[index]!.shape[axis]!] as const) : null,
    )
    return slice(ct, ranges)
  },
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: (axis) => axis + 1,
  saves: SAVES_NOTHING,
})

function checkList(op: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors)) fail(op, `expected an array of tensors, got ${describe(tensors)}`)
  if (tensors.length === 0) fail(op, 'the array is empty; the shape of the result would be unknown')
  for (const x of tensors) checkTensor(op, x)
}

/** Joins tensors along an axis that they all have; the other dimensions must agree. */
export function concat<const T extends readonly Tensor[], const X extends number = 0>(
  tensors: ConcatArg<T, X>,
  axis?: AxisArg<ShapeIn<T[0]>, X>,
): Tensor<Concat<ShapeIn<T[0]>, X>>
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList('concat', tensors)
  if (tensors[0]!.ndim === 0) fail('concat', '0-d tensors have no axis to join along; use stack')
  return apply(concatPrimitive, [...tensors], normalizeAxis('concat', axis, tensors[0]!.ndim))
}

/** Joins tensors of one shape along a new axis. */
export function stack<const T extends readonly Tensor[], const X extends number = 0>(
  tensors: StackArg<T>,
  axis?: NewAxisArg<ShapeIn<T[0]>, X>,
): Tensor<Stack<ShapeIn<T[0]>, T['length'], X>>
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList('stack', tensors)
  const position = normalizeAxis('stack', axis, tensors[0]!.ndim + 1)
  const first = tensors[0]!
  if (first.ndim >= MAX_RANK)
    fail('stack', `the tensors have ${first.ndim} axes; at most ${MAX_RANK} are allowed with the new one`)
  tensors.forEach((x, i) => {
    checkSameDType('stack', first, x)
    if (!sameShape(x.shape, first.shape))
      fail(
        'stack',
        `tensor ${i} has shape ${showShape(x.shape)}, tensor 0 ${showShape(first.shape)}; all must be equal`,
      )
  })
  checkSize('stack', [tensors.length, ...first.shape])
  return apply(
    concatPrimitive,
    tensors.map((x) => unsqueeze(x, position)),
    position,
  )
}
