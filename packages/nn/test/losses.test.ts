/** @file Losses: values by hand, gradients, reductions, and what they refuse. */
import { noGrad, type Tensor, tensor, zeros } from '@tapegrad/core'
import { CrossEntropy, crossEntropy, MSE, mse, type Reduction } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { expectClose, flat, numericGradient, sample } from './support/close.ts'

const f64 = (values: number[], shape: number[]): Tensor => tensor(Float64Array.from(values), { shape })
const classes = (values: number[], shape: number[] = [values.length]): Tensor =>
  tensor(Int32Array.from(values), { shape })

describe('mse', () => {
  const prediction = f64([1, 2, 3, 4], [2, 2])
  const target = f64([0, 4, 3, 1], [2, 2])

  it('is the mean of the squared differences, or their sum, or the squares; times scale', () => {
    expect(mse(prediction, target).item()).toBe(14 / 4)
    expect(mse(prediction, target, { reduction: 'sum' }).item()).toBe(14)
    expect(mse(prediction, target, { reduction: 'sum', scale: 0.5 }).item()).toBe(7)
    expect(mse(prediction, target, { reduction: 'none' }).toArray()).toEqual([
      [1, 4],
      [0, 9],
    ])
    expect(mse(prediction, target, { reduction: 'none', scale: 2 }).toArray()).toEqual([
      [2, 8],
      [0, 18],
    ])
    expect(mse(prediction, target, { scale: -1 }).item()).toBe(-14 / 4)
    expect(mse(tensor(3), tensor(1)).item()).toBe(4)
  })

  it('as a module keeps its options', () => {
    const loss = new MSE({ reduction: 'sum', scale: 0.5 })
    expect(loss.call(prediction, target).item()).toBe(7)
    expect(new MSE().call(prediction, target).item()).toBe(3.5)
    expect(loss.parameters()).toEqual([])
    expect(() => loss.call(prediction, zeros([4]))).toThrow(
      /^mse: .*; in MSE\(\{ reduction: 'sum', scale: 0.5 \}\)$/,
    )
  })

  it('has the gradient prediction - target, for the textbook loss, and the opposite for the target', () => {
    const p = f64([1, 2], [2])
    const t = f64([0, 4], [2])
    p.requiresGrad = true
    t.requiresGrad = true
    mse(p, t, { reduction: 'sum', scale: 0.5 }).backward()
    expect(p.grad!.toArray()).toEqual([1, -2])
    expect(t.grad!.toArray()).toEqual([-1, 2])
  })

  it('refuses shapes that would broadcast, other dtypes, empty input and bad options', () => {
    expect(() => mse(zeros([3, 1]), zeros([3]) as never)).toThrow(
      'mse: the prediction is [3, 1], the target [3]; reshape one of them, they are not broadcast',
    )
    expect(() => mse(zeros([3]), zeros([3], { dtype: 'float64' }))).toThrow(
      "mse: the prediction is float32, the target float64; convert one with to('float32')",
    )
    expect(() => mse(classes([1]), classes([1]))).toThrow(/^mse: needs floating-point numbers, got int32/)
    expect(() => mse(zeros([0]), zeros([0]))).toThrow('mse: there are no elements to average in [0]')
    expect(mse(zeros([0]), zeros([0]), { reduction: 'sum' }).item()).toBe(0)
    expect(() => mse([1] as never, zeros([1]))).toThrow(/^mse: the prediction must be a tensor, got \[1\]/)
    expect(() => mse(zeros([1]), 1 as never)).toThrow(/^mse: the target must be a tensor, got 1/)
    expect(() => mse(zeros([1]), zeros([1]), { reduction: 'avg' as never })).toThrow(
      'mse: reduction must be one of mean, batchMean, sum, none, got "avg"',
    )
    expect(() => mse(zeros([1]), zeros([1]), { scale: Number.NaN })).toThrow(
      'mse: scale must be a finite number, got NaN',
    )
  })
})

describe('crossEntropy', () => {
  /** The definition on plain arrays: -sum over classes of t log softmax(z). */
  function byHand(z: readonly number[], t: readonly number[]): number {
    const top = Math.max(...z)
    const log = top + Math.log(z.reduce((sum, v) => sum + Math.exp(v - top), 0))
    return z.reduce((sum, v, c) => sum - (t[c] === 0 ? 0 : t[c]! * (v - log)), 0)
  }
  const rows = [
    [1, 2, 0.5],
    [-1, 0, 3],
    [0.2, 0.1, -2],
    [5, -5, 0],
  ]
  const logits = f64(rows.flat(), [4, 3])
  const target = [2, 0, 1, 0]
  const hot = (c: number, smoothing = 0): number[] =>
    [0, 1, 2].map((k) => (k === c ? 1 - smoothing : 0) + smoothing / 3)
  const expected = rows.map((row, i) => byHand(row, hot(target[i]!)))
  const total = expected.reduce((a, b) => a + b)

  it('takes class indices: mean over samples, sum, or one loss per sample', () => {
    // Our log and exp against those of the host: a few ulp.
    expectClose(crossEntropy(logits, classes(target)), total / 4, 1e-15)
    expectClose(crossEntropy(logits, classes(target), { reduction: 'sum' }), total, 1e-15)
    expectClose(crossEntropy(logits, classes(target), { reduction: 'none' }), expected, 1e-15)
    expectClose(crossEntropy(logits, classes(target), { reduction: 'sum', scale: 3 }), 3 * total, 1e-15)
    expect(crossEntropy(logits, classes(target), { reduction: 'none' }).shape).toEqual([4])
  })

  it('takes probabilities, which indices are a special case of', () => {
    const probabilities = f64(
      target.flatMap((c) => hot(c)),
      [4, 3],
    )
    expectClose(crossEntropy(logits, probabilities), total / 4, 1e-15)
    const soft = [0.2, 0.3, 0.5]
    expectClose(crossEntropy(f64(rows[0]!, [3]), f64(soft, [3])), byHand(rows[0]!, soft), 1e-15)
  })

  it('smooths labels, of both kinds', () => {
    const smooth = rows.map((row, i) => byHand(row, hot(target[i]!, 0.1)))
    const options = { labelSmoothing: 0.1, reduction: 'none' } as const
    expectClose(crossEntropy(logits, classes(target), options), smooth, 1e-14)
    expectClose(
      crossEntropy(
        logits,
        f64(
          target.flatMap((c) => hot(c)),
          [4, 3],
        ),
        options,
      ),
      smooth,
      1e-14,
    )
  })

  it('takes one sample, and further axes after the classes', () => {
    expectClose(crossEntropy(f64(rows[1]!, [3]), classes([0], [])), expected[1], 1e-15)
    // [samples 2, classes 3, positions 2]
    const z = logits.reshape([2, 2, 3]).permute([0, 2, 1])
    const losses = crossEntropy(z as Tensor, classes(target, [2, 2]), { reduction: 'none' })
    expect(losses.shape).toEqual([2, 2])
    expectClose(losses, expected, 1e-15)
    expectClose(crossEntropy(z as Tensor, classes(target, [2, 2])), total / 4, 1e-15)
  })

  it.each([
    ['indices', classes(target), {}],
    ['indices, smoothed, sum', classes(target), { labelSmoothing: 0.2, reduction: 'sum' as Reduction }],
    [
      'probabilities',
      f64(
        target.flatMap((c) => hot(c, 0.3)),
        [4, 3],
      ),
      {},
    ],
  ])('has the gradient of finite differences, and softmax - target for %s', (_, t, options) => {
    const z = f64(rows.flat(), [4, 3])
    z.requiresGrad = true
    const loss = (): Tensor => crossEntropy(z, t, options) as Tensor
    loss().backward()
    // Losses of order 1 whose fifth derivatives are of order 1: see numericGradient.
    expectClose(
      z.grad,
      numericGradient(() => noGrad(loss).item(), z),
      1e-9,
    )
  })

  it('stays exact where softmax would be 0 or overflow', () => {
    const z = tensor([1000, -1000, 0], { requiresGrad: true })
    expect(crossEntropy(z, classes([0], [])).item()).toBe(0)
    const wrong = crossEntropy(z, classes([1], []))
    expect(wrong.item()).toBe(2000)
    wrong.backward()
    expect(z.grad!.toArray()).toEqual([1, -1, 0])
    const masked = tensor([0, -Infinity, 0], { requiresGrad: true })
    const loss = crossEntropy(masked, classes([0], []))
    expect(loss.item()).toBeCloseTo(Math.LN2, 6)
    loss.backward()
    expectClose(masked.grad, [-0.5, 0, 0.5], 1e-6)
  })

  it('as a module keeps its options', () => {
    const loss = new CrossEntropy({ labelSmoothing: 0.1, reduction: 'none' })
    expect(loss.call(logits, classes(target)).toArray()).toEqual(
      crossEntropy(logits, classes(target), { labelSmoothing: 0.1, reduction: 'none' }).toArray(),
    )
    expectClose(new CrossEntropy().call(logits, classes(target)), total / 4, 1e-15)
  })

  it('refuses what does not fit', () => {
    const say =
      (z: unknown, t: unknown, options?: object): (() => unknown) =>
      () =>
        crossEntropy(z as Tensor, t as Tensor, options)
    expect(say(logits, classes([0, 1, 2, 3]))).toThrow(
      'crossEntropy: class 3 (number 3 of the target) is out of range for 3 classes, 0 to 2',
    )
    expect(say(logits, classes([0, 1, -1, 0]))).toThrow(/^crossEntropy: class -1 \(number 2/)
    expect(say(logits, classes([0, 1]))).toThrow(
      'crossEntropy: class indices for logits [4, 3] must be [4], got [2]',
    )
    expect(say(logits, zeros([4]))).toThrow(
      /^crossEntropy: class indices must be int32, the target is float32/,
    )
    expect(say(logits, zeros([4, 3]))).toThrow(/^crossEntropy: the prediction is float64, the target float32/)
    expect(say(tensor(1), classes([0], []))).toThrow(/^crossEntropy: the logits are a 0-d tensor/)
    expect(say(classes([1, 2]), classes([0], []))).toThrow(/^crossEntropy: the logits must be floating-point/)
    expect(say(zeros([2, 0]), classes([0, 0]))).toThrow(/^crossEntropy: there are no classes/)
    expect(say(zeros([0, 3]), classes([]))).toThrow('crossEntropy: there are no elements to average in [0]')
    expect(say(null, classes([]))).toThrow(/^crossEntropy: the logits must be a tensor, got null/)
    expect(say(logits, 2)).toThrow(/^crossEntropy: the target must be a tensor, got 2/)
    for (const labelSmoothing of [-0.1, 1.1, Number.NaN])
      expect(say(logits, classes(target), { labelSmoothing })).toThrow(
        /^crossEntropy: labelSmoothing must be/,
      )
    expect(say(logits, classes(target), { reduction: 'all' })).toThrow(/^crossEntropy: reduction must be/)
  })
})

it('flat and sample, which these tests lean on, do what they say', () => {
  expect(flat(tensor([[1, 2]]))).toEqual([1, 2])
  expect(flat([[1], 2])).toEqual([1, 2])
  expect(sample([2], 1).toArray()).not.toEqual(sample([2], 2).toArray())
  expect(() => expectClose([1, 2], [1, 2.1], 0.01)).toThrow(/worst at \[1\]/)
  expect(() => expectClose([Number.NaN], [1], 0.01)).toThrow(/NaN in actual alone at \[0\]/)
  const x = f64([0.5], [1])
  expectClose(
    numericGradient(() => Math.sin(x.item()), x),
    [Math.cos(0.5)],
    1e-11,
  )
  expect(x.item()).toBe(0.5)
})
