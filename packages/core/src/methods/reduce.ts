/** @file Reductions as methods: types and functions. Imports ops/. */
import {
  all,
  any,
  argmax,
  argmin,
  logSoftmax,
  logsumexp,
  max,
  mean,
  min,
  norm,
  prod,
  type ReduceOptions,
  softmax,
  std,
  sum,
  type VarianceOptions,
  variance,
} from '../ops/index.ts'
import type { Axes, AxesArg, AxisArg, Reduce, Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import type { Implementations } from './implementations.ts'

export interface ReduceMethods<S extends Shape> {
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
  /** Position of the smallest element, int32; without an axis, in the flattened tensor. */
  argmin<const X extends number | undefined = undefined>(axis?: AxesArg<S, X>): Tensor<Reduce<S, X, false>>
  /** Euclidean norm; its gradient at 0 is 0. */
  norm<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  /** Of a bool tensor, whether any element is true. */
  any<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  /** Of a bool tensor, whether all elements are true. */
  all<const X extends Axes = undefined, K extends boolean = false>(
    axis?: AxesArg<S, X>,
    options?: ReduceOptions<K>,
  ): Tensor<Reduce<S, X, K>>
  softmax<const X extends number>(axis: AxisArg<S, X>): Tensor<S>
  logSoftmax<const X extends number>(axis: AxisArg<S, X>): Tensor<S>
}

export const reduceMethods = {
  sum,
  mean,
  max,
  min,
  prod,
  logsumexp,
  variance,
  std,
  argmax,
  argmin,
  norm,
  any,
  all,
  softmax,
  logSoftmax,
} satisfies Implementations<keyof ReduceMethods<Shape>>
