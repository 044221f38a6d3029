/** @file Arguments of convolution and pooling: pairs, images with or without a batch, and how many windows fit. Imports ops/. */
import { describe, fail } from '../../errors.ts'
import type { Pair } from '../../kernels/conv.ts'
import { checkShape, showShape } from '../../shape.ts'
import type { Tensor } from '../../tensor.ts'
import { reshape } from '../reshape.ts'

/** The option `name` as [h, w]: one whole number for both, or two. */
export function pairOf(op: string, name: string, value: unknown, least: 0 | 1): Pair {
  // Not value.every, which skips holes.
  const pair = Array.isArray(value) ? Array.from(value as unknown[]) : [value, value]
  if (pair.length !== 2 || !pair.every((size) => Number.isInteger(size) && (size as number) >= least))
    fail(op, `${name} must be a whole number >= ${least}, or a pair [h, w] of them, got ${describe(value)}`)
  // Adding 0 makes -0 a 0.
  return [(pair[0] as number) + 0, (pair[1] as number) + 0]
}

/** The option `name`: a whole number. */
export function wholeOf(op: string, name: string, value: unknown, least: 0 | 1): number {
  if (!(Number.isInteger(value) && (value as number) >= least))
    fail(op, `${name} must be a whole number >= ${least}, got ${describe(value)}`)
  return (value as number) + 0
}

/** `x` as [N, C, H, W]; a single image [C, H, W] becomes a batch of one. */
export function imagesOf(op: string, x: Tensor): Tensor {
  if (x.ndim === 3) return reshape(x, [1, ...x.shape])
  if (x.ndim !== 4)
    fail(
      op,
      `the input must be [N, C, H, W] or [C, H, W], got ${showShape(x.shape)}${x.ndim === 2 ? '; for one channel write x.unsqueeze(0)' : ''}`,
    )
  return x
}

/** The result without the batch that `imagesOf` added. */
export const likeInput = (y: Tensor, x: Tensor): Tensor => (x.ndim === 3 ? reshape(y, y.shape.slice(1)) : y)

/** Both axes of a pair, or the second alone in a convolution along one axis. */
const showPair = (op: string, pair: Pair): string => (op === 'conv1d' ? `${pair[1]}` : showShape(pair))

/** Size of a window with the gaps that dilation leaves. */
export const reach = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1

const both = (f: (axis: 0 | 1) => number): Pair => [f(0), f(1)]

/** How many windows fit: floor((size + before + after - dilation (kernel - 1) - 1) / stride) + 1 along each axis. */
export function countWindows(
  op: string,
  input: Pair,
  kernel: Pair,
  stride: Pair,
  before: Pair,
  after: Pair,
  dilation: Pair,
): Pair {
  if (kernel[0] < 1 || kernel[1] < 1) fail(op, `the kernel has size ${showPair(op, kernel)}, it must be >= 1`)
  const covered = both((axis) => reach(kernel[axis], dilation[axis]))
  const padded = both((axis) => input[axis] + before[axis] + after[axis])
  if (covered[0] > padded[0] || covered[1] > padded[1]) {
    const dilated = dilation[0] * dilation[1] === 1 ? '' : ` (dilation ${showPair(op, dilation)})`
    fail(
      op,
      `the kernel covers ${showPair(op, covered)}${dilated}, more than the padded input, ${showPair(op, padded)}; use a smaller kernel, or more padding`,
    )
  }
  const count = both((axis) => Math.floor((padded[axis] - covered[axis]) / stride[axis]) + 1)
  checkShape(op, count)
  return count
}
