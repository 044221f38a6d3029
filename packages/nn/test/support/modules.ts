/** @file Modules with parameters and buffers, plain and nested. Imports core and nn. */
import { ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { buffer, Module, parameter } from '@tapegrad/nn'

export class Affine extends Module {
  readonly weight = parameter(ones([2, 3]))
  readonly bias = parameter(zeros([2]))
  readonly count = buffer(tensor(0, { dtype: 'int32' }))
  /** Unmarked: not part of the module's state. */
  readonly constant = ones([7])

  forward(x: Tensor<[3]>, scale: number): Tensor {
    return this.weight.matmul(x).add(this.bias).mul(scale)
  }
}

export class Nested extends Module {
  readonly first = new Affine()
  readonly list = [new Affine(), new Affine()]
  readonly byName = { left: parameter(zeros([1])), deeper: [buffer(zeros([4]))] }
  readonly own = parameter(zeros([5]), 'weight_ih_l0')
  forward(x: Tensor<[3]>): Tensor {
    return this.first.call(x, 1)
  }
}
