/** @file The determinant's derivatives where matrices are singular: against minors, and against differences to third order. */
import { describe, expect, it } from 'vitest'
import { vjp } from '../../src/autodiff.ts'
import { tensor } from '../../src/create.ts'
import { det, inv, mul, transpose } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { checked } from '../support/checking.ts'
import { expectClose } from '../support/close.ts'
import { checkDerivatives } from '../support/differences.ts'
import { place, read } from '../support/layouts.ts'
import { cofactors, matrixAt, product } from '../support/matrices.ts'
import { build, type Plain, sizeOf } from '../support/plain.ts'
import { randomFor, uniform } from '../support/sample.ts'

const f64 = (value: number[] | number[][] | number[][][]): Tensor => tensor(value, { dtype: 'float64' })
const sample = (shape: readonly number[], seed: string): Plain => ({
  shape,
  data: uniform(-1, 1)(randomFor(`${shape} ${seed}`), sizeOf(shape)),
})

describe('determinants of singular matrices', () => {
  /** n x n of the given rank. */
  const ofRank = (n: number, rank: number): Plain =>
    rank === 0
      ? build([n, n], () => 0)
      : product(sample([n, rank], `left ${rank}`), sample([rank, n], `right ${rank}`))

  it.each([0, 1, 2, 3, 4])('of size 4 and rank %i: the gradient is the matrix of cofactors', (rank) => {
    const a = ofRank(4, rank)
    const [value, pull] = vjp((x) => det(x!), place(a, 'float64', 'sliced'))
    const expected = { shape: [4, 4], data: cofactors(matrixAt(a, [])).flat() }
    // Elements of the matrix are at most `rank`, cofactors sums of 6 products of 3 of them.
    const scale = 6 * Math.max(1, rank) ** 3
    expectClose(pull(tensor(1, { dtype: 'float64' }))[0]!, expected, 2 ** -50, '', scale)
    if (rank < 4) expect(Math.abs(value.item())).toBeLessThan(2 ** -50 * 4 * scale)
  })

  it.each([
    [3, 0],
    [3, 1],
    [3, 2],
    [4, 2],
  ])('derivatives up to third order, n = %i, rank %i', (n, rank) => {
    const x = place(ofRank(n, rank), 'float64')
    checked(() => checkDerivatives((y) => det(y!), [x], 3, randomFor(`${n} ${rank}`), 'contiguous', 'det'))
  })

  it('an exact zero: two equal rows, a row of zeros', () => {
    const x = f64([
      [1, 2, 3],
      [1, 2, 3],
      [0, 1, 4],
    ])
    expect(det(x).item()).toBe(0)
    expectClose(
      vjp((y) => det(y!), x)[1](tensor(1, { dtype: 'float64' }))[0]!,
      {
        shape: [3, 3],
        data: [5, -4, 1, -5, 4, -1, 0, 0, 0],
      },
      2 ** -50,
    )
  })

  it('large ones: det(A) inv(A) transposed', () => {
    const x = place(sample([12, 12], 'large'), 'float64')
    const expected = transpose(mul(inv(x), det(x)))
    // Two ways through factors of a matrix of condition 100 or so.
    expectClose(vjp((y) => det(y!), x)[1](tensor(1, { dtype: 'float64' }))[0]!, read(expected), 1e-12)
  })
})
