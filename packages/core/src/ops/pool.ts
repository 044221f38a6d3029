/** @file Pooling: the largest or the mean of each window. Imports kernels/pool.ts, ops/conv/ and ops/. */
import { checkOptions, fail } from '../errors.ts'
import type { Geometry, Pair } from '../kernels/conv.ts'
import { largestOfWindows } from '../kernels/pool.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { checkShape, showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { emptyTensor, filledTensor, type Tensor } from '../tensor.ts'
import { countWindows, imagesOf, likeInput, pairOf } from './conv/arguments.ts'
import { convolvePrimitive } from './conv/primitives.ts'
import type { Pool2d, Pool2dOptions } from './conv/types.ts'
import { add } from './define.ts'
import { div } from './elementwise.ts'
import { checkFloat, checkNumeric, checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'
import { take } from './take.ts'

const OPTIONS: readonly string[] = ['kernelSize', 'stride', 'padding']

function windowsOf(op: string, images: Tensor, options: Pool2dOptions): Geometry {
  const { kernelSize, stride = kernelSize, padding = 0 } = checkOptions(op, options, OPTIONS)
  const kernel = pairOf(op, 'kernelSize', kernelSize, 1)
  const steps = pairOf(op, 'stride', stride, 1)
  const zeros = pairOf(op, 'padding', padding, 0)
  if (2 * zeros[0] > kernel[0] || 2 * zeros[1] > kernel[1])
    fail(
      op,
      `padding ${showShape(zeros)} is more than half of kernelSize ${showShape(kernel)}; some windows would hold nothing else`,
    )
  const input: Pair = [images.shape[2]!, images.shape[3]!]
  if (input[0] === 0 || input[1] === 0)
    fail(op, `the images have size ${showShape(input)}, no elements to pool`)
  const output = countWindows(op, input, kernel, steps, zeros, zeros, NO_DILATION)
  checkShape(op, [images.shape[0]!, images.shape[1]!, ...output])
  return { input, kernel, output, stride: steps, padding: zeros, dilation: NO_DILATION, groups: 1 }
}

const NO_DILATION: Pair = [1, 1]

/** Per window of x [N, C, H, W] the position of its first largest element in its image, int32. */
const positionsPrimitive: Primitive<Geometry> = /* @__PURE__ */ primitive<Geometry>({
  name: 'maxPoolPositions',
  shape: ([x], { output }) => ({ shape: [x!.shape[0]!, x!.shape[1]!, ...output], dtype: 'int32' }),
  kernel: ([x], g, out) => largestOfWindows(x!, g, out),
  vjp: [null],
  jvp: () => null,
  batch: ([x], _batched, g, size) => {
    const [, count, ...rest] = x!.shape as [number, number, ...number[]]
    const positions = apply(positionsPrimitive, [reshape(x!, [size * count, ...rest])], g)
    return reshape(positions, [size, count, ...positions.shape.slice(1)])
  },
  saves: SAVES_NOTHING,
})

/**
 * The largest element of each window, channel by channel: x [N, C, H, W] or [C, H, W]; the windows are `stride` apart
 * (kernelSize unless told), and padding counts as -Infinity. Of equal elements the first (row by row) gets the gradient;
 * NaN when a window holds one, of which the last gets it: both as in PyTorch.
 */
export function maxPool2d<S extends Shape>(x: Tensor<S>, options: Pool2dOptions): Tensor<Pool2d<S>>
export function maxPool2d(x: Tensor, options: Pool2dOptions): Tensor {
  checkNumeric('maxPool2d', checkTensor('maxPool2d', x))
  const images = imagesOf('maxPool2d', x)
  const g = windowsOf('maxPool2d', images, options)
  const positions = add(apply(positionsPrimitive, [images], g), beginnings(images))
  return likeInput(take(reshape(images, [-1]), positions, 0), x)
}

/** Where each image [H, W] begins in the memory of all: [N, C, 1, 1]. */
function beginnings({ shape }: Tensor): Tensor {
  const [count, channels, height, width] = shape as [number, number, number, number]
  const result = emptyTensor([count, channels, 1, 1], 'int32')
  const { data, base } = result.storage
  for (let k = 0; k < count * channels; k++) data[base + k] = k * height * width
  return result
}

/**
 * The mean of each window, channel by channel: x [N, C, H, W] or [C, H, W]; the windows are `stride` apart (kernelSize
 * unless told). Padding counts as zeros, in the divisor too, as in PyTorch by default.
 */
export function avgPool2d<S extends Shape>(x: Tensor<S>, options: Pool2dOptions): Tensor<Pool2d<S>>
export function avgPool2d(x: Tensor, options: Pool2dOptions): Tensor {
  checkFloat('avgPool2d', checkTensor('avgPool2d', x))
  const images = imagesOf('avgPool2d', x)
  const g = windowsOf('avgPool2d', images, options)
  const [count, channels, ...size] = images.shape as [number, number, number, number]
  // Sums over windows are a convolution with ones; every channel is an image of its own.
  const ones = filledTensor([1, 1, ...g.kernel], x.dtype, 1)
  const sums = apply(convolvePrimitive, [reshape(images, [count * channels, 1, ...size]), ones], g)
  const means = div(sums, g.kernel[0] * g.kernel[1])
  return likeInput(reshape(means, [count, channels, ...g.output]), x)
}
