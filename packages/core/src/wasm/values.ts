/**
 * @file Vector values as a graph, equal ones once, and its instructions: what vector.ts computes with. A value is used
 * from the stack, or kept in a local if it is needed again. Imports scalar.ts, assembler.ts and instructions.ts.
 */
import type { SlowPath } from '../scalar.ts'
import type { Local, WasmFunction, WasmModule } from './assembler.ts'
import type { Instruction } from './instructions.ts'

/** What the lanes hold: floats, or masks of their width, with all bits set or none. */
export type Kind = 'f64' | 'f32' | 'm64' | 'm32'

export interface Value {
  readonly kind: Kind
  readonly operands: readonly Value[]
  /** Its instruction, among others. */
  readonly name: string
  /** The number by which others name it. */
  readonly id: number
  /** What follows the operands on the stack; for a rare value its function. */
  readonly write: ((f: WasmFunction) => void) | SlowPath
  /** The constant that it is. */
  readonly constant?: number
}

/** Bytes of one constant, of either width. */
const CONSTANT = 8

export class Graph {
  readonly #values = new Map<string, Value>()
  readonly #constants: Value[] = []
  readonly #slow = new Set<SlowPath>()
  /** Whether there are lanes of 64 bits. */
  isWide = false

  #value(
    name: string,
    kind: Kind,
    operands: readonly Value[],
    write: Value['write'],
    constant?: number,
  ): Value {
    const key = `${kind} ${name} ${operands.map(({ id }) => id)}`
    let value = this.#values.get(key)
    if (value === undefined) {
      value = {
        kind,
        operands,
        name,
        id: this.#values.size,
        write,
        ...(constant !== undefined && { constant }),
      }
      this.#values.set(key, value)
      this.isWide ||= kind === 'f64' || kind === 'm64'
    }
    return value
  }

  /** An instruction on values. */
  op(kind: Kind, name: Instruction, ...operands: Value[]): Value {
    return this.#value(name, kind, operands, (f) => f.op(name))
  }

  /** A shift of every 64 bits. */
  shift(name: 'i64x2.shl' | 'i64x2.shr_u', value: Value, by: number): Value {
    return this.#value(`${name} ${by}`, 'f64', [value], (f) => f.i32(by).op(name))
  }

  /** A value that is read where it is first needed. */
  input(kind: Kind, index: number, read: (f: WasmFunction) => void): Value {
    return this.#value(`input ${index}`, kind, [], read)
  }

  constant(kind: 'f64' | 'f32', value: number): Value {
    const before = this.#values.size
    const load = kind === 'f64' ? 'v128.load64_splat' : 'v128.load32_splat'
    // They begin the memory.
    const address = CONSTANT * this.#constants.length
    const name = Object.is(value, -0) ? '-0' : `${value}`
    const made = this.#value(name, kind, [], (f) => f.i32(0).memory(load, address), value)
    if (this.#values.size > before) this.#constants.push(made)
    return made
  }

  /** Where the mask holds `slow.run(...xs)`, else `otherwise`. */
  rare(mask: Value, slow: SlowPath, xs: readonly Value[], otherwise: Value): Value {
    this.#slow.add(slow)
    return this.#value(slow.name, 'f64', [otherwise, mask, ...xs], slow)
  }

  get constants(): Uint8Array {
    const bytes = new Uint8Array(CONSTANT * this.#constants.length)
    const view = new DataView(bytes.buffer)
    this.#constants.forEach(({ kind, constant }, i) => {
      if (kind === 'f64') view.setFloat64(CONSTANT * i, constant!, true)
      else view.setFloat32(CONSTANT * i, constant!, true)
    })
    return bytes
  }

  get slowPaths(): ReadonlySet<SlowPath> {
    return this.#slow
  }
}

/** Imports the functions of rare values, before any function is added to the module. */
export function importSlowPaths(module: WasmModule, graph: Graph): ReadonlyMap<SlowPath, number> {
  const numbers = new Map<SlowPath, number>()
  for (const slow of graph.slowPaths) {
    const parameters = Array.from({ length: slow.run.length }, () => 'f64' as const)
    numbers.set(slow, module.importFunction(slow.name, parameters, ['f64']))
  }
  return numbers
}

/** Appends what leaves `result` on the stack. */
export function emit(f: WasmFunction, result: Value, slowPaths: ReadonlyMap<SlowPath, number>): void {
  const uses = new Map<Value, number>()
  const locals = new Map<Value, Local>()
  const free: Local[] = []
  const count = (value: Value): void => {
    const before = uses.get(value) ?? 0
    uses.set(value, before + 1)
    if (before === 0) value.operands.forEach(count)
  }
  const newLocal = (): Local => free.pop() ?? f.local('v128')

  /** The value in a local, until its last use. */
  const keep = (value: Value): Local => {
    let local = locals.get(value)
    if (local === undefined) {
      compute(value)
      local = newLocal()
      locals.set(value, local)
      f.set(local)
    }
    return local
  }
  const release = (value: Value): number => {
    const left = uses.get(value)! - 1
    uses.set(value, left)
    if (left === 0 && locals.has(value)) free.push(locals.get(value)!)
    return left
  }
  const push = (value: Value): void => {
    const local = locals.get(value)
    const left = release(value)
    if (local !== undefined) f.get(local)
    else {
      compute(value)
      // A constant is loaded again: that is as fast as a local that was put on the stack in memory.
      if (left > 0 && value.constant === undefined) {
        const kept = newLocal()
        locals.set(value, kept)
        f.tee(kept)
      }
    }
  }
  const compute = (value: Value): void => {
    const { operands, write } = value
    if (typeof write === 'function') {
      operands.forEach(push)
      write(f)
    } else rare(operands, slowPaths.get(write)!)
  }
  const rare = ([otherwise, mask, ...xs]: readonly Value[], slow: number): void => {
    const condition = keep(mask!)
    const places = xs.map(keep)
    push(otherwise!)
    const out = newLocal()
    f.set(out).get(condition).op('v128.any_true')
    f.when(() => {
      for (const lane of [0, 1]) {
        f.get(condition).lane('i32x4.extract_lane', 2 * lane)
        f.when(() => {
          f.get(out)
          for (const place of places) f.get(place).lane('f64x2.extract_lane', lane)
          f.call(slow).lane('f64x2.replace_lane', lane).set(out)
        })
      }
    })
    f.get(out)
    free.push(out)
    for (const value of [mask!, ...xs]) release(value)
  }

  count(result)
  push(result)
}
