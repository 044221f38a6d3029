/** @file GroupNorm: groups of channels normalized, sample by sample. Imports core, errors.ts, init.ts, layer.ts and files of layers. */
import { add, mul, reshape, type Tensor } from '@tapegrad/core/ops'
import { checkCount, checkFloat, checkOptions, fail, showShape } from '../errors.ts'
import type { InitOptions } from '../init.ts'
import { Layer } from '../layer.ts'
import { checkEps, factorOf, momentsOf, scaleAndShift } from './normalization.ts'
import { shown } from './settings.ts'

export interface GroupNormOptions extends InitOptions {
  /** Added to the variance, 1e-5 unless told. */
  readonly eps?: number
  /** Whether there are a weight and a bias (default true). */
  readonly affine?: boolean
}

/**
 * Cuts the channels of [N, channels, ...] into `groups` and normalizes each group of each sample over its channels and all
 * axes behind them (Wu and He 2018): y = (x - mean) / √(variance + eps) · weight + bias, variance / N. `weight` and `bias`
 * have one number per channel and start as ones and zeros. One group is a LayerNorm over the sample, one group per channel
 * an instance normalization. Training and evaluation are alike.
 *
 * Channels are axis 1, as in PyTorch, so one sample needs its batch axis, and types take any shape.
 */
export class GroupNorm<C extends number = number> extends Layer<[], []> {
  readonly weight: Tensor<[C]> | null
  readonly bias: Tensor<[C]> | null
  readonly groups: number
  readonly channels: C
  readonly eps: number

  constructor(groups: number, channels: C, options: GroupNormOptions = {}) {
    super()
    const op = 'GroupNorm'
    checkCount(op, 'groups', groups)
    checkCount(op, 'the number of channels', channels)
    if (channels % groups !== 0) fail(op, `groups ${groups} must divide the ${channels} channels`)
    const given = checkOptions(op, options, ['eps', 'affine', 'dtype', 'generator'])
    const { eps = 1e-5, affine = true } = given
    this.groups = groups
    this.channels = channels
    this.eps = checkEps(op, eps)
    const made = scaleAndShift(op, 'affine', affine, [channels], given)
    ;[this.weight, this.bias] = made as [Tensor<[C]>, Tensor<[C]>]
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, groups, channels, eps } = this
    checkFloat('GroupNorm', 'the input', x)
    const [samples, given, ...rest] = x.shape
    if (given !== channels) fail('GroupNorm', `expected [N, ${channels}, ...], got ${showShape(x.shape)}`)
    const inGroup = channels / groups
    const size = rest.reduce((product, n) => product * n, 1)
    const wide = (perChannel: Tensor | null): Tensor | null =>
      perChannel && reshape(perChannel, [groups, inGroup, 1])
    const { deviation, variance } = momentsOf(reshape(x, [samples!, groups, inGroup, size]), [2, 3])
    const normal = mul(deviation, factorOf(wide(weight as Tensor | null), variance, eps))
    const shift = wide(bias as Tensor | null)
    return reshape(shift === null ? normal : add(normal, shift), x.shape)
  }

  override toString(): string {
    const { groups, channels, eps, weight } = this
    return shown(
      'GroupNorm',
      [groups, channels],
      [
        ['eps', eps, 1e-5],
        ['affine', weight !== null, true],
      ],
    )
  }
}
