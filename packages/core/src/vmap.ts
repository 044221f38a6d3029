/**
 * @file vmap: a function of one example as a function of a stack of examples. It runs once, at the shapes of one example,
 * on tensors without values; what it did is then replayed on the stacks, each op by its batch rule. Imports tree.ts and
 * the ops for moving axes.
 */
import type { DType } from './dtype.ts'
import { checkFunction, checkOptions, describe, fail } from './errors.ts'
import { broadcastTo } from './ops/broadcast.ts'
import { permute, unsqueeze } from './ops/reshape.ts'
import type { AnyPrimitive } from './primitive.ts'
import { allAxes, contiguousStrides, normalizeAxis, showShape } from './shape.ts'
import type { Shape } from './shape-types.ts'
import { allocate, type Storage } from './storage.ts'
import { activeTracer, apply, noGrad, type Tracer, withTracer } from './tape.ts'
import { type Aval, Node, Tensor } from './tensor.ts'
import { mapTree, showPath, type Tree } from './tree.ts'

/** Which axis of an argument holds the examples; null: the argument is the same for all. */
type Axis = number | null

export interface VmapOptions {
  /** One for all arguments, or one for each; default 0. */
  readonly inAxes?: Axis | readonly Axis[]
  /** Where the examples go in the results; default 0. */
  readonly outAxes?: number
}

/** A tree of tensors with one more axis in front. Of any tree at all, nothing more is known. */
type Stacked<T> = Tree extends T
  ? T
  : T extends Tensor<infer S>
    ? number extends S['length']
      ? Tensor
      : Tensor<[number, ...S]>
    : { readonly [K in keyof T]: Stacked<T[K]> }

/** A tree of tensors of any shapes: which axis was added is not known to the types. */
type Anyhow<T> = Tree extends T ? T : T extends Tensor ? Tensor : { readonly [K in keyof T]: Anyhow<T[K]> }

// ── recording ────────────────────────────────────────────────────────────────

interface Entry {
  readonly primitive: AnyPrimitive
  readonly inputs: readonly Tensor[]
  readonly params: unknown
  readonly output: Tensor
  /** Where it was called, in the words of the tracer outside. */
  readonly origin: unknown
}

/** A part of the function that is a checkpoint: of what it computes only `outputs` are used outside. */
interface Segment {
  readonly entries: readonly (Entry | Segment)[]
  readonly outputs: readonly Tensor[]
  readonly again: (f: () => Tensor[]) => () => Tensor[]
}

/** Writes down what a function does. Its tensors have no values: every one has a storage of its own, which names it. */
class Recorder implements Tracer {
  entries: (Entry | Segment)[] = []
  readonly valueless = true
  readonly outer: Tracer | null = activeTracer()
  emit(primitive: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval): Tensor {
    const output = valuelessTensor(out.shape, out.dtype)
    this.entries.push({ primitive, inputs, params, output, origin: this.origin(output) })
    return output
  }
  origin(output: Tensor): unknown {
    return this.outer?.origin?.(output)
  }
  segment(run: () => Tensor[], again: Segment['again']): Tensor[] {
    const { entries } = this
    const own: Recorder['entries'] = []
    this.entries = own
    try {
      const outputs = run()
      entries.push({ entries: own, outputs, again })
      return outputs
    } finally {
      this.entries = entries
    }
  }
  assign(): void {
    fail(
      'vmap',
      'the function overwrites a tensor, with assign() or by drawing random numbers; return the value instead, and draw outside, an axis for examples included',
    )
  }
  backward(): never {
    return fail(
      'vmap',
      'the function calls backward(), which writes to tensors outside; differentiate with grad instead',
    )
  }
}

/** A tensor that only has a shape; its storage names it. */
function valuelessTensor(shape: Shape, dtype: DType): Tensor {
  const storage = allocate(dtype, 0)
  Object.defineProperty(storage, 'data', {
    get: () =>
      fail(
        'vmap',
        'the values of a tensor are read inside the function, which runs once for all examples; compute with ops, and choose with where(condition, a, b) instead of if',
      ),
  })
  return new Tensor(storage, shape, dtype, contiguousStrides(shape), 0, true)
}

/** One example of a stack: its shape without the axis of examples, its values not there yet. */
function exampleOf(stack: Tensor, axis: Axis): Tensor {
  const shape = axis === null ? stack.shape : stack.shape.filter((_, i) => i !== axis)
  const example = valuelessTensor(shape, stack.dtype)
  // A transform around this one must see which values depend on its inputs, and which were cut off.
  if (stack.node !== null) example.node = new Node(null, [], undefined, example, stack.node.level)
  return example
}

// ── replaying ────────────────────────────────────────────────────────────────

/** A value of the replay: with the examples at axis 0, or the same for all examples. */
interface Value {
  readonly tensor: Tensor
  readonly batched: boolean
}

/** The values of tensors of the recording, by their storages. */
type Values = Pick<Map<Storage, Value>, 'get'> & { set(name: Storage, value: Value): unknown }

/** The value that a tensor of the recording stands for; one that nothing recorded is a constant of the function. */
function standsFor(values: Values, x: Tensor): Value {
  const value = values.get(x.storage)
  if (value === undefined) return { tensor: x, batched: false }
  // `detach` keeps the storage, hence the name, and drops the node.
  return x.node === null && value.tensor.node !== null
    ? { tensor: value.tensor.detach(), batched: value.batched }
    : value
}

function replay(entries: Segment['entries'], values: Values, size: number): void {
  const tracer = activeTracer()
  for (const entry of entries) {
    if ('entries' in entry) {
      replaySegment(entry, values, size)
      continue
    }
    const { primitive, params, output, origin } = entry
    const inputs = entry.inputs.map((x) => standsFor(values, x))
    const batched = inputs.some((value) => value.batched)
    const run = (): Tensor =>
      batched
        ? applyBatched(entry, inputs, size)
        : apply(
            primitive,
            inputs.map(({ tensor }) => tensor),
            params,
          )
    // What was not recorded then, inside noGrad, is not recorded now.
    const recorded = (): Tensor => (output.node === null ? noGrad(run) : run())
    const tensor = tracer?.emitFrom === undefined ? recorded() : tracer.emitFrom(origin, recorded)
    values.set(output.storage, { tensor, batched })
  }
}

/** A checkpoint of the function is one of the replay; it runs once more in the backward pass, with the same values. */
function replaySegment({ entries, outputs, again }: Segment, values: Values, size: number): void {
  let batched: readonly boolean[] = []
  const tensors = again(() => {
    const own = new Map<Storage, Value>()
    const all: Values = {
      get: (name) => own.get(name) ?? values.get(name),
      set: (name, value) => own.set(name, value),
    }
    replay(entries, all, size)
    const results = outputs.map((y) => standsFor(all, y))
    batched = results.map((value) => value.batched)
    return results.map(({ tensor }) => tensor)
  })()
  outputs.forEach((y, i) => {
    values.set(y.storage, { tensor: tensors[i]!, batched: batched[i]! })
  })
}

function applyBatched({ primitive, params }: Entry, values: readonly Value[], size: number): Tensor {
  if (typeof primitive.batch === 'function') {
    const tensors = values.map(({ tensor }) => tensor)
    const batched = values.map((value) => value.batched)
    return primitive.batch(tensors, batched, params, size)
  }
  const stacks = values.map((value) => stackOf(value, size))
  return apply(primitive, stacks, primitive.batch === 'elementwise' ? params : primitive.shift!(params, size))
}

/** The value with an axis of examples in front, along which it repeats if it has none. */
const stackOf = ({ tensor, batched }: Value, size: number): Tensor =>
  batched ? tensor : broadcastTo(unsqueeze(tensor, 0), [size, ...tensor.shape])

// ── axes ─────────────────────────────────────────────────────────────────────

/** `x` with axis `from` moved to `to`. */
function moveAxis(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x
  const order = allAxes(x.ndim).filter((axis) => axis !== from)
  order.splice(to, 0, from)
  return permute(x, order)
}

function axesFor(options: VmapOptions['inAxes'], count: number): readonly Axis[] {
  const given = options === undefined ? 0 : options
  const axes = typeof given === 'object' && given !== null ? given : new Array<Axis>(count).fill(given)
  if (!Array.isArray(axes) || axes.length !== count)
    fail(
      'vmap',
      `inAxes is ${describe(given)}, the function was called with ${count} arguments; give one for each`,
    )
  for (const axis of axes as readonly Axis[])
    if (axis !== null && !Number.isInteger(axis))
      fail(
        'vmap',
        `an axis in inAxes is ${describe(axis)}; it must be a whole number, or null for an argument that all examples share`,
      )
  return axes
}

/**
 * The function that does to every example of a stack what `f` does to one: vmap(f)(xs) is stack([f(xs[0]), f(xs[1]),
 * ...]), computed at once. `inAxes` says along which axis of each argument the examples lie (null: all share it),
 * `outAxes` where they go in the results. Arguments and results are tensors, or arrays and plain objects of them.
 *
 * f runs once, on tensors without values: reading one (`item()`, `data`, `if` on it) is an error. Nests, and composes
 * with grad, vjp and jvp in either order: vmap(grad(loss), { inAxes: [null, 0, 0] }) gives per-sample gradients.
 */
export function vmap<P extends readonly Tree[], Y extends Tree>(
  f: (...args: P) => Y,
  options?: Record<string, never>,
): (...args: Stacked<P> extends infer A extends readonly unknown[] ? A : never) => Stacked<Y>
export function vmap<P extends readonly Tree[], Y extends Tree>(
  f: (...args: P) => Y,
  options: VmapOptions,
): (...args: Anyhow<P> extends infer A extends readonly unknown[] ? A : never) => Anyhow<Y>
export function vmap(
  f: (...args: never[]) => unknown,
  options: VmapOptions = {},
): (...args: never[]) => never {
  checkFunction('vmap', f)
  const { inAxes, outAxes = 0 } = checkOptions('vmap', options, ['inAxes', 'outAxes'])
  if (!Number.isInteger(outAxes)) fail('vmap', `outAxes must be a whole number, got ${describe(outAxes)}`)
  return (...args: readonly unknown[]): never => {
    const axes = axesFor(inAxes, args.length)
    const values = new Map<Storage, Value>()
    let size: number | null = null
    const examples = args.map((arg, i) =>
      mapTree('vmap', arg, (x, path) => {
        const axis = axisIn(x, axes[i]!, i)
        if (axis !== null) {
          const own = x.shape[axis]!
          if (size !== null && size !== own)
            fail(
              'vmap',
              `argument ${i}${showPath(path)} has ${own} examples along axis ${axis}, one before it ${size}`,
            )
          size = own
        }
        const example = exampleOf(x, axis)
        const tensor = axis === null ? x : moveAxis(x, axis, 0)
        values.set(example.storage, { tensor, batched: axis !== null })
        return example
      }),
    )
    if (size === null) fail('vmap', 'no argument has an axis of examples; inAxes must name one')
    const recorder = new Recorder()
    const result = withTracer(recorder, () => f(...(examples as never[])))
    replay(recorder.entries, values, size)
    return mapTree('vmap', result, (y) => {
      const stack = stackOf(standsFor(values, y), size!)
      return moveAxis(stack, 0, normalizeAxis('vmap', outAxes, stack.ndim))
    }) as never
  }
}

function axisIn(x: Tensor, axis: Axis, argument: number): Axis {
  if (axis === null) return null
  if (x.ndim === 0)
    fail(
      'vmap',
      `argument ${argument} is a 0-d tensor, which has no axis of examples; give inAxes: null for it`,
    )
  if (axis < -x.ndim || axis >= x.ndim)
    fail('vmap', `inAxes names axis ${axis} of argument ${argument}, whose shape is ${showShape(x.shape)}`)
  return normalizeAxis('vmap', axis, x.ndim)
}
