/** @file OneCycleLR: up to a high learning rate, then down to nearly nothing. Imports core, errors.ts, optimizer.ts, schedule.ts and cosine.ts. */
import { checkCount, checkFlag, checkOptions, checkPositive, describe, fail } from '../errors.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { cosineBetween } from './cosine.ts'
import { perGroup, Schedule } from './schedule.ts'

export interface OneCycleLROptions {
  /** The highest rate, or one for each group. */
  readonly maxLr: number | readonly number[]
  /** How many steps the cycle has, that of the beginning included. */
  readonly totalSteps: number
  /** What part of the steps the rise takes, default 0.3. */
  readonly pctStart?: number
  /** Along a cosine or a line, default 'cos'. */
  readonly annealStrategy?: 'cos' | 'linear'
  /** The first rate is maxLr / divFactor, default 25. */
  readonly divFactor?: number
  /** The last rate is the first one / finalDivFactor, default 10,000. */
  readonly finalDivFactor?: number
  /** Fall to the first rate in as many steps as the rise took, then to the last one; default false. */
  readonly threePhase?: boolean
}

const NAMES = [
  'maxLr',
  'totalSteps',
  'pctStart',
  'annealStrategy',
  'divFactor',
  'finalDivFactor',
  'threePhase',
]

/** Until step `end`, a fraction, from one rate to another. */
interface Phase {
  readonly end: number
  readonly from: 'first' | 'highest'
  readonly to: 'first' | 'highest' | 'last'
}

/**
 * One cycle (Smith and Topin 2018; PyTorch's OneCycleLR), a step per batch: from maxLr / divFactor up to maxLr in
 * pctStart of the steps, then down to maxLr / (divFactor finalDivFactor) in step totalSteps - 1. It stays there in step
 * totalSteps, which loops that step after the last batch reach; a further one is an error. Momentum is not cycled (as
 * with PyTorch's cycle_momentum=False): settings other than the rate are constants here.
 */
export class OneCycleLR extends Schedule {
  readonly #maxLrs: readonly number[]
  readonly #settings: Required<OneCycleLROptions>
  readonly #phases: readonly Phase[]

  constructor(optimizer: Optimizer, options: OneCycleLROptions) {
    const op = 'OneCycleLR'
    const settings = {
      pctStart: 0.3,
      annealStrategy: 'cos' as const,
      divFactor: 25,
      finalDivFactor: 1e4,
      threePhase: false,
      ...checkOptions(op, options, NAMES),
    }
    const { totalSteps, pctStart, annealStrategy, divFactor, finalDivFactor, threePhase } = settings
    checkCount(op, 'totalSteps', totalSteps)
    if (!(typeof pctStart === 'number' && pctStart >= 0 && pctStart <= 1))
      fail(op, `pctStart must be a number from 0 to 1, got ${describe(pctStart)}`)
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      fail(op, `annealStrategy must be 'cos' or 'linear', got ${describe(annealStrategy)}`)
    checkPositive(op, 'divFactor', divFactor)
    checkPositive(op, 'finalDivFactor', finalDivFactor)
    checkFlag(op, 'threePhase', threePhase)
    super(op, optimizer)
    this.#maxLrs = perGroup(op, 'maxLr', settings.maxLr, optimizer)
    this.#settings = settings
    const last = totalSteps - 1
    const rise: Phase = { end: pctStart * totalSteps - 1, from: 'first', to: 'highest' }
    this.#phases = threePhase
      ? [
          rise,
          { end: 2 * pctStart * totalSteps - 2, from: 'highest', to: 'first' },
          { end: last, from: 'first', to: 'last' },
        ]
      : [rise, { end: last, from: 'highest', to: 'last' }]
    this.setRates(this.ratesAt(0))
  }

  protected ratesAt(count: number): readonly number[] {
    const { totalSteps, annealStrategy, divFactor, finalDivFactor } = this.#settings
    if (count > totalSteps)
      fail(
        'OneCycleLR',
        `step ${count} of a cycle of totalSteps ${totalSteps}; give it more, or end the training`,
      )
    const at = Math.min(count, totalSteps - 1)
    const found = this.#phases.findIndex(({ end }) => at <= end)
    const { end, from, to } = this.#phases.at(found)!
    const start = found === 0 ? 0 : this.#phases.at(found - 1)!.end
    const part = end === start ? 1 : (at - start) / (end - start)
    return this.#maxLrs.map((highest) => {
      const first = highest / divFactor
      const rates = { first, highest, last: first / finalDivFactor }
      return annealStrategy === 'cos'
        ? cosineBetween(rates[from], rates[to], part)
        : (rates[to] - rates[from]) * part + rates[from]
    })
  }
}
