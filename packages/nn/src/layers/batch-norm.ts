/** @file BatchNorm1d and BatchNorm2d: channels normalized over the batch. Imports core, errors.ts, init.ts, layer.ts, marks.ts and files of layers. */
import {
  add,
  assign,
  div,
  mul,
  reshape,
  type Shape,
  sub,
  TapegradError,
  type Tensor,
  tensor,
  to,
} from '@tapegrad/core/ops'
import { checkCount, checkFlag, checkFloat, checkOptions, describe, fail, showShape } from '../errors.ts'
import { constant, type InitOptions } from '../init.ts'
import { Layer } from '../layer.ts'
import { buffer } from '../marks.ts'
import { checkImages } from './images.ts'
import { checkEps, factorOf, type Moments, momentsOf, scaleAndShift } from './normalization.ts'
import { shown } from './settings.ts'

export interface BatchNormOptions extends InitOptions {
  /** Added to the variance, 1e-5 unless told. */
  readonly eps?: number
  /** The share of the newest batch in the running statistics, 0.1 unless told; null: the average of all batches. */
  readonly momentum?: number | null
  /** Whether there are a weight and a bias (default true). */
  readonly affine?: boolean
  /** Whether there are running statistics (default true); without them evaluation normalizes by the batch, too. */
  readonly trackRunningStats?: boolean
}

const OPTIONS: readonly string[] = ['eps', 'momentum', 'affine', 'trackRunningStats', 'dtype', 'generator']

/** What both have in common: all but where the channels are. */
abstract class BatchNorm<In extends Shape, Out extends Shape, F extends number> extends Layer<In, Out> {
  /** One factor per channel, at first 1. */
  readonly weight: Tensor<[F]> | null
  /** One summand per channel, at first 0. */
  readonly bias: Tensor<[F]> | null
  /** Saved as running_mean, at first 0. */
  readonly runningMean: Tensor<[F]> | null = null
  /** Saved as running_var, at first 1: of samples, that is / (n - 1). */
  readonly runningVar: Tensor<[F]> | null = null
  /** int32, saved as num_batches_tracked: how many batches the running statistics have seen. */
  readonly numBatchesTracked: Tensor<[]> | null = null
  readonly features: F
  readonly eps: number
  readonly momentum: number | null
  readonly #kind: string

  constructor(kind: string, features: F, options: BatchNormOptions) {
    super()
    checkCount(kind, 'features', features)
    const given = checkOptions(kind, options, OPTIONS)
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype = 'float32' } = given
    if (momentum !== null && !(typeof momentum === 'number' && momentum >= 0 && momentum <= 1))
      fail(
        kind,
        `momentum must be from 0 to 1, or null for the average of all batches, got ${describe(momentum)}`,
      )
    this.#kind = kind
    this.features = features
    this.eps = checkEps(kind, eps)
    this.momentum = momentum
    const made = scaleAndShift(kind, 'affine', affine, [features], given)
    ;[this.weight, this.bias] = made as [Tensor<[F]>, Tensor<[F]>]
    if (checkFlag(kind, 'trackRunningStats', trackRunningStats)) {
      const start = (value: number): Tensor<[F]> => constant(value)([features], { dtype }) as Tensor<[F]>
      this.runningMean = buffer(start(0), 'running_mean')
      this.runningVar = buffer(start(1), 'running_var')
      this.numBatchesTracked = buffer(tensor(0, { dtype: 'int32' }), 'num_batches_tracked')
    }
  }

  /** The axis of x that holds the channels, once all fits. */
  protected abstract channelsOf(x: Tensor): number

  forward(x: Tensor): Tensor {
    checkFloat(this.#kind, 'the input', x)
    const axis = this.channelsOf(x)
    const { training, weight, bias, runningMean, runningVar, eps } = this
    // As wide as x behind the channels; in front, axes are added where they are missing.
    const wide = (perChannel: Tensor): Tensor =>
      reshape(perChannel, [this.features, ...new Array<number>(x.ndim - axis - 1).fill(1)])
    const byBatch = training || runningMean === null
    const { mean, deviation, variance } = byBatch
      ? this.#momentsOf(x, axis)
      : deviationFrom(x, wide(runningMean as Tensor), wide(runningVar as Tensor))
    const normal = mul(deviation, factorOf(weight && wide(weight as Tensor), variance, eps))
    const y = bias === null ? normal : add(normal, wide(bias as Tensor))
    if (training && runningMean !== null) this.#track(mean, variance, x.size / this.features)
    return y
  }

  #momentsOf(x: Tensor, axis: number): Moments {
    if (x.size / this.features < 2)
      fail(
        this.#kind,
        `expected more than 1 value per channel ${this.training ? 'when training' : 'where there are no running statistics'}, got ${showShape(x.shape)}; give it a larger batch${this.training ? ', or call eval()' : ''}`,
      )
    const axes = x.shape.map((_, i) => i).filter((i) => i !== axis)
    return momentsOf(x, axes)
  }

  /** Moves the running statistics towards those of a batch of n values per channel. */
  #track(mean: Tensor, variance: Tensor, n: number): void {
    const tracked = this.numBatchesTracked!
    const means = this.runningMean! as Tensor
    const variances = this.runningVar! as Tensor
    const count = add(tracked, 1)
    const share = this.momentum ?? div(1, to(count, means.dtype))
    const kept = typeof share === 'number' ? 1 - share : sub(1, share)
    const moved = (old: Tensor, now: Tensor): Tensor =>
      add(mul(old, kept), mul(reshape(now.detach(), old.shape), share))
    const values: readonly (readonly [Tensor, Tensor])[] = [
      [tracked, count],
      [means, moved(means, mean)],
      [variances, moved(variances, mul(variance, n / (n - 1)))],
    ]
    try {
      for (const [old, value] of values) assign(old, value)
    } catch (error) {
      if (error instanceof TapegradError && error.op === 'vmap')
        fail(
          this.#kind,
          'in training it updates running statistics, one for all examples, so it cannot run inside vmap; call eval(), or use GroupNorm or LayerNorm, which treat each example by itself',
        )
      throw error
    }
  }

  override toString(): string {
    const { features, eps, momentum, weight, runningMean } = this
    return shown(
      this.#kind,
      [features],
      [
        ['eps', eps, 1e-5],
        ['momentum', momentum, 0.1],
        ['affine', weight !== null, true],
        ['trackRunningStats', runningMean !== null, true],
      ],
    )
  }
}

const deviationFrom = (x: Tensor, mean: Tensor, variance: Tensor): Moments => ({
  mean,
  deviation: sub(x, mean),
  variance,
})

/**
 * Normalizes each channel of [N, features] or [N, features, L] over all other axes (Ioffe and Szegedy 2015):
 * y = (x - mean) / √(variance + eps) · weight + bias. In training, mean and variance (of the population, / n) are those of
 * the batch, gradients flow through them, and the running statistics move: new = (1 - momentum) old + momentum batch, the
 * variance that of a sample, / (n - 1). In evaluation mean and variance are the running ones.
 *
 * In `functionalCall` the running statistics that it was given are read and, in training, overwritten: pass copies, or
 * leave them out and the layer's own move. They must be leaves. Inside `vmap` training is an error, since all examples
 * would move the same statistics.
 *
 * Because the length may stand behind the channels, types take any shape; the features are checked when it runs. One
 * sample [features] will do in evaluation.
 */
export class BatchNorm1d<F extends number = number> extends BatchNorm<[], [], F> {
  constructor(features: F, options: BatchNormOptions = {}) {
    super('BatchNorm1d', features, options)
  }

  protected override channelsOf(x: Tensor): number {
    const { features } = this
    if (x.ndim === 3) checkImages('BatchNorm1d', x, features, 1)
    else if (x.ndim < 1 || x.ndim > 3 || x.shape.at(-1) !== features)
      fail('BatchNorm1d', `expected [N, ${features}] or [N, ${features}, L], got ${showShape(x.shape)}`)
    return x.ndim === 1 ? 0 : 1
  }
}

/**
 * Normalizes each channel of images [N, features, H, W] over all other axes, more leading ones and none included: as
 * BatchNorm1d says.
 */
export class BatchNorm2d<F extends number = number> extends BatchNorm<
  [F, number, number],
  [F, number, number],
  F
> {
  constructor(features: F, options: BatchNormOptions = {}) {
    super('BatchNorm2d', features, options)
  }

  protected override channelsOf(x: Tensor): number {
    checkImages('BatchNorm2d', x, this.features, 2)
    return x.ndim - 3
  }
}
