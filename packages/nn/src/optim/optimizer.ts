/** @file What all optimizers share: parameter groups, learning rates, saved state. Imports core, errors.ts and state-dict.ts. */
import { assign, broadcastTo, type DType, full, noGrad, Tensor } from '@tapegrad/core/ops'
import { checkNonNegative, describe, fail, isFloat } from '../errors.ts'
import { type Entry, restore, type StateDict, snapshot } from '../state-dict.ts'

/** Settings that every optimizer has. */
export interface OptimizerOptions {
  /** Learning rate. */
  readonly lr?: number
}

/** Parameters with settings of their own; those left out are the optimizer's. */
export type GroupOptions<Options> = Options & { readonly params: readonly Tensor[] }

/** What an optimizer takes: tensors, or groups of them. */
export type Params<Options> = readonly Tensor[] | readonly GroupOptions<Options>[]

/** Parameters that share their settings. `lr` can be set at any time. */
export class ParameterGroup<Options extends Required<OptimizerOptions>> {
  readonly params: readonly Tensor[]
  /** As given at the start; `lr` has the learning rate of now. */
  readonly options: Options
  readonly #op: string
  #lr: number
  // The learning rate as 0-d tensors, one per dtype, so that compiled steps read the current value.
  readonly #rates = new Map<DType, Tensor>()

  constructor(op: string, params: readonly Tensor[], options: Options) {
    this.#op = op
    this.params = params
    this.options = options
    this.#lr = options.lr
    checkNonNegative(op, 'lr', this.#lr)
  }

  get lr(): number {
    return this.#lr
  }
  set lr(lr: number) {
    checkNonNegative(this.#op, 'lr', lr)
    this.#lr = lr
    for (const rate of this.#rates.values()) assign(rate, lr)
  }

  /** The learning rate in the dtype and shape of a parameter: a view that follows `lr`. */
  rateFor({ dtype, shape }: Tensor): Tensor {
    let rate = this.#rates.get(dtype)
    if (rate === undefined) this.#rates.set(dtype, (rate = full([], this.#lr, { dtype })))
    return broadcastTo(rate, shape)
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
  readonly #op: string
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
    this.#op = op
    check(options)
    this.groups = groupsOf(op, params).map(({ params: own, ...rest }) => {
      const settings: Options = { ...options, ...rest }
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
      const slots = this.#slots
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i]!
        const { grad } = slot.parameter
        if (grad === null) continue
        if (slot.parameter.dtype !== slot.rate.dtype) this.#failConverted(i)
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
    const slots = this.#slots
    for (let i = 0; i < slots.length; i++) slots[i]!.parameter.grad = null
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
    for (const [key] of entries.slice(0, this.groups.length)) {
      const lr: unknown = dict instanceof Object && Object.hasOwn(dict, key) ? dict[key] : undefined
      if (lr instanceof Tensor && lr.size === 1) checkNonNegative('loadStateDict', key, lr.item())
    }
    restore(entries, dict, true)
    this.groups.forEach((group, i) => {
      group.lr = entries[i]![1].item()
    })
  }

  /** The learning rates, then the tensors of the state. */
  #entries(): Entry[] {
    return [
      ...this.groups.map(({ lr }, i): Entry => [`groups.${i}.lr`, full([], lr, { dtype: 'float64' })]),
      ...this.#slots.flatMap(({ state }, i) =>
        Object.entries(state).map(([name, tensor]): Entry => [`state.${i}.${name}`, tensor]),
      ),
    ]
  }

  #failConverted(i: number): never {
    const { parameter, rate } = this.#slots[i]!
    fail(
      this.#op,
      `parameter ${i} is ${parameter.dtype} now, it was ${rate.dtype} when the optimizer was made; make the optimizer after converting the model`,
    )
  }
}

function groupsOf<Options>(op: string, params: Params<Options>): GroupOptions<Options>[] {
  if (!Array.isArray(params) || params.length === 0)
    fail(
      op,
      `expected tensors or groups { params, ... }, such as model.parameters(), got ${describeParams(params)}`,
    )
  const groups = (params.some((p) => p instanceof Tensor) ? [{ params }] : params) as GroupOptions<Options>[]
  const seen = new Set<Tensor>()
  for (const group of groups) {
    const own: unknown = group?.params
    if (!Array.isArray(own) || own.length === 0)
      fail(op, `a group needs a list of tensors as its params, got ${describeParams(own)}`)
    for (const p of own) checkParameter(op, p, seen)
  }
  return groups
}

function checkParameter(op: string, p: unknown, seen: Set<Tensor>): void {
  const which = `parameter ${seen.size}`
  if (!(p instanceof Tensor)) fail(op, `${which} is ${describe(p)}, expected a tensor`)
  if (!isFloat(p.dtype)) fail(op, `${which} is ${p.dtype}; only floating-point tensors can be trained`)
  if (p.node !== null && p.node.primitive !== null)
    fail(
      op,
      `${which} was computed by ${p.node.primitive.name}; only leaves can be trained, so pass what it was made from`,
    )
  if (seen.has(p)) fail(op, `${which} occurs twice; a shared parameter belongs in the list once`)
  seen.add(p)
}

const describeParams = (params: unknown): string =>
  Array.isArray(params) && params.length === 0 ? 'an empty list' : describe(params)
