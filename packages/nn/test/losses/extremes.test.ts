/** @file Losses at the edges of numbers: huge and tiny, infinite, probabilities 0 and 1. Expected values by hand, from the formulas. */
import { detectAnomaly, type Tensor, vjp } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { describe, expect, it } from 'vitest'
import { classes, f32, f64, lossOf, type Options } from './table.ts'

type Make = (values: readonly number[], shape?: readonly number[]) => Tensor

/** The sum of the losses and its gradients by prediction and, if it is of floats, target. */
function derive(name: string, p: Tensor, t: Tensor, options: Options = {}) {
  const isFloat = t.dtype !== 'int32'
  const f = (...xs: Tensor[]): Tensor => lossOf(name)(xs[0]!, xs[1] ?? t, { reduction: 'sum', ...options })
  const [value, pull] = vjp(f, ...(isFloat ? [p, t] : [p]))
  const seed = p.dtype === 'float64' ? f64([1], []) : f32([1], [])
  const [dp, dt] = pull(seed) as Tensor[]
  // -0 is 0 here.
  const numbers = (x: Tensor): number[] => Array.from(x.data, (v) => v + 0)
  return { value: (value as Tensor).item(), dp: numbers(dp!), dt: dt && numbers(dt) }
}

/** Of one element, as [loss, dp, dt]. */
function point(make: Make, name: string, p: number, t: number, options?: Options): number[] {
  const { value, dp, dt } = derive(name, make([p]), make([t]), options)
  return [value, dp[0]!, dt![0]!]
}

const makes: [string, Make][] = [
  ['float64', f64],
  ['float32', f32],
]

describe.each(makes)('in %s', (dtype, make) => {
  const huge = dtype === 'float64' ? 1e200 : 1e30
  /** Some units in the last place of the result: logarithms and exponentials are within one or two. */
  const relative = dtype === 'float64' ? 1e-15 : 3e-7
  const near = (actual: number, expected: number): void =>
    expectClose([actual], [expected], { rtol: relative, atol: 0, equalNaN: false })
  const stored = (x: number): number => (dtype === 'float64' ? x : Math.fround(x))

  it('squares overflow to Infinity with a finite gradient, the other errors do not overflow', () => {
    const h = stored(huge)
    expect(point(make, 'mse', huge, 0)).toEqual([Infinity, 2 * h, -2 * h])
    expect(point(make, 'l1', -huge, 0)).toEqual([h, -1, 1])
    expect(point(make, 'huber', huge, 0)).toEqual([h, 1, -1])
    near(point(make, 'huber', -huge, huge, { delta: 0.25 })[0]!, h / 2)
    expect(point(make, 'l1', Infinity, 0)).toEqual([Infinity, 1, -1])
    expect(point(make, 'huber', Infinity, 0, { delta: 3 })).toEqual([Infinity, 3, -3])
    expect(point(make, 'huber', -Infinity, 0, { delta: 3 })).toEqual([Infinity, -3, 3])
  })

  it('errors of 0 and denormal ones have the gradients that they should have', () => {
    const tiny = dtype === 'float64' ? 5e-324 : stored(1.4e-45)
    expect(point(make, 'l1', 2, 2)).toEqual([0, 0, 0])
    expect(point(make, 'l1', tiny, 0)).toEqual([tiny, 1, -1])
    expect(point(make, 'mse', tiny, 0)).toEqual([0, 2 * tiny, -2 * tiny])
    // ½ e² in the limit: the gradient is e, not lost by halving.
    expect(point(make, 'huber', 1e-30, 0).slice(1)).toEqual([stored(1e-30), -stored(1e-30)])
    // At delta itself both formulas have the slope delta.
    expect(point(make, 'huber', 0.5, 0, { delta: 0.5 })).toEqual([0.125, 0.5, -0.5])
  })

  it('bce of 0 and 1: logarithms end at -100, slopes at 1e12, as those of PyTorch', () => {
    const most = stored(1e12)
    for (const [p, t, value, dp] of [
      [0, 1, 100, -most],
      [1, 0, 100, most],
      [0, 0, 0, 1],
      [1, 1, 0, -1],
      [0, 0.5, 50, -(most - 1) / 2],
    ] as const) {
      const [loss, slope] = point(make, 'bce', p, t)
      expect(Object.is(loss, value), `${loss} at ${p}, ${t}`).toBe(true)
      near(slope!, dp)
    }
    expect(point(make, 'bce', 0, 1)[2]).toBe(100)
    expect(point(make, 'bce', 1, 0)[2]).toBe(-100)
    // Between the limit of the slope and that of the logarithm, and below both.
    near(point(make, 'bce', 1e-20, 1)[0]!, -Math.log(stored(1e-20)))
    near(point(make, 'bce', 1e-20, 1)[1]!, -most)
    expect(point(make, 'bce', dtype === 'float64' ? 5e-324 : 1.4e-45, 1)[0]).toBe(100)
    // Tiny probabilities lose no digits.
    near(point(make, 'bce', 1e-10, 0)[0]!, -Math.log1p(-stored(1e-10)))
    near(point(make, 'bce', 1e-10, 1)[1]!, -1 / stored(1e-10))
  })

  it('bceWithLogits neither overflows nor cancels', () => {
    expect(point(make, 'bceWithLogits', 1e4, 1)).toEqual([0, 0, -1e4])
    expect(point(make, 'bceWithLogits', 1e4, 0)).toEqual([1e4, 1, -1e4])
    expect(point(make, 'bceWithLogits', -1e4, 1)).toEqual([1e4, -1, 1e4])
    expect(point(make, 'bceWithLogits', -1e4, 0)).toEqual([0, 0, 1e4])
    expect(point(make, 'bceWithLogits', 1e4, 0.5)[0]).toBe(5e3)
    expect(point(make, 'bceWithLogits', -1e4, 1, { posWeight: 3 }).slice(0, 2)).toEqual([3e4, -3])
    for (const z of [40, 80]) {
      near(point(make, 'bceWithLogits', z, 1)[0]!, Math.exp(-z))
      near(point(make, 'bceWithLogits', z, 1)[1]!, -Math.exp(-z))
      near(point(make, 'bceWithLogits', -z, 0)[0]!, Math.exp(-z))
      near(point(make, 'bceWithLogits', -z, 0)[1]!, Math.exp(-z))
    }
  })

  it('bceWithLogits of infinite logits: nothing where they are right, Infinity where they are wrong', () => {
    expect(point(make, 'bceWithLogits', Infinity, 1).slice(0, 2)).toEqual([0, 0])
    expect(point(make, 'bceWithLogits', -Infinity, 0).slice(0, 2)).toEqual([0, 0])
    expect(point(make, 'bceWithLogits', Infinity, 0).slice(0, 2)).toEqual([Infinity, 1])
    expect(point(make, 'bceWithLogits', -Infinity, 1).slice(0, 2)).toEqual([Infinity, -1])
    expect(point(make, 'bceWithLogits', -Infinity, 1, { posWeight: 0 }).slice(0, 2)).toEqual([0, 0])
  })

  it('crossEntropy of huge and of infinite logits', () => {
    const z = make([1e4, -1e4, 0], [1, 3])
    expect(derive('crossEntropy', z, classes([0]))).toMatchObject({ value: 0, dp: [0, 0, 0] })
    expect(derive('crossEntropy', z, classes([1]))).toMatchObject({ value: 2e4, dp: [1, -1, 0] })
    expect(derive('crossEntropy', z, make([0, 0.5, 0.5], [1, 3]))).toMatchObject({
      value: 1.5e4,
      dp: [1, -0.5, -0.5],
    })
    // A class that is excluded, by a logit of -Infinity, and has no probability.
    const excluded = make([0, -Infinity, 0], [1, 3])
    for (const target of [classes([0]), make([1, 0, 0], [1, 3])]) {
      const { value, dp } = derive('crossEntropy', excluded, target)
      near(value, Math.LN2)
      expectClose(dp, [-0.5, 0, 0.5], { atol: relative, equalNaN: false })
    }
    expect(derive('crossEntropy', excluded, make([0.5, 0.5, 0], [1, 3])).value).toBe(Infinity)
    expect(derive('crossEntropy', excluded, classes([1])).value).toBe(Infinity)
    expect(derive('crossEntropy', excluded, classes([1]), { weight: make([1, 0, 1]) }).value).toBe(0)
    // As PyTorch: the softmax of Infinity is not defined.
    expect(derive('crossEntropy', make([Infinity, 0], [1, 2]), classes([0])).value).toBeNaN()
  })

  it('nll of probabilities 0', () => {
    const logs = make([-Infinity, 0, -Infinity, 0], [2, 2])
    expect(derive('nll', logs, classes([1, 1]))).toMatchObject({ value: 0, dp: [0, -1, 0, -1] })
    expect(derive('nll', logs, classes([1, 0])).value).toBe(Infinity)
    expect(derive('nll', logs, classes([1, 0]), { weight: make([0, 1]) }).value).toBe(0)
    expect(derive('nll', logs, classes([1, 0]), { ignoreIndex: 0 })).toMatchObject({
      value: 0,
      dp: [0, -1, 0, 0],
    })
  })

  it('klDiv where the target, the prediction or both are 0', () => {
    const none = Number.NEGATIVE_INFINITY
    expect(derive('klDiv', make([none, 0], [1, 2]), make([0, 1], [1, 2]))).toMatchObject({
      value: 0,
      dp: [0, -1],
    })
    expect(derive('klDiv', make([-1, -2], [1, 2]), make([0, 1], [1, 2]))).toEqual({
      value: 2,
      dp: [0, -1],
      dt: [1, 3],
    })
    expect(derive('klDiv', make([none, 0], [1, 2]), make([0.5, 0.5], [1, 2])).value).toBe(Infinity)
    const logTarget = { logTarget: true }
    expect(derive('klDiv', make([none, 0], [1, 2]), make([none, 0], [1, 2]), logTarget)).toMatchObject({
      value: 0,
      dp: [0, -1],
      dt: [0, 1],
    })
    expect(derive('klDiv', make([-1e4, 0], [1, 2]), make([none, 0], [1, 2]), logTarget)).toMatchObject({
      value: 0,
      dp: [0, -1],
      dt: [0, 1],
    })
    expect(derive('klDiv', make([-1e4], [1, 1]), make([0], [1, 1]), logTarget).value).toBe(1e4)
  })

  it('cosineSimilarity of vectors that are huge, tiny, or zero', () => {
    const big = make([3 * huge, 4 * huge])
    // Less than 1 by a number near to it: rounded as 1 is.
    const distance = { atol: relative, equalNaN: false }
    expectClose(derive('cosineSimilarity', big, make([4, 3])).value, 1 - 24 / 25, distance)
    // -(p - cos t) / |t| of p = [.6, .8], t = [.8, .6] of length 1.
    expectClose(derive('cosineSimilarity', big, make([4, 3])).dt!, [0.0336, -0.0448], {
      rtol: 10 * relative,
      atol: 0,
    })
    expectClose(
      derive('cosineSimilarity', make([3e-30, 4e-30]), make([4, 3]), { eps: 1e-36 }).value,
      1 - 24 / 25,
      distance,
    )
    expect(derive('cosineSimilarity', make([0, 0]), make([0, 0]))).toEqual({
      value: 1,
      dp: [0, 0],
      dt: [0, 0],
    })
    const { value, dp } = derive('cosineSimilarity', make([0, 0]), make([3, 4]))
    expect(value).toBe(1)
    expectClose(dp, [-0.6e8, -0.8e8], { rtol: 10 * relative, atol: 0 })
    expect(derive('cosineSimilarity', make([2, 0]), make([-5, 0])).value).toBe(2)
    expect(derive('cosineSimilarity', make([2, 0]), make([5, 0])).value).toBe(0)
  })

  it('a NaN goes on to where it is looked for', () => {
    for (const name of ['mse', 'l1', 'huber', 'bce', 'bceWithLogits', 'klDiv', 'cosineSimilarity'])
      expect(lossOf(name)(make([Number.NaN, 0.5]), make([0.5, 0.5])).item(), name).toBeNaN()
    for (const name of ['crossEntropy', 'nll'])
      expect(lossOf(name)(make([Number.NaN, 0.5]), classes([0], [])).item(), name).toBeNaN()
  })

  it('nothing on the way is infinite or NaN where the result is finite', () => {
    const none = Number.NEGATIVE_INFINITY
    const calls = [
      () => derive('bce', make([0, 1, 0, 1]), make([0, 1, 1, 0])),
      () => derive('klDiv', make([none, 0]), make([none, 0]), { logTarget: true }),
      () => derive('klDiv', make([-1, 0]), make([0, 1])),
      () => derive('cosineSimilarity', make([0, 0]), make([0, 0])),
      () => derive('huber', make([huge]), make([0])),
    ]
    for (const call of calls) expect(() => detectAnomaly(call)).not.toThrow()
    expect(() => detectAnomaly(() => derive('mse', make([huge]), make([0])))).toThrow(
      /^detectAnomaly: square\(.* made Infinity/,
    )
  })
})
