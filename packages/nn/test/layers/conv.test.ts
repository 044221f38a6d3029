/** @file Convolutions and pooling as layers: how they start, what they refuse, what they are called, and that they learn. */
import { readFileSync } from 'node:fs'
import { Generator, randn, TapegradError, type Tensor, tensor, zeros } from '@tapegrad/core'
import {
  Adam,
  AvgPool2d,
  accuracy,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  constant,
  crossEntropy,
  Dense,
  Flatten,
  functionalCall,
  heNormal,
  MaxPool2d,
  ReLU,
  sequential,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const range = (t: Tensor): [low: number, high: number] => {
  const values = Array.from(t.data)
  return [Math.min(...values), Math.max(...values)]
}

describe('first values', () => {
  const generator = new Generator(3)
  // Shape of the weight, and the number of its elements that one output of the plain convolution sums.
  it.each([
    [new Conv1d(6, 40, 5, { generator }), [40, 6, 5], 30],
    [new Conv2d(8, 40, [3, 2], { generator, groups: 4 }), [40, 2, 3, 2], 12],
    // As in PyTorch, which counts the second axis of the weight whatever it is.
    [new ConvTranspose2d(40, 6, [2, 3], { generator, groups: 2 }), [40, 3, 2, 3], 18],
  ])('%s', (layer, shape, count) => {
    expect(layer.weight.shape).toEqual(shape)
    const limit = 1 / Math.sqrt(count)
    const [low, high] = range(layer.weight)
    expect(high).toBeLessThanOrEqual(limit)
    expect(low).toBeGreaterThanOrEqual(-limit)
    // Of 480 and more uniform numbers the outermost 3 % hold one, but for a chance of 1e-6; the seed is fixed.
    expect(high).toBeGreaterThan(0.94 * limit)
    expect(low).toBeLessThan(-0.94 * limit)
    const [least, most] = range(layer.bias!)
    expect(Math.max(-least, most)).toBeLessThanOrEqual(limit)
    expect(most).toBeGreaterThan(least)
    expect(layer.parameters().every((p) => p.requiresGrad && p.dtype === 'float32')).toBe(true)
  })

  it('are those that are asked for', () => {
    const layer = new Conv2d(1, 2, 2, { init: heNormal, bias: constant(3), dtype: 'float64', generator })
    expect(Array.from(layer.bias!.data)).toEqual([3, 3])
    expect(layer.weight.dtype).toBe('float64')
    expect(new Conv1d(1, 2, 2, { bias: false }).bias).toBeNull()
    expect(() => new Conv2d(1, 2, 2, { init: (() => zeros([2])) as never })).toThrow(
      'Conv2d: init returned a tensor of shape [2], expected a tensor of shape [2, 1, 2, 2]',
    )
  })
})

type Kind = new (...args: unknown[]) => unknown
const refused: [kind: Kind, args: unknown[], message: string][] = [
  [Conv2d as Kind, [0, 1, 3], 'Conv2d: the number of input channels must be a whole number >= 1, got 0'],
  [Conv2d as Kind, [1, 1.5, 3], 'Conv2d: the number of output channels must be a whole number >= 1, got 1.5'],
  [Conv2d as Kind, ['3', 1, 3], 'Conv2d: the number of input channels must be a whole number >= 1, got "3"'],
  [
    Conv2d as Kind,
    [1, 1],
    'Conv2d: kernelSize must be a whole number >= 1, or a pair [height, width] of them, got undefined',
  ],
  [
    Conv2d as Kind,
    [1, 1, [3]],
    'Conv2d: kernelSize must be a whole number >= 1, or a pair [height, width] of them, got [3]',
  ],
  [Conv2d as Kind, [1, 1, [3, 0]], 'Conv2d: kernelSize must be a whole number >= 1, or a pair'],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is refused
  [Conv2d as Kind, [1, 1, [3, ,]], 'Conv2d: kernelSize must be a whole number >= 1'],
  [Conv2d as Kind, [1, 1, Number.NaN], 'Conv2d: kernelSize must be a whole number >= 1'],
  [Conv1d as Kind, [1, 1, [3]], 'Conv1d: kernelSize must be a whole number >= 1, got [3]'],
  [Conv1d as Kind, [1, 1, 3, { stride: [2] }], 'Conv1d: stride must be a whole number >= 1, got [2]'],
  [Conv2d as Kind, [1, 1, 3, { stride: 0 }], 'Conv2d: stride must be a whole number >= 1'],
  [Conv2d as Kind, [1, 1, 3, { dilation: [1, -1] }], 'Conv2d: dilation must be a whole number >= 1'],
  [Conv2d as Kind, [1, 1, 3, { padding: -1 }], 'Conv2d: padding must be a whole number >= 0'],
  [Conv2d as Kind, [1, 1, 3, { padding: 'valid' }], 'Conv2d: padding must be a whole number >= 0'],
  [
    Conv2d as Kind,
    [1, 1, 3, { padding: 'same', stride: [1, 2] }],
    "Conv2d: padding 'same' needs stride 1, got [1, 2]; give the padding as a number",
  ],
  [Conv2d as Kind, [4, 4, 3, { groups: 0 }], 'Conv2d: groups must be a whole number >= 1, got 0'],
  [
    Conv2d as Kind,
    [4, 6, 3, { groups: 4 }],
    'Conv2d: groups 4 must divide the 4 input and the 6 output channels',
  ],
  [
    Conv1d as Kind,
    [3, 4, 3, { groups: 2 }],
    'Conv1d: groups 2 must divide the 3 input and the 4 output channels',
  ],
  [Conv2d as Kind, [1, 1, 3, { bias: 1 }], 'Conv2d: bias must be true, false or an initializer, got 1'],
  [Conv2d as Kind, [1, 1, 3, { outputPadding: 1 }], 'Conv2d: there is no option "outputPadding"'],
  [
    Conv2d as Kind,
    [1, 1, 3, null],
    'Conv2d: options must be a plain object, as in { stride: value }, got null',
  ],
  [Conv2d as Kind, [1, 1, 3, { dtype: 'int32' }], 'rand: makes floating-point numbers, not int32'],
  [
    ConvTranspose2d as Kind,
    [1, 1, 3, { padding: 'same' }],
    'ConvTranspose2d: padding must be a whole number >= 0, or a pair [height, width] of them, got "same"',
  ],
  [
    ConvTranspose2d as Kind,
    [1, 1, 3, { stride: [2, 3], outputPadding: 2 }],
    'ConvTranspose2d: outputPadding 2 must be less than stride [2, 3] or dilation 1',
  ],
  [
    ConvTranspose2d as Kind,
    [1, 1, 3, { outputPadding: -1 }],
    'ConvTranspose2d: outputPadding must be a whole number >= 0',
  ],
  [MaxPool2d as Kind, [], 'MaxPool2d: kernelSize must be a whole number >= 1'],
  [MaxPool2d as Kind, [[2, 2, 2]], 'MaxPool2d: kernelSize must be a whole number >= 1'],
  [AvgPool2d as Kind, [2, { stride: 0 }], 'AvgPool2d: stride must be a whole number >= 1'],
  [
    AvgPool2d as Kind,
    [[4, 3], { padding: 2 }],
    'AvgPool2d: padding 2 is more than half of kernelSize [4, 3]; some windows would hold nothing else',
  ],
  [MaxPool2d as Kind, [2, { padding: 0.5 }], 'MaxPool2d: padding must be a whole number >= 0'],
  [MaxPool2d as Kind, [2, 2], 'MaxPool2d: options must be a plain object'],
]

it.each(refused)('%o of %j is refused', (kind, args, message) => {
  expect(() => new kind(...args)).toThrow(TapegradError)
  expect(() => new kind(...args)).toThrow(message)
})

it.each([new Conv2d(1, 2, 2), new MaxPool2d(2), new AvgPool2d(2), new Flatten()])(
  '%s refuses what is no tensor',
  (layer) => {
    for (const x of [null, undefined, [[1]], 'x'])
      expect(() => layer.call(x as never)).toThrow(/^[A-Z]\w+: the input must be a tensor, got /)
  },
)

it('what they are called is the code that makes them', () => {
  const made = { Conv1d, Conv2d, ConvTranspose2d, MaxPool2d, AvgPool2d, Flatten }
  for (const code of [
    'Conv1d(2, 4, 3)',
    "Conv1d(2, 4, 3, { padding: 'same', groups: 2 })",
    'Conv2d(3, 8, 3, { padding: 1 })',
    'Conv2d(3, 8, [3, 1], { stride: [2, 1], dilation: 2, bias: false })',
    'ConvTranspose2d(3, 8, 2, { stride: 2, padding: [0, 1], outputPadding: 1 })',
    'MaxPool2d(2)',
    'MaxPool2d([2, 3], { stride: 1, padding: [1, 0] })',
    'AvgPool2d(3, { stride: 2 })',
    'Flatten()',
  ])
    expect(`${new Function(...Object.keys(made), `return new ${code}`)(...Object.values(made))}`).toBe(code)
})

it('batches may be empty, and images have any number of leading axes', () => {
  const network = sequential(new Conv2d(1, 2, 3), new MaxPool2d(2), new AvgPool2d([1, 2]))
  expect(network.call(zeros([0, 1, 6, 10])).shape).toEqual([0, 2, 2, 2])
  expect(network.call(zeros([2, 0, 3, 1, 6, 10])).shape).toEqual([2, 0, 3, 2, 2, 2])
  expect(new Flatten().call(zeros([0, 2, 3])).shape).toEqual([0, 6])
  expect(() => Reflect.construct(Flatten, [2])).toThrow(/^Flatten: takes no arguments: axis 0 is kept/)
  expect(new ConvTranspose2d(2, 1, 2).call(zeros([2, 3, 2, 4, 4])).shape).toEqual([2, 3, 1, 5, 5])
  expect(new Conv1d(2, 1, 2).call(zeros([2, 3, 2, 4])).shape).toEqual([2, 3, 1, 3])
})

it('functionalCall runs a convolution with another weight', () => {
  const layer = new Conv1d(1, 1, 2)
  const state = { weight: tensor([[[2, 3]]]), bias: tensor([10]) }
  expect(Array.from(functionalCall(layer, state, tensor([[1, 10, 100]])).data)).toEqual([42, 330])
})

it('a network of all of them learns digits by heart', () => {
  const file = new URL('../../../examples/data/digits.csv', import.meta.url)
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, 50)
  const rows = lines.map((line) => line.split(',').map(Number))
  const images = tensor(rows.map((row) => row.slice(0, 64).map((pixel) => pixel / 16))).reshape([50, 1, 8, 8])
  const digits = tensor(
    rows.map((row) => row[64]!),
    { dtype: 'int32' },
  )
  const generator = new Generator(1)
  const network = sequential(
    new Conv2d(1, 8, 3, { padding: 'same', bias: false, generator }),
    new BatchNorm2d(8),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 16, 3, { padding: 1, generator }),
    new ReLU(),
    new AvgPool2d(2),
    new Flatten(),
    new Dense(64, 10, { generator }),
  )
  const optimizer = new Adam(network.parameters(), { lr: 0.02 })
  let first = Number.NaN
  let loss = Number.NaN
  for (let step = 0; step < 30; step++) {
    optimizer.zeroGrad()
    const value = crossEntropy(network.call(images), digits) as Tensor
    value.backward()
    optimizer.step()
    loss = value.item()
    if (step === 0) first = loss
  }
  // Ten classes of which it knows nothing: about ln 10 = 2.3.
  expect(first).toBeGreaterThan(2)
  expect(loss).toBeLessThan(0.05)
  expect(accuracy(network.eval().call(images), digits)).toBeGreaterThan(0.9)
  expect(network.call(randn([1, 1, 8, 8])).shape).toEqual([1, 10])
})
