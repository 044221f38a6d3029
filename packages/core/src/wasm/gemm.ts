/**
 * @file Matrix products in blocks: both operands are copied to panels in WebAssembly's memory, multiplied there, and the
 * sums copied out. Imports gemm-module.ts and runtime.ts.
 */
import type { Accelerators, MatrixView } from '../kernels/accelerators.ts'
import { type GemmFunctions, gemmModule, HEIGHT, widthOf } from './gemm-module.ts'
import { instantiate } from './runtime.ts'

/** A block of the result: its sums in float64 are the first 2 MiB of the memory. */
const ROWS = 512
const COLUMNS = 512
/** How many k the panels of a block cover, a multiple of RUN. So the panels of B stay in the second-level cache. */
const DEPTH = 128
/** Where the panels lie in the memory; those of B end with it, at 3 MiB. */
const A_PANELS = 2_097_152
const B_PANELS = 2_621_440

type Floats = Float32Array | Float64Array
type Precision = 'float32' | 'float64'
type Multiply = (m: number, n: number, k: number, a: MatrixView, b: MatrixView, c: MatrixView) => void

/** Made at their first use, null where that is impossible. */
const kernels: Partial<Record<Precision, Multiply | null>> = {}

/**
 * The accelerator. Single rows and columns, and results smaller than a tile, are left to JavaScript: to pack the operands
 * costs more than it saves (bench/matmul.ts).
 */
export const matmul: NonNullable<Accelerators['matmul']> = (m, n, k, a, b, c) =>
  m > 1 && n > 1 && m * n >= 32 && gemm(m, n, k, a, b, c)

/** C = A B for floats, m, n and k at least 1; false and nothing done where there is no WebAssembly. */
export function gemm(m: number, n: number, k: number, a: MatrixView, b: MatrixView, c: MatrixView): boolean {
  const precision = c.data instanceof Float32Array ? 'float32' : 'float64'
  let kernel = kernels[precision]
  if (kernel === undefined) kernel = kernels[precision] = makeKernel(precision)
  kernel?.(m, n, k, a, b, c)
  return kernel !== null
}

function makeKernel(precision: Precision): Multiply | null {
  const instance = instantiate<GemmFunctions>(gemmModule(precision))
  if (instance === null) return null
  const { functions, memory } = instance
  const Floats = precision === 'float32' ? Float32Array : Float64Array
  const width = widthOf(precision)
  const sums = new Float64Array(memory)
  const aPanels = new Floats(memory, A_PANELS)
  const bPanels = new Floats(memory, B_PANELS)
  /** Adds the products of one block of A and one of B to the sums. */
  const addBlock = (
    rows: number,
    columns: number,
    k: number,
    depth: number,
    a: MatrixView,
    b: MatrixView,
  ) => {
    const aBytes = pack(aPanels, HEIGHT, rows, depth, a, k * a.column, a.row, a.column)
    const bBytes = pack(bPanels, width, columns, depth, b, k * b.row, b.column, b.row)
    const stride = roundUp(columns, width) * 8
    functions.multiply(A_PANELS, aBytes, B_PANELS, bBytes, depth, 0, stride, Number(k === 0))
  }
  return (m, n, k, a, b, c) => {
    for (let i = 0; i < m; i += ROWS) {
      const rows = Math.min(ROWS, m - i)
      const left = { ...a, start: a.start + i * a.row }
      for (let j = 0; j < n; j += COLUMNS) {
        const columns = Math.min(COLUMNS, n - j)
        const right = { ...b, start: b.start + j * b.column }
        for (let l = 0; l < k; l += DEPTH) addBlock(rows, columns, l, Math.min(DEPTH, k - l), left, right)
        copyOut(c, c.start + i * c.row + j * c.column, rows, columns, sums, roundUp(columns, width))
      }
    }
  }
}

const roundUp = (x: number, step: number): number => Math.ceil(x / step) * step

/**
 * Panels of `width` rows of A (or columns of B), each stored k by k and filled up with zeros: the order in which the
 * kernel reads them, whatever the strides of the operand. Returns how many bytes they are.
 */
function pack(
  panels: Floats,
  width: number,
  count: number,
  depth: number,
  { data, start }: MatrixView,
  offset: number,
  across: number,
  along: number,
): number {
  const padded = roundUp(count, width)
  // Four at a time take half the time that one at a time takes.
  for (let i = 0; i < padded; i += 4) {
    let p = start + offset + i * across
    let q = (i - (i % width)) * depth + (i % width)
    if (i + 4 <= count) {
      for (let l = 0; l < depth; l++, p += along, q += width) {
        panels[q] = data[p]!
        panels[q + 1] = data[p + across]!
        panels[q + 2] = data[p + 2 * across]!
        panels[q + 3] = data[p + 3 * across]!
      }
    } else {
      for (let l = 0; l < depth; l++, p += along, q += width)
        for (let t = 0; t < 4; t++) panels[q + t] = i + t < count ? data[p + t * across]! : 0
    }
  }
  return padded * depth * panels.BYTES_PER_ELEMENT
}

/** Writes the sums to their places, rounded if the result is float32. */
function copyOut(
  { data, row, column }: MatrixView,
  start: number,
  rows: number,
  columns: number,
  sums: Float64Array,
  stride: number,
): void {
  for (let r = 0; r < rows; r++) {
    let p = start + r * row
    for (let q = r * stride, end = q + columns; q < end; q++, p += column) data[p] = sums[q]!
  }
}
