/** @file RNN, GRU and LSTM: what they return, states that go on, dropout between layers, first values, long sequences. */
import { Generator, manualSeed, ones, randn, type Tensor, vmap, zeros } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { constant, GRU, LSTM, type RecurrentOptions, RNN } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const kinds = { RNN, GRU, LSTM }
const names = ['RNN', 'GRU', 'LSTM'] as const
const gates = { RNN: 1, GRU: 3, LSTM: 4 }

/** Those methods that all three have, the state as a list of its parts. */
interface AnyRecurrent {
  call(x: Tensor): Tensor
  scan(x: Tensor, state?: unknown): [Tensor, unknown]
}

const make = (kind: keyof typeof kinds, inputs: number, hidden: number, options: RecurrentOptions = {}) => {
  const layer = new kinds[kind](inputs, hidden, {
    dtype: 'float64',
    generator: new Generator(1),
    ...options,
  } as never)
  return Object.assign(layer, {}) as unknown as AnyRecurrent & typeof layer
}
const draw = (shape: number[], seed = 2): Tensor =>
  randn(shape, { dtype: 'float64', generator: new Generator(seed) })
const parts = (state: unknown): Tensor[] => (Array.isArray(state) ? state : [state]) as Tensor[]
const values = (x: Tensor): number[] => Array.from(x.data)

describe.each(names)('%s', (kind) => {
  it('returns the outputs of all steps, or the last', () => {
    const [whole, last] = [make(kind, 3, 4, { layers: 2 }), make(kind, 3, 4, { layers: 2, returns: 'last' })]
    last.loadStateDict(whole.stateDict())
    const x = draw([2, 5, 3])
    const [outputs, state] = whole.scan(x)
    expect(outputs.shape).toEqual([2, 5, 4])
    expect(values(whole.call(x))).toEqual(values(outputs))
    const final = outputs.slice([null, -1]) as Tensor
    expect(last.call(x).shape).toEqual([2, 4])
    expect(values(last.call(x))).toEqual(values(final))
    const [output, same] = last.scan(x)
    expect(values(output)).toEqual(values(final))
    expect(parts(same).map(values)).toEqual(parts(state).map(values))
    // The state of the top layer is its last output; for all, layers come first.
    expect(parts(state).map(({ shape }) => shape)).toEqual(Array.from(parts(state), () => [2, 2, 4]))
    expect(values(parts(state)[0]!.slice([1]) as Tensor)).toEqual(values(final))
  })

  it('computes pieces, each from the state before, as the whole; gradients flow through the state', () => {
    const layer = make(kind, 3, 4, { layers: 2 })
    const x = draw([2, 7, 3])
    x.requiresGrad = true
    const inPieces = (cut: (state: unknown) => unknown = (state) => state): Tensor => {
      let state: unknown
      let loss: Tensor | undefined
      for (const [from, to] of [
        [0, 3],
        [3, 4],
        [4, 7],
      ] as const) {
        const [output, next] = layer.scan(x.slice([null, [from, to]]) as Tensor, state)
        state = cut(next)
        const term = output.square().sum() as Tensor
        loss = loss === undefined ? term : loss.add(term)
      }
      return loss!
    }
    const gradients = (loss: Tensor): Tensor[] => {
      for (const p of [x, ...layer.parameters()]) p.grad = null
      loss.backward()
      return [loss.detach(), ...[x, ...layer.parameters()].map((p) => p.grad!)]
    }
    const whole = gradients(layer.call(x).square().sum() as Tensor)
    // The same sums of a few dozen terms, in another order: some roundings.
    gradients(inPieces()).forEach((g, i) => {
      expectClose(g, whole[i]!, { atol: 1e-13, rtol: 1e-13 })
    })
    // Cut off, the loss of later pieces does not reach earlier inputs.
    const detached = gradients(
      inPieces((state) => {
        const cut = parts(state).map((part) => part.detach())
        return kind === 'LSTM' ? cut : cut[0]
      }),
    )
    expectClose(detached[0]!, whole[0]!, { atol: 1e-13, rtol: 1e-13 })
    const first = (g: Tensor): number[] => values(g.slice([null, [0, 3]]) as Tensor)
    const last = (g: Tensor): number[] => values(g.slice([null, [4, 7]]) as Tensor)
    expect(first(detached[1]!)).not.toEqual(first(whole[1]!))
    expectClose(last(detached[1]!), last(whole[1]!), { atol: 1e-13, rtol: 1e-13 })
  })

  it('takes single steps, and any leading axes, with states to match', () => {
    const layer = make(kind, 2, 3, { layers: 2 })
    const x = draw([4, 2])
    const whole = layer.call(x)
    expect(whole.shape).toEqual([4, 3])
    let state: unknown
    for (let t = 0; t < 4; t++) {
      const [y, next] = layer.scan(x.slice([[t, t + 1]]) as Tensor, state)
      expectClose(y.slice([0]) as Tensor, whole.slice([t]) as Tensor, { atol: 1e-14, rtol: 0 })
      state = next
    }
    expect(parts(state)[0]!.shape).toEqual([2, 3])
    const many = draw([2, 3, 4, 2])
    const [y, states] = layer.scan(many)
    expect(y.shape).toEqual([2, 3, 4, 3])
    expect(parts(states).map(({ shape }) => shape)).toEqual(parts(states).map(() => [2, 2, 3, 3]))
    // From there on, the same as each alone.
    const alone = parts(states).map((part) => part.slice([null, 1, 2]) as Tensor)
    const [expected] = layer.scan(many.slice([1, 2]) as Tensor, kind === 'LSTM' ? alone : alone[0])
    const [found] = layer.scan(many, states)
    expectClose(found.slice([1, 2]) as Tensor, expected, { atol: 1e-14, rtol: 0 })
    expect(layer.call(zeros([0, 4, 2], { dtype: 'float64' })).shape).toEqual([0, 4, 3])
  })

  it('starts as in PyTorch: all uniform in ±1/√hidden; initializers, dtype and generator as told', () => {
    const layer = make(kind, 30, 100, { layers: 2 })
    const rows = 100 * gates[kind]
    expect(layer.namedParameters().map(([key, { shape }]) => [key, shape])).toEqual([
      ['weight_ih_l0', [rows, 30]],
      ['weight_hh_l0', [rows, 100]],
      ['bias_ih_l0', [rows]],
      ['bias_hh_l0', [rows]],
      ['weight_ih_l1', [rows, 100]],
      ['weight_hh_l1', [rows, 100]],
      ['bias_ih_l1', [rows]],
      ['bias_hh_l1', [rows]],
    ])
    for (const p of layer.parameters()) {
      const drawn = values(p)
      expect(drawn.every((v) => v >= -0.1 && v < 0.1)).toBe(true)
      const variance = drawn.reduce((sum, v) => sum + v * v, 0) / p.size
      // As for Dense: a sample variance is off by 0.9 / √count relative, at one standard deviation.
      expect(Math.abs(variance / (0.01 / 3) - 1)).toBeLessThan((5 * 0.9) / Math.sqrt(p.size))
    }
    expect(new Set(layer.parameters().map((p) => p.data[0])).size).toBe(8)
    const told = make(kind, 2, 2, { init: constant(0.5), bias: constant(-1), dtype: 'float32' })
    expect([told.layers[0]!.weightIh, told.layers[0]!.weightHh].map((p) => new Set(p.data))).toEqual([
      new Set([0.5]),
      new Set([0.5]),
    ])
    expect(new Set(told.layers[0]!.biasHh!.data)).toEqual(new Set([-1]))
    expect(told.layers[0]!.weightIh.dtype).toBe('float32')
  })

  it('drops between layers, while training, by its generator', () => {
    const layer = make(kind, 2, 20, { layers: 2, dropout: 0.5 })
    const plain = make(kind, 2, 20, { layers: 2 })
    expect(Object.keys(layer.stateDict())).toEqual(Object.keys(plain.stateDict()))
    const x = draw([1, 3, 2])
    const expected = values(plain.call(x))
    const saved = layer.dropout!.generator!.state
    const trained = values(layer.call(x))
    expect(trained).not.toEqual(expected)
    // What the top layer gives is not dropped.
    expect(trained.every((v) => v !== 0)).toBe(true)
    expect(values(layer.call(x))).not.toEqual(trained)
    layer.dropout!.generator!.state = saved
    expect(values(layer.call(x))).toEqual(trained)
    expect(values(layer.eval().call(x))).toEqual(expected)
    // One layer has nothing between.
    const single = make(kind, 2, 20, { dropout: 0.5 })
    expect(values(single.call(x))).toEqual(values(make(kind, 2, 20).call(x)))
    const shared = new kinds[kind](2, 20, { layers: 2, dropout: 0.5 })
    expect(shared.dropout!.generator).toBeNull()
    const drawn = () => {
      manualSeed(3)
      return values(shared.call(ones([3, 2])) as Tensor)
    }
    expect(drawn()).toEqual(drawn())
  })

  it('goes through 1000 steps and back, and forgets what is long ago', () => {
    const layer = make(kind, 2, 3)
    const x = draw([1000, 2])
    x.requiresGrad = true
    const y = layer.call(x)
    ;(y.slice([-1]) as Tensor).sum().backward()
    expect(x.grad!.shape).toEqual([1000, 2])
    const sizes = values(x.grad!.abs().sum(1) as Tensor)
    expect(sizes.every(Number.isFinite)).toBe(true)
    expect(sizes[999]).toBeGreaterThan(1e-3)
    expect(sizes[0]).toBeLessThan(1e-20)
  })

  it('maps over samples as a batch, also with its state', () => {
    const layer = make(kind, 2, 3)
    const xs = draw([3, 4, 2])
    const [outputs, state] = layer.scan(xs)
    const mapped = vmap((x: Tensor) => {
      const [y, next] = layer.scan(x)
      return [y, ...parts(next)] as Tensor[]
    })(xs as never) as unknown as Tensor[]
    expectClose(mapped[0]!, outputs, { atol: 1e-14, rtol: 0 })
    parts(state).forEach((part, i) => {
      expectClose(mapped[i + 1]!, part.transpose(0, 1) as Tensor, { atol: 1e-14, rtol: 0 })
    })
  })

  it('prints as the code that makes it', () => {
    expect(`${make(kind, 3, 4)}`).toBe(`${kind}(3, 4)`)
    expect(`${make(kind, 3, 4, { layers: 2, returns: 'last', bias: false, dropout: 0.5 })}`).toBe(
      `${kind}(3, 4, { layers: 2, returns: 'last', bias: false, dropout: 0.5 })`,
    )
  })
})

it('RNN prints its nonlinearity', () => {
  expect(`${new RNN(1, 2, { nonlinearity: 'relu' })}`).toBe(`RNN(1, 2, { nonlinearity: 'relu' })`)
  expect(`${new RNN(1, 2, { nonlinearity: 'tanh' })}`).toBe('RNN(1, 2)')
})
