/** @file Convolutions as networks have them (the kernel is not flipped), channels first. Imports ops/conv/ and ops/. */
import { checkOptions, describe, fail } from '../errors.ts'
import type { Geometry, Pair } from '../kernels/conv.ts'
import { allAxes, checkShape, showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { countWindows, imagesOf, likeInput, pairOf, reach, wholeOf } from './conv/arguments.ts'
import { convolvePrimitive, transposedPrimitive } from './conv/primitives.ts'
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
} from './conv/types.ts'
import { add } from './define.ts'
import { checkNumeric, checkSameDType, checkTensor } from './operand.ts'
import { reshape } from './reshape.ts'

const OPTIONS: readonly string[] = ['bias', 'stride', 'padding', 'dilation', 'groups']
const TRANSPOSE_OPTIONS: readonly string[] = [...OPTIONS, 'outputPadding']

function checkOperands(op: string, x: Tensor, weight: Tensor, rank: number, form: string): void {
  checkTensor(op, x)
  checkTensor(op, weight)
  if (weight.ndim !== rank) fail(op, `the weight must be ${form}, got ${showShape(weight.shape)}`)
  checkNumeric(op, x)
  checkSameDType(op, x, weight)
}

/** Checks channels against groups and weight; messages show the shapes that the caller passed. */
function checkChannels(op: string, x: Tensor, weight: Tensor, channels: number, groups: number): void {
  const [outputs, own] = weight.shape as [number, number]
  if (channels % groups !== 0)
    fail(op, `groups ${groups} do not divide the ${channels} channels of input ${showShape(x.shape)}`)
  if (outputs % groups !== 0)
    fail(op, `groups ${groups} do not divide the ${outputs} outputs of weight ${showShape(weight.shape)}`)
  if (own * groups === channels) return
  const takes = groups === 1 ? `${own}` : `${own} in each of ${groups} groups`
  fail(
    op,
    `input ${showShape(x.shape)} has ${channels} channels, weight ${showShape(weight.shape)} takes ${takes}${channelsHint(x, weight, channels)}`,
  )
}

/** The likely fix: groups that make the sizes meet, or axes in another order. */
function channelsHint(x: Tensor, weight: Tensor, channels: number): string {
  const [outputs, own] = weight.shape as [number, number]
  const last = x.ndim - 1
  if (x.shape[last] === own) {
    const batch = x.ndim === weight.ndim ? [0] : []
    const sizes = allAxes(last).slice(batch.length)
    return `; channels stand before sizes, as in x.permute([${[...batch, last, ...sizes].join(', ')}])`
  }
  const groups = channels / own
  return Number.isInteger(groups) && outputs % groups === 0 ? `; with { groups: ${groups} } they meet` : ''
}

function addBias(op: string, y: Tensor, bias: Tensor | null | undefined): Tensor {
  if (bias === undefined || bias === null) return y
  checkTensor(op, bias)
  checkSameDType(op, y, bias)
  const outputs = y.shape[1]!
  if (bias.ndim !== 1 || bias.shape[0] !== outputs)
    fail(op, `the bias must be [${outputs}], one per output channel, got ${showShape(bias.shape)}`)
  return add(y, reshape(bias, [outputs, 1, 1]))
}

/** Padding before and after. 'same' adds what the windows reach beyond one element, the odd zero at the end. */
function paddingOf(
  op: string,
  padding: unknown,
  kernel: Pair,
  stride: Pair,
  dilation: Pair,
  read: (padding: unknown) => Pair,
): readonly [before: Pair, after: Pair] {
  if (padding !== 'same') {
    if (typeof padding === 'string') fail(op, `padding must be numbers or 'same', got ${describe(padding)}`)
    const both = read(padding)
    return [both, both]
  }
  if (stride[0] !== 1 || stride[1] !== 1)
    fail(op, `padding 'same' needs stride 1, got ${op === 'conv1d' ? stride[1] : showShape(stride)}`)
  const total = [reach(kernel[0], dilation[0]) - 1, reach(kernel[1], dilation[1]) - 1] as const
  const before = [Math.floor(total[0] / 2), Math.floor(total[1] / 2)] as const
  return [before, [total[0] - before[0], total[1] - before[1]]]
}

/**
 * Convolution of images, as networks have it (the kernel is not flipped): y[n, o, p, q] = bias[o] + the sum over c, i, j
 * of weight[o, c, i, j] x[n, c, p stride + i dilation - padding, q stride + j dilation - padding], with zeros outside of
 * the image. x is [N, C, H, W] or [C, H, W], weight [O, C / groups, kH, kW]; the result is [N, O, P, Q] or [O, P, Q] with
 * P = floor((H + 2 padding - dilation (kH - 1) - 1) / stride) + 1.
 */
export function conv2d<S extends Shape, W extends Shape, const G extends number = 1>(
  x: Tensor<S>,
  weight: Conv2dArg<S, W, G, Tensor<W>>,
  options?: Conv2dOptions<G, W[0]>,
): Tensor<Conv2d<S, W>>
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  const op = 'conv2d'
  checkOperands(op, x, weight, 4, '[O, C / groups, kH, kW]')
  const {
    bias,
    stride: step = 1,
    padding = 0,
    dilation: gap = 1,
    groups = 1,
  } = checkOptions(op, options, OPTIONS)
  const images = imagesOf(op, x)
  const stride = pairOf(op, 'stride', step, 1)
  const dilation = pairOf(op, 'dilation', gap, 1)
  checkChannels(op, x, weight, images.shape[1]!, wholeOf(op, 'groups', groups, 1))
  const kernel: Pair = [weight.shape[2]!, weight.shape[3]!]
  const [before, after] = paddingOf(op, padding, kernel, stride, dilation, (value) =>
    pairOf(op, 'padding', value, 0),
  )
  const y = convolve(op, images, weight, { kernel, stride, padding: before, dilation, groups }, after)
  return likeInput(addBias(op, y, bias), x)
}

function convolve(
  op: string,
  images: Tensor,
  weight: Tensor,
  windows: Omit<Geometry, 'input' | 'output'>,
  after: Pair,
): Tensor {
  const { kernel, stride, padding, dilation } = windows
  const input: Pair = [images.shape[2]!, images.shape[3]!]
  const output = countWindows(op, input, kernel, stride, padding, after, dilation)
  checkShape(op, [images.shape[0]!, weight.shape[0]!, ...output])
  return apply(convolvePrimitive, [images, weight], { ...windows, input, output })
}

/**
 * Convolution along one axis: y[n, o, p] = bias[o] + the sum over c, i of weight[o, c, i] x[n, c, p stride + i dilation -
 * padding]. x is [N, C, L] or [C, L], weight [O, C / groups, k]; the result is [N, O, P] or [O, P]. As conv2d of height 1.
 */
export function conv1d<S extends Shape, W extends Shape, const G extends number = 1>(
  x: Tensor<S>,
  weight: Conv1dArg<S, W, G, Tensor<W>>,
  options?: Conv1dOptions<G, W[0]>,
): Tensor<Conv1d<S, W>>
export function conv1d(x: Tensor, weight: Tensor, options: Conv1dOptions = {}): Tensor {
  const op = 'conv1d'
  checkOperands(op, x, weight, 3, '[O, C / groups, k]')
  const {
    bias,
    stride: step = 1,
    padding = 0,
    dilation: gap = 1,
    groups = 1,
  } = checkOptions(op, options, OPTIONS)
  if (x.ndim !== 2 && x.ndim !== 3)
    fail(op, `the input must be [N, C, L] or [C, L], got ${showShape(x.shape)}`)
  const stride: Pair = [1, wholeOf(op, 'stride', step, 1)]
  const dilation: Pair = [1, wholeOf(op, 'dilation', gap, 1)]
  const [channels, length] = x.shape.slice(-2) as [number, number]
  checkChannels(op, x, weight, channels, wholeOf(op, 'groups', groups, 1))
  const kernel: Pair = [1, weight.shape[2]!]
  const [before, after] = paddingOf(op, padding, kernel, stride, dilation, (value) => [
    0,
    wholeOf(op, 'padding', value, 0),
  ])
  const images = reshape(x, [x.ndim === 3 ? x.shape[0]! : 1, channels, 1, length])
  const kernels = reshape(weight, [weight.shape[0]!, weight.shape[1]!, 1, kernel[1]])
  const y = convolve(op, images, kernels, { kernel, stride, padding: before, dilation, groups }, after)
  const z = addBias(op, y, bias)
  const shape: Shape = [...z.shape.slice(x.ndim === 3 ? 0 : 1, 2), z.shape[3]!]
  return reshape(z, shape)
}

/**
 * The transpose of conv2d with the same stride, padding, dilation and groups: each element of x [N, C, H, W] (or
 * [C, H, W]) is spread over a window of the result, times weight [C, O / groups, kH, kW]; overlaps add up. The result is
 * [N, O, P, Q] with P = (H - 1) stride - 2 padding + dilation (kH - 1) + outputPadding + 1, plus bias [O].
 */
export function convTranspose2d<S extends Shape, W extends Shape, const G extends number = 1>(
  x: Tensor<S>,
  weight: ConvTranspose2dArg<S, W, Tensor<W>>,
  options?: ConvTranspose2dOptions<G>,
): Tensor<ConvTranspose2d<S, W, G>>
export function convTranspose2d(x: Tensor, weight: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  const op = 'convTranspose2d'
  checkOperands(op, x, weight, 4, '[C, O / groups, kH, kW]')
  const checked = checkOptions(op, options, TRANSPOSE_OPTIONS)
  const {
    bias,
    stride: step = 1,
    padding: cut = 0,
    outputPadding = 0,
    dilation: gap = 1,
    groups = 1,
  } = checked
  const images = imagesOf(op, x)
  const stride = pairOf(op, 'stride', step, 1)
  const dilation = pairOf(op, 'dilation', gap, 1)
  const padding = pairOf(op, 'padding', cut, 0)
  const extra = pairOf(op, 'outputPadding', outputPadding, 0)
  const [, channels, height, width] = images.shape as [number, number, number, number]
  if (weight.shape[0] !== channels)
    fail(
      op,
      `input ${showShape(x.shape)} has ${channels} channels, weight ${showShape(weight.shape)} takes ${weight.shape[0]}`,
    )
  if (channels % wholeOf(op, 'groups', groups, 1) !== 0)
    fail(op, `groups ${groups} do not divide the ${channels} channels of input ${showShape(x.shape)}`)
  const kernel: Pair = [weight.shape[2]!, weight.shape[3]!]
  if (kernel[0] < 1 || kernel[1] < 1) fail(op, `the kernel has size ${showShape(kernel)}, it must be >= 1`)
  const sizeAt = (axis: 0 | 1, count: number): number => {
    if (extra[axis] >= Math.max(stride[axis], dilation[axis]))
      fail(
        op,
        `outputPadding ${showShape(extra)} must be less than stride ${showShape(stride)} or dilation ${showShape(dilation)} on both axes`,
      )
    const spread = (count - 1) * stride[axis] + reach(kernel[axis], dilation[axis]) + extra[axis]
    if (count === 0 || spread <= 2 * padding[axis])
      fail(
        op,
        `input ${showShape(x.shape)} makes no output: ${count === 0 ? 0 : spread} on axis ${axis - 2}, of which padding ${padding[axis]} on both sides is cut`,
      )
    return spread - 2 * padding[axis]
  }
  const input: Pair = [sizeAt(0, height), sizeAt(1, width)]
  checkShape(op, [images.shape[0]!, weight.shape[1]! * groups, ...input])
  const g: Geometry = { input, kernel, output: [height, width], stride, padding, dilation, groups }
  return likeInput(addBias(op, apply(transposedPrimitive, [images, weight], g), bias), x)
}
