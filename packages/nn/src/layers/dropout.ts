/** @file Dropout: elements set to 0 at random while training. Imports core, errors.ts and activations.ts. */
import { type Generator, ge, mul, rand, type Tensor, where } from '@tapegrad/core/ops'
import { checkFloat, checkGenerator, checkOptions, checkProbability } from '../errors.ts'
import { Activation } from './activations.ts'

export interface DropoutOptions {
  /** Where the masks come from; the shared generator when left out. */
  readonly generator?: Generator
}

/**
 * While training, sets each element to 0 with probability `p` (default 0.5), independently, and multiplies the others by
 * 1 / (1 - p), so that the mean stays; in evaluation the identity (Srivastava et al. 2014). The mask is a constant for
 * derivatives of any order. It is the same in float32 and float64, and depends on the generator's state alone: to go on
 * from a checkpoint, save `generator.state` with it.
 *
 * vmap runs a function once for all examples, so while training a Dropout inside of it is an error: draw a mask outside
 * and multiply by it, or call `eval()`. In `checkpoint`, the second run uses the masks of the first.
 */
export class Dropout extends Activation {
  /** The probability of 0. */
  readonly p: number
  /** null: the shared one. */
  readonly generator: Generator | null

  constructor(p = 0.5, options: DropoutOptions = {}) {
    super()
    checkProbability('Dropout', 'p', p)
    const { generator } = checkOptions('Dropout', options, ['generator'])
    this.p = p
    this.generator = checkGenerator('Dropout', generator) ?? null
  }

  forward(x: Tensor): Tensor {
    checkFloat('Dropout', 'the input', x)
    const { p, generator } = this
    if (!this.training || p === 0) return x
    const kept = ge(rand(x.shape, generator === null ? {} : { generator }), p)
    return where(kept, mul(x, p === 1 ? 0 : 1 / (1 - p)), 0)
  }

  override toString(): string {
    return `Dropout(${this.p})`
  }
}
