/** @file Dense and activations: values, gradients, and what they say about inputs that do not fit. */
import { Generator, ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { matchers, shapeArb, tensorArb } from '@tapegrad/core/testing'
import { constant, Dense, ReLU, Sigmoid, Tanh } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectClose, flat, numericGradient, sample } from './support/close.ts'

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

describe('on any batch, in any memory layout', () => {
  expect.extend(matchers)
  const batches = shapeArb({ maxRank: 2, minSide: 0 }).map((batch) => [...batch, 3])
  const inputs = tensorArb({ shape: batches, dtype: 'float64' })

  it('Dense is a plain loop, with the right gradient', () => {
    const layer = new Dense(3, 2, { dtype: 'float64' })
    layer.weight.assign(tensor(Float64Array.of(1, -2, 0.5, 4, 0.25, -6), { shape: [2, 3] }))
    layer.bias!.assign(tensor(Float64Array.of(10, -0.125)))
    fc.assert(
      fc.property(inputs, (x) => {
        const rows = Array.from({ length: x.size / 3 }, (_, i) => flat(x).slice(3 * i, 3 * i + 3))
        const expected = rows.flatMap(([a, b, c]) => [
          a! - 2 * b! + 0.5 * c! + 10,
          4 * a! + 0.25 * b! - 6 * c! - 0.125,
        ])
        // Sums of four multiples of 2^-13: exact in any order.
        expect(layer.call(x)).toBeCloseToTensor(
          tensor(Float64Array.from(expected), { shape: [...x.shape.slice(0, -1), 2] }),
          { rtol: 0 },
        )
        expect(layer).toPassGradcheck([x])
      }),
    )
  })

  it.each([new Sigmoid(), new Tanh()])('%s has the right gradient', (layer) => {
    fc.assert(
      fc.property(inputs, (x) => {
        expect((y: Tensor) => layer.call(y)).toPassGradcheck([x])
      }),
    )
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
