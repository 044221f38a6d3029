/**
 * @file The methods of Tensor: their types, and their installation on the prototype. Each only calls the free function
 * of its name, which documents it. Imports everything above.
 */
import { type BackwardOptions, backward } from './backward.ts'
import type { DType } from './dtype.ts'
import type {
  Assignable,
  BroadcastableTo,
  Flatten,
  Indices,
  OrderArg,
  Pad,
  Padding,
  Permute,
  Range,
  RangesArg,
  Reshape,
  Reverse,
  Slice,
  Squeeze,
  SqueezeArg,
  Swap,
  Take,
  Unsqueeze,
} from './movement-types.ts'
import {
  abs,
  add,
  argmax,
  assign,
  broadcastTo,
  clamp,
  clone,
  cos,
  div,
  eq,
  exp,
  expm1,
  flatten,
  flip,
  ge,
  gt,
  le,
  log,
  log1p,
  logSoftmax,
  logsumexp,
  lt,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  ne,
  neg,
  pad,
  permute,
  pow,
  prod,
  type ReduceOptions,
  relu,
  reshape,
  sigmoid,
  sign,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  squeeze,
  std,
  sub,
  sum,
  take,
  tanh,
  to,
  transpose,
  unsqueeze,
  type VarianceOptions,
  variance,
} from './ops/index.ts'
import type {
  Axes,
  AxesArg,
  AxisArg,
  Broadcast,
  Broadcastable,
  MatMul,
  MatMulable,
  NewAxisArg,
  Reduce,
  Shape,
} from './shape-types.ts'
import { Tensor } from './tensor.ts'

/** Every op as a method, the tensor first. */
export interface Methods<S extends Shape> {
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
  /** Comparisons give a tensor of dtype bool. */
  eq<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  ne<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  lt<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  le<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  gt<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>
  ge<B extends Shape = S>(other: number | Broadcastable<S, B, Tensor<B>>): Tensor<Broadcast<S, B>>

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
  /** Limited to [min, max]. */
  clamp(min: number, max: number): Tensor<S>

  // Reductions.
  /** Over one axis, several, or all; `keepdims` keeps reduced axes with size 1. */
  sum<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  mean<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  /** Largest element along axes; ties share the gradient. */
  max<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  /** Smallest element along axes; ties share the gradient. */
  min<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  prod<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  logsumexp<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  /** Divides by N - `correction`, by default N. */
  variance<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: VarianceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  std<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: VarianceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  /** Position of the largest element, int32; without an axis, in the flattened tensor. */
  argmax<const X extends number | undefined = undefined>(axis?: AxesArg<S, X>): Tensor<Reduce<S, X, false>>
  softmax<const X extends number>(axis: AxisArg<S, X>): Tensor<S>
  logSoftmax<const X extends number>(axis: AxisArg<S, X>): Tensor<S>

  // Movement.
  /** One dimension may be -1: it is found at run time. */
  reshape<const T extends Shape>(shape: readonly [...T]): Tensor<Reshape<T>>
  /** Joins the axes from `start` to `end` into one. */
  flatten<const I extends number = 0, const J extends number = -1>(
    start?: AxisArg<S, I>,
    end?: AxisArg<S, J>,
  ): Tensor<Flatten<S, I, J>>
  /** Axis i of the result is axis `order[i]`. */
  permute<const P extends Shape>(order: OrderArg<S, P>): Tensor<Permute<S, P>>
  /** All axes in reverse order, or two axes swapped. */
  transpose(): Tensor<Reverse<S>>
  transpose<const I extends number, const J extends number>(
    a: AxisArg<S, I>,
    b: AxisArg<S, J>,
  ): Tensor<Swap<S, I, J>>
  /** The axes in reverse order. */
  readonly T: Tensor<Reverse<S>>
  /** Drops an axis of size 1, or all of them. */
  squeeze<const X extends number | undefined = undefined>(axis?: SqueezeArg<S, X>): Tensor<Squeeze<S, X>>
  /** Inserts an axis of size 1. */
  unsqueeze<const X extends number>(axis: NewAxisArg<S, X>): Tensor<Unsqueeze<S, X>>
  /** Repeats along new leading axes and axes of size 1, without a copy. */
  broadcastTo<const T extends Shape>(shape: BroadcastableTo<S, T, readonly [...T]>): Tensor<T>
  /** Per axis: null for all of it, an index that drops the axis, or [start, stop, step]. */
  slice<const R extends readonly Range[]>(ranges: RangesArg<S, R>): Tensor<Slice<S, R>>
  /** Reverses the order along axes, or along all. */
  flip<const X extends Axes = undefined>(axis?: AxesArg<S, X>): Tensor<S>
  /** Per axis: how many elements of `value` (0) to add before and after. */
  pad<const P extends Padding<S>>(padding: P, value?: number): Tensor<Pad<S, P>>
  /** The slices at `indices`; the axis becomes the axes of the indices. */
  take<const I extends Indices, const X extends number>(
    indices: I,
    axis: AxisArg<S, X>,
  ): Tensor<Take<S, I, X>>

  // Linear algebra.
  /** Matrix product with NumPy's rules: 1-d operands, batches that broadcast. */
  matmul<B extends Shape>(other: MatMulable<S, B, Tensor<B>>): Tensor<MatMul<S, B>>

  // Memory and derivatives.
  /** The values as another dtype; gradients flow between float32 and float64. */
  to(dtype: DType): Tensor<S>
  /** A copy in memory of its own; gradients flow through. */
  clone(): Tensor<S>
  /** Overwrites the values in place, in all views of the memory. Returns the tensor. */
  assign<B extends Shape = S>(value: number | Assignable<S, B, Tensor<B>>): Tensor<S>
  /** Adds to `grad` of every leaf that this was computed from. */
  backward(cotangent?: Tensor<S> | null, options?: BackwardOptions): void
}

/** The free functions behind the methods: the one list. */
const methods = {
  ...{ add, sub, mul, div, pow, maximum, minimum, eq, ne, lt, le, gt, ge },
  ...{ neg, exp, log, log1p, expm1, sqrt, square, abs, sign, sin, cos, tanh, sigmoid, relu, softplus, clamp },
  ...{ sum, mean, max, min, prod, logsumexp, variance, std, argmax, softmax, logSoftmax },
  ...{ reshape, flatten, permute, transpose, squeeze, unsqueeze, broadcastTo, slice, flip, pad, take },
  ...{ matmul, to, clone, assign, backward },
} satisfies Record<Exclude<keyof Methods<Shape>, 'T'>, (x: Tensor, ...rest: never[]) => unknown>

for (const [name, op] of Object.entries(methods)) {
  const call = op as (x: Tensor, first: unknown, second: unknown) => unknown
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, first: unknown, second: unknown) {
      return call(this, first, second)
    },
    writable: true,
    configurable: true,
  })
}

Object.defineProperty(Tensor.prototype, 'T', {
  get(this: Tensor) {
    return transpose(this)
  },
  configurable: true,
})
