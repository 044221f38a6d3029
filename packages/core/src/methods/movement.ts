/** @file Movement and indexing as methods: types and functions. Imports ops/. */
import type { MatricesThis } from '../algebra-types.ts'
import type {
  BroadcastableTo,
  Diagonal,
  Flatten,
  GatherArg,
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
  Split,
  Squeeze,
  SqueezeArg,
  Swap,
  Take,
  Tile,
  Unsqueeze,
} from '../movement-types.ts'
import {
  broadcastTo,
  diagonal,
  flatten,
  flip,
  gather,
  maskedFill,
  pad,
  permute,
  reshape,
  roll,
  scatterAdd,
  slice,
  split,
  squeeze,
  take,
  tile,
  transpose,
  tril,
  triu,
  unsqueeze,
} from '../ops/index.ts'
import type { Axes, AxesArg, AxisArg, Broadcast, Broadcastable, NewAxisArg, Shape } from '../shape-types.ts'
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
  /** Along the axis, the elements at `indices`, which have the other sizes of the tensor. */
  gather<I extends Shape, const X extends number>(
    indices: GatherArg<S, I, X, Tensor<I>>,
    axis: AxisArg<S, X>,
  ): Tensor<I>
  /** Plus each element of `source` at its index along the axis; duplicates accumulate. */
  scatterAdd<I extends Shape, const X extends number>(
    indices: GatherArg<S, I, X, Tensor<I>>,
    source: Tensor<NoInfer<I>>,
    axis: AxisArg<S, X>,
  ): Tensor<S>
  /** `value` where the mask is true. */
  maskedFill<M extends Shape>(mask: Broadcastable<S, M, Tensor<M>>, value: number): Tensor<Broadcast<S, M>>
  /** Repeated along the axes, aligned at the right; a number is for the last axis. */
  tile<const R extends number | Shape>(reps: R): Tensor<Tile<S, R>>
  /** Moved by `shift` places along the axis, around its end. */
  roll<const X extends number>(shift: number, axis: AxisArg<S, X>): Tensor<S>
  /** Parts of one size along the axis, or of the sizes in a list; views. */
  split<const N extends number | Shape, const X extends number>(sizes: N, axis: AxisArg<S, X>): Split<S, N, X>
  /** The last two axes, 0 where column - row > `k` (0). */
  tril<T extends Tensor>(this: MatricesThis<T, 'tril'>, k?: number): Tensor<S>
  /** The last two axes, 0 where column - row < `k` (0). */
  triu<T extends Tensor>(this: MatricesThis<T, 'triu'>, k?: number): Tensor<S>
  /** The diagonal of the first two axes, as the last axis; a view. */
  diagonal<T extends Tensor>(this: MatricesThis<T, 'diagonal'>): Tensor<Diagonal<S>>
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
  gather,
  scatterAdd,
  maskedFill,
  tile,
  roll,
  split,
  tril,
  triu,
  diagonal,
} satisfies Implementations<Exclude<keyof MovementMethods<Shape>, 'T'>>
