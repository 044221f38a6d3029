/** @file MaxPool2d and AvgPool2d: layers that make images smaller. Imports core, errors.ts, layer.ts and files of layers. */
import { avgPool2d, maxPool2d, type Tensor } from '@tapegrad/core/ops'
import { checkOptions, checkTensor, describe, fail, showShape } from '../errors.ts'
import { Layer } from '../layer.ts'
import { joined } from './images.ts'
import { type Pair, shown, sizesOf } from './settings.ts'

export interface PoolOptions {
  /** Distance between windows; `kernelSize` unless told. */
  readonly stride?: Pair
  /** Added on all sides, at most half of `kernelSize`; 0 unless told. */
  readonly padding?: Pair
}

/** What both have in common: the windows. */
abstract class Pool2d extends Layer<[number, number], [number, number]> {
  readonly kernelSize: Pair
  readonly stride: Pair
  readonly padding: Pair
  readonly #kind: string

  constructor(kind: string, kernelSize: Pair, options: PoolOptions) {
    super()
    const kernel = sizesOf(kind, 'kernelSize', kernelSize, 1, 2)
    const { stride = kernelSize, padding = 0 } = checkOptions(kind, options, ['stride', 'padding'])
    sizesOf(kind, 'stride', stride, 1, 2)
    if (sizesOf(kind, 'padding', padding, 0, 2).some((n, axis) => 2 * n > kernel[axis]!))
      fail(
        kind,
        `padding ${describe(padding)} is more than half of kernelSize ${describe(kernelSize)}; some windows would hold nothing else`,
      )
    this.kernelSize = kernelSize
    this.stride = stride
    this.padding = padding
    this.#kind = kind
  }

  /** `op` of x [..., H, W] with its leading axes as the op takes them. */
  protected pool(x: Tensor, op: (x: Tensor, options: { readonly kernelSize: Pair }) => Tensor): Tensor {
    checkTensor(this.#kind, 'the input', x)
    if (x.ndim < 2) fail(this.#kind, `expected [..., H, W], got ${showShape(x.shape)}`)
    const { kernelSize, stride, padding } = this
    const run = (images: Tensor): Tensor => op(images, { kernelSize, stride, padding } as never)
    return x.ndim === 3 || x.ndim === 4 ? run(x) : joined(x, 2, run)
  }

  override toString(): string {
    const { kernelSize, stride, padding } = this
    return shown(
      this.#kind,
      [kernelSize],
      [
        ['stride', stride, kernelSize],
        ['padding', padding, 0],
      ],
    )
  }
}

/**
 * The largest element of each window: [..., H, W] -> [..., P, Q] with P = floor((H + 2 padding - kernelSize) / stride) + 1.
 * Padding counts as -Infinity. Of equal elements the first (row by row) gets the gradient, as in PyTorch.
 */
export class MaxPool2d extends Pool2d {
  constructor(kernelSize: Pair, options: PoolOptions = {}) {
    super('MaxPool2d', kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return this.pool(x, maxPool2d)
  }
}

/**
 * The mean of each window: [..., H, W] -> [..., P, Q] with P = floor((H + 2 padding - kernelSize) / stride) + 1. Padding
 * counts as zeros, in the divisor too, as in PyTorch by default.
 */
export class AvgPool2d extends Pool2d {
  constructor(kernelSize: Pair, options: PoolOptions = {}) {
    super('AvgPool2d', kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return this.pool(x, avgPool2d)
  }
}
