/** @file The digits example: its training against plain loops and the closed-form formulas, its recipe. */
import { fileURLToPath } from 'node:url'
import type { Tensor } from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { disagreement, outputsOf } from '../common/delta-formulas.ts'
import { plainLayers, plainRows } from '../common/plain-arrays.ts'
import { descendByHand } from '../digits/by-hand.ts'
import { readDigits } from '../digits/csv.ts'
import { type EpochEnd, misreadOf, trainRecipe } from '../digits/recipe.ts'
import { costOf, meanSlopes, problemOf, type Settings, testAccuracy, train } from '../digits/train.ts'

const images = readDigits(fileURLToPath(new URL('../data/digits.csv', import.meta.url)))
const settings: Settings = {
  seed: 1,
  iterations: 20,
  hidden: 6,
  rate: 0.25,
  start: 'uniform',
  scaleOn: 'train',
  dtype: 'float64',
}
const problem = problemOf(images, settings)

const column = (rows: readonly (readonly number[])[], j: number): number[] => rows.map((row) => row[j]!)
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length
const deviation = (values: readonly number[]): number => {
  const m = mean(values)
  return Math.sqrt(mean(values.map((v) => (v - m) ** 2)))
}
const position = (values: readonly number[]): number => values.indexOf(Math.max(...values))

describe('data', () => {
  const rows = plainRows(problem.train)
  const others = plainRows(problem.test)

  it('1,078 images train and 719 others test', () => {
    expect([rows.length, others.length]).toEqual([1078, 719])
    const all = [...rows, ...others].map(({ y }) => position(y))
    const count = (list: readonly number[]) =>
      [...new Set(list)].sort().map((d) => list.filter((x) => x === d).length)
    expect(count(all)).toEqual(count(images.map(({ digit }) => digit)))
    expect(rows.every(({ y }) => y.filter((v) => v === 1).length === 1 && mean(y) === 0.1)).toBe(true)
  })
  it('each pixel has mean 0 and deviation 1 over the training images, and 0 where it never changes', () => {
    const spreads = Array.from({ length: 64 }, (_, j) => {
      const values = column(
        rows.map(({ x }) => x),
        j,
      )
      // Sums of 1,078 numbers of about 1 in float64.
      expect(Math.abs(mean(values))).toBeLessThan(1e-12)
      return deviation(values)
    })
    const constant = spreads.filter((spread) => spread === 0).length
    expect(constant).toBeGreaterThanOrEqual(3)
    expect(spreads.filter((spread) => Math.abs(spread - 1) < 1e-12)).toHaveLength(64 - constant)
    expect(others.flatMap(({ x }) => x).every(Number.isFinite)).toBe(true)
  })
  it('fitted to all images it is the whole that has mean 0', () => {
    const all = problemOf(images, { ...settings, scaleOn: 'all' })
    const centers = (lists: { x: number[] }[]): number =>
      Math.max(
        ...Array.from({ length: 64 }, (_, j) =>
          Math.abs(
            mean(
              column(
                lists.map(({ x }) => x),
                j,
              ),
            ),
          ),
        ),
      )
    expect(centers([...plainRows(all.train), ...plainRows(all.test)])).toBeLessThan(1e-12)
    expect(centers(plainRows(all.train))).toBeGreaterThan(1e-3)
  })
  it('seeds make the difference, and all of it', () => {
    const first = (seed: number): unknown => plainRows(problemOf(images, { ...settings, seed }).train)[0]
    expect(first(1)).toEqual(rows[0])
    expect(first(2)).not.toEqual(rows[0])
  })
})

describe('the two starts', () => {
  it('uniform in [0, 1), biases too, the same in both dtypes', () => {
    const layers = plainLayers(problem)
    const values = layers.flatMap(({ weight, bias }) => [...weight.flat(), ...bias])
    expect(values).toHaveLength(64 * 6 + 6 + 6 * 10 + 10)
    expect(values.every((w) => w >= 0 && w < 1)).toBe(true)
    expect(mean(layers[1]!.bias)).toBeGreaterThan(0.1)
    const narrow = plainLayers(problemOf(images, { ...settings, dtype: 'float32' }))
    expect(disagreement(layers, narrow)).toBeLessThan(2 ** -24)
  })
  it('Glorot: uniform in ±√(6 / (in + out)), biases 0', () => {
    const layers = plainLayers(problemOf(images, { ...settings, start: 'glorot' }))
    for (const [l, limit] of [Math.sqrt(6 / 70), Math.sqrt(6 / 16)].entries()) {
      const { weight, bias } = layers[l]!
      const largest = Math.max(...weight.flat().map(Math.abs))
      expect(largest).toBeLessThanOrEqual(limit)
      expect(largest).toBeGreaterThan(0.9 * limit)
      expect(bias.every((b) => b === 0)).toBe(true)
    }
  })
})

describe('the training', () => {
  it('cost, slopes and accuracy are what plain loops make of them', () => {
    const layers = plainLayers(problem)
    const outputs = plainRows(problem.train).map(({ x, y }) => ({ y, layers: outputsOf(layers, x) }))
    const costs = outputs.map(({ y, layers: [, , h] }) =>
      y.reduce((sum, v, i) => sum + (v - h![i]!) ** 2 / 2, 0),
    )
    const cost = costOf(problem, problem.train).item()
    expect(cost).toBeCloseTo(mean(costs), 12)
    const slope = (l: number): number =>
      mean(outputs.flatMap(({ layers: hs }) => hs[l]!.map((h) => h * (1 - h))))
    // Both are means of numbers of at most 0.25.
    for (const [i, value] of meanSlopes(problem).entries()) expect(value).toBeCloseTo(slope(i + 1), 12)
    const right = plainRows(problem.test).filter(
      ({ x, y }) => position(outputsOf(layers, x)[2]!) === position(y),
    )
    expect(testAccuracy(problem)).toBe(right.length / 719)
  })

  it.each(['uniform', 'glorot'] as const)('agrees with the closed-form formulas, %s start', (start) => {
    const few = { ...settings, start, iterations: 5 }
    const fresh = problemOf(images, few)
    const [layers, before] = [plainLayers(fresh), plainLayers(fresh)]
    descendByHand(layers, plainRows(fresh.train), few)
    const costs: number[] = []
    train(fresh, few, (iteration, cost) => {
      costs.push(cost)
      expect(iteration).toBe(costs.length)
    })
    // Both sum some 1,000 terms per gradient in float64.
    expect(disagreement(layers, plainLayers(fresh))).toBeLessThan(1e-13)
    expect(disagreement(before, layers)).toBeGreaterThan(1e-4)
    expect(costs).toEqual(costs.toSorted((a, b) => b - a))
    expect(costs[4]).toBeLessThan(costs[0]!)
  })

  it('learns: from the Glorot start 150 iterations halve the mistakes', () => {
    const quick = { ...settings, hidden: 30, start: 'glorot', dtype: 'float32', iterations: 150 } as const
    const fresh = problemOf(images, quick)
    const before = testAccuracy(fresh)
    train(fresh, quick)
    expect(1 - testAccuracy(fresh)).toBeLessThan((1 - before) / 2)
  })
})

describe('the recipe', () => {
  const ends: EpochEnd[] = []
  const reading = trainRecipe(images, { seed: 1, epochs: 2 }, (end) => ends.push(end))

  it('reads more than nine of ten test images right after two epochs', () => {
    expect(ends.map(({ epoch }) => epoch)).toEqual([1, 2])
    expect(ends[1]!.loss).toBeLessThan(ends[0]!.loss)
    expect(ends[1]!.test).toBeGreaterThan(0.9)
    expect(ends[1]!.train).toBeGreaterThan(ends[1]!.test - 0.05)
  })
  it('tests on the same images as the tutorial', () => {
    const classes = problem.test.y.argmax(1) as Tensor
    expect(Array.from(reading.digits.data)).toEqual(Array.from(classes.data))
  })
  it('lists the misread images, the surest mistakes first', () => {
    const misread = misreadOf(reading)
    expect(1 - misread.length / 719).toBeCloseTo(ends[1]!.test, 12)
    const chances = misread.map(({ probability }) => probability)
    expect(chances).toEqual(chances.toSorted((a, b) => b - a))
    for (const { digit, predicted, pixels, probability } of misread) {
      expect(predicted).not.toBe(digit)
      // The greatest of ten probabilities.
      expect(probability).toBeGreaterThanOrEqual(0.1)
      expect(images.some((image) => image.digit === digit && String(image.pixels) === String(pixels))).toBe(
        true,
      )
    }
  })
})
