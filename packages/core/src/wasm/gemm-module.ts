/**
 * @file The inner part of a matrix product in WebAssembly: a tile of the result stays in registers while panels of both
 * operands stream by. Imports assembler.ts.
 */
import { type Local, type WasmFunction, WasmModule } from './assembler.ts'

type Precision = 'float32' | 'float64'

/** Rows of a tile, and of a panel of A. */
export const HEIGHT = 4

/**
 * A tile is two vectors wide. So 8 accumulators, 2 vectors of B, one element of A in all lanes and a product take 12 of
 * the 16 vector registers of x86; with more accumulators some would wait in memory.
 */
const VECTORS = 2
const VECTOR_BYTES = 16

const bytesOf = (precision: Precision): number => (precision === 'float32' ? 4 : 8)

/** Columns of a tile, and of a panel of B: 8 of float32, 4 of float64. */
export const widthOf = (precision: Precision): number => (VECTORS * VECTOR_BYTES) / bytesOf(precision)

/** Products that are added up in registers, before the sums in memory see them. */
export const RUN = 32

/** What the module exports, besides `tile`. */
export interface GemmFunctions {
  /**
   * Adds to the sums, a matrix of float64, the products of all panels of A, `aBytes` at address `a`, with all of B.
   * Panels are `depth` deep, rows of sums `stride` bytes apart. With `first` what was there before does not count.
   */
  multiply(
    a: number,
    aBytes: number,
    b: number,
    bBytes: number,
    depth: number,
    sums: number,
    stride: number,
    first: number,
  ): void
}

/**
 * The order of additions is part of the contract, since the bits of the result depend on it. The products p0, p1, ... of
 * a row and a column, in order of k, become
 * - in float64 one sum, ((0 + p0) + p1) + ...;
 * - in float32 such a sum for each run of 32 products (p0 to p31, p32 to p63, ...), and these are added in float64.
 * Neither sizes nor the place in the matrix matter. With u = 2^-24 a float32 result is off by at most 32 u times the sum
 * of |a b|, however many there are, and by its own rounding.
 */
export function gemmModule(precision: Precision): WasmModule {
  const module = new WasmModule()
  const tile = addTile(module, precision)
  const f = module.function('multiply', new Array(8).fill('i32'))
  const [a, aBytes, b, bBytes, depth, sums, stride, first] = [0, 1, 2, 3, 4, 5, 6, 7] as const
  const [aEnd, bEnd, panel, next, c] = locals(f, 'i32', 5) as [Local, Local, Local, Local, Local]
  const width = widthOf(precision)
  f.get(a).get(aBytes).op('i32.add').set(aEnd)
  f.get(b).get(bBytes).op('i32.add').set(bEnd)
  // A panel of A stays in the first-level cache while all panels of B pass it.
  f.repeat(() => {
    f.get(b).set(panel)
    f.get(sums).set(c)
    f.repeat(() => {
      addProduct(f, next, panel, depth, width * bytesOf(precision))
      f.get(a).get(panel).get(next).get(c).get(stride).get(first).call(tile.index)
      advance(f, c, width * 8)
      f.get(next).tee(panel).get(bEnd).op('i32.lt_u')
    })
    addProduct(f, sums, sums, stride, HEIGHT)
    addProduct(f, a, a, depth, HEIGHT * bytesOf(precision))
    f.get(a).get(aEnd).op('i32.lt_u')
  })
  return module
}

/** One tile: `a` and `b` are panels, `last` is the end of `b`, `c` the place of the tile among the sums. */
function addTile(module: WasmModule, precision: Precision): WasmFunction {
  const f = module.function('tile', new Array(6).fill('i32'))
  const [a, b, last, c, stride, first] = [0, 1, 2, 3, 4, 5] as const
  const rows = [c, ...locals(f, 'i32', HEIGHT - 1)]
  const accumulators = rows.map(() => locals(f, 'v128', VECTORS))
  const [zero] = locals(f, 'v128', 1) as [Local] // as locals are at first
  const [end] = locals(f, 'i32', 1) as [Local]
  for (let r = 1; r < HEIGHT; r++) addProduct(f, rows[r]!, rows[r - 1]!, stride, 1)
  f.get(first).when(() => {
    for (const row of rows)
      for (let at = 0; at < widthOf(precision) * 8; at += VECTOR_BYTES)
        f.get(row).get(zero).memory('v128.store', at)
  })
  f.repeat(() => {
    endOfRun(f, end, b, last)
    forEach(accumulators, (sum, r, v) => {
      if (precision === 'float32') f.get(zero)
      else f.get(rows[r]!).memory('v128.load', v * VECTOR_BYTES)
      f.set(sum)
    })
    addRun(f, precision, accumulators, a, b, end)
    forEach(accumulators, (sum, r, v) => {
      const at = v * VECTOR_BYTES
      if (precision === 'float32') addWidened(f, rows[r]!, 2 * at, sum)
      else f.get(rows[r]!).get(sum).memory('v128.store', at)
    })
    f.get(b).get(last).op('i32.lt_u')
  })
  return f
}

/** end = min(b + the bytes of one run, last) */
function endOfRun(f: WasmFunction, end: Local, b: Local, last: Local): void {
  f.get(b).set(end)
  advance(f, end, RUN * VECTORS * VECTOR_BYTES)
  f.get(end).get(last)
  f.get(end).get(last).op('i32.lt_u').op('select').set(end)
}

/** The inner loop: every accumulator += an element of A times a vector of B, k after k, until `b` is at `end`. */
function addRun(
  f: WasmFunction,
  precision: Precision,
  accumulators: readonly (readonly Local[])[],
  a: Local,
  b: Local,
  end: Local,
): void {
  const vector = precision === 'float32' ? 'f32x4' : 'f64x2'
  const broadcast = precision === 'float32' ? 'v128.load32_splat' : 'v128.load64_splat'
  const [element] = locals(f, 'v128', 1) as [Local]
  const vectors = locals(f, 'v128', VECTORS)
  f.repeat(() => {
    for (const [v, x] of vectors.entries()) {
      f.get(b).memory('v128.load', v * VECTOR_BYTES)
      f.set(x)
    }
    for (const [r, row] of accumulators.entries()) {
      f.get(a).memory(broadcast, r * bytesOf(precision))
      f.set(element)
      for (const [v, sum] of row.entries())
        f.get(sum).get(element).get(vectors[v]!).op(`${vector}.mul`).op(`${vector}.add`).set(sum)
    }
    advance(f, a, HEIGHT * bytesOf(precision))
    advance(f, b, VECTORS * VECTOR_BYTES)
    f.get(b).get(end).op('i32.lt_u')
  })
}

/** Adds four floats to float64 sums, `offset` bytes behind `row`, two at a time. */
function addWidened(f: WasmFunction, row: Local, offset: number, floats: Local): void {
  for (const half of [0, 1]) {
    const at = offset + half * VECTOR_BYTES
    f.get(row).get(row).memory('v128.load', at).get(floats)
    // Only the low half can be widened: the high one is brought there.
    if (half === 1) f.lane('f64x2.extract_lane', 1).op('f64x2.splat')
    f.op('f64x2.promote_low_f32x4').op('f64x2.add').memory('v128.store', at)
  }
}

/** local += bytes */
function advance(f: WasmFunction, local: Local, bytes: number): void {
  f.get(local).i32(bytes).op('i32.add').set(local)
}

/** sum = x + y * factor */
function addProduct(f: WasmFunction, sum: Local, x: Local, y: Local, factor: number): void {
  f.get(x).get(y).i32(factor).op('i32.mul').op('i32.add').set(sum)
}

const locals = (f: WasmFunction, type: 'i32' | 'v128', count: number): Local[] =>
  Array.from({ length: count }, () => f.local(type))

function forEach(
  tile: readonly (readonly Local[])[],
  visit: (local: Local, row: number, vector: number) => void,
): void {
  for (const [r, row] of tile.entries()) for (const [v, local] of row.entries()) visit(local, r, v)
}
