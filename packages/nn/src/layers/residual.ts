/** @file Residual: a layer and a way around it. Imports core, errors.ts, layer.ts, module.ts and chain.ts (types only). */
import { add, type Tensor } from '@tapegrad/core/ops'
import { describeModule, fail, sameShape, showShape } from '../errors.ts'
import { Layer } from '../layer.ts'
import { Module } from '../module.ts'
import type { In, Keeping, Out } from './chain.ts'

/**
 * x + layer(x) (He et al. 2015): the layer computes what to add. It must keep the shape; one that does not is a compile
 * error where types can tell, else an error of `call`. Keys begin with `layer.`.
 */
export class Residual<L extends Layer = Layer> extends Layer<In<[L]>, Out<[L]>> {
  readonly layer: L

  constructor(layer: Keeping<L>) {
    super()
    if (!(layer instanceof Module))
      fail('Residual', `expected a layer, such as new Dense(4, 4), got ${describeModule(layer)}`)
    this.layer = layer as L
  }

  forward(x: Tensor): Tensor {
    const y: Tensor = this.layer.call(x as never)
    // Not left to add, which would stretch axes of size 1.
    if (!sameShape(x.shape, y.shape))
      fail(
        'Residual',
        `${this.layer} made ${showShape(y.shape)} of ${showShape(x.shape)}, and the two are added; the layer inside must keep the shape`,
      )
    return add(x, y)
  }

  override toString(): string {
    return `Residual(${this.layer})`
  }
}
