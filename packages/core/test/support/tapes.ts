/** @file Small tapes for the tests that list, print and draw them. Imports the package. */
import { linear, mul, sigmoid, type Tensor, tensor } from '@tapegrad/core'
import { type Primitive, primitive, SAVES_NOTHING } from '../../src/primitive.ts'
import { apply } from '../../src/tape.ts'

/** One neuron: two parameters, an input, and a number. */
export function neuron(): Tensor {
  const weight = tensor([[1, 2]], { requiresGrad: true })
  const bias = tensor([3], { requiresGrad: true })
  const x = tensor([0.5, 0.25])
  return mul(sigmoid(linear(x, weight, bias)), 2)
}

/** An op with any name and params, which returns its input. */
export function withParams(name: string, params: unknown, x: Tensor): Tensor {
  const op: Primitive<unknown> = primitive<unknown>({
    name,
    shape: ([x]) => x!,
    kernel: ([x]) => x!.detach(),
    vjp: [(ct) => ct],
    jvp: 'linear',
    batch: 'elementwise',
    saves: SAVES_NOTHING,
  })
  return apply(op, [x], params)
}
