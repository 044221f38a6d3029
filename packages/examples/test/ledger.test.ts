/** @file The article's ledger: its figures against the article, autograd against the formulas, both against differences. */
import { tensor } from '@tapegrad/core'
import { type LedgerReport, type LedgerRow, ledger, MSE, SGD } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import {
  type ActivationName,
  articleNetwork,
  articleSample,
  ERRATA,
  LEARNING_RATE,
  matchesPrinted,
  type NetworkOptions,
  PRINTED,
} from '../article/network.ts'

const HALF_SUM = new MSE({ reduction: 'sum', scale: 0.5 })
const { x, y } = articleSample()
const ledgerOf = (options?: NetworkOptions): LedgerReport =>
  ledger(articleNetwork(options), x, y, { loss: HALF_SUM, rate: LEARNING_RATE })
const byId = (whole: LedgerReport): Map<string, LedgerRow> => new Map(whole.rows.map((row) => [row.id, row]))
const valuesOf = (whole: LedgerReport, name: string): number[] =>
  whole.rows.filter(({ id }) => id.startsWith(`${name}[`)).map(({ manual }) => manual)

const variants: [string, NetworkOptions][] = [
  ['the article, w(2,5) = 3', {}],
  ['w(2,5) = 2', { w25: 2 }],
  ['gentle', { gentle: true }],
  ...(
    [
      ['sigmoid', 'tanh', 'relu'],
      ['relu', 'sigmoid', 'tanh'],
      ['tanh', 'relu', 'sigmoid'],
    ] as ActivationName[][]
  ).map((activations): [string, NetworkOptions] => [`gentle, ${activations}`, { gentle: true, activations }]),
]

describe("the article's figures", () => {
  it('are all in the ledger', () => {
    expect(PRINTED.size).toBe(27)
    const rows = byId(ledgerOf())
    expect([...PRINTED.keys()].filter((id) => !rows.has(id))).toEqual([])
  })

  it('are reproduced with w(2,5) = 3, but for the two errata', () => {
    const rows = byId(ledgerOf())
    const differing = (column: 'manual' | 'autograd'): string[] =>
      [...PRINTED].filter(([id, figure]) => !matchesPrinted(rows.get(id)![column], figure)).map(([id]) => id)
    expect(differing('manual').sort()).toEqual(['delta1[1]', 'fPrime1[2]'])
    expect(differing('autograd').sort()).toEqual(['delta1[1]', 'fPrime1[2]'])
    expect([...ERRATA.keys()].sort()).toEqual(['delta1[1]', 'fPrime1[2]'])
  })

  it('match to one unit in the last printed digit, not two', () => {
    expect(matchesPrinted(0.002483519419602, '0.002483519419601')).toBe(true)
    expect(matchesPrinted(0.002483519419603, '0.002483519419601')).toBe(false)
    expect(matchesPrinted(-0.000000000147492, '-0.000000000147490')).toBe(false)
    expect(matchesPrinted(5.000001, '5')).toBe(false)
  })

  // Published with the data, computed with f' = f (1 - f): in 1 - f = 4.5e-5 the rounding of f is 2.4e-12, relatively.
  const near = (values: number[], expected: number[]): void => {
    expect(values).toHaveLength(expected.length)
    expected.forEach((value, i) => {
      expect(Math.abs(values[i]! / value - 1)).toBeLessThan(5e-12)
    })
  }
  it('true delta1 with w(2,5) = 3', () => {
    near(
      valuesOf(ledgerOf(), 'delta1'),
      [-1.474897793084364e-10, -2.7372199078870745e-12, -1.5934442841382014e-12],
    )
  })
  it('with w(2,5) = 2 as declared', () => {
    const whole = ledgerOf({ w25: 2 })
    near(valuesOf(whole, 'z2').slice(1), [7.979583862337768])
    near(valuesOf(whole, 'n3'), [0.9975186881409559])
    near(valuesOf(whole, 'delta3'), [-0.000006141631331652986])
    near(valuesOf(whole, 'delta2'), [-1.5252860680194707e-8, -6.304032164841563e-9])
    near(valuesOf(whole, 'delta1'), [-2.271305714526491e-10, -3.43746281156821e-12, -1.9571851259536598e-12])
  })
  it('the erratum of delta1[1]: forward with 3, backward with 2', () => {
    const rows = byId(ledgerOf())
    const value = (id: string): number => rows.get(id)!.manual
    const mixed = value('fPrime1[1]') * (1 * value('delta2[0]') + 2 * value('delta2[1]'))
    expect(matchesPrinted(mixed, PRINTED.get('delta1[1]')!)).toBe(true)
  })
})

describe('the three columns', () => {
  it.each(variants)('manual and autograd agree to 1e-11: %s', (_, options) => {
    expect(ledgerOf(options).agreement().manual.difference).toBeLessThan(1e-11)
  })

  it.each(variants.slice(0, 2))('finite differences agree to 1e-5: %s', (_, options) => {
    expect(ledgerOf(options).agreement().finite.relative).toBeLessThan(1e-5)
  })

  it.each(variants)('finite differences have the digits that they claim: %s', (_, options) => {
    const derivatives = ledgerOf(options).rows.filter(({ finite }) => finite !== null)
    expect(derivatives.length).toBeGreaterThan(50)
    for (const { id, finite, autograd, change } of derivatives) {
      const truth = change ?? autograd
      if (finite!.digits === null) expect(finite!.value, id).toBe(0)
      else expect(Math.abs(finite!.value / truth - 1), id).toBeLessThan(10 ** -finite!.digits)
    }
  })

  it('every quantity of every layer is there', () => {
    for (const { number, forward, backward } of ledgerOf().layers) {
      expect(forward.map(({ quantity }) => quantity)).toEqual(['z', 'n', 'fPrime'])
      const first = number === 3 ? ['error', 'backprop'] : ['backprop']
      expect(backward.map(({ quantity }) => quantity)).toEqual([...first, 'delta', 'dW', 'db', 'W', 'b'])
    }
    const rows = ledgerOf().rows
    expect(rows.every(({ numbers }) => numbers !== '')).toBe(true)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  })

  it('shows by how much parameters move', () => {
    const row = byId(ledgerOf()).get('W1[0][1]')!
    expect(row.change! / 2.949795586168728e-11).toBeCloseTo(1, 12)
    expect(row.numbers).toBe('1 - 0.1·(-2.95e-10)')
  })

  it('fills in numbers', () => {
    const rows = byId(ledgerOf())
    expect(rows.get('z1[2]')!.numbers).toBe('3·1 + 2·2 + 3')
    expect(rows.get('backprop1[1]')!.numbers).toBe('1·(-1.523e-8) + 3·(-2.317e-9)')
    expect(rows.get('loss')!.numbers).toBe('0.5·((0.9975203 - 1)²)')
  })
})

describe('the update', () => {
  it('with weightDecay: 1 is the formula that the article prints, W - α (δ nᵀ + W)', () => {
    const model = articleNetwork()
    const weights = model.parameters().filter(({ ndim }) => ndim === 2)
    const before = weights.map((w) => w.toArray() as number[][])
    HALF_SUM.call(model.call(x), y).backward()
    new SGD(weights, { lr: LEARNING_RATE, weightDecay: 1 }).step()

    const rows = byId(ledgerOf())
    weights.forEach((weight, l) => {
      const after = weight.toArray() as number[][]
      before[l]!.forEach((row, i) => {
        row.forEach((w, j) => {
          const printed = w - LEARNING_RATE * (rows.get(`dW${l + 1}[${i}][${j}]`)!.manual + w)
          // Two roundings of numbers near 1 to 3.
          expect(Math.abs(after[i]![j]! - printed)).toBeLessThan(1e-15)
          expect(after[i]![j]!).toBeLessThan(0.91 * w)
        })
      })
    })
  })

  it('leaves the model and its gradients alone', () => {
    const model = articleNetwork({ gentle: true })
    const mark = tensor([1, 2, 3], { dtype: 'float64' })
    const bias = model.parameters()[1]!
    bias.grad = mark
    const before = model.parameters().map((p) => [...p.data])
    ledger(model, x, y, { loss: HALF_SUM, rate: 0.1 })
    expect(model.parameters().map((p) => [...p.data])).toEqual(before)
    expect(model.parameters().map((p) => p.grad)).toEqual([null, mark, null, null, null, null])
    expect(bias.grad).toBe(mark)
  })
})
