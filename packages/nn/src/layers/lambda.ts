/** @file Lambda: a function as a layer. Imports core, errors.ts and layer.ts. */
import { type Shape, Tensor } from '@tapegrad/core/ops'
import { describe, fail } from '../errors.ts'
import { Layer } from '../layer.ts'

/**
 * A function as a layer: `new Lambda((x) => x.square())`. Types know nothing of its shapes unless told which trailing
 * dimensions it rewrites, as in `new Lambda<[4], [2]>((x) => ...)`. Parameters that the function uses are not the
 * layer's: write a class that extends Layer for those.
 */
export class Lambda<I extends Shape = Shape, O extends Shape = Shape> extends Layer<I, O> {
  readonly f: (x: Tensor) => Tensor

  constructor(f: (x: Tensor) => Tensor) {
    super()
    if (typeof f !== 'function')
      fail('Lambda', `expected a function, as in new Lambda((x) => x.square()), got ${describe(f)}`)
    this.f = f
  }

  forward(x: Tensor): Tensor {
    const y: unknown = this.f(x)
    if (!(y instanceof Tensor)) fail('Lambda', `the function returned ${describe(y)}, expected a tensor`)
    return y
  }

  override toString(): string {
    return `Lambda(${this.f.name || '(x) => ...'})`
  }
}
