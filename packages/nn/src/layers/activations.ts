/** @file Activations: layers that apply one function to every element. Imports layer.ts. */
import { relu, sigmoid, type Tensor, tanh } from '@tapegrad/core/ops'
import { Layer } from '../layer.ts'

/** An elementwise layer: the shape stays. */
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
