/** @file Students' functions of all kinds: what they throw, write into and index, and what must not be blamed on them. */
import { tensor } from '@tapegrad/core'
import { type Bug, type DeltaInputs, Dense, ledger, mse, Sequential, Sigmoid } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { float64, HALF_SUM } from './models.ts'

type Delta = (layer: number, inputs: DeltaInputs) => ArrayLike<number>

/** Sigmoid layers of these widths, with weights that differ from neuron to neuron. */
function network(...widths: number[]): Sequential {
  const layers = widths.slice(1).flatMap((out, l) => {
    const dense = new Dense(widths[l]!, out, float64)
    const value = (i: number, j: number): number => Math.sin(1 + 5 * l + 3 * i + 2 * j)
    const weight = Array.from({ length: out }, (_, i) =>
      Array.from({ length: widths[l]! }, (_, j) => value(i, j)),
    )
    dense.weight.assign(tensor(weight, float64))
    dense.bias!.assign(
      tensor(
        weight.map((_, i) => Math.cos(2 + l + i)),
        float64,
      ),
    )
    return [dense, new Sigmoid()]
  })
  return new Sequential(...layers)
}
const grade = (widths: number[], delta: Delta) => {
  const vector = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.cos(1 + 2 * i))
  const [x, y] = [widths[0]!, widths.at(-1)!].map((n) => tensor(vector(n), float64))
  return ledger(network(...widths), x!, y!, { loss: HALF_SUM, delta })
}
const slope = (n: number): number => n * (1 - n)
const back = ({ W, deltaNext }: DeltaInputs, j: number): number =>
  deltaNext.reduce((sum, d, k) => sum + d * W[k]![j]!, 0)
const right: Delta = (_, inputs) => inputs.n.map((n, j) => slope(n) * back(inputs, j))
const transposed: Delta = (_, { n, W, deltaNext }) =>
  n.map((v, j) => slope(v) * deltaNext.reduce((sum, d, k) => sum + d * W[j]![k]!, 0))

// Square, wider and narrower above: the index leads out of W, throws, or both.
const SHAPES = [
  [2, 3, 3, 3],
  [3, 3, 1],
  [2, 3, 2],
  [2, 2, 4],
  [2, 4, 3, 2],
]

describe('whatever the shape', () => {
  it.each(SHAPES)('a right delta is right, in networks like %i-%i-%i', (...widths) => {
    expect(grade(widths, right).ok).toBe(true)
  })
  const mistakes: [Bug, Delta][] = [
    ['transpose-weights', transposed],
    ['drop-derivative', (_, inputs) => inputs.n.map((_, j) => back(inputs, j))],
    ['output-for-derivative', (_, inputs) => inputs.n.map((n, j) => n * back(inputs, j))],
    ['drop-weights', (_, { n, deltaNext }) => n.map((v, j) => slope(v) * deltaNext[j]!)],
  ]
  for (const [bug, delta] of mistakes)
    it.each(SHAPES)(`${bug} is recognised, in networks like %i-%i-%i`, (...widths) => {
      const { ok, firstWrong } = grade(widths, delta)
      expect(ok).toBe(false)
      expect(firstWrong!.bugs).toContain(bug)
    })
})

describe('what a function throws', () => {
  it('is an answer of NaN that says so', () => {
    const { firstWrong } = grade([3, 3, 1], transposed)
    expect(firstWrong).toMatchObject({ layer: 1, neuron: 0, given: Number.NaN, bug: 'transpose-weights' })
    expect(firstWrong!.message).toContain('the function threw TypeError: Cannot read properties of undefined')
    expect(firstWrong!.message).toContain('W stands where its transpose belongs')
  })
  it('without a known mistake comes with the sizes', () => {
    const { firstWrong } = grade([3, 3, 1], (layer, inputs) => {
      if (layer === 1) throw new RangeError('no idea')
      return right(layer, inputs)
    })
    expect(firstWrong!.bug).toBe(null)
    expect(firstWrong!.message).toMatch(
      /threw RangeError: no idea; NaN may come from .*W is \[1\]\[3\], W\[above\]\[here\]/,
    )
  })
})

describe('what a function throws on purpose', () => {
  it('passes through', () => {
    const unfinished: Delta = () => {
      throw new Error('not done yet')
    }
    expect(() => grade([2, 2], unfinished)).toThrow(/^not done yet$/)
  })
})

describe('a function that writes into what it gets', () => {
  it.each<[string, Delta]>([
    [
      'deltaNext, which it returns',
      (layer, inputs) => {
        const answer = right(layer, inputs)
        const place = inputs.deltaNext as number[]
        place.length = 0
        place.push(...Array.from(answer))
        return place
      },
    ],
    [
      'z and n',
      (layer, inputs) => {
        const answer = right(layer, inputs)
        ;(inputs.z as number[]).fill(7)
        ;(inputs.n as number[]).fill(7)
        return answer
      },
    ],
    [
      'W',
      (layer, inputs) => {
        const answer = right(layer, inputs)
        for (const row of inputs.W) (row as number[]).fill(7)
        return answer
      },
    ],
  ])('%s changes nothing', (_, delta) => {
    expect(grade([2, 3, 2], delta).ok).toBe(true)
  })
  it('may return a typed array', () => {
    expect(grade([2, 3, 2], (layer, inputs) => Float64Array.from(right(layer, inputs))).ok).toBe(true)
  })
})

describe('no mistake is named that was not made', () => {
  it.each<[string, Delta]>([
    ['half of it', (layer, inputs) => Array.from(right(layer, inputs), (d) => d / 2)],
    ['three times as much', (layer, inputs) => Array.from(right(layer, inputs), (d) => 3 * d)],
    ['zeros', (_, { n }) => n.map(() => 0)],
    ['infinities', (_, { n }) => n.map(() => Number.POSITIVE_INFINITY)],
    ['numbers of its own', (_, { n }) => n.map((_, j) => j + 1)],
  ])('for %s', (_, delta) => {
    const { ok, firstWrong } = grade([2, 3, 2], delta)
    expect(ok).toBe(false)
    expect(firstWrong!.bug).toBe(null)
  })
  it('for half of the biases where the last bias is 0.5', () => {
    const model = network(2, 3, 1)
    model.parameters()[3]!.assign(0.5)
    const { firstWrong } = ledger(model, tensor([1, 2], float64), tensor([0], float64), {
      loss: HALF_SUM,
      biasGradient: (_, { delta }) => delta.map((d) => d / 2),
    })
    expect(firstWrong!.bug).toBe(null)
  })
  it('for zeros where the last delta above is 0', () => {
    const model = new Sequential(new Dense(2, 2, float64), new Dense(2, 2, float64))
    const x = tensor([1, 1], float64)
    const y = model
      .call(x)
      .detach()
      .add(tensor([1, 0], float64)) as typeof x
    const { firstWrong } = ledger(model, x, y, { loss: mse, delta: (_, { z }) => z.map(() => 0) })
    expect(firstWrong!.bug).toBe(null)
  })
  it('an own mistake is named, not the one made on purpose beside it', () => {
    const { firstWrong } = ledger(network(2, 3, 2), tensor([1, 2], float64), tensor([0, 1], float64), {
      loss: HALF_SUM,
      bug: 'stale-gradients',
      delta: (_, inputs) => inputs.n.map((_, j) => back(inputs, j)),
    })
    expect(firstWrong!.bug).toBe('drop-derivative')
  })
})
