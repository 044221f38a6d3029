/** @file Backpropagation by loops and by autograd, held against paths and differences that know nothing of deltas. */
import { describe, expect, it } from 'vitest'
import { agreement } from '../tutorial/backpropagation/agreement.ts'
import { differentiate } from '../tutorial/backpropagation/autograd.ts'
import { MAJORITY } from '../tutorial/backpropagation/batch.ts'
import { modelOf, plainOf } from '../tutorial/backpropagation/model.ts'
import { DEEPER, ONE_SAMPLE, THREE_OUTPUTS, THREE_SAMPLE } from '../tutorial/backpropagation/networks.ts'
import { backpropagate, descend, meanGradient, type Sample } from '../tutorial/backpropagation/plain.ts'
import { NETWORK, type PlainLayer } from '../tutorial/network.ts'

type Network = readonly PlainLayer[]

const f = (z: number): number => 1 / (1 + Math.exp(-z))

/** z of each layer from layer 2 on, with `added` put on one of them; the cost. */
function pass(network: Network, { x, y }: Sample, added?: { l: number; i: number; by: number }) {
  const z: number[][] = []
  let h = [...x]
  for (let k = 0; k < network.length; k++) {
    const row: number[] = []
    for (let i = 0; i < network[k]!.bias.length; i++) {
      let sum = network[k]!.bias[i]!
      for (let j = 0; j < h.length; j++) sum += network[k]!.weight[i]![j]! * h[j]!
      if (added?.l === k + 2 && added.i === i) sum += added.by
      row.push(sum)
    }
    z.push(row)
    h = row.map(f)
  }
  let cost = 0
  for (let i = 0; i < h.length; i++) cost += (y[i]! - h[i]!) ** 2 / 2
  return { z, h, cost }
}

/** dJ/dz of node i of layer l as a sum over all paths to all outputs; f' from the exponential, not from f. */
function pathSum(network: Network, sample: Sample, l: number, i: number): number {
  const { z, h } = pass(network, sample)
  const value = z[l - 2]![i]!
  const slope = Math.exp(-value) / (1 + Math.exp(-value)) ** 2
  if (l === network.length + 1) return slope * (h[i]! - sample.y[i]!)
  let sum = 0
  for (let k = 0; k < network[l - 1]!.bias.length; k++)
    sum += slope * network[l - 1]!.weight[k]![i]! * pathSum(network, sample, l + 1, k)
  return sum
}

const central = (cost: (by: number) => number, step = 1e-4): number => (cost(step) - cost(-step)) / (2 * step)

/** The network with one weight (or, without j, one bias) moved. */
function moved(network: Network, k: number, i: number, j: number | null, by: number): PlainLayer[] {
  const copy = network.map(({ weight, bias }) => ({ weight: weight.map((row) => [...row]), bias: [...bias] }))
  if (j === null) copy[k]!.bias[i]! += by
  else copy[k]!.weight[i]![j]! += by
  return copy
}

const cases: [string, Network, Sample][] = [
  ['3-3-1', NETWORK, ONE_SAMPLE],
  ['3-3-3', THREE_OUTPUTS, THREE_SAMPLE],
  ['3-3-3-3-1', DEEPER, ONE_SAMPLE],
]

describe.each(cases)('%s', (_, network, sample) => {
  for (const [how, compute] of [
    ['by hand', backpropagate],
    ['by autograd', differentiate],
  ] as const) {
    it(`${how}: every delta is its sum over paths`, () => {
      const { delta } = compute(network, sample)
      expect(delta.map((row) => row.length)).toEqual([0, 0, ...network.map(({ bias }) => bias.length)])
      // f (1 - f) loses two digits where f is near 1.
      for (const [l, row] of delta.entries())
        for (const [i, value] of row.entries())
          expect(value / pathSum(network, sample, l, i)).toBeCloseTo(1, 12)
    })

    it(`${how}: deltas and gradients are the differences of J`, () => {
      const { J, delta, dW, db } = compute(network, sample)
      expect(J).toBeCloseTo(pass(network, sample).cost, 15)
      // A step of 1e-4 leaves an error of some 1e-8 of J's third derivative, all of which are below 0.1.
      const isSlope = (value: number, cost: (by: number) => number): void =>
        expect(value).toBeCloseTo(central(cost), 9)
      for (const [k, { weight, bias }] of network.entries()) {
        for (const [i, row] of weight.entries())
          for (const j of row.keys())
            isSlope(dW[k + 1]![i]![j]!, (by) => pass(moved(network, k, i, j, by), sample).cost)
        for (const i of bias.keys()) {
          isSlope(db[k + 1]![i]!, (by) => pass(moved(network, k, i, null, by), sample).cost)
          isSlope(delta[k + 2]![i]!, (by) => pass(network, sample, { l: k + 2, i, by }).cost)
        }
      }
    })

    it(`${how}: dJ/dx is the difference of J by x`, () => {
      const { dh } = compute(network, sample)
      for (const j of sample.x.keys()) {
        const at = (by: number): number =>
          pass(network, { x: sample.x.map((v, i) => (i === j ? v + by : v)), y: sample.y }).cost
        expect(dh[1]![j]).toBeCloseTo(central(at), 9)
      }
    })
  }
})

describe('one weight of 3-3-1', () => {
  it('dJ/dw12(2) = h2(2) delta1(3), from the printed figures of the feed-forward example', () => {
    const [h2, output] = [0.967705, 0.835456]
    const delta = -(1 - output) * output * (1 - output)
    const { delta: found, dW } = backpropagate(NETWORK, ONE_SAMPLE)
    // The figures have six decimals.
    expect(found[3]![0]).toBeCloseTo(delta, 6)
    expect(dW[2]![0]![1]).toBeCloseTo(h2 * delta, 6)
  })
})

describe('a batch', () => {
  it('is all combinations of three bits, each with what most of them are', () => {
    expect(MAJORITY.map(({ x, y }) => `${x.join('')}${y.join('')}`)).toEqual([
      '0000',
      '0010',
      '0100',
      '0111',
      '1000',
      '1011',
      '1101',
      '1111',
    ])
  })

  it('has the mean cost, whose differences are the mean gradient', () => {
    const mean = (network: Network): number =>
      MAJORITY.reduce((sum, sample) => sum + pass(network, sample).cost, 0) / MAJORITY.length
    const { J, dW, db } = meanGradient(NETWORK, MAJORITY)
    expect(J).toBeCloseTo(mean(NETWORK), 15)
    for (const [k, { weight, bias }] of NETWORK.entries())
      for (const i of bias.keys()) {
        expect(db[k + 1]![i]).toBeCloseTo(
          central((by) => mean(moved(NETWORK, k, i, null, by))),
          9,
        )
        for (const j of weight[i]!.keys())
          expect(dW[k + 1]![i]![j]).toBeCloseTo(
            central((by) => mean(moved(NETWORK, k, i, j, by))),
            9,
          )
      }
  })

  it('a step goes against the gradient, and leaves the old network as it is', () => {
    const gradient = { dW: [[], [[1, -2]]], db: [[], [3]] }
    const network: Network = [{ weight: [[5, 6]], bias: [7] }]
    expect(descend(network, gradient, 0.5)).toEqual([{ weight: [[4.5, 7]], bias: [5.5] }])
    expect(network).toEqual([{ weight: [[5, 6]], bias: [7] }])
  })
})

describe('the model of nn', () => {
  it('has the weights of the plain network, and copies of them', () => {
    const model = modelOf(DEEPER)
    expect(plainOf(model)).toEqual(DEEPER)
    for (const parameter of model.parameters()) parameter.assign(0)
    expect(DEEPER[0]!.weight[0]).toEqual([0.2, 0.2, 0.2])
  })
})

describe('the check of a step', () => {
  it('tells the largest relative difference', () => {
    expect(agreement('a', [1, [2, 0]], [1, [2, 0]])).toBe('a: 3 numbers, equal')
    expect(agreement('a', 2, 2 + 2 ** -51)).toMatch(/^a: within 2\.2e-16, relative$/)
    expect(agreement('a', [1, -8], [1, -10], 0.5)).toBe('a: 2 numbers, within 2.0e-1, relative')
  })
  it.each([
    ['a difference', [1, 2], [1, 2 + 1e-11]],
    ['a sign', [1e-20], [-1e-20]],
    ['something for nothing', [0], [1e-20]],
    ['not a number', [Number.NaN], [Number.NaN]],
    ['numbers that are missing', [1, 2], [1]],
  ])('throws for %s', (_, mine, other) => {
    expect(() => agreement('a', mine, other)).toThrow(/^a: /)
  })
})
