/** @file precisionRecallF1 and r2 against plain loops over samples, and against numbers worked out by hand. */
import { type Tensor, tensor, zeros } from '@tapegrad/core'
import { accuracy, oneHot, precisionRecallF1, r2 } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const int = (values: number[]): Tensor<[number]> => tensor(Int32Array.from(values))
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** By the definitions: counts of samples, class by class. */
function byLoop(
  p: number[],
  t: number[],
  c: number,
): { precision: number; recall: number; f1: number; support: number } {
  const count = (f: (predicted: boolean, actual: boolean) => boolean): number =>
    p.filter((x, i) => f(x === c, t[i] === c)).length
  const precision = share(
    count((a, b) => a && b),
    count((a) => a),
  )
  const recall = share(
    count((a, b) => a && b),
    count((_, b) => b),
  )
  return {
    precision,
    recall,
    f1: share(2 * precision * recall, precision + recall),
    support: count((_, b) => b),
  }
}

describe('precisionRecallF1', () => {
  // The example of scikit-learn's page on precision_recall_fscore_support: cat, dog, pig.
  const target = int([0, 1, 2, 0, 1, 2])
  const prediction = int([0, 2, 1, 0, 0, 1])

  it('gives what the page of scikit-learn shows', () => {
    const macro = precisionRecallF1(prediction, target)
    expect(macro.precision).toBeCloseTo(0.22222, 5)
    expect(macro.recall).toBeCloseTo(0.33333, 5)
    expect(macro.f1).toBeCloseTo(0.26667, 5)
    expect(precisionRecallF1(prediction, target, { average: 'macro' })).toEqual(macro)
    const third = 1 / 3
    expect(precisionRecallF1(prediction, target, { average: 'micro' })).toEqual({
      precision: third,
      recall: third,
      f1: third,
    })
    expect(precisionRecallF1(prediction, target, { average: 'weighted' }).f1).toBeCloseTo(0.26667, 5)
    const none = precisionRecallF1(prediction, target, { average: 'none' })
    expect(none).toEqual({ precision: [2 / 3, 0, 0], recall: [1, 0, 0], f1: [0.8, 0, 0], support: [2, 2, 2] })
  })

  it('is what loops over the samples give, whatever the classes', () => {
    const CLASSES = 5
    const samples = fc.array(fc.tuple(fc.nat(CLASSES - 1), fc.nat(CLASSES - 1)), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(samples, (pairs) => {
        const p = pairs.map(([a]) => a)
        const t = pairs.map(([, b]) => b)
        const all = Array.from({ length: CLASSES }, (_, c) => byLoop(p, t, c))
        const none = precisionRecallF1(int(p), int(t), { average: 'none', classes: CLASSES })
        const seen = all.filter((_, c) => p.includes(c) || t.includes(c))
        const averages = {
          macro: precisionRecallF1(int(p), int(t)),
          all: precisionRecallF1(int(p), int(t), { classes: CLASSES }),
          weighted: precisionRecallF1(int(p), int(t), { average: 'weighted' }),
          micro: precisionRecallF1(int(p), int(t), { average: 'micro' }),
        }
        for (const name of ['precision', 'recall', 'f1'] as const) {
          // A few roundings of numbers up to 1.
          const close = (actual: number, expected: number): void =>
            expect(Math.abs(actual - expected)).toBeLessThan(1e-14)
          const sum = (list: typeof all, weight: (x: (typeof all)[0]) => number): number =>
            list.reduce((total, x) => total + weight(x) * x[name], 0)
          for (const [c, scores] of all.entries()) close(none[name][c]!, scores[name])
          close(averages.macro[name], sum(seen, () => 1) / seen.length)
          close(averages.all[name], sum(all, () => 1) / CLASSES)
          close(averages.weighted[name], sum(all, ({ support }) => support) / p.length)
          close(averages.micro[name], accuracy(int(p), int(t)))
        }
        expect(none.support).toEqual(all.map(({ support }) => support))
      }),
      { numRuns: 100 },
    )
  })

  it('counts a share of nothing as 0: never predicted, never there', () => {
    const scores = precisionRecallF1(int([0, 0, 2]), int([0, 1, 0]), { average: 'none', classes: 4 })
    expect(scores).toEqual({
      precision: [0.5, 0, 0, 0],
      recall: [0.5, 0, 0, 0],
      f1: [0.5, 0, 0, 0],
      support: [2, 1, 0, 0],
    })
  })

  it('takes what accuracy takes', () => {
    const scores = precisionRecallF1(prediction, target)
    expect(precisionRecallF1(oneHot(prediction, 3), oneHot(target, 3))).toEqual(scores)
    expect(precisionRecallF1(tensor([0.2, 0.7]), int([1, 1]), { average: 'none' }).recall).toEqual([0, 0.5])
  })

  it('refuses averages that there are not, and classes that do not fit', () => {
    for (const average of ['binary', null, 1] as never[])
      expect(() => precisionRecallF1(prediction, target, { average })).toThrow(
        /^precisionRecallF1: average must be one of macro, micro, weighted, none, got/,
      )
    expect(() => precisionRecallF1(prediction, target, { classes: 2 })).toThrow(
      'precisionRecallF1: class 2 is out of range for 2 classes, 0 to 1',
    )
    expect(() => precisionRecallF1(prediction, target, { classes: 0 })).toThrow(/classes must be/)
    expect(() => precisionRecallF1(prediction, int([1]))).toThrow(
      'precisionRecallF1: 6 predictions for 1 targets',
    )
    expect(() => precisionRecallF1(null as never, target)).toThrow(
      'precisionRecallF1: the prediction must be a tensor',
    )
  })
})

describe('r2', () => {
  const f64 = (values: number[], shape = [values.length]): Tensor =>
    tensor(Float64Array.from(values), { shape })

  it('gives what the page of scikit-learn shows', () => {
    expect(r2(f64([2.5, 0, 2, 8]), f64([3, -0.5, 2, 7]))).toBeCloseTo(0.948608137, 9)
    expect(r2(f64([0, 2, -1, 2, 8, -5], [3, 2]), f64([0.5, 1, -1, 1, 7, -6], [3, 2]))).toBeCloseTo(
      // Its raw values.
      (0.96543779 + 0.90816327) / 2,
      7,
    )
    expect(r2(f64([1, 2, 3]), f64([1, 2, 3]))).toBe(1)
    expect(r2(f64([2, 2, 2]), f64([1, 2, 3]))).toBe(0)
    expect(r2(f64([3, 2, 1]), f64([1, 2, 3]))).toBe(-3)
  })

  it('of a constant target is 1 where the prediction is perfect, else 0', () => {
    expect(r2(f64([-2, -2, -2]), f64([-2, -2, -2]))).toBe(1)
    expect(r2(f64([-2, -2, -2 + 1e-8]), f64([-2, -2, -2]))).toBe(0)
    // 0.1 + 0.1 + 0.1 is not three times the mean.
    expect(r2(f64([0.2, 0.1, 0.1]), f64([0.1, 0.1, 0.1]))).toBe(0)
    // One column perfect and constant, one as good as its mean.
    expect(r2(f64([5, 2, 5, 2], [2, 2]), f64([5, 1, 5, 3], [2, 2]))).toBe(0.5)
  })

  it('is what a plain loop gives, whatever the unit', () => {
    const value = fc.integer({ min: -50, max: 50 })
    const rows = fc
      .array(fc.tuple(value, value), { minLength: 2, maxLength: 12 })
      .filter((list) => list.some(([, t]) => t !== list[0]![1]))
    fc.assert(
      fc.property(rows, fc.constantFrom(1, 2 ** 1016, 2 ** -1000), (list, unit) => {
        const mean = list.reduce((sum, [, t]) => sum + t, 0) / list.length
        const expected =
          1 -
          list.reduce((sum, [p, t]) => sum + (t - p) ** 2, 0) /
            list.reduce((sum, [, t]) => sum + (t - mean) ** 2, 0)
        const actual = r2(f64(list.map(([p]) => p * unit)), f64(list.map(([, t]) => t * unit)))
        // 1 - a ratio of up to 1e5, each sum rounded a dozen times.
        expect(Math.abs(actual - expected)).toBeLessThan(1e-13 * (1 + Math.abs(expected)))
      }),
      { numRuns: 200 },
    )
  })

  it('takes views, int32 and float32', () => {
    expect(
      r2(
        tensor([
          [1, 2],
          [3, 5],
        ]).T as Tensor,
        tensor(
          [
            [1, 3],
            [2, 5],
          ],
          { dtype: 'int32' },
        ) as Tensor,
      ),
    ).toBe(1)
  })

  it('refuses what it cannot compare', () => {
    const x = f64([1, 2])
    const wrong: [unknown, unknown, string][] = [
      [x, f64([1, 2], [2, 1]), 'r2: the prediction is [2], the target [2, 1]; reshape one of them'],
      [x, f64([1]), 'r2: the prediction is [2], the target [1]; reshape one of them'],
      [f64([1]), f64([1]), 'r2: needs at least two samples, got 1'],
      [zeros([0]), zeros([0]), 'r2: needs at least two samples, got 0'],
      [zeros([2, 0]), zeros([2, 0]), 'r2: there are no outputs in data of shape [2, 0]'],
      [f64([1, Number.NaN]), x, 'r2: the prediction holds NaN (element 1)'],
      [x, f64([Infinity, 1]), 'r2: the target holds Infinity (element 0)'],
      [
        zeros([2, 1, 1]),
        zeros([2, 1, 1]),
        'r2: the prediction must be [samples] or [samples, outputs], got [2, 1, 1]',
      ],
      [x, tensor([true, false]), 'r2: the target is bool; R² is for numbers, accuracy for classes'],
      [[1, 2], x, 'r2: the prediction must be a tensor'],
    ]
    for (const [p, t, message] of wrong) expect(() => r2(p as Tensor, t as Tensor)).toThrow(message)
  })
})
