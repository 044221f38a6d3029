/** @file CosineLR: half a period of a cosine. Imports core, errors.ts, optimizer.ts and schedule.ts. */
import { cos } from '@tapegrad/core/ops'
import { checkCount, checkNonNegative, checkOptions } from '../errors.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { Schedule, scalar } from './schedule.ts'

/** From `from` to `to` along half a period of a cosine, as `part` goes from 0 to 1. */
export const cosineBetween = (from: number, to: number, part: number): number =>
  to + ((from - to) / 2) * (cos(scalar(Math.PI * part)).item() + 1)

export interface CosineLROptions {
  /** In how many steps the rates fall to `etaMin`; in as many more they rise again. */
  readonly tMax: number
  /** Where the rates end, default 0. */
  readonly etaMin?: number
}

/**
 * From the base rate to `etaMin` (PyTorch's CosineAnnealingLR; Loshchilov and Hutter 2017, without restarts):
 * etaMin + (base - etaMin) (1 + cos(pi count / tMax)) / 2.
 */
export class CosineLR extends Schedule {
  readonly #tMax: number
  readonly #etaMin: number

  constructor(optimizer: Optimizer, options: CosineLROptions) {
    const { tMax, etaMin = 0 } = checkOptions('CosineLR', options, ['tMax', 'etaMin'])
    checkCount('CosineLR', 'tMax', tMax)
    checkNonNegative('CosineLR', 'etaMin', etaMin)
    super('CosineLR', optimizer)
    this.#tMax = tMax
    this.#etaMin = etaMin
  }

  protected ratesAt(count: number): readonly number[] {
    return this.bases.map((base) => cosineBetween(base, this.#etaMin, count / this.#tMax))
  }
}
