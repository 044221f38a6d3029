/** @file Module: a part of a model. How it is called, searched, saved. Imports core, marks.ts, place.ts, state-dict.ts and summary.ts. */
import { enterLayer, guard, leaveLayer, Tensor, to } from '@tapegrad/core/ops'
import { checkFlag, checkOptions, describe, fail, isFloat, isPlainObject } from './errors.ts'
import { type Mark, markOf } from './marks.ts'
import { notePlace, outermost } from './place.ts'
import { type LoadReport, restore, type StateDict, snapshot } from './state-dict.ts'
import { returned, type SummaryInput, summarize } from './summary.ts'

/** One place in a module that holds a marked tensor: `holder[key]`. */
interface Slot {
  /** Key in the state dict: `0.weight`. */
  readonly path: string
  readonly tensor: Tensor
  readonly role: Mark['role']
  readonly holder: Record<string, unknown>
  readonly key: string
}

/**
 * A part of a model: it has parameters, and `forward` says what it computes. Fields that hold tensors marked with
 * `parameter` or `buffer`, other modules, or arrays and plain objects of those belong to it. Private `#fields` (and what
 * `accessor` makes) cannot be seen from outside and are left out. A Map, a Set or another object that holds some of them
 * is an error, unless they stand in an array or a plain object as well.
 */
export abstract class Module {
  /** Types only, never set: what `call` returns. */
  declare readonly '~result': ReturnType<this['forward']>

  /** Set by `train()` and `eval()`. */
  #training = true

  /** What the module computes. Authors write it; users use `call`. */
  abstract forward(...args: never[]): unknown

  /**
   * Runs `forward`. An error that arises inside says in which layer; of an async one that is true until its first await.
   */
  call(...args: Parameters<this['forward']>): this['~result'] {
    return within(this, () => this.forward(...(args as never[])) as this['~result'])
  }

  /** Whether layers that behave differently in training (dropout, batch normalization) are to do so. */
  get training(): boolean {
    return guard(() => this.#training)
  }

  /** Where its tensors and modules are: in its own fields. A subclass may name an array or object whose keys come first. */
  fields(): object {
    return this
  }

  /** The tensors marked with `parameter`, frozen ones too, each once. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, tensor]) => tensor)
  }

  /** The parameters with their keys, such as `0.weight`. */
  namedParameters(): [key: string, parameter: Tensor][] {
    return distinct(this, 'parameter')
  }

  /** The tensors marked with `buffer`, each once. */
  buffers(): Tensor[] {
    return distinct(this, 'buffer').map(([, tensor]) => tensor)
  }

  /** Switches this module and all inside to training. */
  train(): this {
    return this.#setTraining(true)
  }

  /** Switches this module and all inside to evaluation. */
  eval(): this {
    return this.#setTraining(false)
  }

  #setTraining(on: boolean): this {
    this.#training = on
    for (const [, module] of contentsOf(this).modules) module.#training = on
    return this
  }

  /**
   * Converts the floating-point parameters and buffers. They stay the same tensors, so other references to them hold,
   * but an optimizer keeps state in the old dtype: make it afterwards.
   */
  to(dtype: 'float32' | 'float64'): this {
    if (!isFloat(dtype)) fail('to', `the dtype must be float32 or float64, got ${describe(dtype)}`)
    for (const tensor of new Set(contentsOf(this).slots.map((slot) => slot.tensor))) {
      if (!isFloat(tensor.dtype)) continue
      const { storage, strides, offset, contiguous } = to(tensor.detach(), dtype)
      Object.assign(tensor, { dtype, storage, strides, offset, contiguous })
      if (tensor.grad !== null) tensor.grad = to(tensor.grad.detach(), dtype)
    }
    return this
  }

  /** A snapshot: copies of all parameters and buffers by key. A shared tensor is saved once. */
  stateDict(): StateDict {
    return snapshot(distinct(this))
  }

  /**
   * Copies the values of `dict` into the parameters and buffers, converting between float32 and float64. Keys and shapes
   * must agree, or nothing is loaded; with `strict: false` keys may be missing or unknown, and the report names them.
   * Every key of a shared tensor is known, since files may have saved it under each; their values must be equal.
   */
  loadStateDict(dict: Readonly<StateDict>, options: { strict?: boolean } = {}): LoadReport {
    const { strict = true } = checkOptions('loadStateDict', options, ['strict'])
    checkFlag('loadStateDict', 'strict', strict)
    return restore(
      contentsOf(this).slots.map(({ path, tensor }) => [path, tensor]),
      dict,
      strict,
    )
  }

  /**
   * A table of the layers: path, type, output shape, numbers and bytes of parameters. The model runs once, in evaluation
   * mode, on zeros of `inputs`, a shape for each argument of `forward`; or on a tensor, as for indices:
   * `model.summary(zeros([1, 8], { dtype: 'int32' }))`.
   */
  summary(...inputs: SummaryInput[]): string {
    return summarize(this, contentsOf(this), inputs)
  }

  /** `Dense(4, 3)`: how messages and tables name the module. */
  toString(): string {
    return `${this.constructor.name}()`
  }
}

/** What `run` returns, run as a call of `module`: so do methods besides `call`. Errors say in which layer they arose. */
export function within<T>(module: Module, run: () => T): T {
  const outer = enterLayer(module, placed)
  try {
    return returned(module, run())
  } catch (error) {
    throw placed(error, module)
  } finally {
    leaveLayer(outer)
  }
}

interface Contents {
  readonly slots: Slot[]
  readonly modules: [path: string, module: Module][]
}

/** What a search has found, and what stands in objects that it does not look into: `cells is a Map`, a module in it. */
interface Search extends Contents {
  readonly closed: [where: string, part: Module | Tensor][]
}

/** Everything inside a module, in order of its fields; what is shared occurs under each of its paths. */
export function contentsOf(module: Module): Contents {
  const { slots, modules, closed } = search(module)
  const seen = new Set<unknown>([module, ...slots.map(({ tensor }) => tensor), ...modules.map(([, m]) => m)])
  const lost = closed.find(([, part]) => !seen.has(part))
  if (lost !== undefined)
    fail(
      'Module',
      `${lost[0]}, where ${lost[1] instanceof Module ? lost[1] : 'a marked tensor'} is not seen; hold it in an array or a plain object, or in a #private field`,
    )
  return { slots, modules }
}

function search(module: Module): Search {
  const found: Search = { slots: [], modules: [], closed: [] }
  searchModule(module, '', [], found)
  return found
}

function searchModule(module: Module, path: string, around: readonly object[], found: Search): void {
  const fields = module.fields()
  searchHolder(fields, path, path, around, found)
  // What a subclass of Sequential adds stands beside the layers.
  if (fields !== module) searchHolder(module, path, path, [...around, fields], found)
}

/** `base` is the path of the module that `holder` belongs to, `path` that of `holder`; both end in a dot or are ''. */
function searchHolder(
  holder: object,
  base: string,
  path: string,
  around: readonly object[],
  found: Search,
): void {
  if (around.includes(holder)) return
  const inside = [...around, holder]
  for (const [key, value] of Object.entries(holder) as [string, unknown][]) {
    if (value instanceof Tensor) {
      const mark = markOf(value)
      if (mark === undefined) continue
      const name = mark.name === undefined ? path + key : base + mark.name
      found.slots.push({ path: name, tensor: value, role: mark.role, holder: holder as Slot['holder'], key })
    } else if (value instanceof Module) {
      if (found.modules.push([path + key, value]) > MOST_PATHS)
        fail('Module', `${path}${key}: modules hold each other; hold one in a #private field`)
      searchModule(value, `${path}${key}.`, inside, found)
    } else if (Array.isArray(value) || isPlainObject(value))
      searchHolder(value, base, `${path}${key}.`, inside, found)
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
      for (const part of partsOf(value))
        found.closed.push([`${path}${key} is a ${value.constructor?.name}`, part])
  }
}

/** More paths to modules than any model has. */
const MOST_PATHS = 1e5

/** The modules and marked tensors that a Map, a Set or an instance of a class holds, or arrays in it. */
function partsOf(value: object): (Module | Tensor)[] {
  const values = value instanceof Map || value instanceof Set ? [...value.values()] : Object.values(value)
  return values
    .flat()
    .filter((part) => part instanceof Module || (part instanceof Tensor && markOf(part) !== undefined))
}

/** Key and tensor of each marked tensor, the first key of a shared one. */
function distinct(module: Module, role?: Mark['role']): [string, Tensor][] {
  const keys = new Map<Tensor, string>()
  const tensors = new Map<string, Tensor>()
  for (const { path, tensor, role: own } of contentsOf(module).slots) {
    if (keys.has(tensor)) continue
    if (tensors.has(path))
      fail('Module', `two tensors are called ${path}; give one another name, as in parameter(t, 'name')`)
    tensors.set(path, tensor)
    if (role === undefined || own === role) keys.set(tensor, path)
  }
  return [...keys].map(([tensor, key]) => [key, tensor])
}

/** Notes in an error thrown by `module.forward` where that happened, and returns it. */
export function placed(error: unknown, module: Module): unknown {
  if (typeof module.forward !== 'function') fail('call', `${module} has no forward(...); write one`)
  if (error instanceof Error) {
    const inner = outermost(error)
    const held = search(module).modules.find(([, other]) => other === inner)
    if (inner !== module) notePlace(error, module, held?.[0], null)
  }
  return error
}
