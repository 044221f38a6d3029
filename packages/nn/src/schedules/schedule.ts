/** @file What all schedules of learning rates share: the count of steps, the rates of the start, saved state. Imports core, errors.ts, state-dict.ts and optimizer.ts. */
import { assign, type Tensor, tensor } from '@tapegrad/core/ops'
import { checkNonNegative, checkTally, describe, fail } from '../errors.ts'
import { Optimizer } from '../optim/optimizer.ts'
import { type Entry, restore, type StateDict, snapshot } from '../state-dict.ts'

/**
 * Sets the learning rates of an optimizer's groups. Made after the optimizer, whose rates are then the base rates; `step()`,
 * called after the optimizer's step (once per epoch, or per batch), sets the rates of the next one. All but
 * ReduceLROnPlateau compute them from the base rates and the count of steps alone, so a rate set by hand lasts until the
 * next `step()`.
 */
export abstract class Schedule {
  /** What changes from step to step: the count of steps, the base rates, and what a schedule adds, under PyTorch's names. */
  readonly state: Readonly<StateDict>
  readonly #op: string
  readonly #groups: Optimizer['groups']

  constructor(op: string, optimizer: Optimizer, state: Readonly<StateDict> = {}) {
    if (!(optimizer instanceof Optimizer))
      fail(op, `expected an optimizer, such as new Adam(model.parameters()), got ${describe(optimizer)}`)
    this.#op = op
    this.#groups = optimizer.groups
    this.state = { last_epoch: scalar(0), base_lrs: vector(this.rates), ...state }
  }

  /** The rate of each group in step `count`; the first is step 0. `metric` is what `step` was given. */
  protected abstract ratesAt(count: number, metric: number | Tensor | undefined): readonly number[]

  /** Sets the rates for the optimizer's next step. Only ReduceLROnPlateau looks at `metric`, the number to watch. */
  step(metric?: number | Tensor): void {
    const count = this.count + 1
    this.setRates(this.ratesAt(count, metric))
    assign(this.state.last_epoch!, count)
  }

  /** How often `step()` was called. */
  get count(): number {
    return this.state.last_epoch!.item()
  }

  /** The learning rate of each group now. */
  get rates(): readonly number[] {
    return this.#groups.map(({ lr }) => lr)
  }

  /** The learning rate now, of the first group if there are several. */
  get lr(): number {
    return this.#groups[0]!.lr
  }

  /** Whether the rates that this sets are those of `optimizer`. */
  schedules(optimizer: Optimizer): boolean {
    return this.#groups === optimizer.groups
  }

  /** The learning rates that the groups had when the schedule was made. */
  protected get bases(): number[] {
    return Array.from(this.state.base_lrs!.data)
  }

  /** Sets the rate of each group, or of none if one is no rate. */
  protected setRates(rates: readonly number[]): void {
    for (const rate of rates) checkNonNegative(this.#op, 'the next rate', rate)
    this.#groups.forEach((group, i) => {
      group.lr = rates[i]!
    })
  }

  /** A snapshot: the count of steps, the base rates, the rates of now (`_last_lr`). */
  stateDict(): StateDict {
    return snapshot(this.#entries())
  }

  /** Takes over a state, all of it or, after an error, nothing; the groups get the rates that they had then. */
  loadStateDict(dict: Readonly<StateDict>): void {
    const entries = this.#entries()
    restore(entries, dict, true, checkState)
    this.setRates(Array.from(entries[0]![1].data))
  }

  #entries(): Entry[] {
    return [['_last_lr', vector(this.rates)], ...Object.entries(this.state)]
  }
}

/** Throws where a loaded value cannot be one that a schedule saved: rates, counts, and the best number, which may be any. */
function checkState(key: string, value: Tensor): void {
  if (/lrs?$/.test(key)) for (const rate of value.data) checkNonNegative('loadStateDict', key, rate)
  else if (!key.endsWith('best')) checkTally('loadStateDict', key, value.item())
}

/** A number that changes, exact. */
export const scalar = (value: number): Tensor => tensor(value, { dtype: 'float64' })

const vector = (values: readonly number[]): Tensor => tensor(Float64Array.from(values))

/** An option that is one number for all groups or one for each, as one for each. */
export function perGroup(
  op: string,
  name: string,
  value: number | readonly number[],
  { groups }: Optimizer,
): readonly number[] {
  const values = Array.isArray(value) ? (value as readonly number[]) : groups.map(() => value as number)
  if (values.length !== groups.length)
    fail(op, `${name} has ${values.length} numbers for ${groups.length} groups of parameters`)
  for (const each of values) checkNonNegative(op, name, each)
  return values
}
