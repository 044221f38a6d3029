/** @file Matrix products in plain JavaScript: a strided loop for small sizes, packed 4x4 tiles for large ones. Imports dtype.ts. */
import type { TypedArray } from '../dtype.ts'

/** One matrix in memory: element (i, j) lies at data[start + i * row + j * column]. */
export interface MatrixView {
  readonly data: TypedArray
  readonly start: number
  readonly row: number
  readonly column: number
}

/** Packing pays from about this many multiplications on (bench/matmul.ts). */
const PACK_FROM = 4_000

/** C[m, n] = sum over k of A[m, k] B[k, n]. Sums of floats are kept in float64 and rounded once. */
export function matmulInto(
  m: number,
  n: number,
  k: number,
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
): void {
  if (c.data instanceof Int32Array) wrapping(m, n, k, a, b, c)
  else if (m * n * k >= PACK_FROM && m >= 4 && n >= 4) packed(m, n, k, a, b, c)
  else
    strided(
      m,
      n,
      k,
      a.data,
      a.start,
      a.row,
      a.column,
      b.data,
      b.start,
      b.row,
      b.column,
      c.data,
      c.start,
      c.row,
      c.column,
    )
}

function strided(
  m: number,
  n: number,
  k: number,
  a: TypedArray,
  aStart: number,
  aRow: number,
  aColumn: number,
  b: TypedArray,
  bStart: number,
  bRow: number,
  bColumn: number,
  c: TypedArray,
  cStart: number,
  cRow: number,
  cColumn: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0, p = aStart + i * aRow, q = bStart + j * bColumn; l < k; l++, p += aColumn, q += bRow)
        sum += a[p]! * b[q]!
      c[cStart + i * cRow + j * cColumn] = sum
    }
  }
}

/** int32 products and sums modulo 2^32, as mul and sum have them: float64 would lose low digits from 2^53 on. */
function wrapping(m: number, n: number, k: number, a: MatrixView, b: MatrixView, c: MatrixView): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0; l < k; l++) {
        const x = a.data[a.start + i * a.row + l * a.column]!
        sum = (sum + Math.imul(x, b.data[b.start + l * b.row + j * b.column]!)) | 0
      }
      c.data[c.start + i * c.row + j * c.column] = sum
    }
  }
}

const TILE = 4
/** Depth of a packed block: 4 rows of it stay in the first-level cache. */
const DEPTH = 512

/** Panels of 4 rows (of A) or 4 columns (of B), each stored depth-first and padded with zeros. */
function pack(
  panels: Float64Array,
  count: number,
  depth: number,
  x: TypedArray,
  start: number,
  across: number,
  along: number,
): void {
  let q = 0
  for (let first = 0; first < count; first += TILE) {
    for (let l = 0; l < depth; l++) {
      for (let t = 0; t < TILE; t++, q++) {
        panels[q] = first + t < count ? x[start + (first + t) * across + l * along]! : 0
      }
    }
  }
}

const roundUp = (x: number): number => Math.ceil(x / TILE) * TILE

function packed(m: number, n: number, k: number, a: MatrixView, b: MatrixView, c: MatrixView): void {
  const depthLimit = Math.min(k, DEPTH)
  const aPanels = new Float64Array(roundUp(m) * depthLimit)
  const bPanels = new Float64Array(roundUp(n) * depthLimit)
  // With more than one block of depth the partial sums wait in float64, so that float32 results are rounded once.
  const sums = k > DEPTH ? new Float64Array(m * n) : null
  const target: MatrixView = sums === null ? c : { data: sums, start: 0, row: n, column: 1 }
  const tile = new Float64Array(TILE * TILE)
  for (let from = 0; from < k; from += DEPTH) {
    const depth = Math.min(DEPTH, k - from)
    pack(aPanels, m, depth, a.data, a.start + from * a.column, a.row, a.column)
    pack(bPanels, n, depth, b.data, b.start + from * b.row, b.column, b.row)
    for (let j = 0; j < n; j += TILE) {
      for (let i = 0; i < m; i += TILE) {
        tileProduct(depth, aPanels, i * depth, bPanels, j * depth, tile)
        storeTile(tile, target, i, j, Math.min(TILE, m - i), Math.min(TILE, n - j), from > 0)
      }
    }
  }
  if (sums === null) return
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) c.data[c.start + i * c.row + j * c.column] = sums[i * n + j]!
}

function storeTile(
  tile: Float64Array,
  c: MatrixView,
  i: number,
  j: number,
  rows: number,
  columns: number,
  accumulate: boolean,
): void {
  const { data } = c
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s < columns; s++) {
      const at = c.start + (i + r) * c.row + (j + s) * c.column
      data[at] = accumulate ? data[at]! + tile[r * TILE + s]! : tile[r * TILE + s]!
    }
  }
}

function tileProduct(
  depth: number,
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  out: Float64Array,
): void {
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
  out[0] = c00
  out[1] = c01
  out[2] = c02
  out[3] = c03
  out[4] = c10
  out[5] = c11
  out[6] = c12
  out[7] = c13
  out[8] = c20
  out[9] = c21
  out[10] = c22
  out[11] = c23
  out[12] = c30
  out[13] = c31
  out[14] = c32
  out[15] = c33
}
