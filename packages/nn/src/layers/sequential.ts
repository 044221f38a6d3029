/** @file Sequential: layers one after the other. Imports layer.ts, chain.ts, activations.ts and place.ts. */
import type { Shape, Tensor } from '@tapegrad/core/ops'
import { describeModule, fail } from '../errors.ts'
import { Layer } from '../layer.ts'
import { Module } from '../module.ts'
import { notePlace } from '../place.ts'
import { Activation } from './activations.ts'
import type { Fitting, In, Out } from './chain.ts'

/**
 * Layers one after the other, each applied to the output of the one before. A layer that does not fit is a compile error
 * at that argument, and an error of `call` that names both layers where types cannot tell. Keys are positions: `0.weight`.
 */
export class Sequential<Ls extends readonly Layer[] = readonly Layer[]> extends Layer<In<Ls>, Out<Ls>> {
  readonly layers: Ls

  constructor(...layers: Fitting<Ls>) {
    super()
    layers.forEach((layer, i) => {
      if (!(layer instanceof Module))
        fail(
          'Sequential',
          `layer ${i} is ${describeModule(layer)}, expected a layer, such as new Dense(4, 3)`,
        )
    })
    this.layers = layers as unknown as Ls
  }

  forward(x: Tensor): Tensor {
    return this.#run(x)
  }

  /** The output of every layer, the last one being that of `call`: call `retainGrad()` on any of them. */
  activations<Batch extends Shape>(x: Tensor<readonly [...Batch, ...In<Ls>]>): Tensor[] {
    const outputs: Tensor[] = []
    this.#run(x as Tensor, outputs)
    return outputs
  }

  #run(x: Tensor, outputs?: Tensor[]): Tensor {
    const { layers } = this
    let h = x
    let i = 0
    try {
      for (; i < layers.length; i++) {
        h = layers[i]!.call(h as never)
        outputs?.push(h)
      }
    } catch (error) {
      this.#place(error, i)
    }
    return h
  }

  /** Rethrows the error of layer i, with the place of that layer and of the one that made its input. */
  #place(error: unknown, i: number): never {
    const { layers } = this
    // Activations pass the shape on, so the layer before them is the one that does not fit.
    let from = i - 1
    while (from > 0 && layers[from] instanceof Activation) from--
    const giver = from < 0 ? undefined : { path: `${from}`, layer: layers[from]! }
    if (error instanceof Error) notePlace(error, this, `${i}`, giver)
    throw error
  }

  override fields(): object {
    return this.layers
  }

  override toString(): string {
    return `Sequential(${this.layers.join(', ')})`
  }
}

/** Layers one after the other: the same as `new Sequential(...layers)`. */
export const sequential = <Ls extends readonly Layer[]>(...layers: Fitting<Ls>): Sequential<Ls> =>
  new Sequential<Ls>(...layers)
