/** @file Sequential: layers in order, their keys and outputs, and what it says about layers that do not fit. */
import { ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { constant, Dense, Layer, parameter, Sequential, Sigmoid, sequential, Tanh } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { expectClose, sample } from './support/close.ts'

describe('Sequential', () => {
  const model = sequential(new Dense(4, 5), new Sigmoid(), new Dense(5, 3), new Tanh())

  it('applies its layers in order; sequential() is the same as new Sequential()', () => {
    const x = sample([7, 4]).to('float32')
    const [a, b, c, d] = model.layers
    const expected = d.call(c.call(b.call(a.call(x as Tensor<[7, 4]>))))
    expect(model.call(x as Tensor<[7, 4]>).toArray()).toEqual(expected.toArray())
    expect(
      sequential(a, b, c, d)
        .call(x as Tensor<[7, 4]>)
        .toArray(),
    ).toEqual(expected.toArray())
    expect(new Sequential(a, b, c, d).call(x as Tensor<[7, 4]>).toArray()).toEqual(expected.toArray())
    expect(model).toBeInstanceOf(Sequential)
    expect(model).toBeInstanceOf(Layer)
  })

  it('without layers is the identity', () => {
    const x = ones([2])
    expect(sequential().call(x)).toBe(x)
    expect(sequential().parameters()).toEqual([])
  })

  it('has positions as keys, nested ones too', () => {
    expect(Object.keys(model.stateDict())).toEqual(['0.weight', '0.bias', '2.weight', '2.bias'])
    expect(Object.keys(sequential(new Sigmoid(), model).stateDict())).toEqual([
      '1.0.weight',
      '1.0.bias',
      '1.2.weight',
      '1.2.bias',
    ])
  })

  it('gives every layer’s output, on any of which the error term can be kept', () => {
    const outputs = model.activations(ones([2, 4]))
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [2, 5],
      [2, 5],
      [2, 3],
      [2, 3],
    ])
    expect(outputs.at(-1)!.toArray()).toEqual(model.call(ones([2, 4])).toArray())
    for (const output of outputs) output.retainGrad()
    outputs[3]!.sum().backward()
    const z = outputs[2]!
    // dL/dz of the last layer: tanh'(z) = 1 - tanh²(z), rounded to float32.
    expectClose(
      z.grad,
      Array.from(outputs[3]!.data, (y) => 1 - y * y),
      1e-6,
    )
    expect(outputs[0]!.grad!.shape).toEqual([2, 5])
  })

  it('names both layers when one does not fit, in call and in activations', () => {
    const layers: Layer[] = [new Dense(4, 5), new Sigmoid(), new Dense(6, 3)]
    const misfit = new Sequential(...layers)
    const message =
      'linear: input [32, 5] does not end in 6, the inputs of weight [3, 6] = [out, in]; ' +
      'in layer 2 (Dense(6, 3)), whose input comes from layer 0 (Dense(4, 5))'
    expect(() => misfit.call(zeros([32, 4]))).toThrow(message)
    expect(() => misfit.activations(zeros([32, 4]))).toThrow(message)
  })

  it('names both layers across nested models, with their paths', () => {
    const inner: Layer = new Sequential(...([new Tanh(), new Dense(6, 2)] as Layer[]))
    const dense: Layer = new Dense(3, 5)
    const front: Layer = new Sequential(...([new Dense(5, 6), new Dense(4, 1)] as Layer[]))
    expect(() => sequential(dense, inner).call(zeros([3]))).toThrow(
      /; in layer 1\.1 \(Dense\(6, 2\)\), whose input comes from layer 1\.0 \(Tanh\(\)\)$/,
    )
    expect(() => sequential(dense, front).call(zeros([3]))).toThrow(
      /; in layer 1\.1 \(Dense\(4, 1\)\), whose input comes from layer 1\.0 \(Dense\(5, 6\)\)$/,
    )
    const first: Layer = new Sequential(...([new Dense(6, 2)] as Layer[]))
    expect(() => sequential(dense, first).call(zeros([3]))).toThrow(
      /; in layer 1\.0 \(Dense\(6, 2\)\), whose input comes from layer 0 \(Dense\(3, 5\)\)$/,
    )
  })

  it('does not blame a layer for an input that came from outside', () => {
    expect(() => model.call(zeros([2, 5]) as never)).toThrow(/; in layer 0 \(Dense\(4, 5\)\)$/)
  })

  it('names the layer’s own place when one object stands at two', () => {
    const twice: Layer = new Dense(3, 3)
    const misfit = new Sequential(...[twice, new Dense(3, 2) as Layer, twice])
    expect(() => misfit.call(zeros([3]))).toThrow(
      /in layer 2 \(Dense\(3, 3\)\), whose input comes from layer 1 \(Dense\(3, 2\)\)/,
    )
  })

  it('refuses what is not a layer', () => {
    expect(() => sequential(new Dense(4, 5), Sigmoid as never)).toThrow(
      'Sequential: layer 1 is a function (Sigmoid), expected a layer, such as new Dense(4, 3)',
    )
    expect(() => new Sequential(undefined as never)).toThrow(/^Sequential: layer 0 is undefined/)
  })

  it('takes layers that users write', () => {
    class Scale extends Layer<[], []> {
      readonly factor = parameter(tensor(2))
      forward(x: Tensor): Tensor {
        return x.mul(this.factor)
      }
    }
    const scaled = sequential(new Dense(2, 2, { init: constant(1), bias: false }), new Scale())
    expect(scaled.call(tensor([1, 2])).toArray()).toEqual([6, 6])
    expect(Object.keys(scaled.stateDict())).toEqual(['0.weight', '1.factor'])
  })
})
