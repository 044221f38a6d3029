/** @file Ops with derivatives written by hand, right or wrong. Imports primitive.ts and tape.ts. */
import { noGrad } from '../../src/index.ts'
import { type Primitive, primitive } from '../../src/primitive.ts'
import { apply } from '../../src/tape.ts'
import type { Tensor } from '../../src/tensor.ts'

type Rule = (ct: Tensor, inputs: readonly Tensor[], out: Tensor) => Tensor

/** An op that computes `forward` and whose derivatives are what is given, whatever `forward` is. */
export function planted(
  name: string,
  forward: (...inputs: Tensor[]) => Tensor,
  vjp: readonly Rule[],
  jvp: Primitive['jvp'] = () => {
    throw new Error('no jvp was planted')
  },
): (...inputs: Tensor[]) => Tensor {
  const plain = (inputs: readonly Tensor[]): Tensor => forward(...inputs.map((x) => x.detach()))
  const op = primitive({
    name,
    shape: (inputs) => noGrad(() => plain(inputs as readonly Tensor[])),
    kernel: (inputs) => plain(inputs).detach(),
    vjp,
    jvp,
    batch: 'elementwise',
    saves: { inputs: vjp.map((_, i) => i), output: true },
  })
  return (...inputs) => apply(op, inputs, undefined)
}
