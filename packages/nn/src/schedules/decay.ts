/** @file StepLR and ExponentialLR: learning rates that fall by a factor. Imports core, errors.ts, optimizer.ts and schedule.ts. */
import { pow } from '@tapegrad/core/ops'
import { checkCount, checkNonNegative, checkOptions } from '../errors.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { Schedule, scalar } from './schedule.ts'

export interface StepLROptions {
  /** After how many steps the rates fall. */
  readonly stepSize: number
  /** By what factor, default 0.1. */
  readonly gamma?: number
}

/** Multiplies the rates by gamma after every `stepSize` steps: base gamma^floor(count / stepSize). */
export class StepLR extends Schedule {
  readonly #stepSize: number
  readonly #gamma: number

  constructor(optimizer: Optimizer, options: StepLROptions) {
    const { stepSize, gamma = 0.1 } = checkOptions('StepLR', options, ['stepSize', 'gamma'])
    checkCount('StepLR', 'stepSize', stepSize)
    checkNonNegative('StepLR', 'gamma', gamma)
    super('StepLR', optimizer)
    this.#stepSize = stepSize
    this.#gamma = gamma
  }

  protected ratesAt(count: number): readonly number[] {
    return decayed(this.bases, this.#gamma, Math.floor(count / this.#stepSize))
  }
}

export interface ExponentialLROptions {
  /** By what factor the rates fall in each step. */
  readonly gamma: number
}

/** Multiplies the rates by gamma in every step: base gamma^count. */
export class ExponentialLR extends Schedule {
  readonly #gamma: number

  constructor(optimizer: Optimizer, options: ExponentialLROptions) {
    const { gamma } = checkOptions('ExponentialLR', options, ['gamma'])
    checkNonNegative('ExponentialLR', 'gamma', gamma)
    super('ExponentialLR', optimizer)
    this.#gamma = gamma
  }

  protected ratesAt(count: number): readonly number[] {
    return decayed(this.bases, this.#gamma, count)
  }
}

function decayed(bases: readonly number[], gamma: number, times: number): readonly number[] {
  const factor: number = pow(scalar(gamma), times).item()
  return bases.map((base) => base * factor)
}
