/** @file What rounding makes of right formulas is not called wrong, and what is wrong is, however small. */
import { Generator, randn, tensor } from '@tapegrad/core'
import {
  Activation,
  CrossEntropy,
  crossEntropy,
  Dense,
  ledger,
  MSE,
  mse,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byId, data, float64, HALF_SUM, messageOf } from './models.ts'

const seeds = fc.integer({ min: 0, max: 1e6 })
const one = (weight: number[][], bias: number[] | null, ...after: Activation[]): Sequential => {
  const dense = new Dense(weight[0]!.length, weight.length, { ...float64, bias: bias !== null })
  dense.weight.assign(tensor(weight, float64))
  if (bias !== null) dense.bias!.assign(tensor(bias, float64))
  return new Sequential(dense, ...after)
}

describe('rounding', () => {
  it('a perfect fit is right: y is what the network says', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const options = { ...float64, generator: new Generator(seed) }
        const model = new Sequential(new Dense(3, 4, options), new Sigmoid(), new Dense(4, 2, options))
        const x = randn([3], options)
        const report = ledger(model, x, model.call(x).detach(), { loss: mse })
        expect(report.rows.filter(({ status }) => status !== 'right').map(({ id }) => id)).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  it('a confident classifier is right', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 5, max: 60 }), (seed, scale) => {
        const options = { ...float64, generator: new Generator(seed) }
        const model = new Sequential(new Dense(3, 3, options))
        model.parameters()[0]!.assign(randn([3, 3], options).mul(scale))
        const classes = tensor([0, 2], { dtype: 'int32' })
        const report = ledger(model, randn([2, 3], options), classes, { loss: crossEntropy })
        expect(report.rows.filter(({ status }) => status !== 'right').map(({ id }) => id)).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  it('sums that cancel to 0 are right', () => {
    const report = ledger(one([[0.1, 0.2, -0.3]], null), tensor([1, 1, 1], float64), tensor([1], float64), {
      loss: HALF_SUM,
    })
    expect(report.ok).toBe(true)
  })

  it.each([720, -720, 744])('a sigmoid at %i, where numbers have hardly a digit left', (z) => {
    expect(
      ledger(one([[z]], null, new Sigmoid()), tensor([1], float64), tensor([1], float64), { loss: mse }).ok,
    ).toBe(true)
    expect(
      ledger(one([[z / 2]], null, new Tanh()), tensor([1], float64), tensor([1], float64), { loss: mse }).ok,
    ).toBe(true)
  })

  it('differences of nearly equal numbers show enough digits', () => {
    const report = ledger(one([[1]], null), tensor([1], float64), tensor([1 + 2 ** -30], float64), {
      loss: HALF_SUM,
    })
    const [a, b] = byId(report).get('error[0]')!.numbers.split(' - ').map(Number) as [number, number]
    expect((a - b) * 2 ** 30).toBeCloseTo(1, 4)
  })
})

describe('a subclass may compute anything', () => {
  class Steep extends Sigmoid {
    override forward(z: Parameters<Sigmoid['forward']>[0]) {
      return super.forward(z.mul(2))
    }
  }
  class Leaky extends ReLU {
    override forward(z: Parameters<ReLU['forward']>[0]) {
      return super.forward(z).add(z.mul(0.1))
    }
  }
  class Absolute extends MSE {
    override forward(p: Parameters<MSE['forward']>[0], t: typeof p) {
      return p.sub(t).abs().sum()
    }
  }
  it('so its formula is not that of its parent', () => {
    const { x, y } = data(2, 2)
    const model = new Sequential(new Dense(2, 3, float64), new Steep(), new Dense(3, 2, float64), new Leaky())
    const report = ledger(model, x, y, { loss: new Absolute() })
    expect(report.ok).toBe(true)
    expect(report.loss.formula).toContain('its formula is not known here')
  })
  it('and a subclass of Dense is refused', () => {
    class Scaled extends Dense {}
    const { x, y } = data(2, 2)
    expect(messageOf(() => ledger(new Sequential(new Scaled(2, 2, float64)), x, y, { loss: mse }))).toBe(
      'ledger: Dense(2, 2) is no Dense but a subclass, whose formula is not known here',
    )
  })
})

describe('what cannot be compared', () => {
  const { x, y } = data(3, 2)
  const model = (): Sequential => new Sequential(new Dense(2, 2, float64))
  it.each([
    [
      'NaN in x',
      () =>
        ledger(
          model(),
          tensor(
            [
              [1, 2],
              [Number.NaN, 4],
            ],
            float64,
          ),
          y,
          { loss: mse },
        ),
      'ledger: x holds NaN at [1, 0]',
    ],
    [
      'an infinite target',
      () =>
        ledger(
          model(),
          x,
          tensor(
            [
              [1, Infinity],
              [3, 4],
            ],
            float64,
          ),
          { loss: mse },
        ),
      'ledger: y holds Infinity at [0, 1]',
    ],
    [
      'NaN in a parameter',
      () => {
        const broken = model()
        broken.parameters()[1]!.assign(Number.NaN)
        ledger(broken, x, y, { loss: mse })
      },
      'ledger: 0.bias holds NaN at [0]; all numbers must be finite',
    ],
    [
      'the class of a loss',
      () => ledger(model(), x, y, { loss: MSE as never }),
      'ledger: loss is the class MSE; make one: new MSE()',
    ],
    [
      'a float32 constant',
      () =>
        ledger(new Sequential(new Dense(2, 2)), tensor([1, 2]), tensor([1, 0]), {
          loss: (p, t) => p.sub(t).square().sum().mul(tensor(0.5)),
        }),
      'All is computed in float64 here: constants must take part in that',
    ],
    [
      'a penalty on the weights',
      () => {
        const own = model()
        ledger(own, x, y, {
          loss: (p, t) => mse(p, t).add((own.layers[0] as Dense).weight.square().sum()) as never,
        })
      },
      'ledger: the loss depends on the parameters besides the prediction, as a penalty does',
    ],
    [
      'a loss without prediction',
      () => ledger(model(), x, y, { loss: (_, t) => t.sum() as never }),
      'ledger: the loss does not depend on the prediction',
    ],
    [
      'too many samples',
      () =>
        ledger(
          new Sequential(new Dense(1, 1, float64)),
          tensor(new Float64Array(9000), { shape: [9000, 1] }),
          tensor(new Float64Array(9000), { shape: [9000, 1] }),
          { loss: mse },
        ),
      '9,000 samples of 2 parameters',
    ],
  ])('%s', (_, run, message) => {
    expect(messageOf(run)).toContain(message)
  })
  it('a layer that mixes samples, with one neuron', () => {
    class Centred extends Activation {
      forward(z: Parameters<Sigmoid['forward']>[0]) {
        return z.sub(z.mean(0, { keepdims: true }))
      }
    }
    const mixing = new Sequential(new Dense(2, 1, float64), new Centred())
    expect(messageOf(() => ledger(mixing, x, tensor([[1], [2]], float64), { loss: mse }))).toContain(
      'Centred() mixes neurons or samples',
    )
  })
  it('at the kink of relu no digit of a finite difference is claimed', () => {
    const report = ledger(one([[1]], [-1], new ReLU()), tensor([1], float64), tensor([1], float64), {
      loss: mse,
    })
    expect(byId(report).get('fPrime1[0]')!.finite!.digits).toBe(0)
  })
  it('probabilities that do not sum to 1 stand in the formula', () => {
    const model = one([[1], [2]], null)
    const report = ledger(model, tensor([1], float64), tensor([0.2, 0.3], float64), {
      loss: new CrossEntropy(),
    })
    expect(report.ok).toBe(true)
    expect(report.layers[0]!.backward[0]!.formula).toBe('dL/dn1 = (softmax(n1) Σy - y)')
    expect(byId(report).get('backprop1[0]')!.numbers).toBe('0.26894·0.5 - 0.2')
    const smoothed = ledger(model, tensor([1], float64), tensor(1, { dtype: 'int32' }), {
      loss: new CrossEntropy({ labelSmoothing: 0.2 }),
    })
    expect(smoothed.loss.formula).toBe('L = -Σ y log softmax(ŷ), y ← 0.8 y + 0.1')
  })
})
