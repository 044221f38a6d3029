/** @file broadcastTo and sum: each is the adjoint of the other. Imports kernels/reduce.ts, operand.ts and reshape.ts. */
import { drawAlignment } from '../alignment.ts'
import { checkFlag, checkOptions, fail } from '../errors.ts'
import { reduce, sumFold } from '../kernels/reduce.ts'
import type { BroadcastableTo } from '../movement-types.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { allAxes, checkShape, normalizeAxes, reducedShape, sameShape, showShape } from '../shape.ts'
import type { Axes, AxesArg, Reduce, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { type Tensor, viewOf } from '../tensor.ts'
import { checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'

interface BroadcastParams {
  readonly shape: Shape
  /** Axis i of the input becomes axis `axes[i]` of the output; the output's other axes are new. */
  readonly axes: readonly number[]
}

const broadcastPrimitive = /* @__PURE__ */ primitive<BroadcastParams>({
  name: 'broadcastTo',
  shape: ([x], { shape, axes }) => {
    for (let i = 0; i < axes.length; i++) {
      const size = x!.shape[i]!
      if (size !== 1 && size !== shape[axes[i]!]) {
        fail(
          'broadcastTo',
          `${showShape(x!.shape)} cannot become ${showShape(shape)}: axis ${i} has size ${size}, neither 1 nor ${shape[axes[i]!]}${drawAlignment([x!.shape, shape], shape.length - axes[i]!, shape, x!.shape)}`,
        )
      }
    }
    return { shape, dtype: x!.dtype }
  },
  kernel: ([x], { axes }, { shape }) => {
    const strides = new Array<number>(shape.length).fill(0)
    for (let i = 0; i < axes.length; i++) if (x!.shape[i] !== 1) strides[axes[i]!] = x!.strides[i]!
    return viewOf(x!, shape, strides, x!.offset)
  },
  vjp: [(ct, [x], _out, { axes }) => sumBroadcast(ct, x!.shape, axes)],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: ({ shape, axes }, size) => ({ shape: [size, ...shape], axes: [0, ...axes.map((a) => a + 1)] }),
  saves: SAVES_NOTHING,
})

/** Adjoint of a broadcast: sums what was repeated. */
function sumBroadcast(ct: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const repeated = allAxes(ct.ndim).filter((axis) => {
    const i = axes.indexOf(axis)
    return i < 0 || (shape[i] === 1 && ct.shape[axis] !== 1)
  })
  const summed = repeated.length === 0 ? ct : sumAxes(ct, repeated, false)
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape)
}

/** Puts axis i of `x` at `axes[i]` of `shape` and repeats along the rest, as a stride-0 view. */
function broadcastAxes(x: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return apply(broadcastPrimitive, [x], { shape, axes })
}

/** Repeats `x` along new leading axes and axes of size 1, as a view without a copy. */
export function broadcastTo<S extends Shape, const T extends Shape>(
  x: Tensor<S>,
  shape: BroadcastableTo<S, T, readonly [...T]>,
): Tensor<T>
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  checkTensor('broadcastTo', x)
  if (Array.isArray(shape) && sameShape(x.shape, shape)) return x
  const target = checkShape('broadcastTo', shape)
  const added = target.length - x.ndim
  if (added < 0)
    fail('broadcastTo', `${showShape(x.shape)} cannot become ${showShape(target)}: that has fewer axes`)
  return broadcastAxes(
    x,
    target,
    allAxes(x.ndim).map((i) => i + added),
  )
}

// ── sum ──────────────────────────────────────────────────────────────────────

export interface ReduceParams {
  /** Sorted positions. */
  readonly axes: readonly number[]
  readonly keepdims: boolean
}

/** Batching of any reduction: its axes move by one. */
export const shiftReduction = ({ axes, keepdims }: ReduceParams): ReduceParams => ({
  axes: axes.map((a) => a + 1),
  keepdims,
})

const sumPrimitive = /* @__PURE__ */ primitive<ReduceParams>({
  name: 'sum',
  shape: ([x], { axes, keepdims }) => ({
    shape: reducedShape(x!.shape, axes, keepdims),
    dtype: x!.dtype === 'bool' ? 'int32' : x!.dtype,
  }),
  kernel: ([x], { axes }, out) => reduce(sumFold, x!, axes, out),
  vjp: [(ct, [x], _out, params) => expandReduced(ct, x!.shape, params)],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: shiftReduction,
  saves: SAVES_NOTHING,
})

/** Repeats a reduced value over the axes that were reduced: brings it back to the shape before the reduction. */
export function expandReduced(reduced: Tensor, shape: Shape, { axes, keepdims }: ReduceParams): Tensor {
  const kept = keepdims ? allAxes(shape.length) : allAxes(shape.length).filter((i) => !axes.includes(i))
  return broadcastAxes(reduced, shape, kept)
}

/** Sum over sorted positions. */
export function sumAxes(x: Tensor, axes: readonly number[], keepdims: boolean): Tensor {
  return apply(sumPrimitive, [x], { axes, keepdims })
}

export interface ReduceOptions<K extends boolean = boolean> {
  /** Keep the reduced axes, with size 1. */
  readonly keepdims?: K
}

const KEEPDIMS: readonly string[] = ['keepdims']

/** The checked option. */
export function keepdimsOf(op: string, options: ReduceOptions | undefined, names = KEEPDIMS): boolean {
  if (options === undefined) return false
  const { keepdims = false } = checkOptions(op, options, names)
  return checkFlag(op, 'keepdims', keepdims)
}

/** The type under which reductions are public. */
export type Reduction = <S extends Shape, const X extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
  options?: ReduceOptions<K>,
) => Tensor<Reduce<S, X, K>>

/** The public form of a reduction. */
export function reduction(p: Primitive<ReduceParams>, axesOf = normalizeAxes): Reduction {
  const op = (x: Tensor, axis?: Axes, options?: ReduceOptions): Tensor => {
    checkTensor(p.name, x)
    const axes = axesOf(p.name, axis, x.ndim)
    return apply(p, [x], { axes, keepdims: keepdimsOf(p.name, options) })
  }
  return op as Reduction
}

/**
 * Sum over `axis` (one, several, or all when left out), accumulated pairwise in float64. bool counts as int32;
 * the sum of nothing is 0.
 */
export const sum: Reduction = /* @__PURE__ */ reduction(sumPrimitive)
