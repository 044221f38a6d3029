/** @file matmul against its definition: shapes by fast-check, and sizes on both sides of every switch in its kernel. */
import { broadcastableShapesArb } from '@tapegrad/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vjp } from '../../src/autodiff.ts'
import { tensor } from '../../src/create.ts'
import type { DType } from '../../src/dtype.ts'
import { TapegradError } from '../../src/errors.ts'
import { matmul } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { checked } from '../support/checking.ts'
import { expectClose } from '../support/close.ts'
import { LAYOUTS, type Layout, place, read } from '../support/layouts.ts'
import { type Plain, sizeOf } from '../support/plain.ts'
import { randomFor, uniform, whole } from '../support/sample.ts'
import { matmulReference } from './table/algebra.ts'

const sample = (shape: readonly number[], seed: string | number, dtype: DType = 'float64'): Plain => {
  const draw = dtype === 'int32' ? whole(-9, 9) : uniform(-1, 1)
  const data = draw(randomFor(`${shape} ${seed}`), sizeOf(shape))
  return { shape, data: dtype === 'float32' ? data.map(Math.fround) : data }
}

/** A 2-d product on flat arrays, fast enough for the large sizes. */
function product(a: Plain, b: Plain, transposeA = false, transposeB = false): Plain {
  const [p, q] = a.shape as [number, number]
  const [r, s] = b.shape as [number, number]
  const [m, k] = transposeA ? [q, p] : [p, q]
  const n = transposeB ? r : s
  const data = new Array<number>(m * n)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0; l < k; l++) {
        sum += a.data[transposeA ? l * q + i : i * q + l]! * b.data[transposeB ? j * s + l : l * s + j]!
      }
      data[i * n + j] = sum
    }
  }
  return { shape: [m, n], data }
}

describe('small shapes', () => {
  const dim = fc.nat(3)
  const batches = broadcastableShapesArb({ maxRank: 2, minSide: 0, maxSide: 2 })
  const layout = fc.constantFrom<Layout>('contiguous', 'transposed', 'sliced', 'reversed')

  it('equal the definition, with 1-d operands, batches and broadcast batches', () => {
    const shapes = fc.record({ m: dim, k: dim, n: dim, batches, kind: fc.nat(3) }).map(
      ({
        m,
        k,
        n,
        batches: {
          shapes: [a, b],
        },
        kind,
      }) => ({
        a: kind & 1 ? [k] : [...a, m, k],
        b: kind & 2 ? [k] : [...b, k, n],
      }),
    )
    fc.assert(
      fc.property(shapes, layout, layout, fc.nat(), ({ a, b }, first, second, seed) => {
        const [x, y] = [sample(a, seed), sample(b, seed + 1)]
        const z = checked(() => matmul(place(x, 'float64', first), place(y, 'float64', second)))
        // At most 3 products of at most 1.
        expectClose(z, matmulReference(x, y), 4 * 2 ** -52, '', 3)
      }),
      { numRuns: 500 },
    )
  })

  it('misfits are refused with both shapes and the likely fix', () => {
    const make = (shape: readonly number[]): Tensor => place(sample(shape, 1), 'float64')
    const refused: readonly [number[], number[], string][] = [
      [[32, 784], [100, 64], 'matmul: [32, 784] @ [100, 64]: inner sizes 784 and 100 differ'],
      [[2, 3], [4, 3], 'matmul: [2, 3] @ [4, 3]: inner sizes 3 and 4 differ; transpose the right operand'],
      [[3, 2], [3, 4], 'matmul: [3, 2] @ [3, 4]: inner sizes 2 and 3 differ; transpose the left operand'],
      [[3], [4], 'matmul: [3] @ [4]: inner sizes 3 and 4 differ'],
      [[], [3], 'matmul: [] @ [3]: a 0-d operand'],
      [[2, 2, 3], [3, 3, 2], 'matmul: shapes [2, 2, 3] and [3, 3, 2] do not broadcast'],
    ]
    for (const [a, b, message] of refused) {
      expect(() => matmul(make(a), make(b))).toThrow(TapegradError)
      expect(() => matmul(make(a), make(b))).toThrow(message)
    }
  })
})

/**
 * The kernel packs from 4,000 multiplications on if the result is at least 4 x 4, and works in tiles of 4 x 4.
 */
const SIZES: readonly (readonly [number, number, number])[] = [
  // Around 4,000 multiplications.
  [15, 16, 16],
  [16, 16, 16],
  [4, 250, 4],
  [4, 249, 4],
  [27, 27, 27],
  [28, 27, 27],
  [25, 32, 25],
  [20, 40, 25],
  // Fewer than 4 rows or columns never pack.
  [3, 2500, 3],
  [4, 1250, 4],
  [3, 400, 20],
  [20, 400, 3],
  // One more and one less than whole tiles.
  [31, 24, 33],
  [32, 24, 32],
  [33, 24, 31],
  [5, 700, 6],
  // Deep ones.
  [7, 511, 9],
  [7, 512, 9],
  [7, 513, 9],
  [9, 1023, 5],
  [9, 1024, 5],
  [8, 1025, 8],
]

describe.each(SIZES)('%i x %i times .. x %i', (m, k, n) => {
  it.each(['float64', 'float32', 'int32'] as const)('%s in every layout', (dtype) => {
    const epsilon = { float64: 2 ** -52, float32: 2 ** -23, int32: 0 }[dtype]
    const [x, y] = [sample([m, k], 'left', dtype), sample([k, n], 'right', dtype)]
    const expected = product(x, y)
    // Both sums run over k products of at most 1 in float64, in different orders; the result is rounded once.
    const allowed = k * 2 ** -52 * k + epsilon * k
    for (const first of LAYOUTS.slice(0, 4)) {
      const second = LAYOUTS[(LAYOUTS.indexOf(first) * 3 + 1) % 4]!
      const z = matmul(place(x, dtype, first), place(y, dtype, second))
      expect(z.dtype).toBe(dtype)
      expectClose(z, expected, dtype === 'int32' ? 0 : allowed, `${first} ${second}`, 1)
    }
  })

  it('cotangents', () => {
    const [x, y, ct] = [sample([m, k], 'left'), sample([k, n], 'right'), sample([m, n], 'ct')]
    const pull = vjp(matmul, place(x, 'float64', 'transposed'), place(y, 'float64', 'sliced'))[1]
    const [dx, dy] = pull(place(ct, 'float64', 'reversed'))
    const depth = Math.max(m, k, n)
    expectClose(dx, product(ct, y, false, true), depth * 2 ** -52 * depth, 'left', 1)
    expectClose(dy, product(x, ct, true, false), depth * 2 ** -52 * depth, 'right', 1)
  })
})

describe('a batch of large products', () => {
  it('takes each matrix from its place', () => {
    const [a, b] = [sample([2, 1, 30, 25], 'a'), sample([3, 25, 29], 'b')]
    const z = read(matmul(place(a, 'float64', 'transposed'), place(b, 'float64', 'reversed')))
    expect(z.shape).toEqual([2, 3, 30, 29])
    const part = (x: Plain, i: number, rows: number, columns: number): Plain => ({
      shape: [rows, columns],
      data: x.data.slice(i * rows * columns, (i + 1) * rows * columns),
    })
    for (let i = 0; i < 6; i++) {
      const expected = product(part(a, Math.floor(i / 3), 30, 25), part(b, i % 3, 25, 29))
      expectClose(part(z, i, 30, 29), expected, 25 * 25 * 2 ** -52, `matrix ${i}`, 1)
    }
  })
})

describe('int32', () => {
  it('wraps modulo 2^32 beyond 2^53, as mul does', () => {
    const int = (values: number[][]): Tensor => tensor(values, { dtype: 'int32' })
    expect(matmul(int([[100000001]]), int([[100000003]])).item()).toBe(Math.imul(100000001, 100000003))
    const big = 2147483647
    const wrapped = matmul(int([[big, big, big, 5]]), int([[big], [big], [big], [3]]))
    expect(wrapped.item()).toBe(Number(BigInt.asIntN(32, 3n * BigInt(big) ** 2n + 15n)))
  })
})
