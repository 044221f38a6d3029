/** @file Initializers: ranges, moments, orthogonality, seeds. */
import { Generator, type Tensor } from '@tapegrad/core'
import {
  constant,
  Dense,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  normal,
  orthogonal,
  uniform,
  zeros,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { expectClose } from './support/close.ts'

const [OUT, IN] = [120, 80]
const draw = (init: Initializer, shape: number[] = [OUT, IN], seed = 1): number[] =>
  Array.from(init(shape, { dtype: 'float64', generator: new Generator(seed) }).data)

function moments(values: readonly number[]): { mean: number; variance: number; kurtosis: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const central = (power: number): number =>
    values.reduce((sum, v) => sum + (v - mean) ** power, 0) / values.length
  return { mean, variance: central(2), kurtosis: central(4) / central(2) ** 2 }
}

describe('zeros', () => {
  it('draws nothing, so a layer with a generator of its own takes it', () => {
    const generator = new Generator(1)
    const layer = new Dense(2, 3, { init: constant(1), bias: zeros, generator, dtype: 'float64' })
    expect(layer.weight.toArray()).toEqual(Array.from({ length: 3 }, () => [1, 1]))
    expect(layer.bias!.toArray()).toEqual([0, 0, 0])
    expect(layer.bias!.dtype).toBe('float64')
    expect(generator.state).toEqual(new Generator(1).state)
  })
})

describe('random initializers', () => {
  it.each<[name: string, init: Initializer, variance: number, shape: 'uniform' | 'normal']>([
    ['uniform(-0.2, 0.2)', uniform(-0.2, 0.2), 0.2 ** 2 / 3, 'uniform'],
    ['normal(0.3)', normal(0.3), 0.09, 'normal'],
    ['glorotUniform', glorotUniform, 2 / (IN + OUT), 'uniform'],
    ['glorotNormal', glorotNormal, 2 / (IN + OUT), 'normal'],
    ['heUniform', heUniform, 2 / IN, 'uniform'],
    ['heNormal', heNormal, 2 / IN, 'normal'],
    ['lecunNormal', lecunNormal, 1 / IN, 'normal'],
  ])('%s has its mean, variance and distribution', (_, init, variance, shape) => {
    const found = moments(draw(init))
    const n = OUT * IN
    // Five standard errors; that of a normal sample variance is √(2/n) relative, of a uniform one less.
    expect(Math.abs(found.mean)).toBeLessThan(5 * Math.sqrt(variance / n))
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
    // 1.8 for the uniform distribution, 3 for the normal one, whose standard error is √(24/n) = 0.05.
    expect(Math.abs(found.kurtosis - (shape === 'normal' ? 3 : 1.8))).toBeLessThan(0.25)
    if (shape === 'uniform') {
      const limit = Math.sqrt(3 * variance)
      const values = draw(init)
      expect(Math.max(...values)).toBeLessThanOrEqual(limit)
      expect(Math.max(...values)).toBeGreaterThan(0.99 * limit)
      expect(Math.min(...values)).toBeGreaterThanOrEqual(-limit)
    }
  })

  it('uniform need not be around 0', () => {
    const values = draw(uniform(2, 3))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...values)).toBeLessThanOrEqual(3)
    expect(draw(uniform(4, 4))).toEqual(new Array(OUT * IN).fill(4))
  })

  it('count the kernel of a convolution into the fans', () => {
    const shape = [30, 20, 3, 3]
    expect(Math.max(...draw(glorotUniform, shape).map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / (50 * 9)))
    expect(Math.max(...draw(heUniform, shape).map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / (20 * 9)))
    expect(Math.max(...draw(heUniform, shape).map(Math.abs))).toBeGreaterThan(0.99 * Math.sqrt(6 / (20 * 9)))
  })

  it('are the same for the same seed, and mean the same with and without parentheses', () => {
    expect(draw(heNormal)).toEqual(draw(heNormal))
    expect(draw(heNormal)).not.toEqual(draw(heNormal, [OUT, IN], 2))
    expect(draw(heNormal())).toEqual(draw(heNormal))
    expect(draw(orthogonal(), [2, 3])).toEqual(draw(orthogonal, [2, 3]))
  })

  it('make float32 unless told', () => {
    for (const init of [uniform(0, 1), normal(1), glorotUniform, orthogonal, constant(1)] as Initializer[]) {
      const made = init([2, 3])
      expect([made.dtype, made.shape, made.requiresGrad]).toEqual(['float32', [2, 3], false])
    }
  })
})

describe('orthogonal', () => {
  it.each([[[5, 5]], [[3, 8]], [[8, 3]], [[4, 2, 3]], [[1, 4]]])('of shape %j', (shape) => {
    const rows = shape[0]!
    const matrix = orthogonal(shape, { dtype: 'float64', generator: new Generator(4) })
    expect(matrix.shape).toEqual(shape)
    const flat = matrix.reshape([rows, -1]) as Tensor
    const product = rows <= flat.shape[1]! ? flat.matmul(flat.T as Tensor) : (flat.T as Tensor).matmul(flat)
    const size = product.shape[0]!
    const identity = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0))
    // Orthogonalized twice: a few ulp.
    expectClose(product, identity, 1e-14)
  })
})

describe('constants', () => {
  it('are what they say', () => {
    expect(constant(0.5)([2], { dtype: 'float64' }).toArray()).toEqual([0.5, 0.5])
    expect(constant(0.5)([2], { dtype: 'float64' }).dtype).toBe('float64')
    expect(zeros([2], { dtype: 'float64' }).toArray()).toEqual([0, 0])
  })
})

describe('refusals', () => {
  it.each<[() => unknown, RegExp]>([
    [() => uniform(1, 0), /^uniform: low is 1, above high, 0/],
    [() => uniform(Number.NaN, 0), /^uniform: low must be a finite number, got NaN/],
    [() => uniform(0, Infinity), /^uniform: high must be a finite number, got Infinity/],
    [() => uniform(0, undefined as never), /^uniform: high must be a finite number, got undefined/],
    [() => normal(-1), /^normal: std must be a finite number >= 0, got -1/],
    [() => normal(Number.NaN), /^normal: std/],
    [() => constant(Number.NaN), /^constant: the value must be a finite number/],
    [() => glorotUniform([3]), /^glorotUniform: needs the shape of a weight/],
    [() => heNormal([]), /^heNormal: needs the shape of a weight/],
    [() => orthogonal([3]), /^orthogonal: needs the shape of a weight/],
    [() => heNormal(3 as never), /^heNormal: needs the shape of a weight.*got 3/],
    [() => heNormal([2, -1]), /^heNormal: needs the shape of a weight.*got \[2, -1\]/],
    [() => heUniform(Object.create(null)), /^heUniform: needs the shape of a weight/],
    [() => zeros(null as never), /^full: the shape must be an array of whole numbers, got null/],
    [() => uniform(0, 1)(3 as never), /^rand: the shape must be an array of whole numbers, got 3/],
    [() => normal(1)({} as never), /^randn: the shape must be an array of whole numbers, got a plain object/],
    [() => new Dense(1, 1, { dtype: null as never }), /dtype null/],
    [() => new Dense(1, 1, { generator: 0 as never }), /generator/],
    [() => glorotNormal([2, 0]), /^glorotNormal: needs the shape/],
    [() => uniform(0, 1)([2], { dtype: 'int32' as never }), /int32/],
  ])('of number %#', (f, message) => {
    expect(f).toThrow(message)
  })
})
