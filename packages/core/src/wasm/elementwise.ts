/**
 * @file Elementwise ops on large arrays: one module per op and dtype, over copies that stay in the cache. Imports
 * runtime.ts, values.ts and vector.ts.
 */
import { bytesPerElement, type DType, type TypedArray } from '../dtype.ts'
import type { Expr } from '../scalar.ts'
import type { Tensor } from '../tensor.ts'
import { type WasmFunction, WasmModule } from './assembler.ts'
import { instantiate } from './runtime.ts'
import { emit, Graph, importSlowPaths, type Value } from './values.ts'
import { vectorScalar } from './vector.ts'

/** Elements that are copied and computed at a time: four arrays of them fit the second level of caches. */
export const CHUNK = 2048

/**
 * Fewer elements are left to JavaScript. From 128 on kernels are the faster ones, from 256 by a third and more, without the
 * time in which they are looked up (bench/elementwise.ts).
 */
export const FROM = 512
/** Elements of an op that JavaScript computes first: a module takes as long to make, 0.2 ms or more. */
export const WARM = 16_384

/** Bytes from one array to the next: not a multiple of a page, or loads would wait for stores that look like theirs. */
const ARRAY_BYTES = 16_704
/** Constants come first: room for 256; the bodies of ops have up to 60. */
const CONSTANT_BYTES = 2048
const MOST_INPUTS = 3

/** Where input `i` is copied to, or the result is left. */
const addressOf = (i: number): number => CONSTANT_BYTES + i * ARRAY_BYTES
const RESULT = MOST_INPUTS

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array }

/** An op as a function `run(end, steps of the inputs in bytes)`, which computes until `end` bytes of results are there. */
export interface VectorModule {
  readonly module: WasmModule
  readonly constants: Uint8Array
  readonly imports: Readonly<Record<string, (...xs: number[]) => number>>
  /** Elements at a time. */
  readonly lanes: number
}

type Run = (end: number, ...steps: number[]) => void

/** Reads lanes of a bool input as numbers of the precision. */
function readBool(f: WasmFunction, address: number, lanes: number, precision: DType): void {
  f.memory(lanes === 2 ? 'v128.load16_splat' : 'v128.load32_splat', address)
  f.op('i16x8.extend_low_i8x16_u').op('i32x4.extend_low_i16x8_u')
  f.op(precision === 'float64' ? 'f64x2.convert_low_i32x4_s' : 'f32x4.convert_i32x4_s')
}

/** Stores the mask on the stack as bytes 0 and 1: its bits, moved 7 places apart and back to the lowest of each byte. */
function writeMask(f: WasmFunction, { kind }: Value, lanes: number): void {
  f.op(kind === 'm64' ? 'i64x2.bitmask' : 'i32x4.bitmask')
    .i32(0x204081)
    .op('i32.mul')
  f.i32(0x01010101)
    .op('i32.and')
    .memory(lanes === 2 ? 'i32.store16' : 'i32.store', addressOf(RESULT))
}

/** The module of a body; null if the vector algebra does not have its types, or its constants do not fit in their place. */
export function vectorModule(
  expr: Expr,
  inputs: readonly DType[],
  precision: DType,
  out: DType,
): VectorModule | null {
  if (precision !== 'float64' && precision !== 'float32') return null
  if (inputs.length > MOST_INPUTS || !inputs.every((dtype) => dtype === precision || dtype === 'bool'))
    return null
  const float = precision === 'float64' ? 'f64' : 'f32'
  const graph = new Graph()
  let lanes = 2
  // After the parameters of `run`.
  const pointer = (i: number): number => 1 + MOST_INPUTS + i
  const result = expr(
    vectorScalar(graph, precision),
    ...inputs.map((dtype, i) =>
      graph.input(float, i, (f) => {
        f.get(pointer(i))
        if (dtype === 'bool') readBool(f, addressOf(i), lanes, precision)
        else f.memory(float === 'f32' && lanes === 2 ? 'v128.load64_zero' : 'v128.load', addressOf(i))
      }),
    ),
  )
  // Constants behind them would be overwritten by input 0.
  const { constants } = graph
  if (constants.length > CONSTANT_BYTES) return null
  if (result.kind === float ? out !== precision : out !== 'bool' || !result.kind.startsWith('m')) return null
  if (!graph.isWide) lanes = 4

  const module = new WasmModule()
  const slowPaths = importSlowPaths(module, graph)
  const f = module.function('run', ['i32', 'i32', 'i32', 'i32'])
  const pointers = inputs.map(() => f.local('i32'))
  const position = f.local('i32')
  f.loop(position, 0, lanes * bytesPerElement(out), () => {
    f.get(position)
    emit(f, result, slowPaths)
    if (out === 'bool') writeMask(f, result, lanes)
    else if (float === 'f32' && lanes === 2) f.lane('v128.store64_lane', 0, addressOf(RESULT))
    else f.memory('v128.store', addressOf(RESULT))
    pointers.forEach((local, i) => {
      f.get(local)
        .get(1 + i)
        .op('i32.add')
        .set(local)
    })
  })
  const imports = Object.fromEntries([...slowPaths.keys()].map(({ name, run }) => [name, run]))
  return { module, constants, imports, lanes }
}

type Kernel = (inputs: readonly Tensor[], result: Tensor) => void

/**
 * Runs the module of a body chunk by chunk, on inputs of any number of elements, each contiguous or one value; null where
 * vectors do not serve the types, or WebAssembly is missing or forbidden.
 */
export function kernelFor(expr: Expr, dtypes: readonly DType[], precision: DType, out: DType): Kernel | null {
  const made = vectorModule(expr, dtypes, precision, out)
  if (made === null) return null
  const { module, constants, imports, lanes } = made
  const instance = instantiate<{ readonly run: Run }>(module, imports)
  if (instance === null) return null
  const { functions, memory } = instance
  const arrayAt = (dtype: DType, i: number): TypedArray => new arrays[dtype](memory, addressOf(i), CHUNK)
  const views = dtypes.map(arrayAt)
  const results = arrayAt(out, RESULT)
  const table = new Uint8Array(memory, 0, constants.length)
  const step = lanes * bytesPerElement(out)
  return (inputs, { storage }) => {
    // The memory is shared with other kernels, which may have overwritten the constants.
    table.set(constants)
    const steps = inputs.map(({ contiguous, dtype, storage, offset }, i) => {
      if (contiguous) return lanes * bytesPerElement(dtype)
      views[i]!.fill(storage.data[storage.base + offset]!, 0, 16)
      return 0
    })
    const [step0, step1 = 0, step2 = 0] = steps as [number, number?, number?]
    for (let start = 0; start < storage.length; start += CHUNK) {
      const count = Math.min(CHUNK, storage.length - start)
      for (let i = 0; i < inputs.length; i++) {
        const { storage, offset } = inputs[i]!
        const from = storage.base + offset + start
        if (steps[i] !== 0) views[i]!.set(storage.data.subarray(from, from + count))
      }
      functions.run(Math.ceil(count / lanes) * step, step0, step1, step2)
      storage.data.set(count === CHUNK ? results : results.subarray(0, count), storage.base + start)
    }
  }
}

interface Entry {
  /** Elements that JavaScript has computed. */
  seen: number
  /** null: JavaScript serves; undefined: not tried yet. */
  kernel: Kernel | null | undefined
}

const kernels = /* @__PURE__ */ new WeakMap<Expr, Map<string, Entry>>()

/** Computes the body on flat inputs, or returns false and does nothing. */
export function elementwise(
  expr: Expr,
  precision: DType,
  inputs: readonly Tensor[],
  result: Tensor,
): boolean {
  const { length } = result.storage
  if (length < FROM) return false
  let entries = kernels.get(expr)
  if (entries === undefined) kernels.set(expr, (entries = new Map()))
  let key = `${precision} ${result.dtype}`
  for (const { dtype } of inputs) key += ` ${dtype}`
  let entry = entries.get(key)
  if (entry === undefined) entries.set(key, (entry = { seen: 0, kernel: undefined }))
  if (entry.kernel === undefined) {
    if ((entry.seen += length) < WARM) return false
    const dtypes = inputs.map(({ dtype }) => dtype)
    entry.kernel = kernelFor(expr, dtypes, precision, result.dtype)
  }
  if (entry.kernel === null) return false
  entry.kernel(inputs, result)
  return true
}
