/** @file Convolutions as networks have them (the kernel is not flipped), channels first. Imports ops/conv/ and ops/. */
import { checkOptions, describe, fail } from '../errors.ts'
import type { Windows } from '../kernels/windows.ts'
import { allAxes, checkShape, showShape, sizeOf } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
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
import { checkImages, checkWindows, fold, sizesOf, unfold, windowsOn } from './conv/windows.ts'
import { add } from './define.ts'
import { concat } from './join.ts'
import { matmul } from './matmul.ts'
import { checkNumeric, checkSameDType, checkTensor } from './operand.ts'
import { reshape, transpose } from './reshape.ts'
import { slice } from './slice.ts'

const OPTIONS: readonly string[] = ['bias', 'stride', 'padding', 'dilation', 'groups']
const TRANSPOSE_OPTIONS: readonly string[] = /* @__PURE__ */ OPTIONS.concat('outputPadding')

/** Options of all three, as they come. */
type Options = Partial<Record<Exclude<keyof ConvTranspose2dOptions, 'bias'>, unknown>> &
  Pick<Conv2dOptions, 'bias'>

/** All three; `rank` counts the axes behind the channels. */
function convolution(
  op: string,
  rank: number,
  x: Tensor,
  weight: Tensor,
  options: Options,
  transposed = false,
): Tensor {
  checkTensor(op, x)
  checkTensor(op, weight)
  checkImages(op, x, rank)
  if (weight.ndim !== rank + 2)
    fail(
      op,
      `the weight must be [${transposed ? 'C, O' : 'O, C'} / groups, ${rank > 1 ? 'kH, kW' : 'k'}], got ${showShape(weight.shape)}`,
    )
  checkNumeric(op, x)
  checkSameDType(op, x, weight)
  const given = checkOptions(op, options, transposed ? TRANSPOSE_OPTIONS : OPTIONS)
  const read = (name: keyof Options, least: 0 | 1, axes = rank): Shape =>
    sizesOf(op, name, given[name] === undefined ? least : given[name], least, axes)
  const stride = read('stride', 1)
  const dilation = read('dilation', 1)
  const groups = read('groups', 1, 1)[0]!
  checkChannels(op, rank, x, weight, groups, transposed)
  const [first, second, ...kernel] = weight.shape as [number, number, ...number[]]
  if (kernel.includes(0)) fail(op, `weight ${showShape(weight.shape)} has an empty kernel`)
  const size = x.shape.slice(-rank)
  const reach = kernel.map((n, axis) => (n - 1) * dilation[axis]!)
  let windows: Windows
  if (transposed) {
    const padding = read('padding', 0)
    const extra = read('outputPadding', 0)
    if (extra.some((n, axis) => n >= Math.max(stride[axis]!, dilation[axis]!)))
      fail(
        op,
        `outputPadding ${showShape(extra)} must be less than stride ${showShape(stride)} or dilation ${showShape(dilation)}`,
      )
    const whole = size.map((n, axis) => n && (n - 1) * stride[axis]! + reach[axis]! + 1 + extra[axis]!)
    if (whole.some((n, axis) => n <= 2 * padding[axis]!))
      fail(
        op,
        `input ${showShape(x.shape)} makes no output: padding ${showShape(padding)} cuts all of ${showShape(whole)}`,
      )
    windows = { size: whole, padding, kernel, count: size, stride, dilation }
  } else {
    const same = given.padding === 'same'
    if (same && stride.some((n) => n > 1))
      fail(op, `padding 'same' needs stride 1, got ${describe(given.stride)}`)
    const padding = same ? reach.map((n) => n / 2) : read('padding', 0)
    windows = windowsOn(op, size, padding, kernel, stride, dilation)
  }
  const lead = x.shape.slice(0, -rank - 1)
  const outputs = transposed ? second * groups : first
  checkWindows(op, [transposed ? outputs : second * groups], windows)
  checkShape(op, [...lead, outputs, ...(transposed ? windows.size : windows.count)])
  // Without channels any number of groups would do.
  const y = multiply(x, weight, first === 0 || second === 0 ? 1 : groups, outputs, windows, transposed)
  const { bias } = given
  if (bias === undefined || bias === null) return y
  checkTensor(op, bias)
  checkSameDType(op, y, bias)
  if (bias.ndim !== 1 || bias.shape[0] !== outputs)
    fail(op, `the bias must be [${outputs}], one per output channel, got ${showShape(bias.shape)}`)
  return add(y, reshape(bias, [outputs, ...kernel.map(() => 1)]))
}

/**
 * Columns take as many times the memory of x as a window has elements, and stay for the backward pass when one is to
 * come. More than this many elements are not made at once.
 */
const LARGE = 16_777_216

/**
 * Every convolution is a product of matrices: the weight of each group times columns, one per window. In a plain one the
 * columns are the windows on x; transposed, they are made from x and added up where windows lie on the result.
 */
function multiply(
  x: Tensor,
  weight: Tensor,
  groups: number,
  outputs: number,
  windows: Windows,
  transposed: boolean,
): Tensor {
  const { kernel, count } = windows
  const lead = x.shape.slice(0, -count.length - 1)
  const rows = weight.shape[0]! / groups
  const inner = transposed ? outputs : x.shape[lead.length]!
  const depth = (inner / groups) * sizeOf(kernel)
  const places = sizeOf(count)
  const images = lead[0] ?? 1
  if (images > 1 && images * groups * depth * Math.max(rows, places) > LARGE) {
    const half = images >> 1
    const parts = [slice(x, [[0, half]]), slice(x, [[half, images]])]
    return concat(
      parts.map((part) => multiply(part, weight, groups, outputs, windows, transposed)),
      0,
    )
  }
  const matrices = reshape(weight, [groups, rows, depth])
  if (transposed) {
    const columns = matmul(transpose(matrices, 1, 2), reshape(x, [...lead, groups, rows, places]))
    return fold(reshape(columns, [...lead, outputs, ...kernel, ...count]), windows)
  }
  const columns = reshape(unfold(x, windows), [...lead, groups, depth, places])
  return reshape(matmul(matrices, columns), [...lead, outputs, ...count])
}

/** Checks channels against groups and weight; the error names groups or an order of axes with which they would meet. */
function checkChannels(
  op: string,
  rank: number,
  x: Tensor,
  weight: Tensor,
  groups: number,
  transposed: boolean,
): void {
  const [first, second] = weight.shape as [number, number]
  const last = x.ndim - 1
  const channels = x.shape[last - rank]!
  const [input, kernels] = [`input ${showShape(x.shape)}`, `weight ${showShape(weight.shape)}`]
  if (channels % groups !== 0 || first % groups !== 0)
    fail(op, `groups ${groups} must divide the channels of ${input} and axis 0 of ${kernels}`)
  const taken = transposed ? first : second * groups
  if (taken === channels) return
  let hint = ''
  if (x.shape[last] === taken) {
    const order = [...allAxes(last)]
    order.splice(last - rank, 0, last)
    hint = `; channels stand before sizes, as in x.permute(${showShape(order)})`
  } else if (!transposed && channels % second === 0 && first % (channels / second) === 0)
    hint = `; with { groups: ${channels / second} } they meet`
  fail(op, `${input} has ${channels} channels, ${kernels} takes ${taken}${hint}`)
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
  return convolution('conv2d', 2, x, weight, options)
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
  return convolution('conv1d', 1, x, weight, options)
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
  return convolution('convTranspose2d', 2, x, weight, options, true)
}
