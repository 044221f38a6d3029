/** @file Conv1d, Conv2d and ConvTranspose2d: layers that slide a kernel over signals and images. Imports core and nn's files for layers. */
import { conv1d, conv2d, convTranspose2d, type Shape, type Tensor } from '@tapegrad/core/ops'
import { checkCount, checkOptions, describe, fail } from '../errors.ts'
import { type Initializer, type InitOptions, initialize, initializeBias, uniform } from '../init.ts'
import { Layer } from '../layer.ts'
import { parameter } from '../marks.ts'
import { checkImages, joined } from './images.ts'
import { type Pair, shown, sizesOf } from './settings.ts'

/** Settings of all convolutions; `Size` is a number along one axis, a number or a pair along two. */
interface CommonOptions<Size> extends InitOptions {
  /** Distance between windows, 1 unless told. */
  readonly stride?: Size
  /** Distance between the elements of a window, 1 unless told. */
  readonly dilation?: Size
  /** Channels are cut into this many groups, each with weights of its own; 1 unless told. Must divide both numbers. */
  readonly groups?: number
  /** Whether there is a bias (default true), or how it starts: by default like the weight. */
  readonly bias?: boolean | Initializer
  /** How the weight starts: by default uniform in ±1/√(shape[1] · kernel elements) of the weight, as in PyTorch. */
  readonly init?: Initializer
}

export interface ConvOptions<Size = Pair> extends CommonOptions<Size> {
  /** Zeros on all sides, 0 unless told; 'same' keeps the size (stride 1 only; the odd zero goes to the end). */
  readonly padding?: Size | 'same'
}

export interface ConvTransposeOptions extends CommonOptions<Pair> {
  /** How much is cut from all sides of the result: the padding of the convolution that this turns round. 0 unless told. */
  readonly padding?: Pair
  /** Rows and columns added at the end of the result, 0 unless told; less than stride or dilation. */
  readonly outputPadding?: Pair
}

/** Settings as they come. */
type Settings = CommonOptions<unknown> & { readonly padding?: unknown; readonly outputPadding?: unknown }

const OPTIONS: readonly string[] = [
  'stride',
  'padding',
  'dilation',
  'groups',
  'bias',
  'init',
  'dtype',
  'generator',
]
const TRANSPOSE_OPTIONS: readonly string[] = /* @__PURE__ */ OPTIONS.concat('outputPadding')

/** What the three have in common: weight, bias and settings. */
abstract class Convolution<In extends Shape, Out extends Shape, W extends Shape> extends Layer<In, Out> {
  readonly weight: Tensor<W>
  /** [out]; null when the layer was made with `bias: false`. */
  readonly bias: Tensor<[number]> | null
  /** What the op is told, besides the bias. */
  readonly settings: { readonly [name: string]: unknown; readonly groups: number }
  readonly #kind: string
  readonly #channels: readonly [inputs: number, outputs: number]

  constructor(
    kind: string,
    rank: 1 | 2,
    inputs: number,
    outputs: number,
    kernelSize: unknown,
    options: Settings,
    transposed = false,
  ) {
    super()
    checkCount(kind, 'the number of input channels', inputs)
    checkCount(kind, 'the number of output channels', outputs)
    const kernel = sizesOf(kind, 'kernelSize', kernelSize, 1, rank)
    const given = checkOptions(kind, options, transposed ? TRANSPOSE_OPTIONS : OPTIONS)
    const { stride = 1, padding = 0, dilation = 1, groups = 1, outputPadding = 0, bias = true } = given
    const steps = sizesOf(kind, 'stride', stride, 1, rank)
    const spread = sizesOf(kind, 'dilation', dilation, 1, rank)
    checkCount(kind, 'groups', groups)
    if (inputs % groups !== 0 || outputs % groups !== 0)
      fail(kind, `groups ${groups} must divide the ${inputs} input and the ${outputs} output channels`)
    if (padding !== 'same' || transposed) sizesOf(kind, 'padding', padding, 0, rank)
    else if (steps.some((step) => step > 1))
      fail(kind, `padding 'same' needs stride 1, got ${describe(stride)}; give the padding as a number`)
    const extra = sizesOf(kind, 'outputPadding', outputPadding, 0, rank)
    if (extra.some((n, axis) => n > 0 && n >= Math.max(steps[axis]!, spread[axis]!)))
      fail(
        kind,
        `outputPadding ${describe(outputPadding)} must be less than stride ${describe(stride)} or dilation ${describe(dilation)}`,
      )
    this.#kind = kind
    this.#channels = [inputs, outputs]
    this.settings = { stride, padding, dilation, groups, ...(transposed && { outputPadding }) }
    const shape = [...(transposed ? [inputs, outputs / groups] : [outputs, inputs / groups]), ...kernel]
    const limit = 1 / Math.sqrt(shape.slice(1).reduce((product, size) => product * size))
    const { init = uniform(-limit, limit) } = given
    this.weight = parameter(initialize(kind, 'init', init, shape, given) as Tensor<W>)
    this.bias = initializeBias(kind, bias, outputs, limit, given)
  }

  /** `op` of checked images with at most one axis before their channels. */
  protected convolve(x: Tensor, op: (x: Tensor, weight: Tensor, options: object) => Tensor): Tensor {
    const { weight, settings, bias } = this
    const rank = weight.ndim - 2
    checkImages(this.#kind, x, this.#channels[0], rank as 1 | 2)
    const run = (images: Tensor): Tensor => op(images, weight as Tensor, { ...settings, bias })
    return x.ndim > rank + 2 ? joined(x, rank + 1, run) : run(x)
  }

  override toString(): string {
    const [, , ...kernel] = this.weight.shape
    const { stride, padding, dilation, groups, outputPadding = 0 } = this.settings
    return shown(
      this.#kind,
      [...this.#channels, kernel.every((n) => n === kernel[0]) ? kernel[0] : kernel],
      [
        ['stride', stride, 1],
        ['padding', padding, 0],
        ['outputPadding', outputPadding, 0],
        ['dilation', dilation, 1],
        ['groups', groups, 1],
        ['bias', this.bias !== null, true],
      ],
    )
  }
}

/**
 * Convolution along one axis: [..., in, L] -> [..., out, P] with y[o, p] = bias[o] + the sum over c, i of weight[o, c, i]
 * x[c, p stride + i dilation - padding] and P = floor((L + 2 padding - dilation (kernelSize - 1) - 1) / stride) + 1.
 * `weight` is [out, in / groups, kernelSize]. The kernel is not flipped.
 */
export class Conv1d<I extends number = number, O extends number = number> extends Convolution<
  [I, number],
  [O, number],
  [O, number, number]
> {
  constructor(inputs: I, outputs: O, kernelSize: number, options: ConvOptions<number> = {}) {
    super('Conv1d', 1, inputs, outputs, kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return this.convolve(x, conv1d)
  }
}

/**
 * Convolution of images: [..., in, H, W] -> [..., out, P, Q] with y[o, p, q] = bias[o] + the sum over c, i, j of
 * weight[o, c, i, j] x[c, p stride + i dilation - padding, q stride + j dilation - padding] and
 * P = floor((H + 2 padding - dilation (kernelSize - 1) - 1) / stride) + 1; kernelSize, stride, padding and dilation may be
 * pairs [height, width]. `weight` is [out, in / groups, kH, kW]. The kernel is not flipped.
 */
export class Conv2d<I extends number = number, O extends number = number> extends Convolution<
  [I, number, number],
  [O, number, number],
  [O, number, number, number]
> {
  constructor(inputs: I, outputs: O, kernelSize: Pair, options: ConvOptions = {}) {
    super('Conv2d', 2, inputs, outputs, kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return this.convolve(x, conv2d)
  }
}

/**
 * The transpose of the convolution out -> in with the same settings, which makes images larger: each element of
 * [..., in, H, W] is spread over a window of the result [..., out, P, Q], times weight, and overlaps add up;
 * P = (H - 1) stride - 2 padding + dilation (kernelSize - 1) + outputPadding + 1. `weight` is [in, out / groups, kH, kW],
 * and as in PyTorch the limits of its first values count shape[1], the outputs.
 */
export class ConvTranspose2d<I extends number = number, O extends number = number> extends Convolution<
  [I, number, number],
  [O, number, number],
  [I, number, number, number]
> {
  constructor(inputs: I, outputs: O, kernelSize: Pair, options: ConvTransposeOptions = {}) {
    super('ConvTranspose2d', 2, inputs, outputs, kernelSize, options, true)
  }

  forward(x: Tensor): Tensor {
    return this.convolve(x, convTranspose2d)
  }
}
