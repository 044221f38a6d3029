/** @file LinearWarmup: learning rates that rise, then another schedule. Imports core, errors.ts, optimizer.ts and schedule.ts. */
import type { Tensor } from '@tapegrad/core/ops'
import { checkCount, checkNonNegative, checkOptions, describe, fail } from '../errors.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { Schedule } from './schedule.ts'

export interface LinearWarmupOptions {
  /** How many steps the warmup takes, default 5. */
  readonly totalIters?: number
  /** What part of the base rate is the first, default 1/3. */
  readonly startFactor?: number
  /** What part of the base rate is reached, default 1. */
  readonly endFactor?: number
  /**
   * A schedule for the same optimizer, made just before, that takes over after `totalIters` steps: with the rates of its
   * own beginning, which are those that the warmup leads to. It is stepped by the warmup; do not step it yourself.
   */
  readonly after?: Schedule
}

const NAMES = ['totalIters', 'startFactor', 'endFactor', 'after']

/**
 * Rates rise along a line (PyTorch's LinearLR, with `after` its SequentialLR):
 * base (startFactor + (endFactor - startFactor) min(count, totalIters) / totalIters).
 */
export class LinearWarmup extends Schedule {
  readonly #totalIters: number
  readonly #startFactor: number
  readonly #endFactor: number
  readonly #after: Schedule | undefined

  constructor(optimizer: Optimizer, options: LinearWarmupOptions = {}) {
    const op = 'LinearWarmup'
    const { totalIters = 5, startFactor = 1 / 3, endFactor = 1, after } = checkOptions(op, options, NAMES)
    checkCount(op, 'totalIters', totalIters)
    for (const [name, factor] of Object.entries({ startFactor, endFactor })) {
      checkNonNegative(op, name, factor)
      if (factor > 1) fail(op, `${name} must be at most 1, got ${factor}`)
    }
    if (after !== undefined && !(after instanceof Schedule && after.count === 0))
      fail(op, `after must be a schedule that made no step yet, got ${describe(after)}`)
    const inner = Object.entries(after?.state ?? {}).map(([key, value]) => [`after.${key}`, value] as const)
    super(op, optimizer, Object.fromEntries(inner))
    if (after !== undefined && !after.schedules(optimizer)) fail(op, 'after belongs to another optimizer')
    this.#totalIters = totalIters
    this.#startFactor = startFactor
    this.#endFactor = endFactor
    this.#after = after
    this.setRates(this.ratesAt(0, undefined))
  }

  protected ratesAt(count: number, metric: number | Tensor | undefined): readonly number[] {
    const after = this.#after
    if (after === undefined || count < this.#totalIters) {
      const part = Math.min(count / this.#totalIters, 1)
      return this.bases.map(
        (base) => base * (this.#startFactor + (this.#endFactor - this.#startFactor) * part),
      )
    }
    if (count === this.#totalIters) return this.bases
    after.step(metric)
    return this.rates
  }
}
