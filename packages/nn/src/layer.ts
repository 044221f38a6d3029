/** @file Layer: a module from one tensor to one tensor, with shapes that flow. Imports module.ts and summary.ts. */
import { enterLayer, leaveLayer, type Shape, type Tensor } from '@tapegrad/core/ops'
import { Module, placed } from './module.ts'
import { returned } from './summary.ts'

/**
 * A layer rewrites the trailing dimensions of its input from `In` to `Out` and leaves the leading (batch) ones alone:
 * Dense(4, 5) is a `Layer<[4], [5]>`; an activation, which rewrites nothing, is a `Layer<[], []>`. `More` is what else
 * `forward` and `call` may take: nothing, or `[options?: ...]`.
 */
export abstract class Layer<
  In extends Shape = Shape,
  Out extends Shape = Shape,
  More extends readonly [options?: unknown] = [],
> extends Module {
  /** Types only, never set: what `sequential` compares. */
  declare readonly '~io': { readonly in: Tensor<In>; readonly out: Tensor<Out> }

  /** What the layer computes. `x` may have any leading dimensions, so it is a plain Tensor. */
  abstract override forward(x: Tensor, ...more: More): Tensor

  /** Runs the layer: [...batch, ...In] -> [...batch, ...Out]; batch is [] where In has any number of axes. */
  override call<Batch extends Shape = []>(
    x: Tensor<readonly [...Batch, ...In]>,
    ...more: More
  ): Tensor<[...Batch, ...Out]> {
    // Not super.call: its list of arguments costs as much as a small op.
    const outer = enterLayer(this, placed)
    try {
      const { forward } = this as unknown as Forward
      const y = more.length === 0 ? forward.call(this, x) : forward.call(this, x, more[0])
      return returned(this, y as Tensor<[...Batch, ...Out]>)
    } catch (error) {
      throw placed(error, this)
    } finally {
      leaveLayer(outer)
    }
  }
}

/** `forward`, as far as `call` is concerned. */
interface Forward {
  forward(x: unknown, options?: unknown): Tensor
}
