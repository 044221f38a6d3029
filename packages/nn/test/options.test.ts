/** @file Options that do not exist, and what is no options at all, are refused with the names that there are. */
import { full, TapegradError, tensor, zeros } from '@tapegrad/core'
import {
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  confusionMatrix,
  DataLoader,
  Dense,
  Dropout,
  Embedding,
  GELU,
  GRU,
  GroupNorm,
  LayerNorm,
  LSTM,
  MaxPool2d,
  MinMaxScaler,
  MultiHeadAttention,
  mse,
  precisionRecallF1,
  RNN,
  SGD,
  TensorDataset,
  TransformerBlock,
  trainTestSplit,
} from '@tapegrad/nn'
import { expect, it } from 'vitest'
import { lossOptions } from './losses/options.ts'
import { optimOptions } from './optim/options.ts'
import { trainOptions } from './train/options.ts'

const p = () => zeros([2], { requiresGrad: true })
const x = zeros([4, 2])
const classes = tensor(Int32Array.of(0, 1))
const data = new TensorDataset(x)

/** Each call as JavaScript may make it, with one argument for the options. */
const calls: [op: string, first: string, call: (options: never) => unknown][] = [
  ['SGD', 'lr', (o) => new SGD([p()], o)],
  ...optimOptions,
  ['Dense', 'bias', (o) => new Dense(2, 3, o)],
  ['Conv1d', 'stride', (o) => new Conv1d(2, 3, 3, o)],
  ['Conv2d', 'stride', (o) => new Conv2d(2, 3, 3, o)],
  ['ConvTranspose2d', 'stride', (o) => new ConvTranspose2d(2, 3, 3, o)],
  ['MaxPool2d', 'stride', (o) => new MaxPool2d(2, o)],
  ['AvgPool2d', 'stride', (o) => new AvgPool2d(2, o)],
  ['LayerNorm', 'eps', (o) => new LayerNorm(3, o)],
  ['GroupNorm', 'eps', (o) => new GroupNorm(1, 3, o)],
  ['BatchNorm1d', 'eps', (o) => new BatchNorm1d(3, o)],
  ['BatchNorm2d', 'eps', (o) => new BatchNorm2d(3, o)],
  ['Embedding', 'init', (o) => new Embedding(3, 2, o)],
  ['MultiHeadAttention', 'bias', (o) => new MultiHeadAttention(4, 2, o)],
  ['MultiHeadAttention', 'mask', (o) => new MultiHeadAttention(4, 2).call(zeros([3, 4]), o)],
  ['TransformerBlock', 'mlpRatio', (o) => new TransformerBlock(4, 2, o)],
  ['Dropout', 'generator', (o) => new Dropout(0.5, o)],
  ['RNN', 'layers', (o) => new RNN(2, 3, o)],
  ['GRU', 'layers', (o) => new GRU(2, 3, o)],
  ['LSTM', 'layers', (o) => new LSTM(2, 3, o)],
  ['GELU', 'approximate', (o) => new GELU(o)],
  ...lossOptions,
  ...trainOptions,
  ['DataLoader', 'batchSize', (o) => new DataLoader(data, o)],
  ['MinMaxScaler', 'range', (o) => new MinMaxScaler(o)],
  ['confusionMatrix', 'classes', (o) => confusionMatrix(classes, classes, o)],
  ['precisionRecallF1', 'average', (o) => precisionRecallF1(classes, classes, o)],
  ['loadStateDict', 'strict', (o) => new Dense(2, 3).loadStateDict(new Dense(2, 3).stateDict(), o)],
]

it.each(calls)('%s refuses an unknown option', (op, first, call) => {
  for (const key of ['weight_decay', 'reduce', 'biass']) {
    const attempt = () => call({ [key]: 1 } as never)
    expect(attempt).toThrow(TapegradError)
    expect(attempt).toThrow(
      new RegExp(`^${op}: there is no option "${key}"; (there are|the only one is) ${first}`),
    )
  }
})

it.each(calls)('%s refuses what is no options', (op, first, call) => {
  const got: [unknown, string][] = [
    [null, 'null'],
    ['sum', '"sum"'],
    [0.1, '0.1'],
    [[0, 1], '[0, 1]'],
    [zeros([3]), 'a tensor of shape [3]'],
  ]
  for (const [options, shown] of got)
    expect(() => call(options as never)).toThrow(
      `${op}: options must be a plain object, as in { ${first}: value }, got ${shown}`,
    )
})

it('SGD refuses an unknown setting of a group', () => {
  expect(() => new SGD([{ params: [p()], learningRate: 1 } as never])).toThrow(
    'SGD: there is no option "learningRate"; there are lr, momentum, dampening, nesterov, weightDecay',
  )
})

it('DataLoader and trainTestSplit refuse flags that are no booleans', () => {
  for (const flag of ['shuffle', 'dropLast'])
    expect(() => new DataLoader(data, { [flag]: 'no' })).toThrow(
      `DataLoader: ${flag} must be true or false, got "no"`,
    )
  expect(() => trainTestSplit(x, { shuffle: 'no' as never })).toThrow(
    'trainTestSplit: shuffle must be true or false, got "no"',
  )
  expect(() => new DataLoader(data, { collate: 'stack' as never })).toThrow('collate must be a function')
})

it('trainTestSplit refuses unknown options, and what is no options, after the tensors', () => {
  const split = trainTestSplit as (...args: unknown[]) => unknown
  expect(() => split(x, x, { test_size: 1 })).toThrow(
    'trainTestSplit: there is no option "test_size"; there are testSize, shuffle, seed, generator, stratify',
  )
  for (const options of [null, 'sum', 0.1, [0, 1]])
    expect(() => split(x, x, x, options)).toThrow(/^trainTestSplit: options must be a plain object, as in/)
  expect(() => split(x, { testSize: 1 }, x)).toThrow(
    'trainTestSplit: argument 1, as all before the options, must be a tensor, got a plain object',
  )
  expect(() => split()).toThrow('trainTestSplit: expected at least one tensor, got none')
  expect(split(x, undefined)).toHaveLength(2)
})

it('the options that there are pass', () => {
  expect(mse(full([2], 1), zeros([2]), { reduction: 'sum', scale: 0.5 }).item()).toBe(1)
  expect(new SGD([{ params: [p()], lr: 1, momentum: 0.5 }], { weightDecay: 0.1 }).lr).toBe(1)
})
