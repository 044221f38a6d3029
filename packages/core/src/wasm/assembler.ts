/**
 * @file Writes WebAssembly: a module is a list of functions over one memory, a function a list of instructions. Imports
 * bytes.ts and instructions.ts.
 */
import { Bytes } from './bytes.ts'
import { type Instruction, LANE_OPCODES, OPCODES, TYPES, type ValueType, VECTOR } from './instructions.ts'

/** A local variable or a parameter of a function, by its number. */
export type Local = number

interface Signature {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

/** A function: instructions push operands on a stack and take them from there. Each method appends one and returns this. */
export class WasmFunction {
  readonly #code = new Bytes()
  readonly #locals: ValueType[] = []
  readonly signature: Signature
  /** Its number, imported functions first. */
  readonly index: number

  constructor(signature: Signature, index: number) {
    this.signature = signature
    this.index = index
  }

  /** A new local variable, 0 at first. */
  local(type: ValueType): Local {
    return this.signature.parameters.length + this.#locals.push(type) - 1
  }

  get(local: Local): this {
    this.#code.byte(0x20).unsigned(local)
    return this
  }
  /** Takes the operand and stores it in the local. */
  set(local: Local): this {
    this.#code.byte(0x21).unsigned(local)
    return this
  }
  /** Stores the operand in the local and leaves it on the stack. */
  tee(local: Local): this {
    this.#code.byte(0x22).unsigned(local)
    return this
  }

  op(name: Instruction): this {
    this.#opcode(OPCODES[name])
    return this
  }

  /** A load or store at the address on the stack plus `offset` bytes. */
  memory(name: Instruction, offset = 0): this {
    this.#opcode(OPCODES[name])
    // The alignment is a promise that only costs when it is broken: none is made.
    this.#code.unsigned(0).unsigned(offset)
    return this
  }

  /** `offset`, as for `memory`, where the lane is stored. */
  lane(name: keyof typeof LANE_OPCODES, lane: number, offset = 0): this {
    this.#opcode(LANE_OPCODES[name])
    if (name.startsWith('v128')) this.#code.unsigned(0).unsigned(offset)
    this.#code.byte(lane)
    return this
  }

  i32(value: number): this {
    this.#code.byte(0x41).signed(value)
    return this
  }

  call(index: number): this {
    this.#code.byte(0x10).unsigned(index)
    return this
  }

  /** `body` again and again, for as long as it leaves a true condition on the stack. */
  repeat(body: () => void): this {
    this.#code.byte(0x03).byte(0x40)
    body()
    this.#code.byte(0x0d).unsigned(0)
    return this.#end()
  }

  /** `body` if the operand is true. */
  when(body: () => void): this {
    this.#code.byte(0x04).byte(0x40)
    body()
    return this.#end()
  }

  /** `for (counter = start; counter < end; counter += step) body()`, with start and step fixed and the end in a local. */
  loop(counter: Local, end: Local, step: number, body: () => void, start = 0): this {
    this.i32(start).set(counter)
    this.get(counter).get(end).op('i32.lt_s')
    return this.when(() =>
      this.repeat(() => {
        body()
        this.get(counter).i32(step).op('i32.add').tee(counter).get(end).op('i32.lt_s')
      }),
    )
  }

  #opcode(code: number): void {
    if (code >= VECTOR) this.#code.byte(0xfd).unsigned(code - VECTOR)
    else this.#code.byte(code)
  }

  #end(): this {
    this.#code.byte(0x0b)
    return this
  }

  /** Locals and instructions, as the code section has them. */
  encode(): Bytes {
    const runs: { readonly type: ValueType; count: number }[] = []
    for (const type of this.#locals) {
      const last = runs.at(-1)
      if (last?.type === type) last.count++
      else runs.push({ type, count: 1 })
    }
    const body = new Bytes().unsigned(runs.length)
    for (const { type, count } of runs) body.unsigned(count).byte(TYPES[type])
    return body.append(this.#code.view()).byte(0x0b)
  }
}

/** A module that imports its memory as `env.memory`. Functions are imported before the first one is added. */
export class WasmModule {
  readonly #imports: { readonly name: string; readonly signature: Signature }[] = []
  readonly #functions: { readonly name: string; readonly body: WasmFunction }[] = []

  /** Imports `env[name]` and gives its number. */
  importFunction(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): number {
    return this.#imports.push({ name, signature: { parameters, results } }) - 1
  }

  /** Adds a function that is exported by its name. */
  function(name: string, parameters: readonly ValueType[], results: readonly ValueType[] = []): WasmFunction {
    const index = this.#imports.length + this.#functions.length
    const body = new WasmFunction({ parameters, results }, index)
    this.#functions.push({ name, body })
    return body
  }

  /** The binary form. */
  encode(): Uint8Array<ArrayBuffer> {
    const signatures = [...this.#imports, ...this.#functions.map(({ body }) => body)].map((f) => f.signature)
    const out = new Bytes().append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
    // A type for every function: equal ones may be repeated.
    section(out, 1, signatures, (type, { parameters, results }) => {
      type.byte(0x60)
      for (const list of [parameters, results]) {
        type.unsigned(list.length)
        for (const each of list) type.byte(TYPES[each])
      }
    })
    const memory = null
    section(out, 2, [memory, ...this.#imports], (entry, imported, i) => {
      entry.name('env').name(imported === memory ? 'memory' : imported.name)
      if (imported === memory) entry.byte(2).byte(0).unsigned(1)
      else entry.byte(0).unsigned(i - 1)
    })
    section(out, 3, this.#functions, (entry, { body }) => entry.unsigned(body.index))
    section(out, 7, this.#functions, (entry, { name, body }) => entry.name(name).byte(0).unsigned(body.index))
    section(out, 10, this.#functions, (entry, { body }) => {
      const code = body.encode()
      entry.unsigned(code.length).append(code.view())
    })
    return out.view().slice()
  }
}

/** A section: its number, its length in bytes, and a counted list of entries. */
function section<T>(
  out: Bytes,
  id: number,
  entries: readonly T[],
  write: (bytes: Bytes, entry: T, i: number) => void,
): void {
  const content = new Bytes().unsigned(entries.length)
  entries.forEach((entry, i) => {
    write(content, entry, i)
  })
  out.byte(id).unsigned(content.length).append(content.view())
}
