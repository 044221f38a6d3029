/** @file Convolution and pooling as methods: types and functions. Imports ops/. */
import type {
  Conv1d,
  Conv1dArg,
  Conv1dOptions,
  Conv2d,
  Conv2dArg,
  Conv2dOptions,
  ConvTranspose2d,
  ConvTranspose2dArg,
  ConvTranspose2dOptions,
  Pool2d,
  Pool2dOptions,
} from '../ops/conv/types.ts'
import { avgPool2d, conv1d, conv2d, convTranspose2d, maxPool2d } from '../ops/index.ts'
import type { Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import type { Implementations } from './implementations.ts'

export interface ConvMethods<S extends Shape> {
  /** Convolution along one axis: [N, C, L] or [C, L] with a weight [O, C / groups, k]. */
  conv1d<W extends Shape, const G extends number = 1>(
    weight: Conv1dArg<S, W, G, Tensor<W>>,
    options?: Conv1dOptions<G, W[0]>,
  ): Tensor<Conv1d<S, W>>
  /** Convolution of images: [N, C, H, W] or [C, H, W] with a weight [O, C / groups, kH, kW]. */
  conv2d<W extends Shape, const G extends number = 1>(
    weight: Conv2dArg<S, W, G, Tensor<W>>,
    options?: Conv2dOptions<G, W[0]>,
  ): Tensor<Conv2d<S, W>>
  /** Each element spread over a window of a larger image, with a weight [C, O / groups, kH, kW]. */
  convTranspose2d<W extends Shape, const G extends number = 1>(
    weight: ConvTranspose2dArg<S, W, Tensor<W>>,
    options?: ConvTranspose2dOptions<G>,
  ): Tensor<ConvTranspose2d<S, W, G>>
  /** The largest element of each window. */
  maxPool2d(options: Pool2dOptions): Tensor<Pool2d<S>>
  /** The mean of each window. */
  avgPool2d(options: Pool2dOptions): Tensor<Pool2d<S>>
}

export const convMethods = {
  conv1d,
  conv2d,
  convTranspose2d,
  maxPool2d,
  avgPool2d,
} satisfies Implementations<keyof ConvMethods<Shape>>
