/** @file Pooling: the largest or the mean of each window. Imports kernels/windows.ts, ops/conv/ and ops/. */
import { checkOptions, fail } from '../errors.ts'
import { largestOfWindows, type Windows } from '../kernels/windows.ts'
import { primitive, SAVES_NOTHING } from '../primitive.ts'
import { showShape, sizeOf } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { sumAxes } from './broadcast.ts'
import type { Pool2d, Pool2dOptions } from './conv/types.ts'
import { checkImages, checkWindows, sizesOf, unfold, windowsOn } from './conv/windows.ts'
import { div } from './elementwise.ts'
import { gatherAlong } from './gather.ts'
import { checkFloat, checkNumeric, checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'

const OPTIONS: readonly string[] = ['kernelSize', 'stride', 'padding']

function poolOf(op: string, x: Tensor, options: Pool2dOptions): Windows {
  checkImages(op, x, 2)
  const { kernelSize, stride = kernelSize, padding = 0 } = checkOptions(op, options, OPTIONS)
  const kernel = sizesOf(op, 'kernelSize', kernelSize, 1, 2)
  const steps = sizesOf(op, 'stride', stride, 1, 2)
  const zeros = sizesOf(op, 'padding', padding, 0, 2)
  if (zeros.some((n, axis) => 2 * n > kernel[axis]!))
    fail(
      op,
      `padding ${showShape(zeros)} is more than half of kernelSize ${showShape(kernel)}; some windows would hold nothing else`,
    )
  const size = x.shape.slice(-2)
  if (size.includes(0)) fail(op, `the images have size ${showShape(size)}, no elements to pool`)
  const windows = windowsOn(op, size, zeros, kernel, steps, [1, 1])
  checkWindows(op, x.shape.slice(0, -2), windows)
  return windows
}

/** Per window of x [..., H, W] the position of its first largest element in its image, int32. */
const positionsPrimitive = /* @__PURE__ */ primitive<Windows>({
  name: 'maxPoolPositions',
  shape: ([x], { count }) => ({ shape: [...x!.shape.slice(0, -2), ...count], dtype: 'int32' }),
  kernel: ([x], windows, out) => largestOfWindows(x!, windows, out),
  vjp: [null],
  jvp: () => null,
  batch: 'elementwise',
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
  const positions = apply(positionsPrimitive, [x], poolOf('maxPool2d', x, options))
  const lead = x.shape.slice(0, -2)
  const flat = (t: Tensor): Tensor => reshape(t, [...lead, sizeOf(t.shape.slice(-2))])
  return reshape(gatherAlong(flat(x), flat(positions), lead.length), positions.shape)
}

/**
 * The mean of each window, channel by channel: x [N, C, H, W] or [C, H, W]; the windows are `stride` apart (kernelSize
 * unless told). Padding counts as zeros, in the divisor too, as in PyTorch by default.
 */
export function avgPool2d<S extends Shape>(x: Tensor<S>, options: Pool2dOptions): Tensor<Pool2d<S>>
export function avgPool2d(x: Tensor, options: Pool2dOptions): Tensor {
  checkFloat('avgPool2d', checkTensor('avgPool2d', x))
  const windows = poolOf('avgPool2d', x, options)
  const lead = x.shape.slice(0, -2)
  const elements = sizeOf(windows.kernel)
  const columns = reshape(unfold(x, windows), [...lead, elements, ...windows.count])
  return div(sumAxes(columns, [lead.length], false), elements)
}
