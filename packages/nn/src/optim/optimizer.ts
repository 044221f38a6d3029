/** @file What all optimizers share: parameter groups, learning rates, saved state. Imports core, errors.ts and state-dict.ts. */
import { assign, broadcastTo, noGrad, Tensor, tensor } from '@tapegrad/core/ops'
import { checkNonNegative, checkOptions, describe, fail, isFloat, sameShape, showShape } from '../errors.ts'
import { type Entry, restore, type StateDict, snapshot } from '../state-dict.ts'

/** Settings that every optimizer has. */
export interface OptimizerOptions {
  /** Learning rate. */
  readonly lr?: number
}

/** Parameters with settings of their own; those left out are the optimizer's. */
type GroupOptions<Options> = Options & { readonly params: readonly Tensor[] }

/** What an optimizer takes: tensors, or groups of them. */
export type Params<Options> = readonly Tensor[] | readonly GroupOptions<Options>[]

/** Parameters that share their settings. `lr` can be set at any time. */
export class ParameterGroup<Options extends Required<OptimizerOptions>> {
  readonly params: readonly Tensor[]
  /** As given at the start; `lr` has the learning rate of now. */
  readonly options: Options
  readonly #op: string
  #lr = 0
  // As tensors, so that compiled steps read the current value.
  readonly #rates = [tensor(0), tensor(0, { dtype: 'float64' })]

  constructor(op: string, params: readonly Tensor[], options: Options) {
    this.#op = op
    this.params = params
    this.options = options
    this.lr = options.lr
  }

  get lr(): number {
    return this.#lr
  }
  set lr(lr: number) {
    checkNonNegative(this.#op, 'lr', lr)
    this.#lr = lr
    for (const rate of this.#rates) assign(rate, lr)
  }

  /** The learning rate in the dtype and shape of a parameter: a view that follows `lr`. */
  rateFor({ dtype, shape }: Tensor): Tensor {
    return broadcastTo(this.#rates[dtype === 'float64' ? 1 : 0]!, shape)
  }
}

/** One parameter and what belongs to it: all that a step reads, found once. */
export interface Slot<Options> {
  readonly parameter: Tensor
  /** Learning rate in the parameter's shape. */
  readonly rate: Tensor
  readonly options: Options
  /** What changes from step to step besides the parameter. */
  readonly state: Readonly<StateDict>
}

/** Changes parameters by their gradients. Steps are tensor ops and `assign`; what changes between them lives in tensors. */
export abstract class Optimizer<Options extends Required<OptimizerOptions>> {
  readonly groups: readonly ParameterGroup<Options>[]
  readonly #slots: readonly Slot<Options>[]
  readonly #update: () => void

  /** `check` throws for bad settings; `makeState` makes the tensors that belong to a parameter. */
  constructor(
    op: string,
    params: Params<Partial<Options>>,
    options: Options,
    check: (options: Options) => void,
    makeState: (parameter: Tensor, options: Options) => StateDict,
  ) {
    this.groups = groupsOf(op, params).map(({ params: own, ...rest }) => {
      const settings: Options = { ...options, ...checkOptions(op, rest, Object.keys(options)) }
      check(settings)
      return new ParameterGroup(op, own, settings)
    })
    this.#slots = this.groups.flatMap((group) =>
      group.params.map((parameter) => ({
        parameter,
        rate: group.rateFor(parameter),
        options: group.options,
        state: makeState(parameter, group.options),
      })),
    )
    this.#update = () => {
      for (const slot of this.#slots) {
        const { parameter, rate } = slot
        const { grad, dtype, shape } = parameter
        if (grad === null) continue
        if (dtype !== rate.dtype) fail(op, `a parameter was converted to ${dtype}; make a new optimizer`)
        if (grad.shape !== shape && !sameShape(grad.shape, shape))
          fail(
            op,
            `parameter ${this.#slots.indexOf(slot)} is ${showShape(shape)}, its grad ${showShape(grad.shape)}`,
          )
        this.update(slot, grad)
      }
    }
  }

  /** Changes one parameter. Runs inside noGrad. */
  protected abstract update(slot: Slot<Options>, grad: Tensor): void

  /** One step: changes each parameter that has a gradient. */
  step(): void {
    noGrad(this.#update)
  }

  /** Forgets the gradients: `grad` becomes null. */
  zeroGrad(): void {
    for (const { parameter } of this.#slots) parameter.grad = null
  }

  /** The learning rate, of the first group if there are several; setting it sets it for all. */
  get lr(): number {
    return this.groups[0]!.lr
  }
  set lr(lr: number) {
    for (const group of this.groups) group.lr = lr
  }

  /** A snapshot: each group's learning rate (`groups.0.lr`) and each parameter's state (`state.0.momentum_buffer`). */
  stateDict(): StateDict {
    return snapshot(this.#entries())
  }

  /** Takes over a state; the optimizer must have been made with parameters and settings of the same kind. */
  loadStateDict(dict: Readonly<StateDict>): void {
    const entries = this.#entries()
    const rates = entries.slice(0, this.groups.length)
    // Before anything that lasts is overwritten: the rates of the entries are copies.
    restore(rates, dict, false)
    for (const [key, rate] of rates) checkNonNegative('loadStateDict', key, rate.item())
    restore(entries, dict, true)
    for (const group of this.groups) group.lr = rates.shift()![1].item()
  }

  /** The learning rates, then the tensors of the state. */
  #entries(): Entry[] {
    return [
      ...this.groups.map(({ lr }, i): Entry => [`groups.${i}.lr`, tensor(lr, { dtype: 'float64' })]),
      ...this.#slots.flatMap(({ state }, i) =>
        Object.entries(state).map(([name, tensor]): Entry => [`state.${i}.${name}`, tensor]),
      ),
    ]
  }
}

function groupsOf<Options>(op: string, params: Params<Options>): readonly GroupOptions<Options>[] {
  // A tensor by its looks: one of another copy of core is refused below, as what it is.
  const first: unknown = Array.isArray(params) ? params[0] : null
  const groups: unknown = (first as { shape?: unknown } | null | undefined)?.shape ? [{ params }] : params
  const seen = new Set<unknown>()
  for (const group of nonEmpty(op, groups))
    for (const p of nonEmpty(op, (group as { params?: unknown } | null)?.params)) {
      const why = whyNot(p) ?? (seen.has(p) ? 'occurs twice; list a shared parameter once' : undefined)
      if (why !== undefined) fail(op, `parameter ${seen.size} ${why}`)
      seen.add(p)
    }
  return groups as readonly GroupOptions<Options>[]
}

function nonEmpty(op: string, list: unknown): readonly unknown[] {
  if (Array.isArray(list) && list.length > 0) return list
  return fail(
    op,
    `expected tensors, such as model.parameters(), or groups { params, lr }, got ${describe(list)}`,
  )
}

/** Why something is no parameter; undefined when it is one. */
function whyNot(p: unknown): string | undefined {
  if (!(p instanceof Tensor)) return `is ${describe(p)}, expected a tensor`
  if (!isFloat(p.dtype)) return `is ${p.dtype}; only floating-point tensors can be trained`
  const maker = p.node?.primitive
  return maker ? `was computed by ${maker.name}; only leaves can be trained` : undefined
}
