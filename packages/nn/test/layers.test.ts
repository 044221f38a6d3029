/** @file Dense, activations and Sequential: values, gradients, and what they say about inputs that do not fit. */
import { Generator, grad, ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import {
  constant,
  Dense,
  functionalCall,
  Layer,
  parameter,
  ReLU,
  Sequential,
  Sigmoid,
  sequential,
  Tanh,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { expectClose, numericGradient, sample } from './support/close.ts'

describe('Dense', () => {
  const layer = new Dense(3, 2, { dtype: 'float64' })
  layer.weight.assign(tensor(Float64Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 3] }))
  layer.bias!.assign(tensor(Float64Array.of(10, 20)))

  it('computes x W^T + b on a batch, W n + b on one sample, and keeps other leading axes', () => {
    const x = tensor(Float64Array.of(1, 0, -1, 2, 1, 0), { shape: [2, 3] })
    const expected = [
      [8, 18],
      [14, 33],
    ]
    expect(layer.call(x).toArray()).toEqual(expected)
    expect(layer.call(x.slice([1])).toArray()).toEqual(expected[1])
    expect(layer.call(x.reshape([2, 1, 3])).toArray()).toEqual(expected.map((row) => [row]))
    expect(layer.call(zeros([0, 3], { dtype: 'float64' })).shape).toEqual([0, 2])
  })

  it('has the layout of PyTorch: weight [out, in], bias [out], both trainable', () => {
    expect(layer.weight.shape).toEqual([2, 3])
    expect(layer.bias!.shape).toEqual([2])
    expect(layer.namedParameters()).toEqual([
      ['weight', layer.weight],
      ['bias', layer.bias],
    ])
    expect(layer.parameters().every((p) => p.requiresGrad)).toBe(true)
  })

  it.each([
    ['a batch', [4, 3]],
    ['one sample', [3]],
    ['more axes', [2, 2, 3]],
  ])('has the gradients of finite differences: %s', (_, shape) => {
    const x = sample(shape)
    x.requiresGrad = true
    // Not linear, so that the gradient depends on the values.
    const loss = (): Tensor =>
      layer
        .call(x as Tensor<[number, 3]>)
        .square()
        .sum()
    const leaves = [x, layer.weight, layer.bias!] as Tensor[]
    for (const leaf of leaves) leaf.grad = null
    loss().backward()
    for (const leaf of leaves) {
      const analytic = leaf.grad
      // Values up to 1000 and quadratic: rounding is about 1e-13 * 1000 / h, relative to gradients of 100 about 1e-12.
      expectClose(
        analytic,
        numericGradient(() => loss().item(), leaf),
        1e-9,
      )
    }
  })

  it('without bias adds none and has one parameter', () => {
    const plain = new Dense(3, 2, { bias: false, init: constant(1) })
    expect(plain.bias).toBeNull()
    expect(plain.namedParameters().map(([key]) => key)).toEqual(['weight'])
    expect(plain.call(ones([3])).toArray()).toEqual([3, 3])
  })

  it('starts as in PyTorch: weight and bias uniform in ±1/√in', () => {
    const { weight, bias } = new Dense(16, 1000, { generator: new Generator(3), dtype: 'float64' })
    for (const [t, count] of [
      [weight, 16_000],
      [bias!, 1000],
    ] as const) {
      const values = Array.from(t.data)
      expect(values.every((v) => v >= -0.25 && v < 0.25)).toBe(true)
      const variance = values.reduce((sum, v) => sum + v * v, 0) / count
      // A sample variance of `count` uniform numbers is off by at most 0.9 / √count relative, at one standard deviation.
      expect(Math.abs(variance / (0.25 ** 2 / 3) - 1)).toBeLessThan((5 * 0.9) / Math.sqrt(count))
    }
  })

  it('takes initializers for weight and bias, a dtype and a generator', () => {
    const made = (seed: number): Dense =>
      new Dense(4, 3, {
        init: constant(0.5),
        bias: constant(-1),
        dtype: 'float64',
        generator: new Generator(seed),
      })
    expect(Array.from(made(1).weight.data)).toEqual(new Array(12).fill(0.5))
    expect(made(1).bias!.toArray()).toEqual([-1, -1, -1])
    expect(made(1).weight.dtype).toBe('float64')
    const random = (seed: number): unknown =>
      new Dense(4, 3, { generator: new Generator(seed) }).weight.toArray()
    expect(random(5)).toEqual(random(5))
    expect(random(5)).not.toEqual(random(6))
  })

  it('refuses bad sizes, options and inputs', () => {
    expect(() => new Dense(0, 2)).toThrow('Dense: the number of inputs must be a whole number >= 1, got 0')
    expect(() => new Dense(2, 1.5)).toThrow(
      'Dense: the number of outputs must be a whole number >= 1, got 1.5',
    )
    expect(() => new Dense(Number.NaN, 2)).toThrow(/^Dense: the number of inputs/)
    expect(() => new Dense(2, 3, { init: 'he' as never })).toThrow('Dense: init must be an initializer')
    expect(() => new Dense(2, 3, { init: () => zeros([3]) })).toThrow(
      'Dense: init returned a tensor of shape [3], expected a tensor of shape [3, 2]',
    )
    expect(() => new Dense(2, 3, { bias: () => 0 as never })).toThrow(
      'Dense: bias returned 0, expected a tensor',
    )
    expect(() => new Dense(2, 3, { bias: 1 as never })).toThrow(
      'Dense: bias must be true, false or an initializer',
    )
    expect(() => new Dense(2, 3, { dtype: 'int32' as never })).toThrow(/int32/)
    expect(() => layer.call(zeros([2, 4]) as never)).toThrow(/^linear: .*; in Dense\(3, 2\)$/)
    expect(() => layer.call(zeros([3]))).toThrow(/float64 and float32|float32 and float64/)
    expect(() => layer.call([1, 2, 3] as never)).toThrow(/^linear: expected a tensor/)
    expect(() => layer.call(zeros([]) as never)).toThrow(/^linear: /)
  })
})

describe('activations', () => {
  it.each([
    ['Sigmoid', new Sigmoid(), (z: number) => 1 / (1 + Math.exp(-z))],
    ['Tanh', new Tanh(), Math.tanh],
    ['ReLU', new ReLU(), (z: number) => Math.max(z, 0)],
  ])('%s is its function, elementwise, with the right gradient', (name, layer, f) => {
    const z = tensor(Float64Array.of(-3, -0.5, 0.25, 2), { shape: [2, 2], requiresGrad: true })
    // The library's sigmoid and the formula in doubles: a few ulp apart.
    expectClose(layer.call(z), Array.from(z.data, f), 1e-15)
    const loss = (): Tensor => layer.call(z).square().sum()
    loss().backward()
    expectClose(
      z.grad,
      numericGradient(() => loss().item(), z),
      1e-9,
    )
    expect(layer.parameters()).toEqual([])
    expect(String(layer)).toBe(`${name}()`)
  })
})

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
      'Sequential: layer 1 is the function Sigmoid, expected a layer, such as new Dense(4, 3)',
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

describe('functionalCall', () => {
  const model = sequential(new Dense(2, 2), new Tanh(), new Dense(2, 1))
  const x = tensor([[1, -2]])

  it('runs the module with other parameters, and leaves its own in place', () => {
    const own = model.stateDict()
    const others = Object.fromEntries(Object.entries(own).map(([key, t]) => [key, t.mul(0)]))
    expect(functionalCall(model, { ...others, '2.bias': tensor([5]) }, x).toArray()).toEqual([[5]])
    expect(model.stateDict()).toEqual(own)
    expect(functionalCall(model, {}, x).toArray()).toEqual(model.call(x).toArray())
  })

  it('makes a model a function of its parameters, for grad', () => {
    const loss = (p: Record<string, Tensor>): Tensor => functionalCall(model, p, x).square().sum()
    const gradients = grad(loss)(model.stateDict())
    model.call(x).square().sum().backward()
    for (const [key, parameter] of model.namedParameters())
      expect(gradients[key]!.toArray(), key).toEqual(parameter.grad!.toArray())
  })

  it('puts its own parameters back after an error', () => {
    const before = model.parameters()
    expect(() => functionalCall(model, { '0.weight': zeros([2, 2]) }, zeros([3]))).toThrow(/in layer 0/)
    expect(model.parameters().every((p, i) => p === before[i])).toBe(true)
  })

  it('replaces a shared parameter wherever it stands', () => {
    const dense = new Dense(1, 1, { bias: false })
    const tied = sequential(dense, dense)
    expect(functionalCall(tied, { '0.weight': tensor([[3]]) }, tensor([1])).toArray()).toEqual([9])
  })

  it('refuses unknown keys, wrong shapes, other values and async modules', () => {
    expect(() => functionalCall(model, { weight: zeros([2]) }, x)).toThrow(
      'functionalCall: the module has no weight; its keys are 0.weight, 0.bias, 2.weight, 2.bias',
    )
    expect(() => functionalCall(model, { '2.bias': zeros([2]) }, x)).toThrow(
      'functionalCall: 2.bias has shape [2], it must be [1]',
    )
    expect(() => functionalCall(model, { '2.bias': 1 as never }, x)).toThrow(
      /^functionalCall: 2\.bias must be a tensor/,
    )
    expect(() => functionalCall({} as Dense, {}, x)).toThrow(/^functionalCall: expected a module/)
    expect(() => functionalCall(model, null as never, x)).toThrow(
      /^functionalCall: expected an object of tensors/,
    )
  })
})
