/** @file Dense: the fully connected layer. Imports layer.ts, marks.ts and init.ts. */
import { linear, type Tensor } from '@tapegrad/core/ops'
import { checkCount, checkOptions } from '../errors.ts'
import { type Initializer, type InitOptions, initialize, initializeBias, uniform } from '../init.ts'
import { Layer } from '../layer.ts'
import { parameter } from '../marks.ts'

export interface DenseOptions extends InitOptions {
  /** Whether there is a bias (default true), or how it starts: by default uniform in ±1/√in, as in PyTorch. */
  readonly bias?: boolean | Initializer
  /** How the weight starts: by default uniform in ±1/√in, as in PyTorch. */
  readonly init?: Initializer
}

/** z = x W^T + b: [..., in] -> [..., out]; for one sample, z = W n + b. */
export class Dense<I extends number = number, O extends number = number> extends Layer<[I], [O]> {
  /** [out, in]: row i holds the weights into neuron i. */
  readonly weight: Tensor<[O, I]>
  /** [out]; null when the layer was made with `bias: false`. */
  readonly bias: Tensor<[O]> | null

  constructor(inputs: I, outputs: O, options: DenseOptions = {}) {
    super()
    checkCount('Dense', 'the number of inputs', inputs)
    checkCount('Dense', 'the number of outputs', outputs)
    const limit = 1 / Math.sqrt(inputs)
    const { init = uniform(-limit, limit), bias = true } = checkOptions('Dense', options, [
      'bias',
      'init',
      'dtype',
      'generator',
    ])
    this.weight = parameter(initialize('Dense', 'init', init, [outputs, inputs], options) as Tensor<[O, I]>)
    this.bias = initializeBias('Dense', bias, outputs, limit, options) as Tensor<[O]> | null
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight as Tensor, this.bias as Tensor | null)
  }

  override toString(): string {
    const [outputs, inputs] = this.weight.shape
    return `Dense(${inputs}, ${outputs}${this.bias === null ? ', { bias: false }' : ''})`
  }
}
