/**
 * @file What is checked: a function of float64 tensors, whether it came as a function of trees or as a module. Imports
 * autodiff.ts and tree.ts.
 */
import { vjp } from '../autodiff.ts'
import { isFloat } from '../dtype.ts'
import { describe, fail, TapegradError } from '../errors.ts'
import { clone, concat, mul, reshape } from '../ops/index.ts'
import { contiguousStrides } from '../shape.ts'
import { Storage } from '../storage.ts'
import { noGrad } from '../tape.ts'
import { Tensor } from '../tensor.ts'
import { fillUniform } from '../threefry.ts'
import { mapTree, showPath, type Tree } from '../tree.ts'

/** One tensor by which to differentiate. */
export interface Leaf {
  readonly path: string
  readonly tensor: Tensor
}

export interface Subject {
  readonly leaves: readonly Leaf[]
  readonly f: (...leaves: Tensor[]) => Tensor
}

/**
 * A module, as far as gradcheck needs to know one: it runs, and it names its parameters, which it keeps in its fields,
 * or in arrays, plain objects and modules there. `fields()` may name an object that holds some of them.
 */
export interface GradcheckModule {
  namedParameters(): Iterable<readonly [name: string, parameter: Tensor]>
  call?(...args: never[]): unknown
  forward?(...args: never[]): unknown
  fields?(): object
}

/** A float64 tensor of these values, which are not copied. */
export function float64(data: Float64Array, shape: readonly number[]): Tensor {
  return new Tensor(new Storage(data, 0, data.length), shape, 'float64', contiguousStrides(shape), 0, true)
}

const copy = (x: Tensor): Tensor => float64(Float64Array.from(x.data), x.shape)

/** Magnitudes from 1/2 to 3/2 with random signs, always the same: no output is left out, no two cancel. */
export function cotangentValues(size: number, seed: number): Float64Array {
  if (size === 1) return Float64Array.of(1)
  const values = new Float64Array(size)
  fillUniform([0x67726164, seed, 0, 0], values)
  return values.map((u) => (u < 0.5 ? u + 0.5 : -u))
}

/** The subject for a function or a module and its inputs. */
export function subjectOf(f: unknown, inputs: unknown): Subject {
  const args = inputs instanceof Tensor ? [inputs] : inputs
  if (!Array.isArray(args))
    fail('gradcheck', `the inputs must be an array, one entry per argument of f, got ${describe(inputs)}`)
  if (typeof f === 'function') return overInputs(f as (...args: never[]) => unknown, args)
  if (isModule(f)) return overModule(f, args)
  return fail(
    'gradcheck',
    `expected a function, or a module with call() and namedParameters(), got ${describe(f)}`,
  )
}

function overInputs(f: (...args: never[]) => unknown, args: readonly unknown[]): Subject {
  const leaves: Leaf[] = []
  const template = mapTree('gradcheck', args, (x, path) => {
    if (!isFloat(x.dtype)) return x.detach()
    const leaf = { path: showPath(path), tensor: copy(x) }
    leaves.push(leaf)
    return leaf.tensor
  })
  return {
    leaves,
    f: (...xs) => {
      let next = 0
      const filled = mapTree('gradcheck', template, (x) => (isFloat(x.dtype) ? xs[next++]! : x)) as Tree[]
      return f(...(filled as never[])) as Tensor
    },
  }
}

/** Runs f once: what it uses besides its inputs has to be float64 as well. */
export function checkRuns({ leaves, f }: Subject): void {
  try {
    noGrad(() => f(...leaves.map(({ tensor }) => tensor)))
  } catch (error) {
    if (!(error instanceof TapegradError && error.message.includes('float32'))) throw error
    throw new TapegradError(
      'gradcheck',
      `f runs on float64 copies of its inputs, and failed: ${error.message}; pass the tensors that f uses as inputs, or the module instead of a function that calls it`,
      { cause: error },
    )
  }
}

// ── modules ──────────────────────────────────────────────────────────────────

const hasMethod = (x: object, name: string): boolean =>
  typeof (x as Record<string, unknown>)[name] === 'function'

function isModule(x: unknown): x is GradcheckModule {
  if (typeof x !== 'object' || x === null || !hasMethod(x, 'namedParameters')) return false
  return hasMethod(x, 'call') || hasMethod(x, 'forward')
}

/** A field that holds a tensor: `holder[key]`. */
interface Slot {
  readonly holder: Record<string, unknown>
  readonly key: string
  readonly tensor: Tensor
}

function overModule(module: GradcheckModule, args: readonly unknown[]): Subject {
  const parameters = [...module.namedParameters()].filter(([, x]) => isFloat(x.dtype))
  const slots: Slot[] = []
  collectModule(module, slots, new Set())
  for (const [name, x] of parameters) {
    if (!slots.some(({ tensor }) => tensor === x))
      fail(
        'gradcheck',
        `parameter ${name} is in none of the module's fields; gradcheck cannot replace it there`,
      )
  }
  const run = (module.call ?? module.forward)!.bind(module) as (...args: never[]) => unknown
  const inputs = overInputs(run, args)
  const leaves = parameters.map(([path, x]) => ({ path, tensor: copy(x) }))
  return {
    leaves: [...leaves, ...inputs.leaves],
    f: (...xs) => {
      const replacements = new Map(parameters.map(([, x], i) => [x, xs[i]!]))
      return withReplaced(slots, replacements, () => inputs.f(...xs.slice(parameters.length)))
    },
  }
}

const fieldsOf = (x: object): object => (hasMethod(x, 'fields') ? (x as { fields(): object }).fields() : x)

function collectModule(module: object, slots: Slot[], seen: Set<object>): void {
  collectSlots(fieldsOf(module), slots, seen)
  collectSlots(module, slots, seen)
}

function collectSlots(holder: object, slots: Slot[], seen: Set<object>): void {
  if (seen.has(holder)) return
  seen.add(holder)
  for (const [key, value] of Object.entries(holder) as [string, unknown][]) {
    if (value instanceof Tensor) slots.push({ holder: holder as Slot['holder'], key, tensor: value })
    else if (typeof value === 'object' && value !== null && holdsTensors(value)) {
      collectModule(value, slots, seen)
    }
  }
}

function holdsTensors(x: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(x)
  return Array.isArray(x) || prototype === Object.prototype || hasMethod(x, 'namedParameters')
}

/**
 * Runs `f` with other tensors in the slots: the replacements, and float64 copies of all others (buffers, so that what
 * a run writes to them is forgotten).
 */
function withReplaced<R>(slots: readonly Slot[], replacements: Map<Tensor, Tensor>, f: () => R): R {
  const now = new Map(replacements)
  for (const { tensor } of slots) {
    if (!now.has(tensor)) now.set(tensor, isFloat(tensor.dtype) ? copy(tensor) : clone(tensor.detach()))
  }
  try {
    for (const { holder, key, tensor } of slots) holder[key] = now.get(tensor)
    return f()
  } finally {
    for (const { holder, key, tensor } of slots) holder[key] = tensor
  }
}

// ── the second order ─────────────────────────────────────────────────────────

/**
 * The gradient as a function: x -> vjp(f, x)(cotangent), all inputs' gradients in one vector. Each is scaled to a
 * largest element of 1, so that a small one is not lost beside a large one.
 */
export function gradientOf(subject: Subject): Subject {
  const tensors = subject.leaves.map(({ tensor }) => tensor)
  const pulled = (xs: readonly Tensor[]): Tensor[] => {
    const [y, pull] = vjp(subject.f, ...xs)
    return pull(float64(cotangentValues(y.size, 1), y.shape))
  }
  const scales = noGrad(() => pulled(tensors)).map(scaleFor)
  return {
    leaves: subject.leaves,
    f: (...xs) =>
      concat(
        pulled(xs).map((gradient, i) => mul(reshape(gradient, [gradient.size]), scales[i]!)),
        0,
      ),
  }
}

/** The largest magnitude of an element, 0 if there is none. */
export function largestOf({ data }: Tensor): number {
  let most = 0
  for (const x of data) most = Math.max(most, Math.abs(x))
  return most
}

function scaleFor(gradient: Tensor): number {
  const largest = largestOf(gradient)
  return largest > 0 && Number.isFinite(largest) ? 1 / largest : 1
}
