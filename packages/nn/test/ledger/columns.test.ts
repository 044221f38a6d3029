/** @file The ledger's three columns against each other, on generated networks, losses and batches. */
import { Generator, tensor } from '@tapegrad/core'
import { CrossEntropy, Dense, type Layer, ledger, Sequential } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACTIVATIONS, byId, classes, data, float64, HALF_SUM, LOSSES, small } from './models.ts'

const networks = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
  // 3 stands for no activation at all.
  activations: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 }),
  biases: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  samples: fc.option(fc.integer({ min: 1, max: 3 })),
  loss: fc.constantFrom(...LOSSES),
  rate: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })),
})
type Network = typeof networks extends fc.Arbitrary<infer T> ? T : never

function ledgerOf({ seed, widths, activations, biases, samples, loss, rate }: Network) {
  const generator = new Generator(seed)
  const layers = widths.slice(1).flatMap((out, l): Layer[] => {
    const activation = ACTIVATIONS[activations[l]!]
    const dense = new Dense(widths[l]!, out, { ...float64, generator, bias: biases[l]! })
    return activation === undefined ? [dense] : [dense, activation()]
  })
  const { x, y } = data(seed, samples, widths[0]!, widths.at(-1)!)
  const target = loss instanceof CrossEntropy ? classes(seed, samples, widths.at(-1)!) : y
  const report = ledger(new Sequential(...layers), x, target, { loss, ...(rate !== null && { rate }) })
  return { report, samples: samples ?? 1, smooth: !activations.includes(2) }
}

describe('any network, loss and batch', () => {
  it('manual is autograd, to rounding', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const { report } = ledgerOf(network)
        expect(report.ok).toBe(true)
        expect(report.firstWrong).toBe(null)
        const groups = [
          ...report.layers.flatMap(({ forward, backward }) => [...forward, ...backward]),
          report.loss,
        ]
        for (const { rows } of groups) {
          const largest = Math.max(...rows.map(({ autograd }) => Math.abs(autograd)))
          // Sums of at most 4 x 3 terms, some of which cancel, through at most three layers.
          for (const { manual, autograd, id } of rows)
            expect(Math.abs(manual - autograd), id).toBeLessThanOrEqual(1e-12 * largest + 1e-15)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('finite differences are right to the digits that they claim', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const { report, smooth } = ledgerOf(network)
        // A step that crosses the kink of relu is off by as much as the step: no claim can be made there.
        if (!smooth) return
        for (const { id, finite, change, autograd } of report.rows) {
          if (finite === null || finite.digits === null) continue
          expect(Math.abs(finite.value / (change ?? autograd) - 1), id).toBeLessThan(10 ** -finite.digits)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('every quantity of every layer, sample and neuron stands there once', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const { report, samples } = ledgerOf(network)
        const rows = byId(report)
        expect(rows.size).toBe(report.rows.length)
        report.layers.forEach(({ weight, bias, backward }, l) => {
          const [neurons, inputs] = [weight.length, weight[0]!.length]
          const count = (quantity: string): number =>
            report.rows.filter((row) => row.quantity === quantity && row.layer === l + 1).length
          for (const quantity of ['z', 'n', 'fPrime', 'backprop', 'delta'])
            expect(count(quantity)).toBe(samples * neurons)
          // The sum over the batch is a step of its own.
          const sums = samples === 1 ? 1 : samples + 1
          expect(count('dW')).toBe(sums * neurons * inputs)
          expect(count('db')).toBe(bias === null ? 0 : sums * neurons)
          const step = network.rate === null ? 0 : 1
          expect(count('W')).toBe(step * neurons * inputs)
          expect(count('b')).toBe(bias === null ? 0 : step * neurons)
          expect(backward.some(({ formula }) => formula.includes('Σ over the'))).toBe(samples > 1)
        })
        expect(report.rows.every(({ numbers }) => numbers !== '')).toBe(true)
      }),
      { numRuns: 40 },
    )
  })
})

describe('the batch', () => {
  const { x, y } = data(3, 3)
  const report = ledger(small(), x, y, { loss: HALF_SUM, rate: 0.1 })
  const rows = byId(report)

  it('gradients are the sums over samples, written out', () => {
    const parts = [0, 1, 2].map((s) => rows.get(`dW1[2][1], sample ${s}`)!)
    const total = rows.get('dW1[2][1]')!
    expect(total.sample).toBe(null)
    expect(total.autograd).toBeCloseTo(
      parts.reduce((sum, { autograd }) => sum + autograd, 0),
      14,
    )
    expect(total.numbers.split(' + ')).toHaveLength(3)
    expect(rows.get('db2[0]')!.numbers.split(' + ')).toHaveLength(3)
  })

  it('each sample has what it has alone', () => {
    // With a sum as the loss, one sample's part does not depend on the others.
    for (const s of [0, 1, 2]) {
      const alone = ledger(small(), x.slice([s]), y.slice([s]), { loss: HALF_SUM })
      for (const row of alone.rows.filter(({ layer }) => layer !== null)) {
        const own = rows.get(`${row.id}, sample ${s}`)!
        // The sample of an unbatched ledger is number 0.
        expect(own.autograd, own.id).toBeCloseTo(row.autograd, 13)
        expect(own.numbers).toBe(row.numbers)
      }
    }
  })

  it('a mean divides every gradient by the number of elements', () => {
    const sum = byId(ledger(small(), x, y, { loss: HALF_SUM }))
    const mean = byId(ledger(small(), x, y, { loss: LOSSES[0] }))
    // (1/6) Σ against ½ Σ.
    for (const id of ['delta2[0], sample 1', 'dW1[0][0]', 'db1[1]'])
      expect(mean.get(id)!.autograd / sum.get(id)!.autograd).toBeCloseTo(1 / 3, 12)
    expect(mean.get('loss')!.numbers).toContain('0.16667·(')
  })

  it('long sums are shortened, with their number of terms', () => {
    const wide = new Sequential(new Dense(20, 1, float64))
    const { x, y } = data(1, 10, 20, 1)
    const rows = byId(ledger(wide, x, y, { loss: HALF_SUM }))
    expect(rows.get('z1[0], sample 0')!.numbers).toMatch(/^\S+·\S+ \+ .* … \+ \S+ \(20 terms\) [+-] /)
    expect(rows.get('dW1[0][3]')!.numbers).toContain('(10 terms)')
  })
})

describe('losses', () => {
  it('cross-entropy: value, slope and formula of one sample, by hand', () => {
    const model = new Sequential(new Dense(1, 2, { ...float64, bias: false }))
    model.parameters()[0]!.assign(tensor([[1], [2]], float64))
    const report = ledger(model, tensor([[1]], float64), tensor([0], { dtype: 'int32' }), {
      loss: new CrossEntropy(),
    })
    const rows = byId(report)
    const p = 1 / (1 + Math.exp(1))
    expect(rows.get('loss')!.manual).toBeCloseTo(-Math.log(p), 14)
    expect(rows.get('backprop1[0], sample 0')!.manual).toBeCloseTo(p - 1, 14)
    expect(rows.get('backprop1[1], sample 0')!.manual).toBeCloseTo(1 - p, 14)
    expect(report.loss.formula).toBe('L = -Σ y log softmax(ŷ)')
    expect(rows.get('loss')!.numbers).toBe('-1·(log 0.26894)')
    expect(rows.get('backprop1[0], sample 0')!.numbers).toBe('0.26894 - 1')
  })

  it('a class of probability 0 under a probability target of 0 adds nothing', () => {
    const model = new Sequential(new Dense(1, 2, { ...float64, bias: false }))
    model.parameters()[0]!.assign(tensor([[0], [-2000]], float64))
    const report = ledger(model, tensor([1], float64), tensor([1, 0], float64), { loss: new CrossEntropy() })
    expect(byId(report).get('loss')!.manual).toBe(0)
    expect(report.ok).toBe(true)
  })

  it.each([
    ['L = ½ Σ (ŷ - y)²', HALF_SUM],
    ['L = (1/4) Σ (ŷ - y)²', LOSSES[0]],
    ['L = 3·(1/4) Σ (ŷ - y)²', LOSSES[2]],
  ])('%s', (formula, loss) => {
    const { x, y } = data(1, 2)
    expect(ledger(small(), x, y, { loss }).loss.formula).toBe(formula)
  })
})
