/** @file ReduceLROnPlateau: learning rates that fall when a number no longer improves. Imports core, errors.ts, optimizer.ts and schedule.ts. */
import { assign, Tensor } from '@tapegrad/core/ops'
import { checkNonNegative, checkOptions, checkTally, describe, fail } from '../errors.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { perGroup, Schedule, scalar } from './schedule.ts'

export interface ReduceLROnPlateauOptions {
  /** Whether the number is to fall or to rise, default 'min'. */
  readonly mode?: 'min' | 'max'
  /** Factor on the rates, below 1, default 0.1. */
  readonly factor?: number
  /** How many steps without improvement pass unpunished, default 10. */
  readonly patience?: number
  /** What counts as an improvement: by more than this, default 0.0001. */
  readonly threshold?: number
  /** Whether `threshold` is a part of the best number or a difference from it, default 'rel'. */
  readonly thresholdMode?: 'rel' | 'abs'
  /** For how many steps after a fall nothing is counted, default 0. */
  readonly cooldown?: number
  /** Below this no rate falls, or one bound for each group; default 0. */
  readonly minLr?: number | readonly number[]
  /** A rate that would fall by no more than this stays, default 1e-8. */
  readonly eps?: number
}

type Settings = Required<ReduceLROnPlateauOptions>

const defaults: Settings = {
  mode: 'min',
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: 'rel',
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
}

/**
 * Multiplies the rates by `factor` when the number given to `step(metric)`, such as the validation loss, has not improved
 * for more than `patience` steps, as PyTorch does. A NaN is no improvement.
 */
export class ReduceLROnPlateau extends Schedule {
  readonly #settings: Settings
  readonly #minLrs: readonly number[]

  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    const op = 'ReduceLROnPlateau'
    const settings = { ...defaults, ...checkOptions(op, options, Object.keys(defaults)) }
    const { mode, factor, patience, threshold, thresholdMode, cooldown, eps } = settings
    if (mode !== 'min' && mode !== 'max') fail(op, `mode must be 'min' or 'max', got ${describe(mode)}`)
    checkNonNegative(op, 'factor', factor)
    if (factor >= 1) fail(op, `factor must be below 1, got ${factor}`)
    checkTally(op, 'patience', patience)
    checkNonNegative(op, 'threshold', threshold)
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs')
      fail(op, `thresholdMode must be 'rel' or 'abs', got ${describe(thresholdMode)}`)
    checkTally(op, 'cooldown', cooldown)
    checkNonNegative(op, 'eps', eps)
    super(op, optimizer, {
      best: scalar(mode === 'min' ? Infinity : -Infinity),
      num_bad_epochs: scalar(0),
      cooldown_counter: scalar(0),
    })
    this.#settings = settings
    this.#minLrs = perGroup(op, 'minLr', settings.minLr, optimizer)
  }

  protected ratesAt(_count: number, metric: number | Tensor | undefined): readonly number[] {
    const { factor, patience, cooldown, eps } = this.#settings
    const { best, num_bad_epochs, cooldown_counter } = this.state
    const value = numberOf(metric)
    const better = this.#improves(value, best!.item())
    let bad = better ? 0 : num_bad_epochs!.item() + 1
    let pause: number = cooldown_counter!.item()
    if (better) assign(best!, value)
    if (pause > 0) {
      pause--
      bad = 0
    }
    const falls = bad > patience
    assign(num_bad_epochs!, falls ? 0 : bad)
    assign(cooldown_counter!, falls ? cooldown : pause)
    if (!falls) return this.rates
    return this.rates.map((rate, i) => {
      const lower = Math.max(rate * factor, this.#minLrs[i]!)
      return rate - lower > eps ? lower : rate
    })
  }

  #improves(value: number, best: number): boolean {
    const { mode, threshold, thresholdMode } = this.#settings
    const sign = mode === 'min' ? -1 : 1
    const bar = thresholdMode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold
    return mode === 'min' ? value < bar : value > bar
  }
}

function numberOf(metric: unknown): number {
  const value: unknown = metric instanceof Tensor && metric.size === 1 ? metric.item() : metric
  if (typeof value === 'number') return value
  return fail(
    'ReduceLROnPlateau',
    `step needs the number to watch, as in step(validationLoss), got ${describe(metric)}`,
  )
}
