/** @file What the ledger takes, what it refuses, and that it leaves the model alone. */
import { mul, sigmoid, stopGradient, type Tensor, tensor } from '@tapegrad/core'
import {
  Activation,
  Dense,
  type Layer,
  type Loss,
  ledger,
  MSE,
  mse,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { byId, data, float64, HALF_SUM, messageOf, small } from './models.ts'

const { x, y } = data(1, 2)
const options = { loss: HALF_SUM }

/** z sigmoid(z): an activation whose formula the ledger does not know. */
class Swish extends Activation {
  forward(z: Tensor): Tensor {
    return mul(z, sigmoid(z))
  }
}
/** Looks elementwise, and is not. */
class Centred extends Activation {
  forward(z: Tensor): Tensor {
    return z.sub(z.mean(-1, { keepdims: true }))
  }
}

const deep = (...layers: Layer[]): Sequential =>
  new Sequential(new Dense(2, 3, float64), ...layers, new Dense(3, 2, float64))

describe('what it takes', () => {
  it('a float32 model and float32 data: all is computed in float64', () => {
    const model = new Sequential(new Dense(2, 3), new Sigmoid(), new Dense(3, 1))
    const report = ledger(model, tensor([0.1, 0.2]), tensor([1]), { loss: mse })
    expect(report.ok).toBe(true)
    expect(report.agreement().manual.difference).toBeLessThan(1e-12)
    expect(model.parameters().every(({ dtype }) => dtype === 'float32')).toBe(true)
  })

  it('sequences inside of sequences, activations before the first layer and several after another', () => {
    const inner = new Sequential(new Dense(3, 3, float64), new Tanh(), new Sigmoid())
    const model = new Sequential(new Sigmoid(), new Dense(2, 3, float64), inner, new Dense(3, 2, float64))
    const report = ledger(model, x, y, options)
    expect(report.ok).toBe(true)
    expect(report.layers.map(({ activation }) => activation)).toEqual([
      'identity',
      'sigmoid of tanh',
      'identity',
    ])
    expect(report.layers[0]!.inputs[1]![0]).toBeCloseTo(1 / (1 + Math.exp(-x.data[2]!)), 14)
    expect(report.toTerminal()).toContain(' = f(x)')
    expect(report.layers[1]!.forward[1]!.formula).toContain('sigmoid(tanh(z))')
  })

  it('an activation of the own: its value is its own, its derivative the tape’s, and said so', () => {
    const report = ledger(deep(new Swish()), x, y, options)
    expect(report.ok).toBe(true)
    const formulas = report.layers[0]!.forward.map(({ formula }) => formula)
    expect(formulas[1]).toBe('n1 = f(z1),  f(z) = Swish()')
    expect(formulas[2]).toContain('by the tape')
    const row = byId(report).get('fPrime1[0], sample 0')!
    // Finite differences check it all the same.
    expect(Math.abs(row.finite!.value / row.manual - 1)).toBeLessThan(10 ** -row.finite!.digits!)
  })

  it('a wrong derivative of an activation of the own: finite differences show it', () => {
    /** z², half of whose slope is kept from the tape. */
    class Wrong extends Activation {
      forward(z: Tensor): Tensor {
        return mul(z, stopGradient(z))
      }
    }
    const { relative } = ledger(deep(new Wrong()), x, y, options).agreement().finite
    expect(relative).toBeGreaterThan(0.5)
  })

  it('a loss of the own: its slope is the tape’s, and said so', () => {
    const quartic: Loss = (prediction, target) => prediction.sub(target).pow(4).mean()
    const report = ledger(small(), x, y, { loss: quartic })
    expect(report.ok).toBe(true)
    expect(report.loss.formula).toBe('L = quartic: its formula is not known here')
    expect(report.layers[1]!.backward[0]!.formula).toContain('by the tape')
    for (const { id, finite, autograd } of report.rows)
      if (finite !== null && finite.digits !== null)
        expect(Math.abs(finite.value / autograd - 1), id).toBeLessThan(10 ** -finite.digits)
  })

  it('the model, its gradients and its mode stay as they are; frozen parameters are in the ledger too', () => {
    const model = small()
    const [weight, bias] = model.parameters() as [Tensor, Tensor]
    const mark = tensor([1, 2, 3], float64)
    bias.grad = mark
    weight.requiresGrad = false
    const before = model.parameters().map(({ data }) => [...data])
    const report = ledger(model, x, y, { ...options, rate: 0.5 })
    expect(byId(report).get('dW1[0][0]')!.autograd).not.toBe(0)
    expect(model.parameters()).toEqual([weight, bias, ...model.parameters().slice(2)])
    expect(model.parameters().map(({ data }) => [...data])).toEqual(before)
    expect(model.parameters().map(({ grad }) => grad)).toEqual([null, mark, null, null])
    expect(weight.requiresGrad).toBe(false)
  })

  it('a unit that relu switches off has no gradient, and no digits', () => {
    const model = new Sequential(new Dense(2, 1, float64), new ReLU(), new Dense(1, 1, float64))
    model.parameters()[0]!.assign(tensor([[1, 1]], float64))
    model.parameters()[1]!.assign(-5)
    const report = ledger(model, tensor([0.3, -0.8], float64), tensor([1], float64), options)
    expect(byId(report).get('dW1[0][0]')).toMatchObject({
      manual: expect.closeTo(0),
      autograd: expect.closeTo(0),
      difference: 0,
      finite: { value: 0, digits: null },
    })
  })
})

describe('what it refuses', () => {
  const tied = new Dense(2, 2, float64)
  const one = (): Tensor => tensor([0.1, 0.2], float64)
  it.each([
    [
      'a model that is none',
      () => ledger(new Dense(2, 2) as never, x, y, options),
      'ledger: the model must be a Sequential, got a Dense',
    ],
    [
      'no Dense layer',
      () => ledger(new Sequential(new Tanh()) as never, x, y, options),
      'ledger: there is no Dense layer in Sequential(Tanh())',
    ],
    [
      'tied layers',
      () => ledger(new Sequential(tied, new Tanh(), tied), x, y, options),
      'ledger: Dense(2, 2) shares a parameter with a layer before it; its gradient is a sum over both places, and the ledger has one',
    ],
    [
      'what mixes neurons',
      () => ledger(deep(new Centred()), x, y, options),
      'ledger: Centred() mixes neurons or samples; the formulas hold for Dense layers and elementwise activations',
    ],
    [
      'too many axes',
      () => ledger(small(), x.reshape([1, 2, 2]), y, options),
      'ledger: x must be one sample, [inputs], or a batch, [samples, inputs]; it is [1, 2, 2]',
    ],
    [
      'an empty batch',
      () => ledger(small(), x.slice([[0, 0]]), y, options),
      'ledger: x must be one sample, [inputs], or a batch, [samples, inputs]; it is [0, 2]',
    ],
    [
      'integers',
      () => ledger(small(), tensor([1, 2], { dtype: 'int32' }), y, options),
      "ledger: x must hold floating-point numbers, it is int32; convert with to('float64')",
    ],
    [
      'no tensor',
      () => ledger(small(), [1, 2] as never, y, options),
      'ledger: x must be a tensor, got [1, 2]; make one with tensor(...)',
    ],
    [
      'a target that does not fit',
      () => ledger(small(), x, one(), options),
      'mse: the prediction is [2, 2], the target [2]; reshape one of them, they are not broadcast',
    ],
    [
      'a loss that is no number',
      () => ledger(small(), x, y, { loss: new MSE({ reduction: 'none' }) }),
      'ledger: the loss must be one number, got shape [2, 2]; sum it or take its mean',
    ],
    [
      'no loss',
      () => ledger(small(), x, y, {} as never),
      'ledger: loss must be a loss module or a function (prediction, target) => scalar, got undefined',
    ],
    [
      'an unknown option',
      () => ledger(small(), x, y, { ...options, lr: 1 } as never),
      'ledger: there is no option "lr"; there are loss, rate, delta, weightGradient, biasGradient, bug',
    ],
    [
      'a rate that is none',
      () => ledger(small(), x, y, { ...options, rate: Number.NaN }),
      'ledger: rate must be a finite number >= 0, got NaN',
    ],
    [
      'a delta that is no function',
      () => ledger(small(), x, y, { ...options, delta: 3 as never }),
      'ledger: delta must be a function, got 3',
    ],
    [
      'a narrow terminal',
      () => ledger(small(), x, y, options).toTerminal({ width: 40 }),
      'ledger: width must be a whole number of columns from 80 on, got 40',
    ],
    [
      'a colour that is none',
      () => ledger(small(), x, y, options).toTerminal({ color: 'yes' as never }),
      'ledger: color must be true or false, got "yes"',
    ],
  ])('%s', (_, run, message) => {
    expect(messageOf(run)).toContain(message)
  })

  it('a shape that does not fit is told with the layer', () => {
    const message = messageOf(() => ledger(small(), tensor([1, 2, 3], float64), y, options))
    expect(message).toContain('Dense(2, 3)')
  })

  it('what would take too long, before it begins', () => {
    const large = new Sequential(new Dense(100, 100, float64))
    const { x, y } = data(1, 10, 100, 100)
    expect(messageOf(() => ledger(large, x, y, options))).toBe(
      'ledger: 10 samples of 10,100 parameters make 111,100 gradients to differentiate over all samples, which would take long; give fewer samples or a smaller network',
    )
  })
})
