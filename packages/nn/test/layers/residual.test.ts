/** @file Residual and Lambda: values, names of their tensors, what they refuse. */
import { ones, TapegradError, type Tensor, tensor, zeros } from '@tapegrad/core'
import { constant, Dense, Dropout, Lambda, Residual, sequential, Tanh } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

describe('Residual', () => {
  it('adds what the layer computes to its input', () => {
    const layer = new Residual(new Dense(2, 2, { init: constant(1), bias: constant(10) }))
    expect(layer.call(tensor([1, 2])).toArray()).toEqual([14, 15])
    expect(`${layer}`).toBe('Residual(Dense(2, 2))')
    expect(layer.layer.weight.shape).toEqual([2, 2])
  })

  it('switches and names what is inside', () => {
    const layer = new Residual(sequential(new Dense(2, 2), new Dropout(1)))
    expect(Object.keys(layer.stateDict())).toEqual(['layer.0.weight', 'layer.0.bias'])
    expect(layer.call(tensor([1, 2])).toArray()).toEqual([1, 2])
    layer.eval()
    expect(layer.layer.layers[1].training).toBe(false)
  })

  it('refuses a layer that changes the shape, even to one that could be stretched', () => {
    const layer = new Residual(new Dense(4, 1) as never)
    expect(() => layer.call(zeros([2, 4]) as never)).toThrow(
      'Residual: Dense(4, 1) made [2, 1] of [2, 4], and the two are added; the layer inside must keep the shape; in Residual(Dense(4, 1))',
    )
    const sum = new Residual(new Lambda((x) => x.sum() as Tensor))
    expect(() => sum.call(zeros([3]))).toThrow(/^Residual: Lambda\(.*\) made \[\] of \[3\]/)
  })

  it('refuses what is no layer', () => {
    for (const layer of [null, undefined, 'Dense', (x: Tensor) => x, {}, zeros([2])]) {
      expect(() => new Residual(layer as never)).toThrow(TapegradError)
      expect(() => new Residual(layer as never)).toThrow(/^Residual: expected a layer, such as new Dense/)
    }
  })
})

describe('Lambda', () => {
  it('is its function, anywhere in a model', () => {
    const model = sequential(
      new Dense(2, 3, { init: constant(1), bias: constant(0) }),
      new Lambda((x) => x.square()),
    )
    expect(model.call(ones([2])).toArray()).toEqual([4, 4, 4])
    expect(model.parameters()).toHaveLength(2)
  })

  it('prints the name of its function, where there is one', () => {
    const double = (x: Tensor): Tensor => x.mul(2)
    expect(`${new Lambda(double)}`).toBe('Lambda(double)')
    expect(`${new Lambda((x) => x)}`).toBe('Lambda((x) => ...)')
  })

  it('refuses what is no function, and a result that is no tensor', () => {
    for (const f of [null, undefined, 3, new Tanh()])
      expect(() => new Lambda(f as never)).toThrow(/^Lambda: expected a function, as in new Lambda/)
    for (const [result, shown] of [
      [undefined, 'undefined'],
      [3, '3'],
      [[zeros([2])], 'an array of length 1'],
      [Promise.resolve(zeros([2])), 'a Promise'],
    ] as const)
      expect(() => new Lambda(() => result as never).call(zeros([2]))).toThrow(
        `Lambda: the function returned ${shown}, expected a tensor; in Lambda(`,
      )
  })
})
