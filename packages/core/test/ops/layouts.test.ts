/** @file slice against Python's semantics, reshape against NumPy's rule for views, and views on views. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TapegradError } from '../../src/errors.ts'
import { clone, flip, permute, reshape, slice, square, sum } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { checked } from '../support/checking.ts'
import { expectClose, expectSame } from '../support/close.ts'
import { LAYOUTS, type Layout, place, read } from '../support/layouts.ts'
import { at, build, fold, indicesOf, type Plain, sizeOf } from '../support/plain.ts'

const counting = (shape: readonly number[]): Plain => ({
  shape,
  data: Array.from({ length: sizeOf(shape) }, (_, k) => k + 1),
})

/** Layouts whose elements may all differ. */
const layouts = fc.constantFrom<Layout>(...LAYOUTS.slice(0, 4))

type Range = null | number | readonly [number, (number | null)?, number?]

/** Positions that a range picks from an axis, by JavaScript's array slices, which clip as Python's do. */
function positionsOf(range: Range, size: number): number[] {
  const all = Array.from({ length: size }, (_, i) => i)
  if (range === null) return all
  if (typeof range === 'number') return [all.at(range)!]
  const [start, stop = null, step = 1] = range
  const every = (list: number[]): number[] => list.filter((_, k) => k % Math.abs(step) === 0)
  if (step > 0) return every(all.slice(start, stop ?? size))
  // Walking back is walking forward through the reversed axis, where position p stands at size - 1 - p.
  const mirrored = (bound: number): number => Math.max(size - 1 - (bound < 0 ? bound + size : bound), 0)
  return every([...all].reverse().slice(mirrored(start), stop === null ? size : mirrored(stop)))
}

const bound = (size: number): fc.Arbitrary<number> => fc.integer({ min: -size - 2, max: size + 2 })
const rangeOf = (size: number): fc.Arbitrary<Range> => {
  const step = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -4, max: -1 }))
  const kinds: { weight: number; arbitrary: fc.Arbitrary<Range> }[] = [
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: size > 0 ? 1 : 0, arbitrary: fc.integer({ min: -size, max: Math.max(size - 1, -size) }) },
    { weight: 4, arbitrary: fc.tuple(bound(size), fc.option(bound(size), { nil: null }), step) },
    { weight: 1, arbitrary: fc.tuple(bound(size)) },
    { weight: 1, arbitrary: fc.tuple(bound(size), bound(size)) },
  ]
  return fc.oneof(...kinds)
}

const smallShape = fc.array(fc.nat(5), { maxLength: 3 })

describe('slice', () => {
  const cases = smallShape.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      ranges: fc.tuple(...shape.map(rangeOf)) as fc.Arbitrary<Range[]>,
      given: fc.nat(shape.length),
      layout: layouts,
    }),
  )

  it('picks what Python picks, as a view', () => {
    fc.assert(
      fc.property(cases, ({ shape, ranges, given, layout }) => {
        const source = counting(shape)
        const x = place(source, 'float64', layout)
        const some = ranges.slice(0, given)
        const y = checked(() => slice(x, some as never)) as Tensor
        const positions = shape.map((size, axis) => positionsOf(some[axis] ?? null, size))
        const kept = shape.map((_, axis) => axis).filter((axis) => typeof some[axis] !== 'number')
        const expected = build(
          kept.map((axis) => positions[axis]!.length),
          (index) =>
            at(
              source,
              positions.map((list, axis) =>
                kept.includes(axis) ? list[index[kept.indexOf(axis)]!]! : list[0]!,
              ),
            ),
        )
        expectSame(y, expected)
        if (y.size > 0) expect(y.storage).toBe(x.storage)
      }),
      { numRuns: 800 },
    )
  })

  it('refuses an index out of range, a step of 0, too many ranges, and fractions', () => {
    const x = place(counting([2, 3]), 'float64')
    const refused: readonly [readonly unknown[], RegExp][] = [
      [[2], /^slice: index 2 is out of range for axis 0 of size 2$/],
      [[null, -4], /^slice: index -4 is out of range for axis 1 of size 3$/],
      [[[0, 2, 0]], /^slice: step 0 of axis 0/],
      [[null, null, null], /^slice: 3 ranges for a tensor of 2 axes, shape \[2, 3\]$/],
      [[0.5], /^slice: index 0\.5 /],
      [[[0.5, 2]], /^slice: bound 0\.5 of axis 0/],
      [[[0, Number.NaN]], /^slice: bound NaN of axis 0/],
      [[[0, 2, 1.5]], /^slice: step 1\.5 of axis 0/],
      [['1:2'], /^slice: range "1:2" of axis 0/],
    ]
    for (const [ranges, message] of refused) {
      expect(() => slice(x, ranges as never)).toThrow(TapegradError)
      expect(() => slice(x, ranges as never)).toThrow(message)
    }
  })
})

/** All ways to write n as an ordered product, with some ones among the factors. */
const factorings = (n: number): fc.Arbitrary<number[]> =>
  fc.array(fc.constantFrom(1, 2, 3, 4, 5, 6), { maxLength: 5 }).map((draws) => {
    const shape: number[] = []
    let rest = n
    for (const factor of draws) {
      if (rest % factor !== 0) continue
      shape.push(factor)
      rest /= factor
    }
    return rest === 1 ? shape : [...shape, rest]
  })

describe('reshape', () => {
  /** A tensor seen through a permutation and a slice with steps, so that some of its axes can be merged. */
  const viewed = fc
    .record({
      shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
      // Elements that are repeated overwrite one another here; the test reads what remains.
      layout: fc.constantFrom<Layout>(...LAYOUTS),
      seed: fc.nat(),
      step: fc.constantFrom(1, 2, -1),
    })
    .map(({ shape, layout, seed, step }) => {
      const x = place(counting(shape), 'float64', layout)
      const order = shape.map((_, axis) => axis)
      if (shape.length > 1 && seed % 3 > 0) order.push(...order.splice(seed % shape.length, 1))
      const y = permute(x, order) as Tensor
      if (shape.length === 0 || step === 1) return y
      const axis = seed % shape.length
      const size = y.shape[axis]!
      const range = step > 0 ? [0, null, step] : [size - 1, null, step]
      return slice(y, y.shape.map((_, a) => (a === axis ? range : null)) as never) as Tensor
    })

  it('keeps row-major order, and copies only where no strides can describe the result', () => {
    const cases = viewed.chain((x) => fc.record({ x: fc.constant(x), target: factorings(x.size) }))
    fc.assert(
      fc.property(cases, ({ x, target }) => {
        const y = checked(() => reshape(x, target))
        expectSame(y, { shape: target, data: read(x).data })
        // The memory position of each element, in row-major order: can equal steps along the target's axes give it?
        const positions = indicesOf(x.shape).map((index) =>
          index.reduce((position, i, axis) => position + i * x.strides[axis]!, x.offset),
        )
        const laid: Plain = { shape: target, data: positions }
        const origin = target.map(() => 0)
        const steps = target.map((size, axis) =>
          size > 1
            ? at(
                laid,
                origin.map((_, a) => (a === axis ? 1 : 0)),
              ) - positions[0]!
            : 0,
        )
        const possible = indicesOf(target).every(
          (index) => at(laid, index) === index.reduce((p, i, axis) => p + i * steps[axis]!, positions[0]!),
        )
        expect(y.storage === x.storage, `[${x.shape}] with strides [${x.strides}] as [${target}]`).toBe(
          possible,
        )
      }),
      { numRuns: 800 },
    )
  })

  it('reshapes empty tensors of any layout', () => {
    for (const layout of LAYOUTS) {
      for (const shape of [[0], [2, 0], [0, 3], [3, 0, 2]]) {
        const x = place(counting(shape), 'float64', layout)
        for (const target of [[0], [0, 4], [5, 0], [1, 0, 1]]) {
          expect(checked(() => reshape(x, target)).shape).toEqual(target)
        }
      }
    }
  })
})

describe('views on views', () => {
  it('compute as their copies do', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('permute' as const), seed: fc.nat() }),
      fc.record({ kind: fc.constant('flip' as const), seed: fc.nat() }),
      fc.record({ kind: fc.constant('slice' as const), seed: fc.nat() }),
      fc.record({ kind: fc.constant('reshape' as const), seed: fc.nat() }),
    )
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(shape, layouts, fc.array(step, { maxLength: 5 }), (size, layout, steps) => {
        let x: Tensor = place(counting(size), 'float64', layout)
        for (const { kind, seed } of steps) {
          if (x.ndim === 0) break
          const axis = seed % x.ndim
          const order = x.shape.map((_, a) => a)
          if (kind === 'permute') x = permute(x, [...order.slice(axis), ...order.slice(0, axis)])
          else if (kind === 'flip') x = flip(x, axis)
          else if (kind === 'reshape') x = seed % 2 === 0 ? reshape(x, [-1]) : reshape(x, [x.shape[0]!, -1])
          else
            x = slice(
              x,
              x.shape.map((n, a) => (a === axis ? [seed % n, null, 1 + (seed % 2)] : null)) as never,
            )
        }
        const copy = clone(x)
        expect(copy.contiguous).toBe(true)
        expectSame(copy, read(x))
        expect(Array.from(x.data)).toEqual([...read(x).data])
        expectSame(square(x), square(copy))
        for (const axis of [undefined, ...x.shape.map((_, a) => a)]) {
          // Whole numbers: sums in any order are exact.
          expectClose(
            sum(x, axis),
            fold(read(x), axis, false, (v) => v.reduce((a, b) => a + b, 0)),
            0,
          )
        }
      }),
      { numRuns: 300 },
    )
  })
})
