/** @file Elementwise ops as methods: types and functions. Imports ops/. */
import {
  type AllCloseOptions,
  abs,
  acos,
  add,
  allClose,
  asin,
  atan,
  atan2,
  ceil,
  clamp,
  cos,
  cosh,
  div,
  elu,
  eq,
  erf,
  exp,
  expm1,
  floor,
  floorDivide,
  type GeluOptions,
  ge,
  gelu,
  gt,
  // biome-ignore lint/suspicious/noShadowRestrictedNames: the name in NumPy and PyTorch
  isFinite,
  // biome-ignore lint/suspicious/noShadowRestrictedNames: the name in NumPy and PyTorch
  isNaN,
  le,
  leakyRelu,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  maximum,
  minimum,
  mul,
  ne,
  neg,
  pow,
  reciprocal,
  relu,
  remainder,
  round,
  rsqrt,
  sigmoid,
  sign,
  silu,
  sin,
  sinh,
  softplus,
  sqrt,
  square,
  sub,
  tan,
  tanh,
} from '../ops/index.ts'
import type { Broadcast, Broadcastable, Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import type { Implementations } from './implementations.ts'

export interface ElementwiseMethods<S extends Shape> {
  // Elementwise, with broadcasting.
  add<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  sub<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  mul<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  div<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** Each element to the power of the exponent. */
  pow<B extends Shape = S>(exponent: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** The larger of the two, element by element; `max` reduces. */
  maximum<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** The smaller of the two, element by element; `min` reduces. */
  minimum<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** this - other floor(this / other): it has the sign of the divisor. */
  remainder<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** The largest whole number <= this / other. */
  floorDivide<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** The angle of the point (x, this) in radians. */
  atan2<B extends Shape = S>(x: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** Comparisons give a tensor of dtype bool. */
  eq<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  ne<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  lt<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  le<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  gt<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  ge<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** Logic is for bool tensors. */
  logicalAnd<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  logicalOr<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  /** Whether |this - other| <= atol + rtol |other| for all elements. */
  allClose<B extends Shape = S>(
    other: number | Broadcastable<S, B, Tensor<B>>,
    options?: AllCloseOptions,
  ): boolean

  // Elementwise, of one tensor.
  neg(): Tensor<S>
  exp(): Tensor<S>
  log(): Tensor<S>
  /** log(1 + x), accurate near 0. */
  log1p(): Tensor<S>
  /** e^x - 1, accurate near 0. */
  expm1(): Tensor<S>
  sqrt(): Tensor<S>
  square(): Tensor<S>
  abs(): Tensor<S>
  sign(): Tensor<S>
  sin(): Tensor<S>
  cos(): Tensor<S>
  tanh(): Tensor<S>
  sigmoid(): Tensor<S>
  relu(): Tensor<S>
  softplus(): Tensor<S>
  rsqrt(): Tensor<S>
  reciprocal(): Tensor<S>
  tan(): Tensor<S>
  asin(): Tensor<S>
  acos(): Tensor<S>
  atan(): Tensor<S>
  sinh(): Tensor<S>
  cosh(): Tensor<S>
  erf(): Tensor<S>
  /** x where x > 0, else `slope` x, 0.01 unless told. */
  leakyRelu(slope?: number): Tensor<S>
  /** x where x > 0, else `alpha` (e^x - 1), 1 unless told. */
  elu(alpha?: number): Tensor<S>
  silu(): Tensor<S>
  /** By tanh, or exactly with `{approximate: 'none'}`. */
  gelu(options?: GeluOptions): Tensor<S>
  floor(): Tensor<S>
  ceil(): Tensor<S>
  /** To the nearest whole number, halves to the even one. */
  round(): Tensor<S>
  isNaN(): Tensor<S>
  isFinite(): Tensor<S>
  /** Of a bool tensor. */
  logicalNot(): Tensor<S>
  /** Limited to [min, max]. */
  clamp(min: number, max: number): Tensor<S>
}

export const elementwiseMethods = {
  ...{ add, sub, mul, div, pow, maximum, minimum, eq, ne, lt, le, gt, ge },
  ...{ remainder, floorDivide, atan2, rsqrt, reciprocal, tan, asin, acos, atan, sinh, cosh, erf },
  ...{ leakyRelu, elu, silu, gelu },
  ...{ logicalAnd, logicalOr, allClose, floor, ceil, round, isNaN, isFinite, logicalNot },
  ...{ neg, exp, log, log1p, expm1, sqrt, square, abs, sign, sin, cos, tanh, sigmoid, relu, softplus, clamp },
} satisfies Implementations<keyof ElementwiseMethods<Shape>>
