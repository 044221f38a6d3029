/** @file Means over the samples of a pass. Imports core, errors.ts, finite.ts and stepper.ts (types). */
import { noGrad, Tensor } from '@tapegrad/core/ops'
import { describe, fail } from '../errors.ts'
import { tensorsIn } from './finite.ts'
import type { Outcome } from './stepper.ts'

/** Says how good a prediction is: a number, the higher the better or the lower the better, as a mean over samples. */
export type Metric<Prediction = Tensor, Target = Tensor> = (
  prediction: Prediction,
  target: Target,
) => number | Tensor

export type Metrics = Readonly<Record<string, Metric<never, never>>>

/** Sums over batches, in float64, each batch weighted by its number of samples. */
export class Totals {
  readonly #op: string
  readonly #metrics: readonly (readonly [string, Metric<never, never>])[]
  #samples = 0
  #loss = 0
  #sums: number[]

  constructor(op: string, metrics: Metrics) {
    this.#op = op
    this.#metrics = Object.entries(metrics)
    this.#sums = this.#metrics.map(() => 0)
  }

  /** Begins a pass. */
  clear(): void {
    this.#samples = 0
    this.#loss = 0
    this.#sums.fill(0)
  }

  /** Adds a batch. */
  add(samples: number, loss: number, outcome: Outcome): void {
    this.#samples += samples
    this.#loss += samples * loss
    if (this.#metrics.length === 0) return
    if (!('prediction' in outcome && 'target' in outcome))
      fail(this.#op, 'metrics need a step that returns { loss, prediction, target }')
    noGrad(() => {
      for (let i = 0; i < this.#metrics.length; i++) this.#sums[i]! += samples * this.#value(i, outcome)
    })
  }

  get loss(): number {
    return this.#loss / this.#samples
  }

  get metrics(): Record<string, number> {
    return Object.fromEntries(this.#metrics.map(([name], i) => [name, this.#sums[i]! / this.#samples]))
  }

  #value(i: number, { prediction, target }: Outcome): number {
    const [name, metric] = this.#metrics[i]!
    const value: unknown = metric(prediction as never, target as never)
    if (typeof value === 'number') return value
    if (value instanceof Tensor && value.ndim === 0) return value.item()
    return fail(this.#op, `the metric ${name} must return a number or a 0-d tensor, got ${describe(value)}`)
  }
}

/** How many samples a batch holds: the size of axis 0 of the first tensor in it that has one, else 1. */
export function samplesIn(batch: unknown): number {
  const first: unknown = Array.isArray(batch) ? batch[0] : undefined
  const tensor =
    first instanceof Tensor && first.ndim > 0 ? first : tensorsIn(batch, '').find(([, x]) => x.ndim > 0)?.[1]
  return tensor?.shape[0] ?? 1
}
