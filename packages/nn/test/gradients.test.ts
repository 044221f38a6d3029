/** @file Every layer and loss under gradcheck: both modes, first and second order. */
import { assertGradcheck, gradcheck, type Tensor, tensor } from '@tapegrad/core'
import {
  CrossEntropy,
  crossEntropy,
  Dense,
  type Layer,
  MSE,
  mse,
  ReLU,
  Sigmoid,
  sequential,
  Tanh,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { sample } from './support/close.ts'

describe('layers', () => {
  const x = sample([2, 3])
  it.each<[name: string, layer: Layer]>([
    ['Dense', new Dense(3, 2)],
    ['Dense without bias', new Dense(3, 2, { bias: false })],
    ['Sigmoid', new Sigmoid()],
    ['Tanh', new Tanh()],
    ['ReLU', new ReLU()],
    ['Sequential', sequential(new Dense(3, 4), new Tanh(), sequential(new Dense(4, 2), new Sigmoid()))],
  ])('%s', (_, layer) => {
    const report = assertGradcheck(layer, [x], { modes: ['reverse', 'forward'], order: 2 })
    // One row for each element of the input and the parameters, in each order.
    const elements = x.size + layer.parameters().reduce((sum, p) => sum + p.size, 0)
    expect(report.rows).toHaveLength(2 * elements)
  })

  it('a batch and one sample', () => {
    assertGradcheck(new Dense(3, 2), [sample([3])])
    assertGradcheck(new Dense(3, 2), [sample([2, 2, 3])])
  })
})

describe('losses', () => {
  const [p, t] = [sample([3, 4], 1), sample([3, 4], 2)]
  const classes = tensor(Int32Array.of(3, 0, 1))
  const shares = t.softmax(1)
  it.each<[name: string, loss: (p: Tensor, t: Tensor) => Tensor, target: Tensor]>([
    ['mse', (p, t) => mse(p, t), t],
    ['mse, summed and scaled', (p, t) => mse(p, t, { reduction: 'sum', scale: 0.5 }), t],
    ['mse, not reduced', (p, t) => mse(p, t, { reduction: 'none' }), t],
    ['MSE', (p, t) => new MSE().call(p, t), t],
    ['crossEntropy of classes', (p, t) => crossEntropy(p, t), classes as Tensor],
    ['crossEntropy, smoothed', (p, t) => crossEntropy(p, t, { labelSmoothing: 0.2 }), classes as Tensor],
    ['crossEntropy of probabilities', (p, t) => crossEntropy(p, t), shares],
    ['CrossEntropy', (p, t) => new CrossEntropy({ reduction: 'sum' }).call(p, t), classes as Tensor],
  ])('%s', (_, loss, target) => {
    assertGradcheck(loss, [p, target], { modes: ['reverse', 'forward'], order: 2 })
  })
})

it('a layer with a wrong gradient does not pass', () => {
  class Detached extends Dense {
    override forward(x: Tensor): Tensor {
      return super.forward(x).add((this.weight as Tensor).detach().sum())
    }
  }
  expect(gradcheck(new Detached(2, 2), [sample([2])]).verdict).toBe('wrong')
})
