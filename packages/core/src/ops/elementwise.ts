/** @file Elementwise arithmetic and functions, each beside its derivative. Imports define.ts, compare.ts, where.ts and math.ts. */
import { describe, fail } from '../errors.ts'
import * as math from '../math.ts'
import {
  type Primitive,
  SAVES_BOTH,
  SAVES_FIRST,
  SAVES_FIRST_AND_OUTPUT,
  SAVES_OUTPUT,
} from '../primitive.ts'
import type { Expr } from '../scalar.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { eq, ge, gt, le, lt } from './compare.ts'
import {
  add,
  type Binary,
  binary,
  broadcasting,
  elementwise,
  pass,
  type Unary,
  unary,
  zero,
} from './define.ts'
import { checkNumeric, checkTensor, lift } from './operand.ts'
import { where } from './where.ts'

// ── arithmetic ───────────────────────────────────────────────────────────────

/** a - b. */
export const sub: Binary = /* @__PURE__ */ binary('sub', {
  expr: (s, x, y) => s.sub(x!, y!),
  d: [pass, (d) => neg(d)],
  check: checkNumeric,
  jvp: 'linear',
})

const mulPrimitive = /* @__PURE__ */ elementwise('mul', {
  expr: (s, x, y) => s.mul(x!, y!),
  d: [(d, [, y]) => times(d, y!), (d, [x]) => times(d, x!)],
  saves: SAVES_BOTH,
  check: checkNumeric,
  jvp: 'multilinear',
})

/** a * b of tensors of one shape: all that the rules below need, and a bundle without broadcasting. */
const times = (a: Tensor, b: Tensor): Tensor => apply(mulPrimitive, [a, b], undefined)

/** a * b, elementwise (the Hadamard product). */
export const mul: Binary = /* @__PURE__ */ broadcasting('mul', mulPrimitive)

/** a / b; floating point only. d(a/b) = da / b - (a/b) db / b. */
export const div: Binary = /* @__PURE__ */ binary('div', {
  expr: (s, x, y) => s.div(x!, y!),
  d: [(d, [, y]) => div(d, y!), (d, [, y], out) => neg(div(mul(d, out), y!))],
  saves: { inputs: [1], output: true },
})

/** a to the power b. dx: b a^(b-1), zero where b = 0. db: a^b log a, zero where a = 0 and b >= 0 (as PyTorch). */
export const pow: Binary = /* @__PURE__ */ binary('pow', {
  expr: (s, x, y) => math.pow(s, x!, y!),
  d: [
    (d, [x, y]) => mul(d, where(eq(y!, 0), 0, mul(y!, pow(x!, sub(y!, 1))))),
    (d, [x, y], out) => {
      const isZero = eq(x!, 0)
      return mul(d, where(isZero, where(ge(y!, 0), 0, neg(out)), mul(out, log(where(isZero, 1, x!)))))
    },
  ],
  saves: { inputs: [0, 1], output: true },
})

/** Where both are equal each gets half of the gradient, where one is NaN both get all of it: as in PyTorch. */
function extreme(name: string, expr: Expr, loses: Binary): Binary {
  const share = (d: Tensor, x: Tensor, other: Tensor): Tensor =>
    where(eq(x, other), mul(d, 0.5), where(loses(x, other), 0, d))
  return binary(name, {
    expr,
    d: [(d, [x, y]) => share(d, x!, y!), (d, [x, y]) => share(d, y!, x!)],
    saves: SAVES_BOTH,
    check: checkNumeric,
  })
}

/** The larger of a and b; NaN if either is NaN. */
export const maximum: Binary = /* @__PURE__ */ extreme('maximum', (s, x, y) => s.max(x!, y!), lt)

/** The smaller of a and b; NaN if either is NaN. */
export const minimum: Binary = /* @__PURE__ */ extreme('minimum', (s, x, y) => s.min(x!, y!), gt)

// ── one input ────────────────────────────────────────────────────────────────

/** A smooth function of floats, by its slope; it saves x unless told. */
export const smooth = (
  name: string,
  expr: Expr,
  slope: (x: Tensor, out: Tensor) => Tensor,
  saves: Primitive['saves'] = SAVES_FIRST,
): Unary => unary(name, { expr, d: [(d, [x], out) => times(d, slope(x!, out))], saves })

/** -x. */
export const neg: Unary = /* @__PURE__ */ unary('neg', {
  expr: (s, x) => s.neg(x!),
  d: [(d) => neg(d)],
  check: checkNumeric,
  jvp: 'linear',
})

/** e^x. */
export const exp: Unary = /* @__PURE__ */ unary('exp', {
  expr: (s, x) => math.exp(s, x!),
  d: [(d, _, out) => times(d, out)],
  saves: SAVES_OUTPUT,
})

/** Natural logarithm: -Infinity at 0, NaN below. */
export const log: Unary = /* @__PURE__ */ unary('log', {
  expr: (s, x) => math.log(s, x!),
  d: [(d, [x]) => div(d, x!)],
  saves: SAVES_FIRST,
})

/** log(1 + x), accurate near 0. */
export const log1p: Unary = /* @__PURE__ */ unary('log1p', {
  expr: (s, x) => math.log1p(s, x!),
  d: [(d, [x]) => div(d, add(x!, 1))],
  saves: SAVES_FIRST,
})

/** e^x - 1, accurate near 0. */
export const expm1: Unary = /* @__PURE__ */ smooth('expm1', math.expm1, (x) => exp(x))

/** Square root: NaN below 0; the derivative 1 / (2 sqrt x) is infinite at 0. */
export const sqrt: Unary = /* @__PURE__ */ unary('sqrt', {
  expr: (s, x) => s.sqrt(x!),
  d: [(d, _, out) => div(mul(d, 0.5), out)],
  saves: SAVES_OUTPUT,
})

/** x². */
export const square: Unary = /* @__PURE__ */ unary('square', {
  expr: (s, x) => s.mul(x!, x!),
  d: [(d, [x]) => mul(d, mul(x!, 2))],
  saves: SAVES_FIRST,
  check: checkNumeric,
})

/** |x|; its derivative at 0 is 0, as in PyTorch. */
export const abs: Unary = /* @__PURE__ */ unary('abs', {
  expr: (s, x) => s.abs(x!),
  d: [(d, [x]) => mul(d, sign(x!))],
  saves: SAVES_FIRST,
  check: checkNumeric,
})

/** -1, 0 or 1 (NaN for NaN); its derivative is 0 everywhere. */
export const sign: Unary = /* @__PURE__ */ unary('sign', {
  expr: (s, x) => s.select(s.gt(x!, 0), 1, s.select(s.lt(x!, 0), -1, x!)),
  d: [zero],
  check: checkNumeric,
})

/** Sine; x in radians. */
export const sin: Unary = /* @__PURE__ */ smooth('sin', math.sin, (x) => cos(x))

/** Cosine; x in radians. */
export const cos: Unary = /* @__PURE__ */ smooth('cos', math.cos, (x) => neg(sin(x)))

/** Hyperbolic tangent. tanh' = 4 e / (1 + e)² with e = exp(-2|x|): 1 - tanh² would be 0 from |x| = 19 on. */
export const tanh: Unary = /* @__PURE__ */ smooth('tanh', math.tanh, (x) => tanhDerivative(x))

const tanhDerivative: Unary = /* @__PURE__ */ smooth(
  'tanhDerivative',
  (s, x) => s.mul(4, math.sigmoidDerivative(s, s.mul(2, x!))),
  (x, out) => times(out, mul(tanh(x), -2)),
  SAVES_FIRST_AND_OUTPUT,
)

/** 1 / (1 + e^-x), the logistic function. Its derivative is sigmoid(x) sigmoid(-x), computed without cancellation. */
export const sigmoid: Unary = /* @__PURE__ */ smooth('sigmoid', math.sigmoid, (x) => sigmoidDerivative(x))

/** sigmoid'(x); sigmoid''(x) = sigmoid'(x) (1 - 2 sigmoid(x)). */
export const sigmoidDerivative: Unary = /* @__PURE__ */ smooth(
  'sigmoidDerivative',
  math.sigmoidDerivative,
  (x, out) => times(out, sub(1, mul(sigmoid(x), 2))),
  SAVES_FIRST_AND_OUTPUT,
)

/** max(x, 0); its derivative at 0 is 0, as in PyTorch. */
export const relu: Unary = /* @__PURE__ */ unary('relu', {
  // Not s.max, which takes twice as long (bench/elementwise.ts); NaN stays NaN here too.
  expr: (s, x) => s.select(s.lt(x!, 0), 0, x!),
  d: [(d, [x]) => where(le(x!, 0), 0, d)],
  saves: SAVES_FIRST,
  check: checkNumeric,
})

/** log(1 + e^x), without overflow; its derivative is sigmoid(x). */
export const softplus: Unary = /* @__PURE__ */ smooth('softplus', math.softplus, (x) => sigmoid(x))

// ── clamp ────────────────────────────────────────────────────────────────────

const clampPrimitive = /* @__PURE__ */ elementwise('clamp', {
  expr: (s, x, min, max) => s.min(s.max(x!, min!), max!),
  d: [(d, [x, min, max]) => where(ge(x!, min!), where(le(x!, max!), d, 0), 0), null, null],
  saves: { inputs: [0, 1, 2], output: false },
  check: checkNumeric,
})

/**
 * x limited to [min, max]; leave one out with -Infinity or Infinity. The derivative is 1 from min to max, both
 * included (as PyTorch), 0 outside.
 */
export function clamp<S extends Shape>(x: Tensor<S>, min: number, max: number): Tensor<S>
export function clamp(x: Tensor, min: number, max: number): Tensor {
  checkTensor('clamp', x)
  if (typeof min !== 'number' || typeof max !== 'number' || !(min <= max)) {
    fail('clamp', `min ${describe(min)} and max ${describe(max)} must be numbers, min <= max`)
  }
  const [low, high] =
    x.dtype === 'int32' ? [Math.max(min, -(2 ** 31)), Math.min(max, 2 ** 31 - 1)] : [min, max]
  return apply(clampPrimitive, [x, lift('clamp', low, x), lift('clamp', high, x)], undefined)
}
