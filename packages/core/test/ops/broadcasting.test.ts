/** @file Broadcasting against an index-by-index reference, over generated shapes with sizes 0 and 1. */
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

/** A result shape up to rank 4, and for each operand which of its axes are 1 and how many leading ones are missing. */
const operandShapes = (count: number): fc.Arbitrary<{ out: number[]; shapes: number[][] }> =>
  fc.array(fc.nat(3), { maxLength: 4 }).chain((out) =>
    fc
      .array(
        fc.record({
          missing: fc.nat(out.length),
          ones: fc.array(fc.boolean(), { minLength: out.length, maxLength: out.length }),
        }),
        { minLength: count - 1, maxLength: count - 1 },
      )
      .map((cuts) => ({
        out,
        shapes: [
          out,
          ...cuts.map(({ missing, ones }) => out.map((n, a) => (ones[a] ? 1 : n)).slice(missing)),
        ],
      })),
  )

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
        operandShapes(2),
        fc.boolean(),
        layout,
        layout,
        fc.constantFrom(...ops),
        fc.nat(),
        ({ shapes }, swapped, first, second, [op, f], seed) => {
          const [a, b] = (swapped ? [...shapes].reverse() : shapes).map((shape, i) => values(shape, seed + i))
          const result = checked(() => op(place(a!, 'float64', first), place(b!, 'float64', second)))
          expectSame(result, elementwise((x, y) => f(x!, y!))(a!, b!))
        },
      ),
      { numRuns: 400 },
    )
  })

  it('where equals the reference on three operands', () => {
    fc.assert(
      fc.property(operandShapes(3), fc.nat(2), fc.nat(), layout, ({ shapes }, turn, seed, own) => {
        const turned = [...shapes.slice(turn), ...shapes.slice(0, turn)]
        const [condition, a, b] = turned.map((shape, i) => values(shape, seed + i)) as [Plain, Plain, Plain]
        const mask: Plain = { shape: condition.shape, data: condition.data.map((x) => Number(x > 0)) }
        const result = where(
          place(mask, 'bool', own),
          place(a, 'float64', own),
          place(b, 'float64', 'transposed'),
        )
        expectSame(result, elementwise((c, x, y) => (c !== 0 ? x! : y!))(mask, a, b))
      }),
      { numRuns: 200 },
    )
  })

  it('the cotangent of an operand is the sum over what was repeated', () => {
    fc.assert(
      fc.property(operandShapes(2), fc.nat(), layout, ({ out, shapes }, seed, own) => {
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
      fc.property(operandShapes(2), fc.nat(), fc.constantFrom(...LAYOUTS), ({ out, shapes }, seed, own) => {
        const constant = own === 'repeated' || own === 'constant'
        const source = values(shapes[1]!, seed)
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
    const misfit = operandShapes(2)
      .filter(({ shapes: [a, b] }) => b!.some((_, i) => i < b!.length && (a!.at(i - b!.length) ?? 0) > 1))
      .map(({ shapes: [a, b] }) => {
        const axis = b!.findIndex((_, i) => a!.at(i - b!.length)! > 1)
        return { a: a!, b: b!.map((n, i) => (i === axis ? a!.at(i - b!.length)! + 1 : n)) }
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
