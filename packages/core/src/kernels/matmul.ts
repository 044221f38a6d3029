/**
 * @file Matrix products in plain JavaScript: a strided loop for small sizes, packed 4x4 tiles for large ones unless there
 * is an accelerator. Imports accelerators.ts.
 */
import { accelerators, type MatrixView } from './accelerators.ts'

/** Tiles of 4 x 4: their 16 sums and one row and column of factors are what registers hold. */
const TILE = 4
/** Packing pays from about this many multiplications on, in WebAssembly sooner (bench/matmul.ts). */
const PACK_FROM = 4_000

type Product = (m: number, n: number, k: number, a: MatrixView, b: MatrixView, c: MatrixView) => void

/**
 * C[m, n] = sum over k of A[m, k] B[k, n]. Sums of floats are kept in float64, in order of k, and rounded once. An
 * accelerator gives the same bits in float64; its float32 sums are shorter in bits, see wasm/gemm-module.ts.
 */
export const matmulInto: Product = (m, n, k, a, b, c) => {
  const large = m * n * k >= PACK_FROM
  if (c.data instanceof Int32Array) wrapping(m, n, k, a, b, c)
  else if (large && accelerators.matmul?.(m, n, k, a, b, c)) return
  else if (large && m >= TILE && n >= TILE) packed(m, n, k, a, b, c)
  else strided(m, n, k, a, b, c)
}

// The same loop twice: types of arrays and numbers would mix in one, and that costs a quarter of the speed.

const strided: Product = (m, n, k, a, b, c) => {
  const { data: x, start: xStart, row: xRow, column: xColumn } = a
  const { data: y, start: yStart, row: yRow, column: yColumn } = b
  const { data: z, start: zStart, row: zRow, column: zColumn } = c
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0, p = xStart + i * xRow, q = yStart + j * yColumn; l < k; l++, p += xColumn, q += yRow)
        sum += x[p]! * y[q]!
      z[zStart + i * zRow + j * zColumn] = sum
    }
  }
}

/** int32 products and sums modulo 2^32, as mul and sum have them: float64 would lose low digits from 2^53 on. */
const wrapping: Product = (m, n, k, a, b, c) => {
  const { data: x, start: xStart, row: xRow, column: xColumn } = a
  const { data: y, start: yStart, row: yRow, column: yColumn } = b
  const { data: z, start: zStart, row: zRow, column: zColumn } = c
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0, p = xStart + i * xRow, q = yStart + j * yColumn; l < k; l++, p += xColumn, q += yRow)
        sum = (sum + Math.imul(x[p]!, y[q]!)) | 0
      z[zStart + i * zRow + j * zColumn] = sum
    }
  }
}

/** Panels of 4 rows (of A) or 4 columns (of B), each stored depth-first and filled up with zeros. */
function pack(
  count: number,
  depth: number,
  { data, start }: MatrixView,
  across: number,
  along: number,
): Float64Array {
  const panels = new Float64Array(Math.ceil(count / TILE) * TILE * depth)
  for (let i = 0; i < count; i++) {
    const t = i % TILE
    for (let l = 0, p = start + i * across, q = (i - t) * depth + t; l < depth; l++, p += along, q += TILE)
      panels[q] = data[p]!
  }
  return panels
}

const packed: Product = (m, n, k, a, b, c) => {
  const rows = pack(m, k, a, a.row, a.column)
  const columns = pack(n, k, b, b.column, b.row)
  const { data, start, row, column } = c
  for (let j = 0; j < n; j += TILE) {
    for (let i = 0; i < m; i += TILE) {
      const tile = tileProduct(k, rows, i * k, columns, j * k)
      for (let r = 0; r < TILE && i + r < m; r++)
        for (let s = 0; s < TILE && j + s < n; s++)
          data[start + (i + r) * row + (j + s) * column] = tile[r * TILE + s]!
    }
  }
}

function tileProduct(
  depth: number,
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
): readonly number[] {
  let c00 = 0
  let c01 = 0
  let c02 = 0
  let c03 = 0
  let c10 = 0
  let c11 = 0
  let c12 = 0
  let c13 = 0
  let c20 = 0
  let c21 = 0
  let c22 = 0
  let c23 = 0
  let c30 = 0
  let c31 = 0
  let c32 = 0
  let c33 = 0
  for (let l = 0, p = aStart, q = bStart; l < depth; l++, p += TILE, q += TILE) {
    const b0 = b[q]!
    const b1 = b[q + 1]!
    const b2 = b[q + 2]!
    const b3 = b[q + 3]!
    let x = a[p]!
    c00 += x * b0
    c01 += x * b1
    c02 += x * b2
    c03 += x * b3
    x = a[p + 1]!
    c10 += x * b0
    c11 += x * b1
    c12 += x * b2
    c13 += x * b3
    x = a[p + 2]!
    c20 += x * b0
    c21 += x * b1
    c22 += x * b2
    c23 += x * b3
    x = a[p + 3]!
    c30 += x * b0
    c31 += x * b1
    c32 += x * b2
    c33 += x * b3
  }
  return [c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33]
}
