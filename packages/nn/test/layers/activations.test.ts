/** @file Activations with settings: values in closed form, what they print, what they refuse; names in errors of a Sequential. */
import { TapegradError, type Tensor, tensor, zeros } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { Dense, ELU, GELU, LeakyReLU, SiLU, Softmax, Softplus, sequential, Tanh } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const z = [-30, -3, -0.5, 0, 0.25, 2, 30]
const halves: [name: string, layer: { call(x: Tensor): Tensor }, f: (z: number) => number][] = [
  ['LeakyReLU()', new LeakyReLU(), (x) => (x > 0 ? x : 0.01 * x)],
  ['LeakyReLU(0)', new LeakyReLU(0), (x) => Math.max(x, 0)],
  ['LeakyReLU(2)', new LeakyReLU(2), (x) => (x > 0 ? x : 2 * x)],
  ['ELU()', new ELU(), (x) => (x > 0 ? x : Math.expm1(x))],
  ['ELU(0.5)', new ELU(0.5), (x) => (x > 0 ? x : 0.5 * Math.expm1(x))],
  [
    'GELU()',
    new GELU(),
    (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  ],
  ['SiLU()', new SiLU(), (x) => x / (1 + Math.exp(-x))],
  ['Softplus()', new Softplus(), (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)],
]

describe('values', () => {
  it.each(halves)('%s', (name, layer, f) => {
    expect(`${layer}`).toBe(name)
    // Both round a few times; the formula of GELU cancels where tanh is near -1, so the bound is absolute.
    expectClose(layer.call(tensor(Float64Array.from(z))), z.map(f), { atol: 4e-15, rtol: 1e-15 })
  })

  it('GELU is the tanh form unless the exact one is asked for', () => {
    const x = tensor(Float64Array.of(-2, 1))
    const exact = new GELU({ approximate: 'none' })
    expect(`${exact}`).toBe(`GELU({ approximate: 'none' })`)
    // 2 Φ(-2) and Φ(1), from tables.
    expectClose(exact.call(x), [-0.04550026389635842, 0.8413447460685429], { atol: 1e-16, rtol: 1e-15 })
    expect(Math.abs(new GELU().call(x).data[0]! - -0.04550026389635842)).toBeGreaterThan(1e-5)
  })

  it('Softmax sums to 1 along its axis, the last unless told, without overflow', () => {
    const x = tensor(Float64Array.of(1000, 1000, -1000, 0, 1, 2), { shape: [2, 3] })
    const sums = (layer: Softmax, axis: number) => Array.from((layer.call(x).sum(axis) as Tensor).data)
    expectClose(tensor(Float64Array.from(sums(new Softmax(), 1))), [1, 1], { atol: 2 ** -52 })
    expectClose(tensor(Float64Array.from(sums(new Softmax(0), 0))), [1, 1, 1], { atol: 2 ** -52 })
    expect(Array.from(new Softmax().call(x).data).slice(0, 3)).toEqual([0.5, 0.5, 0])
    expect([new Softmax(), new Softmax(0), new Softmax(-2)].map(String)).toEqual([
      'Softmax()',
      'Softmax(0)',
      'Softmax(-2)',
    ])
  })
})

describe('refusals', () => {
  const bad: [make: (x: never) => unknown, values: unknown[], message: RegExp][] = [
    [
      (x) => new LeakyReLU(x),
      [Number.NaN, Number.POSITIVE_INFINITY, '1', null],
      /^LeakyReLU: the slope must be a finite number, got /,
    ],
    [(x) => new ELU(x), [Number.NaN, '1', null, {}], /^ELU: alpha must be a finite number, got /],
    [(x) => new Softmax(x), [0.5, Number.NaN, '1', null], /^Softmax: the axis must be a whole number, got /],
    [
      (x) => new GELU({ approximate: x }),
      ['erf', true, null],
      /^GELU: approximate must be 'tanh' or 'none', got /,
    ],
  ]
  it.each(bad)('%s', (make, values, message) => {
    for (const value of values) {
      expect(() => make(value as never)).toThrow(TapegradError)
      expect(() => make(value as never)).toThrow(message)
    }
  })

  it('an axis that the input does not have', () => {
    expect(() => new Softmax(2).call(zeros([3, 4]))).toThrow(
      'softmax: axis 2 is out of range for 2 axes; use -2 to 1; in Softmax(2)',
    )
  })

  it('errors of a Sequential look past what keeps the shape', () => {
    const model = sequential(new Dense(4, 5), new GELU(), new Softmax(), new Dense(6 as number, 2))
    expect(() => model.call(zeros([4]))).toThrow(/in layer 3 .*comes from layer 0 \(Dense\(4, 5\)\)$/)
    expect(`${model}`).toBe('Sequential(Dense(4, 5), GELU(), Softmax(), Dense(6, 2))')
  })

  it('Tanh and its kin of what is no tensor', () => {
    for (const layer of [new Tanh(), new SiLU(), new Softplus(), new GELU(), new ELU(), new Softmax()])
      expect(() => layer.call(3 as never)).toThrow(/^[a-z]+: expected a tensor, got 3/)
  })
})
