/** @file Trigonometric and hyperbolic functions besides sin, cos and tanh, each beside its derivative. Imports elementwise.ts and math.ts. */
import * as math from '../math.ts'
import { SAVES_BOTH, SAVES_FIRST, SAVES_OUTPUT } from '../primitive.ts'
import type { Tensor } from '../tensor.ts'
import { add, type Binary, binary, type Unary, unary } from './define.ts'
import { abs, div, maximum, mul, neg, smooth, sqrt, square, sub } from './elementwise.ts'

/** Tangent; x in radians. The derivative is 1 + tan². */
export const tan: Unary = /* @__PURE__ */ smooth(
  'tan',
  math.tan,
  (_, out) => add(square(out), 1),
  SAVES_OUTPUT,
)

/** sqrt(1 - x²), accurate near 1 and -1. */
const opposite = (x: Tensor): Tensor => sqrt(mul(sub(1, x), add(x, 1)))

/** Arcsine in radians, from -pi/2 to pi/2; NaN beyond [-1, 1], at whose ends the derivative is infinite. */
export const asin: Unary = /* @__PURE__ */ unary('asin', {
  expr: (s, x) => math.asin(s, x!),
  d: [(d, [x]) => div(d, opposite(x!))],
  saves: SAVES_FIRST,
})

/** Arccosine in radians, from 0 to pi; NaN beyond [-1, 1], at whose ends the derivative is -Infinity. */
export const acos: Unary = /* @__PURE__ */ unary('acos', {
  expr: (s, x) => math.acos(s, x!),
  d: [(d, [x]) => neg(div(d, opposite(x!)))],
  saves: SAVES_FIRST,
})

/** Arctangent in radians, from -pi/2 to pi/2. */
export const atan: Unary = /* @__PURE__ */ unary('atan', {
  expr: (s, x) => math.atan(s, x!),
  d: [(d, [x]) => div(d, add(square(x!), 1))],
  saves: SAVES_FIRST,
})

/** a / (x² + y²) without overflow: the larger coordinate is a constant scale, which cancels. */
function overSquares(a: Tensor, y: Tensor, x: Tensor): Tensor {
  const scale = maximum(abs(y.detach()), abs(x.detach()))
  const squares = add(square(div(y, scale)), square(div(x, scale)))
  return div(div(div(a, scale), squares), scale)
}

/**
 * The angle of the point (b, a) in radians, from -pi to pi: atan2(y, x) as in Math.atan2. The derivatives
 * b / (a² + b²) and -a / (a² + b²) are NaN at the origin, as in PyTorch.
 */
export const atan2: Binary = /* @__PURE__ */ binary('atan2', {
  expr: (s, y, x) => math.atan2(s, y!, x!),
  d: [(d, [y, x]) => mul(d, overSquares(x!, y!, x!)), (d, [y, x]) => neg(mul(d, overSquares(y!, y!, x!)))],
  saves: SAVES_BOTH,
})

/** Hyperbolic sine, (e^x - e^-x) / 2. */
export const sinh: Unary = /* @__PURE__ */ smooth('sinh', math.sinh, (x) => cosh(x))

/** Hyperbolic cosine, (e^x + e^-x) / 2. */
export const cosh: Unary = /* @__PURE__ */ smooth('cosh', math.cosh, (x) => sinh(x))
