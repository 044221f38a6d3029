/** @file Triangles, diagonals, tile, roll, split: views, special values, empty axes, mistakes. */
import { describe, expect, it } from 'vitest'
import '../../src/methods.ts'
import { grad } from '../../src/autodiff.ts'
import { arange, tensor, zeros } from '../../src/create.ts'
import { concat, diagonal, mul, roll, split, sum, tile, tril, triu } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { expectSame } from '../support/close.ts'
import { f64, loose, values } from '../support/f64.ts'
import { LAYOUTS, place } from '../support/layouts.ts'
import { check } from '../support/messages.ts'
import { differentiate } from '../support/shapes-agree.ts'

const { NaN: nan } = Number
const empty = (...shape: number[]): Tensor => zeros(shape, { dtype: 'float64' })
const matrix = f64([
  [1, 2, 3],
  [4, 5, 6],
])

describe('tril and triu', () => {
  it('hide NaN and infinities behind 0, and give them no gradient', () => {
    const x = f64([
      [1, nan],
      [Infinity, 2],
    ])
    expect(values(tril(x))).toEqual([
      [1, 0],
      [Infinity, 2],
    ])
    expect(values(triu(x))).toEqual([
      [1, nan],
      [0, 2],
    ])
    expect(values(grad((x: Tensor) => sum(mul(tril(x), x)))(f64([[1, 2]])))).toEqual([[2, 0]])
  })

  it('beyond the corners keep all or nothing', () => {
    for (const k of [2, 99, 1e300]) expectSame(tril(matrix, k), matrix)
    for (const k of [-1, -99, -1e300]) expectSame(triu(matrix, k), matrix)
    for (const f of [tril(matrix, -2), triu(matrix, 3), tril(matrix, -1e300)]) expect(f.sum().item()).toBe(0)
  })

  it('are apart by the diagonal: tril(k - 1) + triu(k) = x', () => {
    for (let k = -3; k <= 4; k++) expectSame(tril(matrix, k - 1).add(triu(matrix, k)), matrix)
  })
})

describe('diagonal', () => {
  it('is a view, whatever the strides', () => {
    for (const layout of LAYOUTS.slice(0, 4)) {
      const x = place({ shape: [2, 2, 3], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }, 'float64', layout)
      const y = diagonal(x)
      expect(y.storage).toBe(x.storage)
      expect(values(y)).toEqual([
        [1, 10],
        [2, 11],
        [3, 12],
      ])
    }
  })

  it('written to, the matrix changes', () => {
    const x = empty(2, 2)
    x.diagonal().assign(f64([1, 2]))
    expect(values(x)).toEqual([
      [1, 0],
      [0, 2],
    ])
  })
})

describe('tile', () => {
  it('of axes of size 1 is a view', () => {
    const x = f64([[1], [2]])
    expect(tile(x, 3).storage).toBe(x.storage)
    expect(values(tile(x, 3))).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ])
  })

  it('no times is empty', () => {
    expect(differentiate((x) => tile(x, 0), matrix).shape).toEqual([2, 0])
    expect(differentiate((x) => tile(x, [0, 2, 1]), matrix).shape).toEqual([0, 4, 3])
  })
})

describe('roll', () => {
  it('goes around as often as told, in either direction', () => {
    const x = arange(5)
    for (let shift = -12; shift <= 12; shift++) {
      const expected = Array.from(x.data, (_, i) => (((i - shift) % 5) + 5) % 5)
      expect([...roll(x, shift, 0).data]).toEqual(expected)
    }
    expectSame(roll(roll(matrix, 2, 1), -2, 1), matrix)
  })
})

describe('split', () => {
  it('makes views that concat joins again', () => {
    for (const sizes of [1, 2, 3, 7, [1, 2], [3], [0, 3, 0]]) {
      const parts: readonly Tensor[] = split(matrix, sizes, 1)
      for (const part of parts) expect(part.storage).toBe(matrix.storage)
      expectSame(concat([...parts], 1), matrix)
    }
    expect(split(matrix, 2, 1).map((part) => part.shape)).toEqual([
      [2, 2],
      [2, 1],
    ])
  })

  it('gives every part its gradient', () => {
    const f = (x: Tensor): Tensor => {
      const [a, b] = split(x, [1, 2], 0)
      return a.mul(10).sum().add(b.mul(20).sum())
    }
    expect(values(grad(f)(f64([1, 2, 3])))).toEqual([10, 20, 20])
  })
})

describe('no elements', () => {
  it('move as other tensors do', () => {
    const x = empty(2, 0, 3)
    const cases: readonly (readonly [(x: Tensor) => Tensor, number[]])[] = [
      [(x) => tril(x), [2, 0, 3]],
      [(x) => triu(x, 1), [2, 0, 3]],
      [(x) => diagonal(x), [3, 0]],
      [(x) => tile(x, [2, 1, 2]), [4, 0, 6]],
      [(x) => tile(x, [3, 2]), [2, 0, 6]],
      [(x) => roll(x, 1, 0), [2, 0, 3]],
      [(x) => roll(x, 1, 1), [2, 0, 3]],
      [(x) => split(x, 2, 1)[0]!, [2, 0, 3]],
      [(x) => split(x, [1, 2], 2)[1], [2, 0, 2]],
    ]
    for (const [f, shape] of cases) expect(differentiate(f, x).shape).toEqual(shape)
    expect(split(x, 2, 1).length).toBe(1)
    expect(split(x, [], 1)).toEqual([])
    expect(tril(empty(0, 50_000, 50_000)).shape).toEqual([0, 50_000, 50_000])
  })
})

describe('mistakes', () => {
  const [tileAny, rollAny, splitAny] = [loose(tile), loose(roll), loose(split)]
  check([
    [
      'a triangle of a vector',
      () => loose(tril)(f64([1])),
      'tril: needs a matrix, or a batch of them; the shape is [1]',
    ],
    ['half a diagonal', () => loose(triu)(matrix, 0.5), 'triu: k must be a whole number, got 0.5'],
    [
      'the diagonal of a number',
      () => loose(diagonal)(f64(1)),
      'diagonal: needs a matrix, or a batch of them; the shape is []',
    ],
    ['no counts', () => tileAny(matrix), 'tile: reps must be a number or an array of numbers, got undefined'],
    [
      'a negative count',
      () => tileAny(matrix, [1, -1]),
      'tile: repetition count 1 is -1; use a whole number >= 0',
    ],
    [
      'more than fits',
      () => tileAny(matrix, [1e5, 1e5]),
      'tile: shape [200000, 300000] has 60000000000 elements; at most 2147483647 fit',
    ],
    ['half a place', () => rollAny(matrix, 0.5, 0), 'roll: the shift must be a whole number, got 0.5'],
    ['no axis to roll', () => rollAny(matrix, 1), 'roll: axis must be a whole number, got undefined'],
    [
      'parts of size 0',
      () => splitAny(matrix, 0, 1),
      'split: sizes must be a whole number >= 1 or an array of them, got 0',
    ],
    [
      'parts that are too few',
      () => splitAny(matrix, [1, 1], 1),
      'split: the sizes sum to 2, axis 1 has 3 elements; they must be equal',
    ],
    ['a part of size -1', () => splitAny(matrix, [4, -1], 1), 'split: size 1 is -1; use a whole number >= 0'],
  ])
  it('more axes apart than a tensor may have', () => {
    const x = empty(0, ...new Array<number>(20).fill(2))
    expect(() => tile(x, new Array<number>(21).fill(2))).toThrow(/^tile: too many axes repeat for \[0, 2, /)
    expect(tensor([1]).tile(new Array<number>(32).fill(1)).ndim).toBe(32)
    expect(() => tileAny(matrix, new Array<number>(33).fill(1))).toThrow(
      'tile: a shape of 33 axes; at most 32',
    )
  })
})
