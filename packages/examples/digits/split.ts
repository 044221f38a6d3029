/** @file The images as tensors, in a part that trains and one that tests. Imports core, nn and csv.ts. */
import { type Generator, type Tensor, tensor } from '@tapegrad/core'
import { trainTestSplit } from '@tapegrad/nn'
import { type Image, PIXELS } from './csv.ts'

export interface Part {
  /** From 0 to 16. */
  readonly pixels: Tensor<[number, typeof PIXELS]>
  /** int32. */
  readonly digits: Tensor<[number]>
}

export interface Parts {
  /** Of all images, in the order of the file. */
  readonly pixels: Part['pixels']
  readonly train: Part
  readonly test: Part
}

/** As in the tutorial. */
const TEST_SHARE = 0.4

/** Shuffles and splits 60 to 40. A generator in the same state gives the same parts, in both dtypes. */
export function splitImages(
  images: readonly Image[],
  generator: Generator,
  dtype: 'float32' | 'float64' = 'float32',
): Parts {
  const pixels = tensor(
    images.flatMap((image) => image.pixels),
    { shape: [images.length, PIXELS], dtype },
  )
  const digits = tensor(Int32Array.from(images, ({ digit }) => digit))
  const [train, test, trainDigits, testDigits] = trainTestSplit(pixels, digits, {
    testSize: TEST_SHARE,
    generator,
  })
  return {
    pixels,
    train: { pixels: train, digits: trainDigits },
    test: { pixels: test, digits: testDigits },
  }
}
