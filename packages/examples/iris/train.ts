/** @file The iris classifier: data, network and online training with autograd. Imports core, nn, csv.ts and by-hand.ts. */
import { Generator, noGrad, oneHot, rand, type Tensor, tensor } from '@tapegrad/core'
import { accuracy, Dense, MinMaxScaler, mse, SGD, Sigmoid, sequential, trainTestSplit } from '@tapegrad/nn'
import { UserError } from '../common/cli.ts'
import type { Momentum } from './by-hand.ts'
import { type Flower, SPECIES } from './csv.ts'

export const OPTIMIZERS = {
  sgd: { momentum: 0, nesterov: false },
  momentum: { momentum: 0.9, nesterov: false },
  nesterov: { momentum: 0.9, nesterov: true },
} as const satisfies Record<string, Momentum>

export interface Settings {
  readonly seed: number
  readonly epochs: number
  readonly hidden: number
  readonly rate: number
  readonly dtype: 'float32' | 'float64'
  readonly optimizer: keyof typeof OPTIMIZERS
  /** Which rows the scaler sees: all, as in the article, or only those for training. */
  readonly scaleOn: 'all' | 'train'
}

/** Features scaled to [0, 1], one-hot targets. */
export interface Rows {
  readonly x: Tensor
  readonly y: Tensor
  /** In cm. */
  readonly measurements: Tensor
}

export interface Problem {
  readonly train: Rows
  readonly validation: Rows
  readonly model: ReturnType<typeof network>
}

/** Of 150 rows 20 validate; of other files the same share. */
const VALIDATION_SHARE = 20 / 150

/** How many of so many rows validate. */
export const validationSize = (rows: number): number => Math.max(1, Math.round(rows * VALIDATION_SHARE))

/** Splits, scales, and makes the network; all that is random comes from the seed. At least two rows. */
export function problemOf(flowers: readonly Flower[], { seed, hidden, dtype, scaleOn }: Settings): Problem {
  const generator = new Generator(seed)
  const measurements = tensor(
    flowers.map((flower) => [...flower.measurements]),
    { dtype },
  )
  const species = tensor(Int32Array.from(flowers, (flower) => flower.species))
  const targets = oneHot(species, SPECIES.length, { dtype })
  const testSize = validationSize(flowers.length)
  const [trainCm, validationCm, trainY, validationY] = trainTestSplit(measurements, targets, {
    testSize,
    generator,
  })
  const scaler = new MinMaxScaler().fit(scaleOn === 'all' ? measurements : trainCm)
  return {
    train: { x: scaler.transform(trainCm), y: trainY, measurements: trainCm },
    validation: { x: scaler.transform(validationCm), y: validationY, measurements: validationCm },
    model: network(hidden, dtype, generator),
  }
}

/** 4 inputs, one hidden layer, 3 outputs, all sigmoid; weights and biases start uniform in [0, 1). */
function network(hidden: number, dtype: Settings['dtype'], generator: Generator) {
  const options = { init: rand, bias: rand, generator }
  // Drawn in float64 and then converted, so that both dtypes start from the same numbers.
  const start = { ...options, dtype: 'float64' } as const
  return sequential(
    new Dense(4, hidden, start),
    new Sigmoid(),
    new Dense(hidden, SPECIES.length, start),
    new Sigmoid(),
  ).to(dtype)
}

/** The loss of the article: half the sum of squares. */
const HALF_SUM = { reduction: 'sum', scale: 0.5 } as const

/** One epoch has ended: its number from 1, the mean loss of its rows, the share of validation rows that are right. */
export type OnEpoch = (epoch: number, loss: number, accuracy: number) => void

/**
 * Online gradient descent: a step after every row, in the same order in every epoch. Returns the seconds that the steps
 * took, without validation and `onEpoch`; without `onEpoch` nothing is validated.
 */
export function train(
  problem: Problem,
  { epochs, rate, optimizer: name }: Settings,
  onEpoch?: OnEpoch,
): number {
  const { model } = problem
  const samples = samplesOf(problem.train)
  const optimizer = new SGD(model.parameters(), { lr: rate, ...OPTIMIZERS[name] })
  let milliseconds = 0
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const start = performance.now()
    let total = 0
    for (const { x, y } of samples) {
      optimizer.zeroGrad()
      const loss = mse(model.call(x), y, HALF_SUM)
      loss.backward()
      optimizer.step()
      total += loss.item()
    }
    milliseconds += performance.now() - start
    if (!Number.isFinite(total))
      throw new UserError(`epoch ${epoch}: the loss is ${total}; use a smaller --rate`)
    onEpoch?.(epoch, total / samples.length, validate(problem))
  }
  return milliseconds / 1000
}

/** Each row as vectors of its own: views, made once. */
function samplesOf({ x, y }: Rows): { x: Tensor<[4]>; y: Tensor<[3]> }[] {
  return Array.from({ length: x.shape[0]! }, (_, i) => ({
    x: x.slice([i]) as Tensor as Tensor<[4]>,
    y: y.slice([i]) as Tensor as Tensor<[3]>,
  }))
}

/** What the network makes of rows, [rows, 3]. */
export const predict = ({ model }: Problem, { x }: Rows): Tensor => noGrad(() => model.call(x)) as Tensor

const validate = (problem: Problem): number =>
  accuracy(predict(problem, problem.validation), problem.validation.y)
