/** @file Running sums and products, and sorting, as methods: types and functions. Imports ops/. */
import type { Resize } from '../movement-types.ts'
import { argsort, cumprod, cumsum, sort, type TopK, topk } from '../ops/index.ts'
import type { AxisArg, Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import type { Implementations } from './implementations.ts'

export interface OrderMethods<S extends Shape> {
  /** Running sum along the axis. */
  cumsum<const X extends number>(axis: AxisArg<S, X>): Tensor<S>
  /** Running product along the axis. */
  cumprod<const X extends number>(axis: AxisArg<S, X>): Tensor<S>
  /** Ascending along the axis, NaN last. */
  sort<const X extends number>(axis: AxisArg<S, X>): Tensor<S>
  /** The positions that sort, int32. */
  argsort<const X extends number>(axis: AxisArg<S, X>): Tensor<S>
  /** The k largest along the axis, descending, and their positions. */
  topk<const K extends number, const X extends number>(
    k: K,
    axis: AxisArg<S, X>,
  ): TopK<Tensor<Resize<S, X, K>>>
}

export const orderMethods = { cumsum, cumprod, sort, argsort, topk } satisfies Implementations<
  keyof OrderMethods<Shape>
>
