/** @file The tutorial's classifier: scaling, network and batch gradient descent. Imports core, nn, common/ and split.ts. */
import { Generator, noGrad, oneHot, rand, type Tensor } from '@tapegrad/core'
import {
  accuracy,
  Dense,
  glorotUniform,
  mse,
  SGD,
  Sigmoid,
  StandardScaler,
  sequential,
  zeros,
} from '@tapegrad/nn'
import { UserError } from '../common/cli.ts'
import { DIGITS, type Image, PIXELS } from './csv.ts'
import { type Part, splitImages } from './split.ts'

/** How weights and biases start. The tutorial draws both uniformly from [0, 1). */
const STARTS = {
  uniform: { init: rand, bias: rand },
  glorot: { init: glorotUniform, bias: zeros },
} as const

export interface Settings {
  readonly seed: number
  readonly iterations: number
  readonly hidden: number
  readonly rate: number
  readonly start: keyof typeof STARTS
  /** Which images the scaler sees: all, as in the tutorial, or only those for training. */
  readonly scaleOn: 'all' | 'train'
  readonly dtype: 'float32' | 'float64'
}

/** Scaled pixels and one-hot targets. */
export interface Rows {
  readonly x: Tensor<[number, typeof PIXELS]>
  readonly y: Tensor<[number, typeof DIGITS]>
}

export interface Problem {
  readonly train: Rows
  readonly test: Rows
  readonly model: ReturnType<typeof network>
}

/** Splits, scales, and makes the network; all that is random comes from the seed. */
export function problemOf(
  images: readonly Image[],
  { seed, hidden, start, scaleOn, dtype }: Omit<Settings, 'iterations' | 'rate'>,
): Problem {
  const generator = new Generator(seed)
  const { train, test, pixels } = splitImages(images, generator, dtype)
  const scaler = new StandardScaler().fit(scaleOn === 'all' ? pixels : train.pixels)
  const rows = (part: Part): Rows => ({
    x: scaler.transform(part.pixels),
    y: oneHot(part.digits, DIGITS, { dtype }),
  })
  return { train: rows(train), test: rows(test), model: network(hidden, start, dtype, generator) }
}

function network(hidden: number, start: Settings['start'], dtype: Settings['dtype'], generator: Generator) {
  // Drawn in float64 and then converted, so that both dtypes start from the same numbers.
  const options = { ...STARTS[start], dtype: 'float64', generator } as const
  return sequential(
    new Dense(PIXELS, hidden, options),
    new Sigmoid(),
    new Dense(hidden, DIGITS, options),
    new Sigmoid(),
  ).to(dtype)
}

/** An iteration is over: its number from 1, and the cost that it began with. */
export type OnIteration = (iteration: number, cost: number) => void

/** J = 1/N sum over the N samples of 1/2 ||y - h||². */
export function costOf({ model }: Pick<Problem, 'model'>, { x, y }: Rows): Tensor<[]> {
  return mse(model.call(x), y, { reduction: 'sum', scale: 0.5 / x.shape[0]! })
}

/** Batch gradient descent: every iteration is one step down the gradient of the cost of all training images. */
export function train(
  problem: Problem,
  { iterations, rate }: Pick<Settings, 'iterations' | 'rate'>,
  onIteration: OnIteration = () => undefined,
): void {
  const optimizer = new SGD(problem.model.parameters(), { lr: rate })
  for (let iteration = 1; iteration <= iterations; iteration++) {
    optimizer.zeroGrad()
    const cost = costOf(problem, problem.train)
    cost.backward()
    optimizer.step()
    const value = cost.item()
    if (!Number.isFinite(value))
      throw new UserError(`iteration ${iteration}: the cost is ${value}; use a smaller --rate`)
    onIteration(iteration, value)
  }
}

/** The share of test images that the network reads as what they are: its greatest output counts. */
export const testAccuracy = ({ model, test }: Problem): number =>
  accuracy(noGrad(() => model.call(test.x)) as Tensor, test.y as Tensor)

/** The mean of sigmoid's slope f(1 - f) over the neurons of each layer and the training images. */
export function meanSlopes({ model, train: { x } }: Problem): number[] {
  const outputs = noGrad(() => model.activations(x))
  return [outputs[1]!, outputs[3]!].map((h) => (h.mul(h.neg().add(1)).mean() as Tensor<[]>).item())
}
