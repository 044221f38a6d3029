/** @file Memory and derivatives as methods: types and functions. Imports ops/. */
import type { ScalarThis } from '../algebra-types.ts'
import { type BackwardOptions, backward } from '../backward.ts'
import type { DType } from '../dtype.ts'
import { type GradHook, onGrad } from '../hooks.ts'
import type { Assignable } from '../movement-types.ts'
import { assign, clone, to } from '../ops/index.ts'
import type { Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import type { Implementations } from './implementations.ts'

export interface MemoryMethods<S extends Shape> {
  /** The values as another dtype; gradients flow between float32 and float64. */
  to(dtype: DType): Tensor<S>
  /** A copy in memory of its own; gradients flow through. */
  clone(): Tensor<S>
  /** Overwrites the values in place, in all views of the memory. Returns the tensor. */
  assign<B extends Shape = S>(value: number | Assignable<S, B, Tensor<B>>): Tensor<S>
  /** Calls `hook` with the gradient of this tensor, which it may replace. Returns a function that takes it away. */
  onGrad(hook: GradHook<S>): () => void
  /** Adds to `grad` of every leaf that this was computed from. */
  backward<T extends Tensor>(this: ScalarThis<T>): void
  backward(cotangent: Tensor<S> | null | undefined, options?: BackwardOptions): void
}

export const memoryMethods = { to, clone, assign, onGrad, backward } satisfies Implementations<
  keyof MemoryMethods<Shape>
>
