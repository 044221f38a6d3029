/** @file A layer of one's own, with an op of one's own in it. Imports core and nn. */
import { defineOp, exp, neg, type RandomOptions, rand, type Tensor } from '@tapegrad/core'
import { Layer, parameter } from '@tapegrad/nn'

/** |x - c|² for each row x of [..., in] and each center c of [out, in]: [..., out]. Its derivative is 2 (x - c). */
export const squaredDistances = defineOp({
  name: 'squaredDistances',
  forward: (x: Tensor, centers: Tensor) => x.unsqueeze(-2).sub(centers).square().sum(-1),
  backward: (ct, { inputs: [x, centers] }) => {
    const d = ct.unsqueeze(-1).mul(x.unsqueeze(-2).sub(centers)).mul(2)
    return [d.sum(-2), neg(d.reshape([-1, ...centers.shape]).sum(0))]
  },
  check: () => [
    [rand([3, 2]), rand([4, 2])],
    [rand([2]), rand([4, 2])],
  ],
})

/** The same op as one writes it late in the evening: the 2 of the derivative is missing. */
export const carelessDistances: typeof squaredDistances = defineOp({
  name: 'carelessDistances',
  forward: (x: Tensor, centers: Tensor) => x.unsqueeze(-2).sub(centers).square().sum(-1),
  backward: (ct, { inputs: [x, centers] }) => {
    const d = ct.unsqueeze(-1).mul(x.unsqueeze(-2).sub(centers))
    return [d.sum(-2), neg(d.reshape([-1, ...centers.shape]).sum(0))]
  },
})

/** Radial basis functions, exp(-|x - c|²) for each center c: [..., in] -> [..., out]. The centers are learned. */
export class RadialBasis<I extends number, O extends number> extends Layer<[I], [O]> {
  readonly centers: Tensor<[O, I]>
  readonly distances: typeof squaredDistances
  constructor(inputs: I, outputs: O, distances = squaredDistances, options: RandomOptions = {}) {
    super()
    this.centers = parameter(rand([outputs, inputs], options))
    this.distances = distances
  }
  forward(x: Tensor): Tensor {
    return exp(neg(this.distances(x, this.centers)))
  }
}
