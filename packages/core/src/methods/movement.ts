/** @file Movement and indexing as methods: types and functions. Imports ops/. */
import type {
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
} from '../movement-types.ts'
import {
  broadcastTo,
  flatten,
  flip,
  pad,
  permute,
  reshape,
  slice,
  squeeze,
  take,
  transpose,
  unsqueeze,
} from '../ops/index.ts'
import type { Axes, AxesArg, AxisArg, NewAxisArg, Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import type { Implementations } from './implementations.ts'

export interface MovementMethods<S extends Shape> {
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
}

export const movementMethods = {
  reshape,
  flatten,
  permute,
  transpose,
  squeeze,
  unsqueeze,
  broadcastTo,
  slice,
  flip,
  pad,
  take,
} satisfies Implementations<Exclude<keyof MovementMethods<Shape>, 'T'>>
