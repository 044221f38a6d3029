/** @file Activations besides sigmoid, tanh, relu and softplus; the error function; reciprocals. Imports elementwise.ts and math.ts. */
import { checkOptions, describe, fail } from '../errors.ts'
import * as math from '../math.ts'
import { SAVES_BOTH, SAVES_FIRST_AND_OUTPUT, SAVES_OUTPUT } from '../primitive.ts'
import type { Expr } from '../scalar.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { gt } from './compare.ts'
import { add, type Differential, elementwise, type Unary } from './define.ts'
import { clamp, div, exp, mul, neg, sigmoid, sigmoidDerivative, smooth, square } from './elementwise.ts'
import { constantLike } from './memory.ts'
import { checkTensor } from './operand.ts'
import { where } from './where.ts'

// ── reciprocals ──────────────────────────────────────────────────────────────

/** 1 / x: infinite at 0, with the sign of the zero. */
export const reciprocal: Unary = /* @__PURE__ */ smooth(
  'reciprocal',
  (s, x) => s.div(1, x!),
  (_, out) => neg(square(out)),
  SAVES_OUTPUT,
)

/** 1 / sqrt(x): infinite at 0, NaN below. */
export const rsqrt: Unary = /* @__PURE__ */ smooth(
  'rsqrt',
  (scalar, x) => scalar.inFloat64((s, x) => s.div(1, s.sqrt(x)), x!),
  (x, out) => mul(div(out, x), -0.5),
  SAVES_FIRST_AND_OUTPUT,
)

// ── with a slope ─────────────────────────────────────────────────────────────

/** An op of a tensor and a number, which the primitive takes as a constant tensor. */
function withParameter(name: string, parameter: string, standard: number, expr: Expr, d: Differential) {
  const p = elementwise(name, { expr, d: [d, null], saves: SAVES_BOTH })
  const op = (x: Tensor, value: number = standard): Tensor => {
    checkTensor(name, x)
    const stored = typeof value === 'number' && x.dtype === 'float32' ? Math.fround(value) : value
    if (!Number.isFinite(stored)) fail(name, `${parameter} must be a finite number, got ${describe(value)}`)
    return apply(p, [x, constantLike(x, value)], undefined)
  }
  return op as <S extends Shape>(x: Tensor<S>, value?: number) => Tensor<S>
}

/** x where x > 0, else `slope` x (0.01 unless told); the derivative at 0 is `slope`, as in PyTorch. */
export const leakyRelu: <S extends Shape>(x: Tensor<S>, slope?: number) => Tensor<S> =
  /* @__PURE__ */ withParameter(
    'leakyRelu',
    'slope',
    0.01,
    (s, x, slope) => s.select(s.gt(x!, 0), x!, s.mul(x!, slope!)),
    (d, [x, slope]) => where(gt(x!, 0), d, mul(d, slope!)),
  )

/** x where x > 0, else `alpha` (e^x - 1), alpha = 1 unless told; the derivative at 0 is `alpha`, as in PyTorch. */
export const elu: <S extends Shape>(x: Tensor<S>, alpha?: number) => Tensor<S> =
  /* @__PURE__ */ withParameter(
    'elu',
    'alpha',
    1,
    (scalar, x, alpha) =>
      scalar.inFloat64((s, x, alpha) => s.select(s.gt(x, 0), x, s.mul(alpha, math.expm1(s, x))), x!, alpha!),
    (d, [x, alpha]) => {
      const positive = gt(x!, 0)
      // e^0 where it is not used: an infinite one times 0 would be NaN in the second derivative.
      return where(positive, d, mul(d, mul(alpha!, exp(where(positive, 0, x!)))))
    },
  )

// ── x times a distribution function ──────────────────────────────────────────

/** x sigmoid(x), also called swish; NaN at -Infinity, as in PyTorch. */
export const silu: Unary = /* @__PURE__ */ smooth(
  'silu',
  (scalar, x) => scalar.inFloat64((s, x) => s.mul(x, math.sigmoid(s, x)), x!),
  (x) => add(sigmoid(x), mul(x, sigmoidDerivative(x))),
)

/** The error function: 2 / sqrt(pi) times the integral of e^(-t²) from 0 to x. */
export const erf: Unary = /* @__PURE__ */ smooth('erf', math.erf, (x) =>
  mul(exp(neg(square(x))), TWO_OVER_ROOT_PI),
)
const TWO_OVER_ROOT_PI = 1.1283791670955126

/** The normal distribution: its share below x, and its density. */
const normalCdf: Unary = /* @__PURE__ */ smooth('normalCdf', math.normalCdf, (x) => normalDensity(x))
const normalDensity = (x: Tensor): Tensor => mul(exp(mul(square(x), -0.5)), ONE_OVER_ROOT_2_PI)
const ONE_OVER_ROOT_2_PI = 0.3989422804014327

const geluExact: Unary = /* @__PURE__ */ smooth(
  'gelu',
  (scalar, x) => scalar.inFloat64((s, x) => s.mul(x, math.normalCdf(s, x)), x!),
  (x) => add(normalCdf(x), mul(x, normalDensity(x))),
)

/** 2 sqrt(2 / pi), and the same times 0.044715: (1 + tanh u) / 2 is sigmoid(2 u). */
const LINEAR = 1.5957691216057308
const CUBIC = 0.07135481627260025

const geluTanh: Unary = /* @__PURE__ */ smooth(
  'gelu',
  (scalar, x) =>
    scalar.inFloat64((s, x) => {
      const slope = s.add(s.mul(s.mul(x, x), CUBIC), LINEAR)
      return s.mul(x, math.sigmoid(s, s.mul(x, slope)))
    }, x!),
  (x) => {
    // From 40 on the derivative is 0 or 1, and beyond it the powers could overflow.
    const y = clamp(x, -40, 40)
    const squared = square(y)
    const u = mul(y, add(mul(squared, CUBIC), LINEAR))
    const du = add(mul(squared, 3 * CUBIC), LINEAR)
    return add(sigmoid(u), mul(y, mul(sigmoidDerivative(u), du)))
  },
)

export interface GeluOptions {
  /** 'tanh' (default) for the formula by tanh, 'none' for the one by erf. */
  readonly approximate?: 'tanh' | 'none'
}

const GELU_OPTIONS: readonly string[] = ['approximate']

/**
 * x times the share of a normal distribution that lies below x. By default 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x³)));
 * with `{approximate: 'none'}` the exact x (1 + erf(x / sqrt 2)) / 2, accurate where it is near 0, too. NaN at -Infinity, as
 * in PyTorch.
 */
export function gelu<S extends Shape>(x: Tensor<S>, options?: GeluOptions): Tensor<S>
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  checkTensor('gelu', x)
  const { approximate = 'tanh' } = checkOptions('gelu', options, GELU_OPTIONS)
  if (approximate !== 'tanh' && approximate !== 'none')
    fail('gelu', `approximate must be 'tanh' or 'none', got ${describe(approximate)}`)
  return approximate === 'tanh' ? geluTanh(x) : geluExact(x)
}
