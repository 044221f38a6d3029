/** @file What RNN, GRU and LSTM say about settings, inputs and states that do not fit. */
import { TapegradError, zeros } from '@tapegrad/core'
import { Dense, GRU, LSTM, RNN, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const kinds = { RNN, GRU, LSTM }

describe.each(['RNN', 'GRU', 'LSTM'] as const)('%s', (kind) => {
  const make = (...args: unknown[]) => new (kinds[kind] as new (...args: unknown[]) => LSTM)(...args)
  const refuses = (f: () => unknown, message: string): void => {
    expect(f).toThrow(TapegradError)
    expect(f).toThrow(`${kind}: ${message}`)
  }

  it('refuses settings that are none', () => {
    for (const size of [0, -1, 1.5, Number.NaN, '3', null, undefined]) {
      refuses(() => make(size, 2), 'the number of inputs must be a whole number >= 1, got ')
      refuses(() => make(2, size), 'the number of hidden units must be a whole number >= 1, got ')
      if (size !== undefined)
        refuses(() => make(2, 2, { layers: size }), 'layers must be a whole number >= 1, got ')
    }
    for (const returns of ['all', 1, null, true])
      refuses(() => make(2, 2, { returns }), `returns must be 'sequence' or 'last', got `)
    for (const dropout of [-0.1, 1.1, Number.NaN, '0.5', null, true])
      refuses(() => make(2, 2, { dropout }), 'dropout must be a probability, from 0 to 1, got ')
    for (const bias of [0, 'no', null])
      refuses(() => make(2, 2, { bias }), 'bias must be true, false or an initializer, got ')
    refuses(() => make(2, 2, { init: 'glorot' }), 'init must be an initializer')
    refuses(() => make(2, 2, { init: () => zeros([2]) }), 'init returned a tensor of shape [2], expected ')
    for (const generator of [3, null, {}])
      refuses(() => make(2, 2, { generator }), 'the generator must be made with new Generator(seed), got ')
    expect(() => make(2, 2, { dtype: 'int32' })).toThrow(/int32/)
  })

  const layer = make(3, 4, { layers: 2 })
  const call = (x: unknown) => () => layer.call(x as never)
  const where = `; in ${kind}(3, 4, { layers: 2 })`

  it('refuses inputs of another shape or dtype', () => {
    refuses(call(zeros([2, 5, 4])), `expected [..., time, 3], got [2, 5, 4]${where}`)
    refuses(call(zeros([3])), `expected [..., time, 3], got [3]${where}`)
    refuses(call(zeros([])), `expected [..., time, 3], got []${where}`)
    refuses(call(zeros([2, 0, 3])), `[2, 0, 3] has no time step; give at least one${where}`)
    refuses(
      call(zeros([2, 3], { dtype: 'int32' })),
      `the input has dtype int32; convert it with to('float32')`,
    )
    for (const x of [null, undefined, [[1, 2, 3]], 'abc'])
      refuses(call(x), `the input must be a tensor, got `)
    expect(call(zeros([2, 3], { dtype: 'float64' }))).toThrow(/^linear: .*float/)
  })

  it('names the layer in a model', () => {
    const model = sequential(new Dense(2, 4), make(3 as number, 4) as LSTM)
    expect(() => model.call(zeros([5, 2]))).toThrow(
      `${kind}: expected [..., time, 3], got [5, 4]; in layer 1 (${kind}(3, 4)), whose input comes from layer 0 (Dense(2, 4))`,
    )
  })

  it('refuses states of another kind, shape or dtype', () => {
    const x = zeros([2, 5, 3])
    const both = (state: unknown) => (kind === 'LSTM' ? [zeros([2, 2, 4]), state] : state)
    const name = kind === 'LSTM' ? 'c' : 'h'
    const scan = (state: unknown) => () => layer.scan(x, state as never)
    for (const shape of [[1, 2, 4], [2, 4], [2, 5, 4], [2, 2, 3], [2, 1, 4], []])
      refuses(
        scan(both(zeros(shape))),
        `${name} of the state must be [2, 2, 4] = [layers, ...batch, hidden], got [${shape.join(', ')}]${where}`,
      )
    refuses(
      scan(both(zeros([2, 2, 4], { dtype: 'float64' }))),
      `${name} of the state is float64, the input float32; convert one with to(`,
    )
    refuses(scan(both(zeros([2, 2, 4], { dtype: 'int32' }))), `${name} of the state has dtype int32`)
    for (const state of [null, 3, 'h']) {
      refuses(scan(both(state)), `${name} of the state must be a tensor, got `)
      if (kind === 'LSTM') refuses(scan(state), 'the state must be [h, c], as scan returned it, got ')
    }
    if (kind === 'LSTM')
      for (const state of [[], [zeros([2, 2, 4])], new Array(3).fill(zeros([2, 2, 4])), zeros([2, 2, 4])])
        refuses(scan(state), `the state must be [h, c], as scan returned it, got `)
  })
})

it('RNN refuses other nonlinearities', () => {
  for (const nonlinearity of ['sigmoid', null, () => 1])
    expect(() => new RNN(1, 2, { nonlinearity: nonlinearity as never })).toThrow(
      /^RNN: nonlinearity must be 'tanh' or 'relu', got /,
    )
})
