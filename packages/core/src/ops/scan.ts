/** @file cumsum and cumprod, and the recurrence that carries cumprod's derivatives. Imports kernels/scan.ts and slice.ts. */
import { productScan, recurrenceScan, scanLines, sumScan } from '../kernels/scan.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { normalizeAxis } from '../shape.ts'
import type { AxisArg, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Aval, Tensor } from '../tensor.ts'
import { add } from './define.ts'
import { mul } from './elementwise.ts'
import { checkTensor } from './operand.ts'
import { pad, slice } from './slice.ts'

interface ScanParams {
  readonly axis: number
  /** From the end of the axis to its beginning. */
  readonly reverse: boolean
}

const shiftScan = ({ axis, reverse }: ScanParams): ScanParams => ({ axis: axis + 1, reverse })
const turned = ({ axis, reverse }: ScanParams): ScanParams => ({ axis, reverse: !reverse })

const scanned = (x: Aval): Aval => ({ shape: x.shape, dtype: x.dtype === 'bool' ? 'int32' : x.dtype })

/** Each element is the one before it along the scan, the first is `value`. */
function before(x: Tensor, { axis, reverse }: ScanParams, value: number): Tensor {
  const size = x.shape[axis]!
  if (size === 0) return x
  return pad(
    slice(
      x,
      x.shape.map((_, a) => (a === axis ? (reverse ? [1, size] : [0, size - 1]) : null)),
    ),
    x.shape.map((_, a) => (a === axis ? (reverse ? [0, 1] : [1, 0]) : [0, 0])),
    value,
  )
}

// ── cumsum ───────────────────────────────────────────────────────────────────

const cumsumPrimitive: Primitive<ScanParams> = /* @__PURE__ */ primitive<ScanParams>({
  name: 'cumsum',
  shape: ([x]) => scanned(x!),
  kernel: (inputs, { axis, reverse }, out) => scanLines(sumScan, inputs, axis, reverse, out),
  // An element is part of the sums at its place and behind: its cotangent sums from the end.
  vjp: [(ct, _inputs, _out, params) => apply(cumsumPrimitive, [ct], turned(params))],
  jvp: 'linear',
  batch: 'shiftAxes',
  shift: shiftScan,
  saves: SAVES_NOTHING,
})

/**
 * Running sum along `axis`: y_i = x_0 + ... + x_i, in float64, each y_i rounded once. bool counts as int32, whose sums
 * wrap around.
 */
export function cumsum<S extends Shape, const X extends number>(x: Tensor<S>, axis: AxisArg<S, X>): Tensor<S>
export function cumsum(x: Tensor, axis: number): Tensor {
  checkTensor('cumsum', x)
  return apply(cumsumPrimitive, [x], { axis: normalizeAxis('cumsum', axis, x.ndim), reverse: false })
}

// ── cumprod ──────────────────────────────────────────────────────────────────

/**
 * r_0 = b_0, r_i = a_i r_(i-1) + b_i. Its derivatives are recurrences of the same kind, so those of cumprod need no
 * division and are right where elements are 0, to any order.
 */
const recurrencePrimitive: Primitive<ScanParams> = /* @__PURE__ */ primitive<ScanParams>({
  name: 'recurrence',
  shape: ([, b]) => b!,
  kernel: (inputs, { axis, reverse }, out) => scanLines(recurrenceScan, inputs, axis, reverse, out),
  vjp: [
    (ct, [a], r, params) => mul(carried(a!, ct, params), before(r, params, 0)),
    (ct, [a], _r, params) => carried(a!, ct, params),
  ],
  jvp: ([da, db], [a], r, params) => {
    const moved = da ? mul(da, before(r, params, 0)) : null
    const added = moved && db ? add(moved, db) : (moved ?? db!)
    return apply(recurrencePrimitive, [a!, added], params)
  },
  batch: 'shiftAxes',
  shift: shiftScan,
  saves: { inputs: [0], output: true },
})

/** What reaches each r_i from the cotangents of all r behind it: s_i = ct_i + a_(i+1) s_(i+1). */
const carried = (a: Tensor, ct: Tensor, params: ScanParams): Tensor =>
  apply(recurrencePrimitive, [before(a, turned(params), 0), ct], turned(params))

const cumprodPrimitive = /* @__PURE__ */ primitive<ScanParams>({
  name: 'cumprod',
  shape: ([x]) => scanned(x!),
  kernel: (inputs, { axis, reverse }, out) => scanLines(productScan, inputs, axis, reverse, out),
  // y_i = x_i y_(i-1)
  vjp: [(ct, [x], y, params) => mul(carried(x!, ct, params), before(y, params, 1))],
  jvp: ([dx], [x], y, params) =>
    dx! && apply(recurrencePrimitive, [x!, mul(dx!, before(y, params, 1))], params),
  batch: 'shiftAxes',
  shift: shiftScan,
  saves: { inputs: [0], output: true },
})

/**
 * Running product along `axis`: y_i = x_0 ... x_i, in float64, each y_i rounded once. bool counts as int32, whose
 * products wrap around. The gradient is right where elements are 0.
 */
export function cumprod<S extends Shape, const X extends number>(x: Tensor<S>, axis: AxisArg<S, X>): Tensor<S>
export function cumprod(x: Tensor, axis: number): Tensor {
  checkTensor('cumprod', x)
  return apply(cumprodPrimitive, [x], { axis: normalizeAxis('cumprod', axis, x.ndim), reverse: false })
}
