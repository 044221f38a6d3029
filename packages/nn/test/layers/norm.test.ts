/** @file Normalization as layers: large means, small and empty batches, refusals, names. */
import { Generator, randn, TapegradError, type Tensor, zeros } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm, type Module } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const values = (t: Tensor | null): number[] => Array.from(t!.data)

describe('large means', () => {
  const generator = new Generator(4)
  const small = randn([64, 3, 5, 5], { generator, dtype: 'float64' })
  const [single, double] = [small.add(1e4).to('float32'), small.add(1e4).to('float32').to('float64')]
  const layers: [Module, Module][] = [
    [new BatchNorm2d(3), new BatchNorm2d(3, { dtype: 'float64' })],
    [new GroupNorm(1, 3), new GroupNorm(1, 3, { dtype: 'float64' })],
    [new LayerNorm([3, 5, 5]), new LayerNorm([3, 5, 5], { dtype: 'float64' })],
  ]
  it.each(layers)('%s in float32', (one, other) => {
    // The sum is rounded and then the mean: up to one step of float32 at 1e4, 2^-10, off, and all by the same; the
    // deviations are at least 0.8. From the mean of squares, 1e8 in steps of 8, a variance of 1 could not be had at all.
    expectClose(values(one.call(single as never) as Tensor), values(other.call(double as never) as Tensor), {
      atol: 1.3e-3,
    })
  })

  it('running variance', () => {
    const layer = new BatchNorm2d(3, { momentum: 1 })
    layer.call(single)
    // By a plain loop in float64, mean first.
    const expected = [0, 1, 2].map((c) => {
      const channel = values(double.slice([null, c]))
      const mean = channel.reduce((a, b) => a + b) / channel.length
      return channel.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (channel.length - 1)
    })
    // The square of the rounding of the mean, 2.4e-7, and some roundings.
    expectClose(values(layer.runningVar), expected, { rtol: 1e-6 })
  })
})

it('a batch with one value per channel is refused in training', () => {
  const why = 'expected more than 1 value per channel when training, got'
  for (const n of [0, 1]) {
    expect(() => new BatchNorm1d(2).call(zeros([n, 2]))).toThrow(
      `BatchNorm1d: ${why} [${n}, 2]; give it a larger batch, or call eval()`,
    )
    expect(() => new BatchNorm2d(2).call(zeros([n, 2, 1, 1]))).toThrow(`BatchNorm2d: ${why} [${n}, 2, 1, 1]`)
    expect(new BatchNorm2d(2).eval().call(zeros([n, 2, 1, 1])).shape).toEqual([n, 2, 1, 1])
  }
  expect(() => new BatchNorm1d(2).call(zeros([2]))).toThrow(`BatchNorm1d: ${why} [2]`)
  expect(new BatchNorm1d(2).eval().call(zeros([2])).shape).toEqual([2])
  expect(() => new BatchNorm1d(2, { trackRunningStats: false }).eval().call(zeros([1, 2]))).toThrow(
    'BatchNorm1d: expected more than 1 value per channel where there are no running statistics, got [1, 2]; give it a larger batch',
  )
})

it('images without a batch and with more leading axes make one batch in training', () => {
  const x = randn([2, 3, 2, 4, 4], { generator: new Generator(5), dtype: 'float64' })
  const [folded, flat] = [1, 2].map(() => new BatchNorm2d(2, { dtype: 'float64' })) as [
    BatchNorm2d,
    BatchNorm2d,
  ]
  const y = folded.call(x)
  expectClose(values(y), values(flat.call(x.reshape([6, 2, 4, 4]))), { atol: 1e-14, rtol: 1e-14 })
  expectClose(values(folded.runningVar), values(flat.runningVar), { rtol: 1e-14 })
  // One image: each channel over its own pixels.
  const [channel] = [values(new BatchNorm2d(2, { dtype: 'float64' }).call(x.slice([0, 0])))]
  expect(channel.slice(0, 16).reduce((a, b) => a + b)).toBeCloseTo(0, 12)
})

it('empty batches pass where nothing is averaged over them', () => {
  expect(new LayerNorm(3).call(zeros([0, 3])).shape).toEqual([0, 3])
  expect(new GroupNorm(2, 4).call(zeros([0, 4, 3])).shape).toEqual([0, 4, 3])
})

type Kind = new (...args: unknown[]) => Module
const [LN, GN, B1, B2] = [LayerNorm, GroupNorm, BatchNorm1d, BatchNorm2d] as unknown as Kind[] as [
  Kind,
  Kind,
  Kind,
  Kind,
]
const refused: [kind: Kind, args: unknown[], message: string][] = [
  [LN, [0], 'LayerNorm: features 0: a size must be a whole number >= 1, got 0'],
  [LN, [[3, 1.5]], 'LayerNorm: features [3, 1.5]: a size must be a whole number >= 1, got 1.5'],
  [LN, [[]], 'LayerNorm: features is [], which names no axis to normalize'],
  [LN, [null], 'LayerNorm: features null: a size must be a whole number >= 1, got null'],
  [LN, [3, { eps: 0 }], 'LayerNorm: eps must be a finite number > 0, got 0'],
  [LN, [3, { eps: Number.NaN }], 'LayerNorm: eps must be a finite number > 0, got NaN'],
  [LN, [3, { elementwiseAffine: 1 }], 'LayerNorm: elementwiseAffine must be true or false, got 1'],
  [LN, [3, { affine: true }], 'LayerNorm: there is no option "affine"; there are eps, elementwiseAffine'],
  [LN, [3, { dtype: 'int32' }], `LayerNorm: dtype must be 'float32' or 'float64', got "int32"`],
  [LN, [3, { generator: 5 }], 'LayerNorm: the generator must be made with new Generator(seed), got 5'],
  [GN, [0, 4], 'GroupNorm: groups must be a whole number >= 1, got 0'],
  [GN, [2], 'GroupNorm: the number of channels must be a whole number >= 1, got undefined'],
  [GN, [3, 4], 'GroupNorm: groups 3 must divide the 4 channels'],
  [GN, [2, 4, { eps: -1 }], 'GroupNorm: eps must be a finite number > 0, got -1'],
  [GN, [2, 4, { affine: 'no' }], 'GroupNorm: affine must be true or false, got "no"'],
  [B1, ['3'], 'BatchNorm1d: features must be a whole number >= 1, got "3"'],
  [B2, [-2], 'BatchNorm2d: features must be a whole number >= 1, got -2'],
  [
    B1,
    [2, { momentum: 1.5 }],
    'BatchNorm1d: momentum must be from 0 to 1, or null for the average of all batches, got 1.5',
  ],
  [B1, [2, { momentum: Number.NaN }], 'BatchNorm1d: momentum must be from 0 to 1, or null'],
  [B2, [2, { momentum: -0.1 }], 'BatchNorm2d: momentum must be from 0 to 1, or null'],
  [B2, [2, { momentum: '0.1' }], 'BatchNorm2d: momentum must be from 0 to 1, or null'],
  [B2, [2, { eps: 0 }], 'BatchNorm2d: eps must be a finite number > 0, got 0'],
  [B2, [2, { affine: null }], 'BatchNorm2d: affine must be true or false, got null'],
  [B2, [2, { trackRunningStats: 0 }], 'BatchNorm2d: trackRunningStats must be true or false, got 0'],
  [
    B2,
    [2, { affine: false, dtype: 'bool' }],
    `BatchNorm2d: dtype must be 'float32' or 'float64', got "bool"`,
  ],
]

it.each(refused)('%o of %j is refused', (kind, args, message) => {
  expect(() => new kind(...args)).toThrow(TapegradError)
  expect(() => new kind(...args)).toThrow(message)
})

it.each([
  new LN(3),
  new GN(1, 3),
  new B1(3),
  new B2(3),
  new B1(3).eval(),
  new LN(3, { elementwiseAffine: false }),
])('%s refuses what is no tensor of floats', (layer) => {
  const kind = layer.constructor.name
  for (const x of [null, undefined, [[1, 2, 3]]])
    expect(() => layer.call(x as never)).toThrow(`${kind}: the input must be a tensor, got `)
  const whole = zeros([2, 3, 3, 3], { dtype: 'int32' })
  expect(() => layer.call(whole as never)).toThrow(
    `${kind}: the input has dtype int32; convert it with to('float32')`,
  )
})

it('another precision is refused, and moves nothing', () => {
  for (const options of [{}, { affine: false }]) {
    const layer = new BatchNorm1d(2, options)
    for (const mode of ['train', 'eval'] as const)
      expect(() => layer[mode]().call(zeros([3, 2], { dtype: 'float64' }))).toThrow(
        /dtypes float(32|64) and float(32|64) differ; convert one/,
      )
    expect(values(layer.numBatchesTracked)).toEqual([0])
    expect(values(layer.runningVar)).toEqual([1, 1])
  }
})

it('what they are called is the code that makes them', () => {
  const made = { LayerNorm, GroupNorm, BatchNorm1d, BatchNorm2d }
  for (const code of [
    'LayerNorm(4)',
    'LayerNorm([2, 3], { eps: 0.001, elementwiseAffine: false })',
    'GroupNorm(2, 4)',
    'GroupNorm(2, 4, { eps: 0.5, affine: false })',
    'BatchNorm1d(3)',
    'BatchNorm2d(3, { momentum: null })',
    'BatchNorm2d(3, { eps: 0.5, momentum: 0, affine: false, trackRunningStats: false })',
  ])
    expect(`${new Function(...Object.keys(made), `return new ${code}`)(...Object.values(made))}`).toBe(code)
})
