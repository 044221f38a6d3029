/**
 * @file detectAnomaly: the first op that makes a NaN or an infinity out of finite numbers, forward or backward. Runs ops
 * through a tracer that computes and looks. Imports tape.ts, walk.ts and ops/memory.ts.
 */
import { isFloat } from './dtype.ts'
import { checkFunction, TapegradError } from './errors.ts'
import { assign } from './ops/memory.ts'
import type { AnyPrimitive } from './primitive.ts'
import { sameShape, showShape, unravel } from './shape.ts'
import { activeTracer, type Tracer, withTracer } from './tape.ts'
import { type Aval, forEachPosition, type Node, type Tensor } from './tensor.ts'
import { isWalking, setVisitor } from './walk.ts'

/** Where in the caller's program an op was called: the first line of the stack that is not one of ours. */
function callerOf(stack: string | undefined): string | null {
  const lines = (stack ?? '').split('\n').slice(1)
  const own = /[/\\](packages|@tapegrad)[/\\](core|nn)[/\\](src|dist)[/\\]|node:internal/
  const line = lines.find((text) => !own.test(text))
  return line === undefined ? null : line.trim().replace(/^at /, '')
}

/** The first element that is not finite: its value and its indices; null if all are finite. */
function strangerIn(x: Tensor): { value: number; position: number; index: number[] } | null {
  if (!isFloat(x.dtype)) return null
  let count = 0
  let found: { value: number; position: number } | null = null
  forEachPosition(x, (place) => {
    const value = x.storage.data[place]!
    if (found === null && !Number.isFinite(value)) found = { value, position: count }
    count++
  })
  if (found === null) return null
  const { value, position } = found as { value: number; position: number }
  return { value, position, index: unravel(position, x.shape) }
}

/** The value at an index, where the tensor has one of these axes; else null. */
function valueAt(x: Tensor, index: readonly number[], shape: readonly number[]): number | null {
  if (!sameShape(x.shape, shape)) return null
  const position = index.reduce((sum, i, axis) => sum + i * x.strides[axis]!, x.storage.base + x.offset)
  return x.storage.data[position]!
}

/** Computes each op and stops at the first that makes something that is not finite. */
class Watcher implements Tracer {
  /** Where ops that are on the tape were called. */
  readonly #callers = new WeakMap<Tensor, string | null>()
  readonly #outer: Tracer | null
  /** The op whose rules run now, in a backward pass. */
  backOf: Node | null = null

  constructor(outer: Tracer | null) {
    this.#outer = outer
  }

  emit(primitive: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval): Tensor {
    const outer = this.#outer
    const result = withTracer(outer, () =>
      outer === null ? primitive.kernel(inputs, params, out) : outer.emit(primitive, inputs, params, out),
    )
    const caller = callerOf(new Error().stack)
    this.#callers.set(result, caller)
    const found = strangerIn(result)
    // A stranger that was there before was let in by the caller, or this op only moves it.
    if (found !== null && inputs.every((x) => strangerIn(x) === null))
      this.#report(primitive.name, inputs, result.shape, found, caller)
    return result
  }

  assign(target: Tensor, value: Tensor): void {
    withTracer(this.#outer, () => assign(target, value))
  }

  #report(
    name: string,
    inputs: readonly Tensor[],
    shape: readonly number[],
    { value, index }: { value: number; index: readonly number[] },
    caller: string | null,
  ): never {
    const node = isWalking() ? this.backOf : null
    const operands = inputs.map((x) => {
      const own = valueAt(x, index, shape)
      return own === null ? showShape(x.shape) : String(own)
    })
    const place = index.length === 0 ? '' : ` at ${showShape(index)}`
    const what = `${name}(${operands.join(', ')}) made ${value}${place}`
    const forward = node === null ? null : (this.#callers.get(node.output) ?? null)
    const where =
      node === null
        ? caller === null
          ? ''
          : `, called at ${caller}`
        : `, in the gradient of ${node.primitive?.name ?? 'a leaf'}${forward === null ? '' : `, called at ${forward}`}`
    throw new TapegradError('detectAnomaly', `${what}${where}${hintFor(name, node, operands)}`)
  }
}

/** What usually is behind it, and what helps. */
function hintFor(name: string, node: Node | null, operands: readonly string[]): string {
  const made = node?.primitive?.name
  if (node !== null && operands.some((x) => Number(x) === 0) && (name === 'mul' || name === 'div'))
    return `; the gradient there is 0, as behind where() for the branch not taken, and 0 times the infinite slope of ${made} is NaN: give ${made} a harmless input there, as in where(mask, f(where(mask, x, 1)), 0)`
  if (name === 'log' || name === 'sqrt' || name === 'div')
    return '; keep its argument away from 0, for example with clamp or by adding a small number'
  if (name === 'exp')
    return '; its argument is too large, subtract the maximum first, as softmax and logsumexp do'
  return ''
}

/**
 * Runs f and returns its result; the first op that makes a NaN or an infinity out of finite numbers throws. Forward, and
 * backward where `backward()`, grad or another transform runs inside f. The error names the op, the index, the operands
 * there and your line; nn adds the layer. Slow: for finding the place, not for training.
 */
export function detectAnomaly<R>(f: () => R): R {
  checkFunction('detectAnomaly', f)
  const watcher = new Watcher(activeTracer())
  let before: Parameters<Parameters<typeof setVisitor>[0]>[0] = null
  setVisitor((outer) => {
    before = outer
    return (node, ct) => {
      const passed = outer === null ? ct : outer(node, ct)
      watcher.backOf = node
      return passed
    }
  })
  try {
    return withTracer(watcher, f)
  } finally {
    setVisitor(() => before)
  }
}
