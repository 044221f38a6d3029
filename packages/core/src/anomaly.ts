/**
 * @file detectAnomaly: the first op that makes a NaN or an infinity, forward or backward. Runs ops through a tracer that
 * computes and looks. Imports layers.ts, onlooker.ts, walk.ts and what they import.
 */
import { checkFunction, fail, TapegradError } from './errors.ts'
import { currentScope, type Scope, withLayersNoted } from './layers.ts'
import { Onlooker } from './onlooker.ts'
import type { AnyPrimitive } from './primitive.ts'
import { sameShape, showShape, unravel } from './shape.ts'
import { refuseLater, withTracer } from './tape.ts'
import { type Aval, forEachPosition, type Node, type Tensor } from './tensor.ts'
import { nodeAtWork } from './walk.ts'

/** Where an op was called. */
interface Origin {
  /** Its stack is made into text only when it is read. */
  readonly call: Error
  readonly scope: Scope | null
  /** The op whose derivative it belongs to. */
  readonly derivativeOf: Node | null
}

/** Where it is called now. */
function originNow(): Origin {
  // Ten frames, the usual limit, do not reach from an op in a nested layer to the caller's line.
  const settings = Error as { stackTraceLimit?: number | undefined }
  const { stackTraceLimit } = settings
  settings.stackTraceLimit = 100
  const call = new Error()
  settings.stackTraceLimit = stackTraceLimit
  return { call, scope: currentScope(), derivativeOf: nodeAtWork() }
}

/** The folder of the file in a line of a stack, in the words of V8 or of Firefox and Safari. */
const folderIn = (line: string): string => /^(?: *at (?:.*? \()?|[^@]*@)(.*[/\\])/.exec(line)?.[1] ?? ''

/** The line of the caller's program: the first of the stack that is not one of ours. */
function callerOf({ call }: Origin): string {
  const lines = (call.stack ?? '').split('\n').filter((line) => /:\d+\)?$/.test(line))
  // On top is originNow, so its folder is ours, wherever the package is. Bundled with the program it is the program's
  // as well: no line is left then, and none is better than a wrong one.
  const core = folderIn(lines[0] ?? '')
  // Beside core, as in this repository and in a node_modules of npm; pnpm gives each package a folder of its own.
  const nn = core.replace(/core([/\\](?:src|dist)[/\\])$/, 'nn$1')
  const others = /[/\\]node_modules[/\\]@tapegrad[/\\]nn[/\\]|node:internal/
  const line = lines.find((text) => !text.includes(core) && !text.includes(nn) && !others.test(text))
  return line === undefined ? '' : `, called at ${line.trim().replace(/^at /, '')}`
}

/** Which numbers are looked for. */
type Test = (x: number) => boolean
const isStrange: Test = (x) => !Number.isFinite(x)

/** The first such element: its value and its indices; null if there is none. */
function firstOf(x: Tensor, wanted: Test): { value: number; index: number[] } | null {
  let count = 0
  let position = -1
  let value = 0
  forEachPosition(x, (place) => {
    const own = x.storage.data[place]!
    if (position < 0 && wanted(own)) {
      position = count
      value = own
    }
    count++
  })
  return position < 0 ? null : { value, index: unravel(position, x.shape) }
}

/** What the op made of finite numbers, or a NaN of infinities. The rest was there before, and is only passed on. */
function anomalyIn(result: Tensor, inputs: readonly Tensor[]): ReturnType<typeof firstOf> {
  const found = firstOf(result, isStrange)
  if (found === null) return null
  const before = (wanted: Test): boolean => inputs.some((x) => firstOf(x, wanted) !== null)
  if (!before(isStrange)) return found
  return before(Number.isNaN) ? null : firstOf(result, Number.isNaN)
}

/** The value at the index of an operand of the result's shape; of another operand the shape and the range. */
function showOperand(x: Tensor, index: readonly number[], shape: readonly number[]): string {
  const { storage, strides, offset } = x
  // The digits that float32 has.
  const show = (value: number): string => String(x.dtype === 'float32' ? +value.toPrecision(7) : value)
  if (sameShape(x.shape, shape)) {
    const position = index.reduce((sum, i, axis) => sum + i * strides[axis]!, storage.base + offset)
    return show(storage.data[position]!)
  }
  let [low, high] = [Infinity, -Infinity]
  forEachPosition(x, (place) => {
    low = Math.min(low, storage.data[place]!)
    high = Math.max(high, storage.data[place]!)
  })
  return `${x.dtype} ${showShape(x.shape)}${x.size > 0 ? ` from ${show(low)} to ${show(high)}` : ''}`
}

/** Computes each op and stops at the first that makes something that is not finite. */
class Watcher extends Onlooker {
  /** Where what is on the tape was called. */
  readonly #origins = new WeakMap<Tensor, Origin>()
  /** Of an op that was called before. */
  #given: Origin | null = null

  override emit(primitive: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval): Tensor {
    const result = super.emit(primitive, inputs, params, out)
    const origin = this.#given ?? originNow()
    this.#origins.set(result, origin)
    const found = anomalyIn(result, inputs)
    if (found !== null) this.#report(primitive.name, inputs, result.shape, found, origin)
    return result
  }

  override origin(output: Tensor): Origin {
    const origin = originNow()
    this.#origins.set(output, origin)
    return origin
  }

  override emitFrom<R>(origin: unknown, f: () => R): R {
    const before = this.#given
    this.#given = origin as Origin
    try {
      return f()
    } finally {
      this.#given = before
    }
  }

  #report(
    name: string,
    inputs: readonly Tensor[],
    shape: readonly number[],
    { value, index }: { value: number; index: readonly number[] },
    own: Origin,
  ): never {
    const node = own.derivativeOf
    const operands = inputs.map((x) => showOperand(x, index, shape))
    const place = index.length === 0 ? '' : ` at ${showShape(index)}`
    const of = node === null ? '' : `, in the derivative of ${node.primitive?.name ?? 'a leaf'}`
    const origin = node === null ? own : this.#origins.get(node.output)
    const where = origin === undefined ? '' : callerOf(origin)
    const hint = hintFor(name, value, node, operands)
    const error = new TapegradError(
      'detectAnomaly',
      `${name}(${operands.join(', ')}) made ${value}${place}${of}${where}${hint}`,
    )
    // Layers that run now note themselves while the error passes them.
    const running = new Set<Scope>()
    for (let at = currentScope(); at !== null; at = at.outer) running.add(at)
    for (let at = origin?.scope ?? null; at !== null && !running.has(at); at = at.outer)
      at.place(error, at.layer as never)
    throw error
  }
}

/** What usually is behind it, and what helps. */
function hintFor(name: string, value: number, node: Node | null, operands: readonly string[]): string {
  const made = node?.primitive?.name
  if (node !== null && Number.isNaN(value) && operands.includes('0') && (name === 'mul' || name === 'div'))
    return `; the derivative by its result is 0 there, as behind where() for the branch not taken, and 0 times the infinite slope of ${made} is NaN: give ${made} a harmless input there, as in where(mask, f(where(mask, x, 1)), 0)`
  if (node !== null && !Number.isNaN(value) && name === 'div' && operands[1] === '0')
    return `; the slope of ${made} is infinite there: keep its argument away, for example with clamp or by adding a small number`
  const isPole = name === 'pow' && operands[0] === '0'
  // Before it meets the derivative by the result: whether that is 0 cannot be known.
  if (made === 'pow' && isPole)
    return `; the slope of pow is infinite there: keep its argument away from 0, for example with clamp or by adding a small number; behind a where() that does not take it give pow a harmless input, as in where(mask, f(where(mask, x, 1)), 0)`
  if (isPole || ['log', 'sqrt', 'div', 'reciprocal', 'rsqrt'].includes(name))
    return '; keep its argument away from 0, for example with clamp or by adding a small number'
  if (name === 'exp')
    return '; its argument is too large, subtract the maximum first, as softmax and logsumexp do'
  return ''
}

/**
 * Runs f and returns its result; the first op that makes a NaN or an infinity out of finite numbers, or a NaN out of
 * infinities, throws. Forward, and backward where `backward()`, grad or another transform runs inside f. The error names
 * the op, the index, the operands there, your line (but in a bundle, where it cannot be told from those of the library),
 * and the layer of a module that called the op, or the op whose derivative it is. Where a branch that `where` did not take leaks NaN into the gradient, it says what helps. Slow: for
 * finding the place, not for training. An async function or a generator is refused: it would go on unwatched.
 */
export function detectAnomaly<R>(f: () => R): R {
  checkFunction('detectAnomaly', f)
  const watcher = new Watcher()
  if (watcher.valueless)
    fail(
      'detectAnomaly',
      'tensors have no values inside of vmap, whose function runs once for all examples; write detectAnomaly(() => vmap(f)(xs))',
    )
  const result = withLayersNoted(() => withTracer(watcher, f))
  refuseLater('detectAnomaly', result)
  return result
}
