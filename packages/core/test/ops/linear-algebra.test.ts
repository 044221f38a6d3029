/** @file Linear algebra at sizes and at places that the op table does not reach: residuals, singular matrices, no elements, NaN. */
import { describe, expect, it } from 'vitest'
import { jvp, vjp } from '../../src/autodiff.ts'
import { eye, tensor, zeros } from '../../src/create.ts'
import { TapegradError } from '../../src/errors.ts'
import {
  cholesky,
  det,
  dot,
  inv,
  matmul,
  mul,
  outer,
  slice,
  solve,
  stack,
  transpose,
} from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { expectClose, expectSame, scaleOf } from '../support/close.ts'
import { place, read } from '../support/layouts.ts'
import { product } from '../support/matrices.ts'
import { at, build, type Plain, sizeOf } from '../support/plain.ts'
import { randomFor, uniform } from '../support/sample.ts'

const f64 = (value: number[] | number[][] | number[][][]): Tensor => tensor(value, { dtype: 'float64' })
const sample = (shape: readonly number[], seed: string): Plain => ({
  shape,
  data: uniform(-1, 1)(randomFor(`${shape} ${seed}`), sizeOf(shape)),
})
const transposedPlain = (a: Plain): Plain => build([a.shape[1]!, a.shape[0]!], ([i, j]) => at(a, [j!, i!]))

describe('residuals', () => {
  // Backward stable: |A x - b| is at most a small multiple of n roundings of |A| |x|, however ill-conditioned A is.
  const EPSILON = 2 ** -52
  it.each([1, 2, 5, 20, 40])('of solve and inv, n = %i', (n) => {
    for (const seed of ['one', 'two']) {
      const [a, b] = [sample([n, n], seed), sample([n, 3], seed)]
      const x = read(solve(place(a, 'float64', 'transposed'), place(b, 'float64', 'reversed')))
      expectClose(product(a, x), b, 8 * n * EPSILON, 'solve', n * scaleOf(x))
      const inverse = read(inv(place(a, 'float64', 'sliced')))
      const identity = build([n, n], ([i, j]) => (i === j ? 1 : 0))
      expectClose(product(a, inverse), identity, 8 * n * EPSILON, 'inv', n * scaleOf(inverse))
    }
  })

  it('of solve for the Hilbert matrix, whose condition is 1e13', () => {
    const n = 10
    const a = build([n, n], ([i, j]) => 1 / (i! + j! + 1))
    const b = sample([n, 1], 'right')
    const x = read(solve(place(a, 'float64'), place(b, 'float64')))
    expect(scaleOf(x)).toBeGreaterThan(1e9)
    expectClose(product(a, x), b, 8 * n * EPSILON, '', n * scaleOf(x))
  })

  it('of solve where the first pivots are 0 or tiny: rows change places', () => {
    expectSame(
      solve(
        f64([
          [0, 1],
          [1, 0],
        ]),
        f64([2, 3]),
      ),
      { shape: [2], data: [3, 2] },
    )
    const x = solve(
      f64([
        [1e-20, 1],
        [1, 1],
      ]),
      f64([1, 2]),
    )
    expectClose(x, { shape: [2], data: [1, 1] }, 2 * EPSILON)
    expect(
      det(
        f64([
          [0, 1, 0],
          [0, 0, 1],
          [1, 0, 0],
        ]),
      ).item(),
    ).toBe(1)
    expect(
      det(
        f64([
          [0, 2],
          [3, 0],
        ]),
      ).item(),
    ).toBe(-6)
  })

  it.each([1, 2, 5, 20, 40])('of cholesky, n = %i', (n) => {
    const root = sample([n, n], 'root')
    const a = product(root, transposedPlain(root))
    const shifted = build([n, n], ([i, j]) => at(a, [i!, j!]) + (i === j ? 0.01 : 0))
    const l = read(cholesky(place(shifted, 'float64', 'transposed')))
    expectClose(product(l, transposedPlain(l)), shifted, 8 * n * EPSILON)
    for (const [k, value] of l.data.entries()) {
      const [i, j] = [Math.floor(k / n), k % n]
      if (j > i) expect(value).toBe(0)
      if (j === i) expect(value).toBeGreaterThan(0)
    }
  })

  it('float32 results are the float64 ones, rounded once', () => {
    const a = place({ shape: [4, 4], data: sample([4, 4], 'a').data.map(Math.fround) }, 'float32')
    const wide = place(read(a), 'float64')
    const b = place({ shape: [4], data: sample([4], 'b').data.map(Math.fround) }, 'float32')
    const rounded = (x: Tensor): Plain => ({ shape: x.shape, data: read(x).data.map(Math.fround) })
    expectSame(solve(a, b), rounded(solve(wide, place(read(b), 'float64'))))
    expectSame(inv(a), rounded(inv(wide)))
    expectSame(det(a), rounded(det(wide)))
    // What a rule computes keeps the dtype.
    expect(vjp((x) => det(x!), a)[1](tensor(1))[0]!.dtype).toBe('float32')
  })
})

describe('cholesky', () => {
  it('reads the lower triangle alone, and its gradient is lower triangular', () => {
    const x = f64([
      [4, Number.NaN],
      [2, 5],
    ])
    expectSame(cholesky(x), { shape: [2, 2], data: [2, 0, 1, 2] })
    const ct = f64([
      [1, 7],
      [1, 1],
    ])
    const [gradient] = vjp(
      (y) => cholesky(y!),
      f64([
        [4, 99],
        [2, 5],
      ]),
    )[1](ct)
    // L = [[sqrt a, 0], [b / sqrt a, sqrt(c - b² / a)]] by hand, at a = 4, b = 2, c = 5.
    expectClose(
      gradient!,
      { shape: [2, 2], data: [1 / 4 - 1 / 8 + 1 / 16, 0, 1 / 2 - 1 / 4, 1 / 4] },
      2 ** -50,
    )
  })

  it('names the pivot that is not positive, and the matrix of a batch', () => {
    const call = (x: Tensor) => (): Tensor => cholesky(x)
    const start = 'cholesky: the matrix is not positive definite: '
    expect(
      call(
        f64([
          [1, 0],
          [0, -3],
        ]),
      ),
    ).toThrow(`${start}pivot 1 of 2 is -3`)
    expect(
      call(
        f64([
          [1, 2],
          [2, 4],
        ]),
      ),
    ).toThrow(`${start}pivot 1 of 2 is 0`)
    expect(call(f64([[0]]))).toThrow(`${start}pivot 0 of 1 is 0`)
    expect(call(f64([[Number.NaN]]))).toThrow(`${start}pivot 0 of 1 is NaN`)
    const batch = stack([eye(2), eye(2), zeros([2, 2])])
    expect(call(batch)).toThrow('cholesky: matrix [2] is not positive definite: pivot 0 of 2 is 0')
    expect(call(batch)).toThrow(TapegradError)
  })
})

describe('singular matrices', () => {
  it('are errors that name the pivot, and the matrix of a batch', () => {
    const x = f64([
      [1, 2],
      [2, 4],
    ])
    expect(() => solve(x, f64([1, 2]))).toThrow('solve: the matrix is singular: pivot 1 of 2 is 0')
    expect(() => inv(x)).toThrow('inv: the matrix is singular: pivot 1 of 2 is 0')
    expect(() => inv(zeros([2, 3, 1, 1]))).toThrow('inv: matrix [0, 0] is singular: pivot 0 of 1 is 0')
    const batch = stack([stack([eye(2), eye(2)]), stack([eye(2), zeros([2, 2])])])
    expect(() => solve(batch, eye(2))).toThrow('solve: matrix [1, 1] is singular: pivot 0 of 2 is 0')
    expect(() => inv(batch)).toThrow(TapegradError)
  })

  it('NaN is no pivot of 0: it shows in the result', () => {
    for (const x of [
      f64([
        [0, 1],
        [Number.NaN, 1],
      ]),
      f64([
        [Number.NaN, 1],
        [0, 1],
      ]),
    ]) {
      expect([...inv(x).data].every(Number.isNaN)).toBe(true)
      expect(det(x).item()).toBeNaN()
      expect(
        [...vjp((y) => det(y!), x)[1](tensor(1, { dtype: 'float64' }))[0]!.data].some(Number.isNaN),
      ).toBe(true)
    }
  })
})

describe('shapes', () => {
  it('NumPy 2: a b of one axis is a vector, any other holds matrices', () => {
    const a = stack([eye(2), mul(eye(2), 2)])
    expectSame(solve(a, tensor([2, 4])), { shape: [2, 2], data: [2, 4, 1, 2] })
    expectSame(
      solve(
        a,
        tensor([
          [2, 4],
          [6, 8],
        ]),
      ),
      { shape: [2, 2, 2], data: [2, 4, 6, 8, 1, 2, 3, 4] },
    )
    expect(solve(eye(2), zeros([5, 0, 2, 1])).shape).toEqual([5, 0, 2, 1])
  })

  it('one matrix for many right-hand sides, in any layout of the batch', () => {
    const a = place(sample([3, 3], 'one'), 'float64')
    const many = place(sample([4, 3, 2], 'many'), 'float64', 'transposed')
    const all = solve(a, many)
    for (let i = 0; i < 4; i++) expectSame(slice(all, [i]), solve(a, slice(many, [i])))
    const both = stack([a, transpose(a), a])
    const mixed = solve(both, slice(many, [[0, 3]]))
    for (let i = 0; i < 3; i++) expectSame(slice(mixed, [i]), solve(slice(both, [i]), slice(many, [i])))
  })

  it('of no elements', () => {
    const none = zeros([0, 0], { dtype: 'float64' })
    expect(det(none).item()).toBe(1)
    expect([inv(none), cholesky(none)].map((x) => x.shape)).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(solve(none, zeros([0], { dtype: 'float64' })).shape).toEqual([0])
    expect(solve(eye(3), zeros([3, 0])).shape).toEqual([3, 0])
    expect(
      [det(zeros([0, 2, 2])), inv(zeros([0, 2, 2])), cholesky(zeros([2, 0, 0]))].map((x) => x.shape),
    ).toEqual([[0], [0, 2, 2], [2, 0, 0]])
    expect(vjp((x) => det(x!), none)[1](tensor(1, { dtype: 'float64' }))[0]!.shape).toEqual([0, 0])
    expect(jvp((x) => inv(x!), [none], [none])[1].shape).toEqual([0, 0])
    expect(dot(zeros([0]), zeros([0])).item()).toBe(0)
    expect(outer(zeros([0]), zeros([3])).shape).toEqual([0, 3])
  })

  it('that do not fit', () => {
    const t = (...shape: number[]): Tensor => zeros(shape)
    const cases: readonly (readonly [() => Tensor, string])[] = [
      [() => det(t(2, 3)), 'det: [2, 3] holds no square matrices: its last sizes 2 and 3 differ'],
      [() => inv(t(3)), 'inv: needs a matrix, or a batch of them; the shape is [3]'],
      [
        () => cholesky(t(2, 3, 2)),
        'cholesky: [2, 3, 2] holds no square matrices: its last sizes 3 and 2 differ',
      ],
      [() => solve(t(3, 3), t(2)), 'solve: 3 equations in [3, 3], but 2 rows in [2]'],
      [() => solve(t(2, 3, 3), t(2, 3)), 'solve: 3 equations in [2, 3, 3], but 2 rows in [2, 3]'],
      [() => solve(t(3, 3), t()), 'solve: b is 0-d; it must be a vector or hold matrices'],
      [() => solve(t(2, 3, 3), t(4, 3, 1)), 'solve: shapes [2, 3, 3] and [4, 3, 1] do not broadcast'],
      [() => dot(t(2, 3), t(3)), 'dot: [2, 3] and [3]: both must be 1-d; use matmul for matrices'],
      [() => dot(t(2), t(3)), 'dot: [2] and [3]: sizes 2 and 3 differ'],
      [
        () => outer(t(2, 1), t(3)),
        'outer: [2, 1] and [3]: both must be 1-d; flatten them first, or use einsum',
      ],
      [() => outer(t(2 ** 17), t(2 ** 17)), 'outer: shape [131072, 131072] has'],
    ]
    for (const [call, message] of cases) {
      expect(call).toThrow(TapegradError)
      expect(call).toThrow(message)
    }
  })
})

it('solve(a, b) is inv(a) b, and cholesky solves the normal equations', () => {
  const a = place(sample([4, 4], 'a'), 'float64')
  const b = place(sample([4, 2], 'b'), 'float64')
  // Condition of some tens.
  expectClose(solve(a, b), read(matmul(inv(a), b)), 1e-12)
  const l = cholesky(matmul(transpose(a), a))
  const x = solve(transpose(l), solve(l, matmul(transpose(a), b)))
  expectClose(x, read(solve(a, b)), 1e-9)
})
