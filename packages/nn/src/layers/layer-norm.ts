/** @file LayerNorm: each sample normalized by itself. Imports core, errors.ts, init.ts, layer.ts, normalization.ts and settings.ts. */
import { add, mul, type Shape, type Tensor } from '@tapegrad/core/ops'
import { checkCount, checkFloat, checkOptions, describe, fail, sameShape, showShape } from '../errors.ts'
import type { InitOptions } from '../init.ts'
import { Layer } from '../layer.ts'
import { checkEps, factorOf, momentsOf, scaleAndShift } from './normalization.ts'
import { shown } from './settings.ts'

export interface LayerNormOptions extends InitOptions {
  /** Added to the variance, 1e-5 unless told. */
  readonly eps?: number
  /** Whether there are a weight and a bias (default true). */
  readonly elementwiseAffine?: boolean
}

/** The trailing dimensions that `new LayerNorm(features)` normalizes. */
type Normalized<F> = F extends number ? [F] : F extends Shape ? [...F] : never

/**
 * y = (x - mean) / √(variance + eps) · weight + bias, mean and variance (of the population, / N) over the last axis of
 * size `features`, or over the last axes if that is an array (Ba et al. 2016): [..., features] -> [..., features].
 * `weight` starts as ones and `bias` as zeros, both of the shape of `features`.
 */
export class LayerNorm<const F extends number | Shape = number | Shape> extends Layer<
  Normalized<F>,
  Normalized<F>
> {
  readonly weight: Tensor<Normalized<F>> | null
  readonly bias: Tensor<Normalized<F>> | null
  readonly features: F
  readonly eps: number

  constructor(features: F, options: LayerNormOptions = {}) {
    super()
    const op = 'LayerNorm'
    // Not features.every, which skips holes.
    const shape = Array.isArray(features) ? Array.from<unknown>(features) : [features]
    if (shape.length === 0) fail(op, 'features is [], which names no axis to normalize')
    for (const size of shape) checkCount(op, `features ${describe(features)}: a size`, size)
    const given = checkOptions(op, options, ['eps', 'elementwiseAffine', 'dtype', 'generator'])
    const { eps = 1e-5, elementwiseAffine = true } = given
    this.features = features
    this.eps = checkEps(op, eps)
    const made = scaleAndShift(op, 'elementwiseAffine', elementwiseAffine, shape as number[], given)
    ;[this.weight, this.bias] = made as readonly Tensor<Normalized<F>>[] as [
      Tensor<Normalized<F>>,
      Tensor<Normalized<F>>,
    ]
  }

  forward(x: Tensor): Tensor {
    const { features, weight, bias, eps } = this
    checkFloat('LayerNorm', 'the input', x)
    const shape = (typeof features === 'number' ? [features] : features) as Shape
    if (!sameShape(x.shape.slice(-shape.length), shape))
      fail('LayerNorm', `expected [..., ${shape.join(', ')}], got ${showShape(x.shape)}`)
    const { deviation, variance } = momentsOf(
      x,
      shape.map((_, i) => i - shape.length),
    )
    const normal = mul(deviation, factorOf(null, variance, eps))
    return weight === null ? normal : add(mul(normal, weight as Tensor), bias as Tensor)
  }

  override toString(): string {
    const { features, eps, weight } = this
    return shown(
      'LayerNorm',
      [features],
      [
        ['eps', eps, 1e-5],
        ['elementwiseAffine', weight !== null, true],
      ],
    )
  }
}
