/**
 * @file Matrix products in WebAssembly: every bit against plain loops in the order of additions that gemm-module.ts
 * promises, the error bound that follows from it, all strides, the edges of tiles, runs and blocks, and no WebAssembly.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MatrixView } from '../src/kernels/accelerators.ts'
import { matmulInto } from '../src/kernels/matmul.ts'
import { gemm } from '../src/wasm/gemm.ts'
import { gemmModule, RUN } from '../src/wasm/gemm-module.ts'
import { instantiate } from '../src/wasm/runtime.ts'
import { type Random, randomFor } from './support/sample.ts'

type Precision = 'float32' | 'float64'
const PRECISIONS: readonly Precision[] = ['float32', 'float64']
const arrays = { float32: Float32Array, float64: Float64Array }

/** One sum in order of k, beginning with 0. */
function inOrder(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let l = 0; l < a.length; l++) sum += a[l]! * b[l]!
  return sum
}

/**
 * The same in float32 for each run of 32, the runs added in float64, rounded once. Math.fround of a float64 sum or product
 * of two floats is the float32 sum or product: float64 has more than twice the digits.
 */
function inRuns(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0
  for (let from = 0; from < a.length; from += 32) {
    let sum = 0
    for (let l = from; l < Math.min(from + 32, a.length); l++)
      sum = Math.fround(sum + Math.fround(a[l]! * b[l]!))
    total += sum
  }
  return Math.fround(total)
}

const promised = { float32: inRuns, float64: inOrder }

/** Numbers of very different magnitudes, so that another order of additions shows in the bits. */
const wild = (random: Random): number => (random() - 0.5) * 2 ** Math.floor(random() * 12)

/** A matrix somewhere in an array, its steps of any sign, what lies between its elements NaN. */
function placed(
  precision: Precision,
  rows: number,
  columns: number,
  value: (i: number, j: number) => number,
  { transposed = false, gap = 1, reversed = false } = {},
): MatrixView {
  const inner = transposed ? rows : columns
  const outer = transposed ? columns : rows
  const sign = reversed ? -1 : 1
  const [near, far] = [sign * gap, sign * gap * (inner + gap - 1)]
  const extent = Math.abs(near) * inner + Math.abs(far) * outer
  const data = new arrays[precision](extent + 10).fill(Number.NaN)
  const [row, column] = transposed ? [near, far] : [far, near]
  const view = { data, start: reversed ? extent + 4 : 5, row, column }
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) data[view.start + i * row + j * column] = value(i, j)
  return view
}

const at = (x: MatrixView, i: number, j: number): number => x.data[x.start + i * x.row + j * x.column]!
const rowOf = (a: MatrixView, i: number, k: number): number[] =>
  Array.from({ length: k }, (_, l) => at(a, i, l))
const columnOf = (b: MatrixView, j: number, k: number): number[] =>
  Array.from({ length: k }, (_, l) => at(b, l, j))

/** Every element of C has the promised bits; NaN equals NaN. */
function expectPromised(
  precision: Precision,
  m: number,
  n: number,
  k: number,
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
): void {
  const left = Array.from({ length: m }, (_, i) => rowOf(a, i, k))
  for (let j = 0; j < n; j++) {
    const right = columnOf(b, j, k)
    for (let i = 0; i < m; i++) {
      const [actual, expected] = [at(c, i, j), promised[precision](left[i]!, right)]
      if (!Object.is(actual, expected)) expect.fail(`(${i}, ${j}) is ${actual}, promised ${expected}`)
    }
  }
}

const LAYOUTS = [
  {},
  { transposed: true },
  { gap: 3 },
  { reversed: true },
  { transposed: true, gap: 2, reversed: true },
] as const

function product(precision: Precision, m: number, n: number, k: number, layouts = [0, 0, 0]): void {
  const random = randomFor(`${m} ${n} ${k}`)
  const a = placed(precision, m, k, () => wild(random), LAYOUTS[layouts[0]!])
  const b = placed(precision, k, n, () => wild(random), LAYOUTS[layouts[1]!])
  const c = placed(precision, m, n, () => 7, LAYOUTS[layouts[2]!])
  expect(gemm(m, n, k, a, b, c)).toBe(true)
  expectPromised(precision, m, n, k, a, b, c)
  // Nothing but the elements of C is written.
  expect([...c.data].filter((x) => !Number.isNaN(x)).length).toBeLessThanOrEqual(m * n)
}

describe.each(PRECISIONS)('%s', (precision) => {
  it('the module is small enough for main threads of browsers, which refuse 4,096 bytes and more', () => {
    const { length } = gemmModule(precision).encode()
    expect(length).toBeGreaterThan(300)
    expect(length).toBeLessThan(4096)
  })

  it('has the promised bits in every layout of all three matrices', () => {
    const size = fc.integer({ min: 1, max: 40 })
    const layout = fc.nat(LAYOUTS.length - 1)
    fc.assert(
      fc.property(
        size,
        size,
        fc.integer({ min: 1, max: 150 }),
        fc.tuple(layout, layout, layout),
        (m, n, k, of) => product(precision, m, n, k, of),
      ),
      { numRuns: 150 },
    )
  })

  // Tiles are 4 x 8 or 4 x 4, runs 32, panels 128 deep, blocks 512 x 512.
  it.each([
    [1, 1, 1],
    [3, 3, 31],
    [4, 4, 32],
    [5, 5, 33],
    [4, 7, 64],
    [8, 8, 65],
    [7, 9, 127],
    [9, 15, 128],
    [3, 17, 129],
    [2, 3, 256],
    [6, 5, 1025],
    [1, 2, 5000],
    [511, 4, 9],
    [512, 3, 5],
    [513, 5, 3],
    [5, 511, 4],
    [3, 512, 9],
    [4, 513, 130],
    [513, 514, 2],
    [1030, 9, 33],
    [2, 1537, 33],
  ])('%i x %i, %i products each', (m, n, k) => {
    product(precision, m, n, k)
    product(precision, m, n, k, [1, 0, 0])
    product(precision, m, n, k, [0, 1, 0])
    product(precision, m, n, k, [1, 1, 1])
  })

  it('the largest block, more than once: sums and panels fill the memory and do not overlap', () => {
    product(precision, 512, 512, 160)
  })

  it('the bits of an element depend on its row and its column alone', () => {
    const random = randomFor('alone')
    const [m, n, k] = [21, 19, 300]
    const a = placed(precision, m, k, () => wild(random))
    const b = placed(precision, k, n, () => wild(random))
    const whole = placed(precision, m, n, () => 0)
    gemm(m, n, k, a, b, whole)
    for (const [i, j, rows, columns] of [
      [5, 3, 1, 1],
      [1, 2, 9, 13],
      [20, 0, 1, 19],
      [0, 18, 21, 1],
    ] as const) {
      const part = placed(precision, rows, columns, () => 0)
      const left = { ...a, start: a.start + i * a.row }
      const right = { ...b, start: b.start + j * b.column }
      gemm(rows, columns, k, left, right, part)
      for (let r = 0; r < rows; r++)
        for (let s = 0; s < columns; s++) expect(at(part, r, s)).toBe(at(whole, i + r, j + s))
    }
  })

  it('what lies in the memory from before does not matter', () => {
    const { memory } = instantiate(gemmModule(precision))!
    new Float64Array(memory).fill(Number.NaN)
    product(precision, 13, 11, 40)
    new Float64Array(memory).fill(1e300)
    product(precision, 1, 1, 1)
    product(precision, 13, 11, 300)
  })

  it('NaN, infinities, -0, subnormal and overflowing sums as in plain loops, each in its own row and column', () => {
    const special = [Number.NaN, Infinity, -Infinity, -0, 0, 1e-45, -3e-39, 5e-324, 3e38, -3e38, 1e308]
    const value = fc.oneof(
      { weight: 30, arbitrary: fc.double({ min: -2, max: 2 }) },
      fc.constantFrom(...special),
    )
    const numbers = fc.array(value, { minLength: 50, maxLength: 400 })
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 70 }), (list, k) => {
        const a = placed(precision, 6, k, (i, l) => list[(i * k + l) % list.length]!)
        const b = placed(precision, k, 9, (l, j) => list[(7 * l + j * 5) % list.length]!)
        const c = placed(precision, 6, 9, () => 0)
        gemm(6, 9, k, a, b, c)
        expectPromised(precision, 6, 9, k, a, b, c)
      }),
      { numRuns: 200 },
    )
  })
})

describe('against the JavaScript kernel', () => {
  const views = (
    precision: Precision,
    m: number,
    n: number,
    k: number,
    value: (random: Random) => number,
  ) => {
    const random = randomFor(`both ${m} ${n} ${k}`)
    const a = placed(precision, m, k, () => value(random), { transposed: true })
    const b = placed(precision, k, n, () => value(random), { gap: 2 })
    const [c, d] = [placed(precision, m, n, () => 0), placed(precision, m, n, () => 0)]
    matmulInto(m, n, k, a, b, c)
    gemm(m, n, k, a, b, d)
    return { a, b, c, d }
  }
  const SIZES = [
    [4, 5, 3],
    [17, 16, 15],
    [30, 31, 200],
    [9, 10, 3000],
  ] as const

  it.each(SIZES)('%i x %i x %i: float64 has the same bits, small or large', (m, n, k) => {
    const { c, d } = views('float64', m, n, k, wild)
    expect(d.data).toEqual(c.data)
  })

  it.each([...SIZES, [4, 4, 40_000]] as const)('%i x %i x %i: float32 within the stated bound', (m, n, k) => {
    // The worst case for sums: all terms of one sign. And the usual one.
    for (const value of [(random: Random) => 0.5 + random(), (random: Random) => random() - 0.5]) {
      const { a, b, c, d } = views('float32', m, n, k, value)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          const [x, y] = [rowOf(a, i, k), columnOf(b, j, k)]
          const exact = inOrder(x, y)
          const absolute = inOrder(x.map(Math.abs), y.map(Math.abs))
          const u = 2 ** -24
          // A product and 31 additions with an error of u each, the rounding of the result, and float64's own errors.
          const bound = RUN * u * absolute * 1.00001 + u * Math.abs(exact) + k * 2 ** -52 * absolute
          expect(Math.abs(at(d, i, j) - exact)).toBeLessThanOrEqual(bound)
          expect(Math.abs(at(c, i, j) - exact)).toBeLessThanOrEqual(u * 1.00001 * absolute)
        }
    }
  })
})
