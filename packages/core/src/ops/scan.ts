/** @file cumsum and cumprod, and the recurrence that carries cumprod's derivatives. Imports kernels/scan.ts and slice.ts. */
import { scan } from '../kernels/scan.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { normalizeAxis } from '../shape.ts'
import type { AxisArg, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { add } from './define.ts'
import { mul } from './elementwise.ts'
import { cast } from './memory.ts'
import { checkTensor } from './operand.ts'
import { flip, pad, sliceAlong } from './slice.ts'

const nextAxis = (axis: number): number => axis + 1

const cumsumPrimitive: Primitive<number> = /* @__PURE__ */ primitive<number>({
  name: 'cumsum',
  shape: ([x]) => x!,
  kernel: ([x], axis, out) => scan(undefined, x, axis, out),
  // An element is part of the sums at its place and behind: its cotangent sums from the end.
  vjp: [(ct, _inputs, _out, axis) => flip(apply(cumsumPrimitive, [flip(ct, axis)], axis), axis)],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: nextAxis,
  saves: SAVES_NOTHING,
})

/**
 * r_i = a_i r_(i-1) + b_i, where r_(-1) is `start`: cumprod is the case without b that starts at 1. The derivatives are
 * recurrences that start at 0. So they need no division, and are right where elements are 0, to any order.
 */
const recurrence = (name: string, start: 0 | 1): Primitive<number> =>
  primitive<number>({
    name,
    shape: ([a]) => a!,
    kernel: ([a, b], axis, out) => scan(a, b, axis, out),
    vjp: [
      (ct, [a], r, axis) => mul(carried(a!, ct, axis), before(r, axis, start)),
      (ct, [a], _r, axis) => carried(a!, ct, axis),
    ],
    jvp: ([da, db], [a], r, axis) => {
      const moved = da && mul(da, before(r, axis, start))
      return apply(recurrencePrimitive, [a!, moved && db ? add(moved, db) : (moved ?? db!)], axis)
    },
    batch: 'shiftAxes',
    shift: nextAxis,
    saves: { inputs: [0], output: true },
  })

const recurrencePrimitive = /* @__PURE__ */ recurrence('recurrence', 0)
const cumprodPrimitive = /* @__PURE__ */ recurrence('cumprod', 1)

/** What reaches each r_i from the cotangents of all r behind it: s_i = ct_i + a_(i+1) s_(i+1), the same from the end. */
const carried = (a: Tensor, ct: Tensor, axis: number): Tensor =>
  flip(apply(recurrencePrimitive, [before(flip(a, axis), axis, 0), flip(ct, axis)], axis), axis)

/** Each element is the one before it along `axis`, the first is `value`. */
function before(x: Tensor, axis: number, value: number): Tensor {
  const size = x.shape[axis]!
  if (size === 0) return x
  return pad(
    sliceAlong(x, axis, 0, size - 1),
    x.shape.map((_, a) => [a === axis ? 1 : 0, 0]),
    value,
  )
}

/** The public form; bool counts as int32. */
const running = (p: Primitive<number>, x: Tensor, axis: number): Tensor => {
  checkTensor(p.name, x)
  return apply(p, [x.dtype === 'bool' ? cast(x, 'int32') : x], normalizeAxis(p.name, axis, x.ndim))
}

/**
 * Running sum along `axis`: y_i = x_0 + ... + x_i, in float64, each y_i rounded once. bool counts as int32, whose sums
 * wrap around.
 */
export function cumsum<S extends Shape, const X extends number>(x: Tensor<S>, axis: AxisArg<S, X>): Tensor<S>
export function cumsum(x: Tensor, axis: number): Tensor {
  return running(cumsumPrimitive, x, axis)
}

/**
 * Running product along `axis`: y_i = x_0 ... x_i, in float64, each y_i rounded once. bool counts as int32, whose
 * products wrap around. The gradient is right where elements are 0.
 */
export function cumprod<S extends Shape, const X extends number>(x: Tensor<S>, axis: AxisArg<S, X>): Tensor<S>
export function cumprod(x: Tensor, axis: number): Tensor {
  return running(cumprodPrimitive, x, axis)
}
