/** @file The exercises, graded: right answers, wrong ones and their causes. */
import type { DeltaInputs, GradientInputs } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { articleNetwork } from '../article/network.ts'
import { UserError } from '../common/cli.ts'
import * as biasTemplate from '../exercise/bias.ts'
import * as deltaTemplate from '../exercise/delta.ts'
import { grade, type Verdict } from '../exercise/grade.ts'
import { TASKS } from '../exercise/tasks.ts'

const biasOf = (biasGradient: (layer: number, inputs: GradientInputs) => unknown): Verdict =>
  grade(TASKS.bias, { biasGradient }, 'my.ts')
const deltaOf = (delta: (layer: number, inputs: DeltaInputs) => unknown): Verdict =>
  grade(TASKS.delta, { delta }, 'my.ts')

const fPrime = (n: number): number => n * (1 - n)
/** dL/dn, by a loop. */
const back = ({ W, deltaNext }: DeltaInputs, j: number): number => {
  let sum = 0
  for (let i = 0; i < deltaNext.length; i++) sum += deltaNext[i]! * W[i]![j]!
  return sum
}
const rightDelta = (inputs: DeltaInputs): number[] => inputs.n.map((n, j) => fPrime(n) * back(inputs, j))

const right = ({ grades }: Verdict): boolean => grades.every(({ wrong }) => wrong === null)

describe('right answers', () => {
  it('the solutions, in both networks', () => {
    const bias = grade(TASKS.bias, TASKS.bias.solved, 'solution')
    // One bias for each of 3 + 2 + 1 neurons; 4 + 2 neurons for each of three samples and for their sum.
    expect(bias.grades.map(({ values, right, wrong }) => [values, right, wrong])).toEqual([
      [6, 6, null],
      [24, 24, null],
    ])
    const delta = grade(TASKS.delta, TASKS.delta.solved, 'solution')
    expect(delta.grades.map(({ values, right, wrong }) => [values, right, wrong])).toEqual([
      [6, 6, null],
      [18, 18, null],
    ])
  })
  it('another way to write it: f(z) f(-z) from z', () => {
    const f = (z: number): number => 1 / (1 + Math.exp(-z))
    const grades = deltaOf((_, { z, W, deltaNext }) =>
      z.map((value, j) => {
        let behind = 0
        deltaNext.forEach((d, i) => {
          behind += W[i]![j]! * d
        })
        return f(value) * f(-value) * behind
      }),
    )
    expect(right(grades)).toBe(true)
  })
  it('typed arrays', () => {
    expect(right(biasOf((_, { delta }) => Float64Array.from(delta)))).toBe(true)
    expect(right(deltaOf((_, inputs) => Float64Array.from(rightDelta(inputs))))).toBe(true)
  })
})

describe('wrong answers', () => {
  it('names layer, neuron, and the values', () => {
    // All right but for neuron 1 of layer 2.
    const { grades, cause } = biasOf((layer, { delta }) =>
      delta.map((d, i) => (layer === 2 && i === 1 ? 2 * d : d)),
    )
    const [first, second] = grades
    const { layer, neuron, quantity, expected, given, row, ratios } = first!.wrong!
    expect([layer, neuron, quantity]).toEqual([2, 1, 'db'])
    expect(cause).toBe('all wrong values are off by the factor 2')
    expect(given).toBeCloseTo(2 * expected, 14)
    expect(ratios).toEqual([
      { layer: 3, values: [1] },
      { layer: 2, values: [1, 2] },
      { layer: 1, values: [1, 1, 1] },
    ])
    // Differences of a forward pass in float64 keep some six digits here.
    expect(row.finite!.value / expected).toBeCloseTo(1, 4)
    expect([first!.values, first!.right, first!.follow]).toEqual([6, 5, 0])
    expect(second!.wrong!.sample).toBe(0)
    // Of the batch one value of each sample is wrong, and their sum with them.
    expect([second!.values, second!.right, second!.follow]).toEqual([24, 20, 1])
  })
  it.each<[string, (inputs: GradientInputs) => unknown, RegExp]>([
    [
      'times the inputs, like a weight',
      ({ delta, input }) => delta.map((d) => d * input.reduce((a, b) => a + b)),
      /treated like a weight/,
    ],
    ['times n', ({ delta, n }) => delta.map((d, i) => d * n[i]!), /times n of the same neuron/],
    ['times z', ({ delta, z }) => delta.map((d, i) => d * z[i]!), /times z/],
    ["times f'", ({ delta, n }) => delta.map((d, i) => d * fPrime(n[i]!)), /δ is dL\/dz, which has its f'/],
    [
      "f' from z",
      ({ delta, z }) => delta.map((d, i) => (d * Math.exp(-z[i]!)) / (1 + Math.exp(-z[i]!)) ** 2),
      /δ is dL\/dz/,
    ],
    ['zero', ({ delta }) => delta.map(() => 0), /0 everywhere/],
    ['the sign', ({ delta }) => delta.map((d) => -d), /sign is flipped/],
    ['one', ({ delta }) => delta.map(() => 1), /delta is missing/],
    ['the first input', ({ delta, input }) => delta.map((d) => d * input[0]!), /first input/],
    ['the input of its number', ({ delta, input }) => delta.map((d, i) => d * input[i]!), /same number/],
    ['an index outside', ({ delta, z }) => delta.map((d) => d * z[99]!), /out of an array/],
    [
      'summed over the neurons',
      ({ delta }) => delta.map(() => delta.reduce((a, b) => a + b)),
      /summed over the neurons/,
    ],
    // Factors that could be a bias of a network, divided by 4: they are not.
    ['half', ({ delta }) => delta.map((d) => d / 2), /^all wrong values are off by the factor 0\.5$/],
    ['a quarter', ({ delta }) => delta.map((d) => d / 4), /factor 0\.25$/],
    ['an eighth', ({ delta }) => delta.map((d) => d / 8), /factor 0\.125$/],
    ['three times', ({ delta }) => delta.map((d) => 3 * d), /factor 3$/],
    [
      "over f'",
      ({ delta, n }) => delta.map((d, i) => d / fPrime(n[i]!)),
      /factor 1 \/ f'\(z\) of its neuron/,
    ],
  ])('bias: %s', (_, answer, cause) => {
    expect(biasOf((__, inputs) => answer(inputs)).cause).toMatch(cause)
  })
  it('bias: of factors that mean nothing the ratios are told', () => {
    const factors = [[1, 2, 3], [4, 5], [6]]
    const { cause, grades } = biasOf((layer, { delta }) =>
      delta.map((d, i) => d * (factors[layer - 1]![i] ?? 7)),
    )
    expect(cause).toBeNull()
    const { ratios } = grades[0]!.wrong!
    expect(ratios.map(({ layer }) => layer)).toEqual([3, 2, 1])
    // A product divided by one of its factors is off by one rounding at most.
    ratios
      .flatMap(({ values }) => values)
      .forEach((value, i) => {
        expect(value).toBeCloseTo([6, 4, 5, 1, 2, 3][i]!, 14)
      })
  })
  it('bias: what one of the networks takes for a known mistake, and the other does not, is none', () => {
    // In the article's network this is δ times b; in the other one it is not.
    const biases = articleNetwork()
      .parameters()
      .filter(({ ndim }) => ndim === 1)
      .map((b) => Array.from(b.data, (value) => value / 4.3))
    const { cause, grades } = biasOf((layer, { delta }) =>
      delta.map((d, i) => d * (biases[layer - 1]![i] ?? 0.9)),
    )
    expect(grades[0]!.wrong!.bugs).toEqual(['bias-in-bias'])
    expect(grades[1]!.wrong!.bugs).toEqual([])
    expect(cause).toBeNull()
  })
  it.each<[string, (inputs: DeltaInputs) => unknown, RegExp]>([
    ["without f'", (inputs) => inputs.z.map((_, j) => back(inputs, j)), /f'\(z\) is missing/],
    ['dn/dz alone', ({ n }) => n.map(fPrime), /what comes back from the layer above is missing/],
    ['zero', ({ z }) => z.map(() => 0), /0 everywhere/],
    ['-δ', (inputs) => rightDelta(inputs).map((d) => -d), /the sign of your δ is flipped/],
    [
      'n (n - 1)',
      (inputs) => inputs.n.map((n, j) => n * (n - 1) * back(inputs, j)),
      /the sign of your δ is flipped/,
    ],
    [
      '-δ at the output alone',
      (inputs) => rightDelta(inputs).map((d) => (inputs.last ? -d : d)),
      /the sign of your δ is flipped/,
    ],
    [
      'transposed W',
      ({ n, W, deltaNext }) =>
        n.map((value, j) => fPrime(value) * deltaNext.reduce((sum, d, i) => sum + W[j]![i]! * d, 0)),
      /TypeError.*W stands where its transpose belongs/,
    ],
    [
      'transposed W, carefully',
      ({ n, W, deltaNext }) =>
        n.map(
          (value, j) =>
            fPrime(value) * deltaNext.reduce((sum, d, i) => sum + (W[j]?.[i] ?? Number.NaN) * d, 0),
        ),
      /W stands where its transpose belongs/,
    ],
    ['z (1 - z)', (inputs) => inputs.z.map((z, j) => fPrime(z) * back(inputs, j)), /f\(z\) is n/],
    ['1 - n²', (inputs) => inputs.n.map((n, j) => (1 - n ** 2) * back(inputs, j)), /tanh's/],
    ["back + f'", (inputs) => inputs.n.map((n, j) => back(inputs, j) + fPrime(n)), /multiplies/],
    ["f' twice", (inputs) => rightDelta(inputs).map((d, j) => d * fPrime(inputs.n[j]!)), /taken twice/],
    [
      'deltaNext[j] without a sum',
      ({ n, deltaNext }) => n.map((value, j) => fPrime(value) * deltaNext[j]!),
      /deltaNext\[j\] stands for the sum/,
    ],
    [
      'a sum without weights',
      ({ n, deltaNext }) => n.map((value) => fPrime(value) * deltaNext.reduce((a, b) => a + b)),
      /summed without the weights/,
    ],
    ['half', (inputs) => rightDelta(inputs).map((d) => d / 2), /factor 0\.5$/],
    ['three times', (inputs) => rightDelta(inputs).map((d) => 3 * d), /factor 3$/],
    ['times n', (inputs) => rightDelta(inputs).map((d, j) => d * inputs.n[j]!), /factor n of its neuron/],
  ])('delta: %s', (_, answer, cause) => {
    expect(deltaOf((__, inputs) => answer(inputs)).cause).toMatch(cause)
  })
  it('the ledger takes -δ at the output for y - ŷ, which the function never sees', () => {
    const { grades, cause } = deltaOf((_, inputs) => rightDelta(inputs).map((d) => (inputs.last ? -d : d)))
    expect(grades[0]!.wrong!.bugs).toContain('wrong-sign')
    expect(cause).not.toContain('ŷ')
  })
  it('of a mistake in the hidden layers alone, the first is wrong and the cause is found', () => {
    const { grades, cause } = deltaOf((_, inputs) =>
      inputs.last ? rightDelta(inputs) : inputs.n.map((n, j) => (1 - n * n) * back(inputs, j)),
    )
    expect(grades[0]!.wrong!.layer).toBe(2)
    expect(cause).toMatch(/tanh's/)
  })
  it('functions may write into what they get', () => {
    const { cause } = biasOf((_, { delta, n }) => {
      const own = delta as number[]
      for (let i = 0; i < own.length; i++) own[i]! *= n[i]!
      return own
    })
    expect(cause).toMatch(/times n of the same neuron/)
  })
  it('what does not work at all', () => {
    expect(() => grade(TASKS.bias, {}, 'my.ts')).toThrow('my.ts exports no function biasGradient')
    expect(() => biasOf(() => null)).toThrow('my.ts: biasGradient(3, ...) returned null: it is not done yet')
    expect(() => biasOf(() => undefined)).toThrow('returned undefined')
    expect(() => biasOf(() => [1, 2, 3, 4])).toThrow('biasGradient(3, ...) must give 1 number, got 4')
    expect(() => biasOf((_, { delta }) => [delta])).toThrow(
      'my.ts: biasGradient(3, ...) must give one number for each neuron, not a row: it gave one at position 0',
    )
    expect(() =>
      biasOf(() => {
        throw new TypeError('no')
      }),
    ).toThrow(new UserError('my.ts: biasGradient(3, ...) threw: no'))
    expect(() =>
      deltaOf((layer, inputs) => {
        if (layer === 1) throw new Error('layer 1 is left')
        return rightDelta(inputs)
      }),
    ).toThrow(new UserError('my.ts: delta(1, ...) threw: layer 1 is left'))
  })
  it('the templates are not done yet', () => {
    expect(() => grade(TASKS.bias, biasTemplate, 'bias.ts')).toThrow(/not done yet/)
    expect(() => grade(TASKS.delta, deltaTemplate, 'delta.ts')).toThrow(/not done yet/)
  })
})
