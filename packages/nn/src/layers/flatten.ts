/** @file Flatten: images as vectors. Imports core, errors.ts and layer.ts. */
import { flatten, type Shape, type Tensor } from '@tapegrad/core/ops'
import { checkTensor, fail, showShape } from '../errors.ts'
import { Layer } from '../layer.ts'

/**
 * Joins all axes but the first: [N, ...] -> [N, product of the others]. Axis 0 stays whatever it is, so unlike other
 * layers this needs the batch axis: one image [C, H, W] becomes [C, H W]. Give it as x.unsqueeze(0), of shape [1, C, H, W].
 * The product is `number` to the types.
 */
export class Flatten extends Layer<Shape, [number, number]> {
  constructor(...none: readonly []) {
    super()
    if (none.length > 0)
      fail(
        'Flatten',
        'takes no arguments: axis 0 is kept; of other axes make new Lambda((x) => flatten(x, start, end))',
      )
  }

  forward(x: Tensor): Tensor {
    checkTensor('Flatten', 'the input', x)
    if (x.ndim < 2)
      fail(
        'Flatten',
        `expected [N, ...] with at least two axes, got ${showShape(x.shape)}; one sample needs a batch axis, x.unsqueeze(0)`,
      )
    return flatten(x, 1)
  }
}
