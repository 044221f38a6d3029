/** @file Broadcasting against an index-by-index reference, over generated shapes with sizes 0 and 1. */
import { broadcastableShapesArb } from '@tapegrad/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vjp } from '../../src/autodiff.ts'
import { TapegradError } from '../../src/errors.ts'
import { add, broadcastTo, lt, mul, sub, where } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { checked } from '../support/checking.ts'
import { expectClose, expectSame } from '../support/close.ts'
import { LAYOUTS, type Layout, place } from '../support/layouts.ts'
import { build, elementwise, indicesOf, type Plain, stretchedAt } from '../support/plain.ts'
import { randomFor, uniform } from '../support/sample.ts'

const SIZES = { minSide: 0, maxSide: 3 }
const pairs = broadcastableShapesArb(SIZES)

const layout: fc.Arbitrary<Layout> = fc.constantFrom<Layout>('contiguous', 'transposed', 'sliced', 'reversed')

const values = (shape: readonly number[], seed: number): Plain => {
  const sample = uniform(-2, 2)(
    randomFor(`${shape} ${seed}`),
    shape.reduce((a, b) => a * b, 1),
  )
  return { shape, data: sample }
}

describe('broadcasting', () => {
  it('add, sub, mul and lt equal the reference on two operands in any order', () => {
    const ops: readonly [(a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number][] = [
      [add, (a, b) => a + b],
      [sub, (a, b) => a - b],
      [mul, (a, b) => a * b],
      [lt, (a, b) => Number(a < b)],
    ]
    fc.assert(
      fc.property(
        pairs,
        layout,
        layout,
        fc.constantFrom(...ops),
        fc.nat(),
        ({ shapes }, first, second, [op, f], seed) => {
          const [a, b] = shapes.map((shape, i) => values(shape, seed + i)) as [Plain, Plain]
          const result = checked(() => op(place(a, 'float64', first), place(b, 'float64', second)))
          expectSame(result, elementwise((x, y) => f(x!, y!))(a, b))
        },
      ),
      { numRuns: 400 },
    )
  })

  it('where equals the reference on three operands', () => {
    fc.assert(
      fc.property(
        broadcastableShapesArb({ count: 3, ...SIZES }),
        fc.nat(),
        layout,
        ({ shapes }, seed, own) => {
          const [condition, a, b] = shapes.map((shape, i) => values(shape, seed + i)) as [Plain, Plain, Plain]
          const mask: Plain = { shape: condition.shape, data: condition.data.map((x) => Number(x > 0)) }
          const result = where(
            place(mask, 'bool', own),
            place(a, 'float64', own),
            place(b, 'float64', 'transposed'),
          )
          expectSame(result, elementwise((c, x, y) => (c !== 0 ? x! : y!))(mask, a, b))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('the cotangent of an operand is the sum over what was repeated', () => {
    fc.assert(
      fc.property(pairs, fc.nat(), layout, ({ result: out, shapes }, seed, own) => {
        const [a, b] = shapes.map((shape, i) => values(shape, seed + i)) as [Plain, Plain]
        const ct = values(out, seed + 2)
        const pull = vjp(mul, place(a, 'float64', own), place(b, 'float64', own))[1]
        const [, db] = pull(place(ct, 'float64', own))
        const expected = build(b.shape, (target) => {
          let sum = 0
          for (const index of indicesOf(out)) {
            const own = index
              .slice(out.length - b.shape.length)
              .map((i, axis) => (b.shape[axis] === 1 ? 0 : i))
            if (own.join() === target.join()) sum += stretchedAt(a, index) * stretchedAt(ct, index)
          }
          return sum
        })
        // At most 81 products of at most 4, summed in another order.
        expectClose(db, expected, 1e-13, '', 81 * 4)
      }),
      { numRuns: 200 },
    )
  })

  it('broadcastTo is a view that repeats by strides of 0', () => {
    fc.assert(
      fc.property(pairs, fc.nat(), fc.constantFrom(...LAYOUTS), ({ result: out, shapes }, seed, own) => {
        const constant = own === 'repeated' || own === 'constant'
        const source = values(shapes[1], seed)
        const x = place(constant ? { ...source, data: source.data.map(() => 1.5) } : source, 'float64', own)
        const y = checked(() => broadcastTo(x, out))
        expect(y.storage).toBe(x.storage)
        expectSame(
          y,
          build(out, (index) => (constant ? 1.5 : stretchedAt(source, index))),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('refuses shapes that do not fit, naming the op, both shapes and the axis', () => {
    const misfit = pairs
      .filter(({ shapes: [a, b] }) => b.some((_, i) => (a.at(i - b.length) ?? 0) > 1))
      .map(({ shapes: [a, b] }) => {
        const axis = b.findIndex((_, i) => a.at(i - b.length)! > 1)
        return { a, b: b.map((n, i) => (i === axis ? a.at(i - b.length)! + 1 : n)) }
      })
    fc.assert(
      fc.property(misfit, ({ a, b }) => {
        const call = (): Tensor => mul(place(values(a, 1), 'float64'), place(values(b, 2), 'float64'))
        expect(call).toThrow(TapegradError)
        expect(call).toThrow(`mul: shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast: sizes`)
      }),
      { numRuns: 100 },
    )
  })
})
