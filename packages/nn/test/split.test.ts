/** @file trainTestSplit: what must hold for any data, sizes and classes. */
import { arange, ones, type Tensor, tensor } from '@tapegrad/core'
import { trainTestSplit } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flat } from './support/close.ts'

const rowNumbers = (count: number): Tensor<[number]> => arange(0, count, 1, { dtype: 'int32' })
const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b)

const cases = fc.array(fc.integer({ min: -2, max: 4 }), { minLength: 2, maxLength: 60 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    testSize: fc.oneof(
      fc.integer({ min: 1, max: classes.length - 1 }),
      fc.integer({ min: 1, max: 50 }).map((percent) => percent / 100),
    ),
    seed: fc.nat(1000),
  }),
)

describe('any split', () => {
  it('has every row once, as many in the test part as asked for, and the same again for the same seed', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ classes, testSize, seed }, stratified) => {
        const count = classes.length
        const stratify = tensor(Int32Array.from(classes))
        const options = { testSize, seed, ...(stratified && { stratify }) }
        const [train, test] = trainTestSplit(rowNumbers(count), options).map(flat) as [number[], number[]]
        expect(sorted([...train, ...test])).toEqual(flat(rowNumbers(count)))
        // Sizes are hundredths or whole: 100 times them is whole but for dust.
        const rows = testSize < 1 ? Math.ceil((Math.round(testSize * 100) * count) / 100) : testSize
        expect(test).toHaveLength(rows)
        expect(trainTestSplit(rowNumbers(count), options).map(flat)).toEqual([train, test])
      }),
      { numRuns: 150 },
    )
  })

  it('with stratify gives each class its share, within one row, in both parts', () => {
    fc.assert(
      fc.property(cases, ({ classes, testSize, seed }) => {
        const stratify = tensor(Int32Array.from(classes))
        const parts = trainTestSplit(stratify, { testSize, seed, stratify }).map(flat)
        for (const part of parts)
          for (const c of new Set(classes)) {
            const size = classes.filter((x) => x === c).length
            const exact = (size * part.length) / classes.length
            expect(Math.abs(part.filter((x) => x === c).length - exact)).toBeLessThan(1)
          }
      }),
      { numRuns: 150 },
    )
  })
})

describe('stratify', () => {
  it('puts a class of one row in one of the parts', () => {
    const classes = tensor(Int32Array.of(7, 0, 0, 0, 0, 0, 0, 0))
    for (let seed = 0; seed < 5; seed++) {
      const [train, test] = trainTestSplit(classes, { testSize: 2, seed, stratify: classes })
      expect([flat(train).filter((c) => c === 7), flat(test)]).toEqual([[7], [0, 0]])
    }
  })

  it('draws within a class: every row is in the test part as often', () => {
    const classes = tensor(Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1))
    const counts = new Array<number>(8).fill(0)
    const SEEDS = 1000
    for (let seed = 0; seed < SEEDS; seed++)
      for (const row of flat(trainTestSplit(rowNumbers(8), { testSize: 4, seed, stratify: classes })[1]))
        counts[row]!++
    // Half of the time, with a standard deviation of 16.
    for (const count of counts) expect(Math.abs(count - SEEDS / 2)).toBeLessThan(80)
  })
})

describe('several tensors', () => {
  it('of every dtype and rank are split alike', () => {
    const n = rowNumbers(9)
    const tensors = [n, n.to('float64').mul(2), n.to('bool'), n.reshape([9, 1, 1]), ones([9, 2])] as const
    const parts = trainTestSplit(...tensors, { testSize: 4, seed: 2 }) as Tensor[]
    expect(parts.map(({ dtype }) => dtype)).toEqual(tensors.flatMap(({ dtype }) => [dtype, dtype]))
    expect(parts.map(({ shape }) => shape)).toEqual(
      tensors.flatMap(({ shape }) => [
        [5, ...shape.slice(1)],
        [4, ...shape.slice(1)],
      ]),
    )
    for (const part of [0, 1]) {
      const rows = flat(parts[part])
      expect(flat(parts[part + 2])).toEqual(rows.map((i) => 2 * i))
      expect(flat(parts[part + 4])).toEqual(rows.map((i) => (i === 0 ? 0 : 1)))
      expect(flat(parts[part + 6])).toEqual(rows)
    }
    expect(trainTestSplit(n, n, n)).toHaveLength(6)
    expect(() => trainTestSplit(n, n, rowNumbers(3))).toThrow(
      'trainTestSplit: [9] and [3] differ in their number of rows',
    )
  })
})
