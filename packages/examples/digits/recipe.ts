/** @file A better recipe for the same images: ReLU, cross-entropy, momentum. Imports core, nn and split.ts. */
import { Generator, noGrad, type Tensor } from '@tapegrad/core'
import {
  accuracy,
  crossEntropy,
  DataLoader,
  Dense,
  heUniform,
  ReLU,
  SGD,
  sequential,
  TensorDataset,
  zeros,
} from '@tapegrad/nn'
import { DIGITS, type Image, INK, PIXELS } from './csv.ts'
import { splitImages } from './split.ts'

/** Chosen on the seeds 100 to 109, which no figure of this example uses. */
export const RECIPE = {
  hidden: 128,
  batchSize: 32,
  rate: 0.1,
  momentum: 0.9,
  labelSmoothing: 0.1,
  epochs: 30,
} as const

/** What an epoch ends with. */
export interface EpochEnd {
  readonly epoch: number
  /** Of its batches, in the mean. */
  readonly loss: number
  /** Shares of images that are read right. */
  readonly train: number
  readonly test: number
}

export interface Reading {
  /** Of the test images, from 0 to 16. */
  readonly pixels: Tensor<[number, typeof PIXELS]>
  /** int32. */
  readonly digits: Tensor<[number]>
  /** What the network makes of each: ten probabilities. */
  readonly probabilities: Tensor<[number, typeof DIGITS]>
}

/** Trains on the images that train in the tutorial's part with this seed, and reads the others. */
export function trainRecipe(
  images: readonly Image[],
  { seed, epochs }: { readonly seed: number; readonly epochs: number },
  onEpoch: (end: EpochEnd) => void = () => undefined,
): Reading {
  const generator = new Generator(seed)
  const { train, test } = splitImages(images, generator)
  // Pixels have one unit, so one scale for all keeps faint ones faint; standard scaling would blow them up.
  const [x, testX] = [train.pixels.div(INK), test.pixels.div(INK)]
  const options = { init: heUniform, bias: zeros, generator }
  const { hidden, batchSize, rate, momentum, labelSmoothing } = RECIPE
  const model = sequential(new Dense(PIXELS, hidden, options), new ReLU(), new Dense(hidden, DIGITS, options))
  const loader = new DataLoader(new TensorDataset(x, train.digits), { batchSize, shuffle: true, generator })
  const optimizer = new SGD(model.parameters(), { lr: rate, momentum })
  const logits = (pixels: typeof x): Tensor<[number, typeof DIGITS]> => noGrad(() => model.call(pixels))
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let total = 0
    for (const [pixels, digits] of loader) {
      optimizer.zeroGrad()
      const loss = crossEntropy(model.call(pixels), digits, { labelSmoothing })
      loss.backward()
      optimizer.step()
      total += loss.item()
    }
    onEpoch({
      epoch,
      loss: total / loader.length,
      train: accuracy(logits(x) as Tensor, train.digits as Tensor),
      test: accuracy(logits(testX) as Tensor, test.digits as Tensor),
    })
  }
  return { ...test, probabilities: logits(testX).softmax(1) }
}

/** An image that was read as another digit. */
export interface Misread extends Image {
  readonly predicted: number
  /** What the network gives the digit it took the image for. */
  readonly probability: number
}

/** The misread images, the surest mistakes first. */
export function misreadOf({ pixels, digits, probabilities }: Reading): Misread[] {
  const images = pixels.toArray() as number[][]
  const chances = probabilities.toArray() as number[][]
  const predictions = Array.from(probabilities.argmax(1).data)
  return Array.from(digits.data, (digit, i) => ({
    pixels: images[i]!,
    digit,
    predicted: predictions[i]!,
    probability: chances[i]![predictions[i]!]!,
  }))
    .filter(({ digit, predicted }) => predicted !== digit)
    .sort((a, b) => b.probability - a.probability)
}
