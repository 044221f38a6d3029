/** @file accuracy and confusionMatrix, and the one-hot rows that go with them. */
import { inspect } from 'node:util'
import { oneHot as coreOneHot, ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { accuracy, confusionMatrix, oneHot } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const int = (values: number[]): Tensor<[number]> => tensor(Int32Array.from(values))

describe('accuracy', () => {
  const target = int([0, 2, 1, 2])
  const scores = tensor([
    [9, 1, 0],
    [1, 2, 3],
    [5, 4, 3],
    [-3, -2, -1],
  ])

  it('compares classes, the greatest scores and one-hot rows with one another', () => {
    expect(accuracy(int([0, 2, 0, 2]), target)).toBe(0.75)
    expect(accuracy(scores, target)).toBe(0.75)
    expect(accuracy(scores, oneHot(target, 3))).toBe(0.75)
    expect(accuracy(oneHot(target, 3), target)).toBe(1)
  })

  it('takes probabilities of one class as 1 from 0.5 on', () => {
    const p = tensor([0.2, 0.5, 0.49, 1])
    expect(accuracy(p, int([0, 1, 1, 1]))).toBe(0.75)
    expect(accuracy(p.reshape([4, 1]), int([0, 1, 1, 1]))).toBe(0.75)
    expect(accuracy(p, tensor([0, 1, 1, 1]))).toBe(0.75)
    expect(accuracy(p, tensor([false, true, true, true]))).toBe(0.75)
    expect(accuracy(int([1, 0]).reshape([2, 1]), int([1, 1]))).toBe(0.5)
  })

  it('does not mind gradients', () => {
    expect(accuracy(ones([2, 3], { requiresGrad: true }).mul(2), int([0, 0]))).toBe(1)
  })

  it('refuses what is not a list of classes', () => {
    const say =
      (p: unknown, t: unknown): (() => unknown) =>
      () =>
        accuracy(p as Tensor, t as Tensor)
    expect(say(scores, int([1, 2]))).toThrow('accuracy: 4 predictions for 2 targets')
    expect(say(tensor([0, 2, 1, 2]), target)).toThrow(
      'accuracy: the prediction holds 2, which is not a probability; class numbers must be int32, logits go through sigmoid() first',
    )
    expect(say(scores, tensor([0, 1, Number.NaN, 0]))).toThrow(
      /^accuracy: the target holds NaN, which is not/,
    )
    expect(say(tensor([[1, Number.NaN]]), int([0]))).toThrow('accuracy: the prediction holds NaN in row 0')
    expect(say(zeros([0, 3]), int([]))).toThrow('accuracy: the prediction of shape [0, 3] is empty')
    expect(say(zeros([2, 3, 4]), target)).toThrow(/^accuracy: the prediction must be classes/)
    expect(say(tensor(1), target)).toThrow(/^accuracy: the prediction must be classes/)
    expect(say(int([1, 2, 3, 4]).reshape([2, 2]), target)).toThrow(/got int32 \[2, 2\]/)
    expect(say([0, 1], target)).toThrow(/^accuracy: the prediction must be a tensor/)
  })
})

describe('confusionMatrix', () => {
  const target = int([0, 0, 1, 2, 2, 2])
  const prediction = int([0, 1, 1, 2, 2, 0])
  const counts = [
    [1, 1, 0],
    [0, 1, 0],
    [1, 0, 2],
  ]

  it('counts by actual class (row) and predicted class (column)', () => {
    const matrix = confusionMatrix(prediction, target)
    expect(matrix.toArray()).toEqual(counts)
    expect([matrix.counts.dtype, matrix.labels]).toEqual(['int32', ['0', '1', '2']])
    expect(matrix.accuracy).toBe(4 / 6)
    expect(confusionMatrix(oneHot(prediction, 3), target).toArray()).toEqual(counts)
  })

  it('has as many classes as it is told, as there are labels, as scores have columns, or as occur', () => {
    const [p, t] = [int([0, 1]), int([1, 1])]
    expect(confusionMatrix(p, t).counts.shape).toEqual([2, 2])
    expect(confusionMatrix(p, t, { classes: 4 }).counts.shape).toEqual([4, 4])
    expect(confusionMatrix(p, t, { labels: ['a', 'b', 'c'] }).counts.shape).toEqual([3, 3])
    expect(confusionMatrix(zeros([2, 5]), t).counts.shape).toEqual([5, 5])
  })

  it('prints as a table', () => {
    const matrix = confusionMatrix(prediction, target, { labels: ['setosa', 'versicolor', 'virginica'] })
    expect(`\n${matrix}\n`).toBe(`
actual \\ predicted  setosa  versicolor  virginica  total
────────────────────────────────────────────────────────
setosa                   1           1          0      2
versicolor               0           1          0      1
virginica                1           0          2      3
────────────────────────────────────────────────────────
total                    2           2          2      6
`)
    expect(inspect(matrix)).toBe(String(matrix))
  })

  it('refuses classes and labels that do not fit', () => {
    expect(() => confusionMatrix(prediction, target, { classes: 2 })).toThrow(
      'confusionMatrix: class 2 is out of range for 2 classes, 0 to 1',
    )
    expect(() => confusionMatrix(int([-1]), int([0]))).toThrow(/^confusionMatrix: class -1/)
    for (const classes of [0, 1.5, Number.NaN])
      expect(() => confusionMatrix(prediction, target, { classes })).toThrow(
        /^confusionMatrix: classes must be/,
      )
    expect(() => confusionMatrix(prediction, target, { classes: 3, labels: ['a'] })).toThrow(
      /^confusionMatrix: expected 3 labels/,
    )
    expect(() => confusionMatrix(prediction, int([1]))).toThrow(
      'confusionMatrix: 6 predictions for 1 targets',
    )
  })
})

it('oneHot is that of core', () => {
  expect(oneHot).toBe(coreOneHot)
})
