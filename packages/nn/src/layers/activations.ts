/** @file Activations: layers that apply one function and keep the shape. Imports core, errors.ts and layer.ts. */
import {
  elu,
  type GeluOptions,
  gelu,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  type Tensor,
  tanh,
} from '@tapegrad/core/ops'
import { checkFinite, checkInteger, checkOptions, describe, fail } from '../errors.ts'
import { Layer } from '../layer.ts'

/**
 * A layer that takes any shape and keeps it. Where a layer after it in a Sequential refuses its input, the message names
 * the layer before it, which made the shape.
 */
export abstract class Activation extends Layer<[], []> {}

/** 1 / (1 + e^-z). */
export class Sigmoid extends Activation {
  forward(z: Tensor): Tensor {
    return sigmoid(z)
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Activation {
  forward(z: Tensor): Tensor {
    return tanh(z)
  }
}

/** max(z, 0). */
export class ReLU extends Activation {
  forward(z: Tensor): Tensor {
    return relu(z)
  }
}

/** z where z > 0, else `negativeSlope` z (0.01 unless told); the derivative at 0 is the slope, as in PyTorch. */
export class LeakyReLU extends Activation {
  readonly negativeSlope: number

  constructor(negativeSlope = 0.01) {
    super()
    checkFinite('LeakyReLU', 'the slope', negativeSlope)
    this.negativeSlope = negativeSlope
  }

  forward(z: Tensor): Tensor {
    return leakyRelu(z, this.negativeSlope)
  }

  override toString(): string {
    return this.negativeSlope === 0.01 ? 'LeakyReLU()' : `LeakyReLU(${this.negativeSlope})`
  }
}

/** z where z > 0, else `alpha` (e^z - 1), alpha = 1 unless told (Clevert et al. 2015). */
export class ELU extends Activation {
  readonly alpha: number

  constructor(alpha = 1) {
    super()
    checkFinite('ELU', 'alpha', alpha)
    this.alpha = alpha
  }

  forward(z: Tensor): Tensor {
    return elu(z, this.alpha)
  }

  override toString(): string {
    return this.alpha === 1 ? 'ELU()' : `ELU(${this.alpha})`
  }
}

/**
 * z times the share of a normal distribution that lies below z (Hendrycks and Gimpel 2016). By default the form with
 * tanh, as the op `gelu`; PyTorch's nn.GELU() is the exact form with erf, `new GELU({ approximate: 'none' })`.
 */
export class GELU extends Activation {
  readonly approximate: 'tanh' | 'none'

  constructor(options: GeluOptions = {}) {
    super()
    const { approximate = 'tanh' } = checkOptions('GELU', options, ['approximate'])
    if (approximate !== 'tanh' && approximate !== 'none')
      fail('GELU', `approximate must be 'tanh' or 'none', got ${describe(approximate)}`)
    this.approximate = approximate
  }

  forward(z: Tensor): Tensor {
    return gelu(z, { approximate: this.approximate })
  }

  override toString(): string {
    return this.approximate === 'tanh' ? 'GELU()' : `GELU({ approximate: 'none' })`
  }
}

/** z sigmoid(z), also called swish. */
export class SiLU extends Activation {
  forward(z: Tensor): Tensor {
    return silu(z)
  }
}

/** log(1 + e^z), a smooth ReLU, without overflow. */
export class Softplus extends Activation {
  forward(z: Tensor): Tensor {
    return softplus(z)
  }
}

/**
 * e^z / sum of e^z along `axis`, the last unless told: numbers from 0 to 1 that sum to 1. Not for a model that is trained
 * with crossEntropy, which takes z itself and is accurate where a softmax rounds to 0.
 */
export class Softmax extends Activation {
  readonly axis: number

  constructor(axis = -1) {
    super()
    checkInteger('Softmax', 'the axis', axis)
    this.axis = axis
  }

  forward(z: Tensor): Tensor {
    return softmax(z, this.axis)
  }

  override toString(): string {
    return this.axis === -1 ? 'Softmax()' : `Softmax(${this.axis})`
  }
}
