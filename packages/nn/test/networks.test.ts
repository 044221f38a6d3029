/** @file Autograd on random networks against the closed-form delta formulas and against finite differences. */
import { Generator, rand, type Tensor, tensor } from '@tapegrad/core'
import { Dense, type Layer, mse, Sequential, SGD, Sigmoid, sequential, Tanh } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectClose, flat, numericGradient } from './support/close.ts'
import { backpropagate, type Matrix, type PlainLayer } from './support/deltas.ts'

const ACTIVATIONS = ['sigmoid', 'tanh'] as const

/** Numbers uniform in ±limit from a stream: generic ones, so that no sum cancels to its rounding errors. */
const drawn = (generator: Generator, shape: number[], limit: number): Tensor =>
  rand(shape, { generator, dtype: 'float64' })
    .sub(0.5)
    .mul(2 * limit)

interface Network {
  readonly model: Sequential
  readonly plain: PlainLayer[]
  readonly x: Tensor
  readonly t: Tensor
}

/** A network, by the library and as plain arrays; widths [in, hidden..., out]. */
function network(widths: readonly number[], kinds: readonly number[], batch: number, seed: number): Network {
  const generator = new Generator(seed)
  const layers: Layer[] = []
  const plain = widths.slice(1).map((out, l): PlainLayer => {
    const dense = new Dense(widths[l]!, out, { dtype: 'float64' })
    // At most 6 inputs within ±1 and the bias: |z| <= 1.4 * 7 < 10.
    dense.weight.assign(drawn(generator, [out, widths[l]!], 1.4) as Tensor<[number, number]>)
    dense.bias!.assign(drawn(generator, [out], 1.4) as Tensor<[number]>)
    const f = ACTIVATIONS[kinds[l]!]!
    layers.push(dense, f === 'sigmoid' ? new Sigmoid() : new Tanh())
    return { W: dense.weight.toArray() as Matrix, b: flat(dense.bias), f }
  })
  const x = drawn(generator, [batch, widths[0]!], 1)
  // Targets beyond what sigmoid and tanh reach: the difference to them loses no digits.
  const t = drawn(generator, [batch, widths.at(-1)!], 0.4).add(1.6)
  return { model: new Sequential(...layers), plain, x, t }
}

const networks = fc.integer({ min: 1, max: 4 }).chain((depth) =>
  fc.record({
    widths: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: depth + 1, maxLength: depth + 1 }),
    kinds: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: depth, maxLength: depth }),
    batch: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 0, max: 1e9 }),
  }),
)

describe('the gradients of random networks', () => {
  const lossOf = ({ model, x, t }: Network): Tensor => mse(model.call(x), t, { reduction: 'sum', scale: 0.5 })

  it('equal the closed-form delta formulas to 1e-10', () => {
    fc.assert(
      fc.property(networks, ({ widths, kinds, batch, seed }) => {
        const net = network(widths, kinds, batch, seed)
        const byHand = backpropagate(net.plain, net.x.toArray() as Matrix, net.t.toArray() as Matrix)
        expect(byHand.largest).toBeLessThanOrEqual(10)
        const loss = lossOf(net)
        loss.backward()
        expectClose(loss, byHand.loss, 1e-13)
        const parameters = net.model.parameters()
        byHand.layers.forEach(({ dW, db }, l) => {
          expectClose(parameters[2 * l]!.grad, dW, 1e-10, `dW(${l + 1})`)
          expectClose(parameters[2 * l + 1]!.grad, db, 1e-10, `db(${l + 1})`)
        })
      }),
      { numRuns: 200 },
    )
  })

  it('do so for one sample given as a vector', () => {
    fc.assert(
      fc.property(networks, ({ widths, kinds, seed }) => {
        const net = network(widths, kinds, 1, seed)
        const byHand = backpropagate(net.plain, net.x.toArray() as Matrix, net.t.toArray() as Matrix)
        lossOf({ ...net, x: net.x.squeeze(0) as Tensor, t: net.t.squeeze(0) as Tensor }).backward()
        const parameters = net.model.parameters()
        byHand.layers.forEach(({ dW, db }, l) => {
          expectClose(parameters[2 * l]!.grad, dW, 1e-10, `dW(${l + 1})`)
          expectClose(parameters[2 * l + 1]!.grad, db, 1e-10, `db(${l + 1})`)
        })
      }),
      { numRuns: 50 },
    )
  })

  it('equal finite differences to 1e-6', () => {
    const STEP = 1e-2
    fc.assert(
      fc.property(networks, ({ widths, kinds, batch, seed }) => {
        const net = network(widths, kinds, batch, seed)
        const loss = lossOf(net)
        loss.backward()
        // A saturated network has gradients far below its loss: rounding errors of the loss, a few ulp, divided by the
        // step, are what differences cannot resolve.
        const noise = (16 * Number.EPSILON * loss.item()) / STEP
        for (const [name, p] of net.model.namedParameters()) {
          const analytic = flat(p.grad)
          const numeric = numericGradient(() => lossOf(net).item(), p, STEP)
          const allowed = 1e-6 * Math.max(...analytic.map(Math.abs)) + noise
          for (const [i, g] of analytic.entries())
            expect(Math.abs(g - numeric[i]!), `${name}[${i}]`).toBeLessThanOrEqual(allowed)
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('training', () => {
  it('learns exclusive or', () => {
    const generator = new Generator(2)
    const options = { generator, dtype: 'float64' } as const
    const model = sequential(new Dense(2, 4, options), new Tanh(), new Dense(4, 1, options), new Sigmoid())
    const optimizer = new SGD(model.parameters(), { lr: 1, momentum: 0.9 })
    const x = tensor(
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      { dtype: 'float64' },
    )
    const t = tensor([[0], [1], [1], [0]], { dtype: 'float64' })
    for (let step = 0; step < 400; step++) {
      const loss = mse(model.call(x), t)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
    }
    expect(flat(model.call(x)).map(Math.round)).toEqual([0, 1, 1, 0])
  })

  it('by autograd and by the formulas goes the same way', () => {
    const { model, plain, x, t } = network([4, 5, 3], [0, 0], 1, 7)
    const optimizer = new SGD(model.parameters(), { lr: 0.2 })
    for (let step = 0; step < 300; step++) {
      mse(model.call(x), t, { reduction: 'sum', scale: 0.5 }).backward()
      optimizer.step()
      optimizer.zeroGrad()
      const { layers } = backpropagate(plain, x.toArray() as Matrix, t.toArray() as Matrix)
      layers.forEach(({ dW, db }, l) => {
        const { W, b } = plain[l]!
        for (const [i, row] of dW.entries()) for (const [j, g] of row.entries()) W[i]![j]! -= 0.2 * g
        for (const [i, g] of db.entries()) b[i]! -= 0.2 * g
      })
    }
    plain.forEach(({ W, b }, l) => {
      // Each of the 300 steps adds a rounding error of one ulp at most.
      expectClose(model.parameters()[2 * l], W, 1e-12)
      expectClose(model.parameters()[2 * l + 1], b, 1e-12)
    })
  })
})
