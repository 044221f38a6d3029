/** @file The arbitraries of `./testing`: what they draw, what they shrink to, what they refuse. Imports the entry. */
import { type Layout, type TensorArbOptions, tensorArb } from '@tapegrad/core/testing'
import fc, { type Arbitrary } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DType, type Tensor, tensor } from '../src/index.ts'
import { draws, smallest } from './support/draws.ts'
import { read } from './support/layouts.ts'
import type { Equal } from './types/equal.ts'

/** The layout that strides and shape give away, for shapes whose axes are all longer than 1. */
function layoutOf({ shape, strides, contiguous }: Tensor): string {
  if (contiguous) return 'contiguous'
  if (strides.every((s) => s === 0)) return 'constant'
  if (strides.includes(0)) return 'repeated'
  if (strides.every((s) => s < 0)) return 'reversed'
  return strides.at(-1)! > 1 && strides[0]! > strides.at(-1)! * shape.at(-1)! - 1 ? 'sliced' : 'transposed'
}

describe('tensorArb draws', () => {
  it('every layout, each with the values that its elements read as', () => {
    const seen = new Set<string>()
    for (const x of draws(tensorArb({ minRank: 2, minSide: 2, maxSide: 3 }))) {
      seen.add(layoutOf(x))
      expect(x.offset + x.storage.base).toBeGreaterThan(0)
      const { data } = read(x)
      expect(data).toHaveLength(x.size)
      expect(data.every(Number.isFinite)).toBe(true)
      // All that lies beside the elements is NaN: the storage has as many numbers as there are distinct elements.
      const { length } = x.storage.data.filter(Number.isFinite)
      expect(length).toBe(x.shape.reduce((n, size, axis) => (x.strides[axis] === 0 ? n : n * size), 1))
      expect(x.storage.data.length).toBeGreaterThan(length)
      expect([x.toArray() as unknown].flat(Number.POSITIVE_INFINITY)).toEqual(data)
      expect(Array.from(x.clone().data)).toEqual(data)
    }
    const all = ['contiguous', 'transposed', 'sliced', 'reversed', 'repeated', 'constant']
    expect([...seen].sort()).toEqual(all.sort())
  })

  it('the layouts that are asked for', () => {
    const seen = (layouts: boolean | readonly Layout[]): string[] => [
      ...new Set(draws(tensorArb({ shape: [2, 3], layouts })).map(layoutOf)),
    ]
    expect(seen(false)).toEqual(['contiguous'])
    expect(seen(['sliced'])).toEqual(['sliced'])
    expect(seen(['reversed', 'constant']).sort()).toEqual(['constant', 'reversed'])
    expect(seen(true)).toHaveLength(6)
  })

  it('shapes within the bounds, all of them', () => {
    const shapes = new Set(
      draws(tensorArb({ maxRank: 2, minSide: 0, maxSide: 2 }), 1000).map(({ shape }) => `${shape}`),
    )
    const sides = [0, 1, 2]
    const pairs = sides.flatMap((m) => sides.map((n) => `${m},${n}`))
    expect([...shapes].sort()).toEqual(['', ...sides.map(String), ...pairs].sort())
    for (const { shape } of draws(tensorArb({ minRank: 3 }))) {
      expect([3, 4]).toContain(shape.length)
      expect(shape.every((n) => n >= 1 && n <= 4)).toBe(true)
    }
    const given = draws(tensorArb({ shape: fc.tuple(fc.integer({ min: 2, max: 5 }), fc.constant(3)) }))
    expect([...new Set(given.map(({ shape }) => `${shape}`))].sort()).toEqual(['2,3', '3,3', '4,3', '5,3'])
    expect(draws(tensorArb({ shape: [] })).every(({ shape }) => shape.length === 0)).toBe(true)
  })

  const elements = (options: TensorArbOptions): number[] =>
    draws(tensorArb(options)).flatMap((x) => read(x).data)

  it.each<[DType, number]>([
    ['float32', 1 / 1024],
    ['float64', 1 / 1024],
    ['int32', 1],
  ])('%s elements from -8 to 8 in steps of %d', (dtype, step) => {
    const all = elements({ dtype, shape: [3] })
    expect(all.every((x) => Math.abs(x) <= 8 && Number.isInteger(x / step) && !Object.is(x, -0))).toBe(true)
    expect(Math.min(...all)).toBe(-8)
    expect(Math.max(...all)).toBe(8)
    expect(all).toContain(0)
  })

  it('elements between min and max, short and exact in float32 whatever their size', () => {
    for (const [min, max] of [
      [0.1, 3],
      [-1e-3, -1e-4],
      [1e6, 1e7],
      [5, 5],
      [0, 0],
    ] as const) {
      const all = elements({ min, max, shape: [2] })
      expect(all.every((x) => x >= min && x <= max)).toBe(true)
      expect(elements({ min, max, shape: [2], dtype: 'float64' })).toEqual(all)
    }
    expect(Math.max(...elements({ min: 20 }))).toBe(20)
    expect(Math.min(...elements({ max: -20 }))).toBe(-20)
    expect(new Set(elements({ dtype: 'int32', min: -0.5, max: 1.5 }))).toEqual(new Set([0, 1]))
    expect(new Set(elements({ dtype: 'bool' }))).toEqual(new Set([0, 1]))
  })

  it('NaN and infinities where they are asked for, and elements of your own', () => {
    const special = new Set(elements({ noNaN: false, noInfinity: false }).filter((x) => !Number.isFinite(x)))
    expect(special).toEqual(new Set([Number.NaN, Infinity, -Infinity]))
    expect(elements({ noNaN: false }).some((x) => Math.abs(x) === Infinity)).toBe(false)
    expect(elements({ noInfinity: false }).some(Number.isNaN)).toBe(false)
    expect(elements({}).every(Number.isFinite)).toBe(true)
    expect(new Set(elements({ elements: fc.constantFrom(7, 9) }))).toEqual(new Set([7, 9]))
  })

  it('the dtypes, and leaves, that are asked for', () => {
    const dtypes = ['float32', 'float64', 'int32', 'bool'] as const
    for (const dtype of dtypes) expect(draws(tensorArb({ dtype })).every((x) => x.dtype === dtype)).toBe(true)
    expect(new Set(draws(tensorArb({ dtype: dtypes })).map(({ dtype }) => dtype))).toEqual(new Set(dtypes))
    expect(draws(tensorArb())[0]!.dtype).toBe('float32')
    for (const x of draws(tensorArb({ requiresGrad: true, dtype: 'float64' }), 50)) {
      expect(x.requiresGrad).toBe(true)
      x.mul(2).sum().backward()
      expect(read(x.grad!).data.every((g) => g === 2)).toBe(true)
    }
    expect(draws(tensorArb()).some((x) => x.requiresGrad)).toBe(false)
  })
})

describe('tensorArb shrinks', () => {
  const values = (xs: Tensor[]): unknown[] => xs.map((x) => [x.toArray(), x.contiguous])

  it('to a scalar 0, contiguous', () => {
    expect(values(smallest(tensorArb(), () => false))).toEqual(new Array(5).fill([0, true]))
    const bounded = tensorArb({ minRank: 2, minSide: 2, min: 3, max: 5, dtype: 'int32' })
    const least = [
      [
        [3, 3],
        [3, 3],
      ],
      true,
    ]
    expect(values(smallest(bounded, () => false))).toEqual(new Array(5).fill(least))
  })

  it('to the one element that fails, wherever it stood', () => {
    const over = smallest(tensorArb({ minRank: 1 }), (x) => read(x).data.every((v) => v < 5))
    expect(values(over)).toEqual(new Array(5).fill([[5], true]))
    const infinite = smallest(tensorArb({ noInfinity: false, noNaN: false }), (x) =>
      read(x).data.every((v) => Math.abs(v) !== Infinity),
    )
    expect(values(infinite).every((x) => [Infinity, -Infinity].includes((x as number[])[0]!))).toBe(true)
  })

  it('to two elements where two make the failure', () => {
    const twice = (x: Tensor): boolean => {
      const { data } = read(x)
      return data.filter((v) => v >= 2).length < 2
    }
    // At rank 1; at rank 2 or more the elements may stand in a corner each, then two by two are needed.
    for (const x of smallest(tensorArb({ minRank: 1, maxRank: 1, layouts: false }), twice))
      expect([...read(x).data].sort()).toEqual(expect.arrayContaining([2, 2]))
  })

  it('to the layout that fails, and says so', () => {
    const onlyContiguous = smallest(tensorArb(), (x) => x.contiguous)
    for (const x of onlyContiguous) {
      expect(x.contiguous).toBe(false)
      expect(read(x).data.every((v) => v === 0)).toBe(true)
      // A strided vector of 2, or the transpose of [1, 2] and [2, 2].
      expect(x.size).toBeLessThanOrEqual(4)
      expect(fc.stringify(x)).toMatch(
        /^tensor\(\[.*\) \((sliced|reversed|transposed|repeated|constant): strides \[.*\], offset \d+\)$/s,
      )
    }
    const [reversed] = smallest(tensorArb({ layouts: ['sliced', 'reversed'] }), (x) =>
      x.strides.every((s) => s >= 0),
    )
    expect(reversed!.shape).toEqual([1])
  })

  it('to fitting shapes of an arbitrary of your own', () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constant(2))
    const found = smallest(tensorArb({ shape }), (x) => read(x).data.every((v) => v > -3))
    for (const x of found) {
      expect(x.shape).toEqual([1, 2])
      expect([...read(x).data].sort()).toEqual([-3, 0])
    }
  })

  it('to a part that keeps the end where the end fails', () => {
    const shape = fc.constantFrom([2], [2, 2])
    const found = smallest(tensorArb({ shape }), (x) => read(x).data.at(-1)! > -3)
    expect(values(found)).toEqual(new Array(5).fill([[0, -3], true]))
  })

  it('to a contiguous tensor of the values that shared their memory', () => {
    // Two numbers are hardly ever equal but where they are one.
    const elements = fc.noShrink(fc.integer({ min: 0, max: 1e6 }))
    const arb = tensorArb({ shape: [2], layouts: ['contiguous', 'constant'], elements })
    for (const x of smallest(arb, (x) => read(x).data[0] !== read(x).data[1])) expect(x.contiguous).toBe(true)
  })

  it('tensors that the property has changed or differentiated: each run has a tensor of its own', () => {
    const arb = tensorArb({ shape: [2], min: 1, requiresGrad: true, layouts: false })
    const untouched: boolean[] = []
    const details = fc.check(
      fc.property(fc.integer({ min: 5 }), arb, fc.nat(), (_first, x, _last) => {
        untouched.push(x.grad === null && read(x).data.every((v) => v >= 1))
        x.sum().backward()
        x.requiresGrad = false
        x.assign(tensor([-1, -1]))
        return false
      }),
      { seed: 1 },
    )
    expect(untouched.length).toBeGreaterThan(3)
    expect(new Set(untouched)).toEqual(new Set([true]))
    expect(fc.defaultReportMessage(details)).toContain(
      'Counterexample: [5,tensor([1., 1.], shape=[2], dtype=float32),0]',
    )
  })
})

describe('types', () => {
  const typeOf = <T>(arb: Arbitrary<T>): T => draws(arb, 1)[0]!
  /** Compiles only for true. */
  const holds = <T extends true>(proof?: T): void => expect(proof).toBeUndefined()

  it('carry a literal shape', () => {
    const literal = typeOf(tensorArb({ shape: [2, 3] }))
    holds<Equal<typeof literal, Tensor<[2, 3]>>>()
    const scalar = typeOf(tensorArb({ shape: [], dtype: 'float64' }))
    holds<Equal<typeof scalar, Tensor<[]>>>()
    const batch = typeOf(tensorArb({ shape: fc.tuple(fc.nat(4), fc.constant(3 as const)) }))
    holds<Equal<typeof batch, Tensor<[number, 3]>>>()
    const any = typeOf(tensorArb())
    holds<Equal<typeof any, Tensor>>()
    const shape: number[] = [2]
    const loose: Tensor<[2]> = typeOf(tensorArb({ shape }))
    expect(loose.shape).toEqual([2])
  })
})
