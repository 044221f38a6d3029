/** @file Sorting: NaN, ties, signed zeros, stability on long axes, gradients to the places, topk, mistakes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import '../../src/methods.ts'
import { grad } from '../../src/autodiff.ts'
import { arange, tensor, zeros } from '../../src/create.ts'
import { argsort, gather, mul, sort, sum, topk } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { expectSame } from '../support/close.ts'
import { f64, loose, values } from '../support/f64.ts'
import { LAYOUTS, place } from '../support/layouts.ts'
import { check } from '../support/messages.ts'
import { differentiate } from '../support/shapes-agree.ts'

const { NaN: nan } = Number
const inf = Infinity
const sorted = (list: number[]): [unknown, unknown] => [
  values(sort(f64(list), 0)),
  values(argsort(f64(list), 0)),
]
const largest = (list: number[], k: number): [unknown, unknown] => {
  const top = topk(f64(list), k, 0)
  return [values(top.values), values(top.indices)]
}

/** The positions in ascending order by JavaScript's stable sort of an array, NaN last. */
const reference = (list: readonly number[]): number[] =>
  list
    .map((_, i) => i)
    .sort((i, j) => {
      const [a, b] = [list[i]!, list[j]!]
      return a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    })

describe('special values', () => {
  it('NaN stands last, in the order in which it came', () => {
    expect(sorted([nan, inf, 1, nan, -inf])).toEqual([
      [-inf, 1, inf, nan, nan],
      [4, 2, 1, 0, 3],
    ])
  })

  it('zeros are equal whatever their sign', () => {
    expect(sorted([0, -0, -1, -0])).toEqual([
      [-1, 0, -0, -0],
      [2, 0, 1, 3],
    ])
  })

  it('topk takes NaN first, then the largest, the first of equals first', () => {
    expect(largest([1, nan, inf, 1, nan], 4)).toEqual([
      [nan, nan, inf, 1],
      [1, 4, 2, 0],
    ])
    expect(largest([2, 5, 5, 1, 5], 2)).toEqual([
      [5, 5],
      [1, 2],
    ])
    expect(largest([0, -0, 0], 3)).toEqual([
      [0, -0, 0],
      [0, 1, 2],
    ])
  })

  it('the ends of int32, and booleans', () => {
    const ends = tensor([5, 2 ** 31 - 1, -(2 ** 31), 0], { dtype: 'int32' })
    expect(values(sort(ends, 0))).toEqual([-(2 ** 31), 0, 5, 2 ** 31 - 1])
    expect(values(topk(ends, 4, 0).values)).toEqual([2 ** 31 - 1, 5, 0, -(2 ** 31)])
    const flags = tensor([true, false, true])
    expect([sort(flags, 0).toArray(), argsort(flags, 0).toArray()]).toEqual([
      [false, true, true],
      [1, 0, 2],
    ])
  })
})

describe('long axes', () => {
  // Few distinct values: long stretches of equal keys, where only a stable sort keeps the order.
  const element = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(nan, inf, -inf, -0, 0.5))
  const list = fc.array(element, { maxLength: 300, size: 'max' })

  it('sort as a stable sort does, both ways', () => {
    fc.assert(
      fc.property(list, fc.constantFrom(...LAYOUTS.slice(0, 4)), (data, layout) => {
        const x = place({ shape: [data.length], data }, 'float64', layout)
        const order = reference(data)
        expect(values(argsort(x, 0))).toEqual(order)
        expect(values(sort(x, 0))).toEqual(order.map((i) => data[i]))
        // Descending and stable is ascending over the reversed list, read back.
        const last = data.length - 1
        const down = reference([...data].reverse())
          .reverse()
          .map((i) => last - i)
        const k = data.length >> 1
        expect(values(topk(x, k, 0).indices)).toEqual(down.slice(0, k))
        expect(values(topk(x, data.length, 0).values)).toEqual(down.map((i) => data[i]))
      }),
      { numRuns: 300 },
    )
  })

  it('what is in order already, or in reverse', () => {
    const x = arange(10_000, undefined, undefined, { dtype: 'int32' })
    expectSame(argsort(x, 0), x)
    expectSame(argsort(mul(x, -1), 0).flip(), x)
  })
})

describe('gradients', () => {
  const weights = f64([10, 20, 30, 40])
  it('go back to the places, through ties in their order', () => {
    const f = (x: Tensor): Tensor => sum(mul(sort(x, 0), weights))
    expect(values(grad(f)(f64([3, 1, 3, 2])))).toEqual([30, 10, 40, 20])
    expect(values(grad(f)(f64([5, 5, 5, 5])))).toEqual([10, 20, 30, 40])
    expect(values(grad(f)(f64([nan, 1, nan, 0])))).toEqual([30, 20, 40, 10])
  })

  it('of topk reach the elements that were taken', () => {
    const f = (x: Tensor): Tensor => sum(topk(x, 2, 0).values)
    expect(values(grad(f)(f64([1, 4, 4, 4])))).toEqual([0, 1, 1, 0])
    expect(topk(f64([1, 2]), 1, 0).indices.requiresGrad).toBe(false)
  })
})

describe('axes', () => {
  it('gather by argsort is sort', () => {
    const x = f64([
      [3, 1, 2],
      [1, 3, 2],
    ])
    for (const axis of [0, 1, -1, -2]) expectSame(gather(x, argsort(x, axis), axis), sort(x, axis))
    expectSame(x.topk(3, 1).values, sort(x, 1).flip(1))
    expect(x.topk(1, -2).indices.toArray()).toEqual([[0, 1, 0]])
  })

  it('without elements', () => {
    const x = zeros([2, 0, 3], { dtype: 'float64' })
    for (const axis of [0, 1, 2]) {
      expect(differentiate((x) => sort(x, axis), x).shape).toEqual([2, 0, 3])
      expect(argsort(x, axis).shape).toEqual([2, 0, 3])
    }
    expect(differentiate((x) => topk(x, 0, 1).values, x).shape).toEqual([2, 0, 3])
    expect(differentiate((x) => topk(x, 2, 2).values, x).shape).toEqual([2, 0, 2])
    expect(topk(f64([1, 2]), 0, 0).indices.shape).toEqual([0])
  })

  check([
    [
      'more than there are',
      () => loose(topk)(f64([1, 2]), 3, 0),
      'topk: k is 3; axis 0 of [2] allows whole numbers from 0 to 2',
    ],
    [
      'a fraction of them',
      () => loose(topk)(f64([1, 2]), 0.5, 0),
      'topk: k is 0.5; axis 0 of [2] allows whole numbers from 0 to 2',
    ],
    ['no axis', () => loose(topk)(f64([1, 2]), 1), 'topk: axis must be a whole number, got undefined'],
    ['of a scalar', () => loose(sort)(f64(1), 0), 'sort: axis 0 of a 0-d tensor; it has no axes'],
  ])
})
