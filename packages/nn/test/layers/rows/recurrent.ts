/** @file Rows of RNN, GRU and LSTM: layers, options, and `scan` with states as inputs. */
import { concat, type Tensor } from '@tapegrad/core'
import { GRU, LSTM, Module, RNN } from '@tapegrad/nn'
import type { Row } from '../row.ts'

/** Keys of PyTorch's module, layer by layer. */
const keysOf = (layers: number, names = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh']): string[] =>
  Array.from({ length: layers }, (_, l) => names.map((name) => `${name}_l${l}`)).flat()

/**
 * `scan` with the axis of layers of each state behind the samples, so that everything begins with that of samples; output
 * and states in one tensor, [..., time + layers + ..., hidden].
 */
class Scanned extends Module {
  readonly layer: GRU | LSTM
  constructor(layer: GRU | LSTM) {
    super()
    this.layer = layer
  }
  forward(x: Tensor, ...state: Tensor[]): Tensor {
    const { layer } = this
    const given = state.map((h) => moved(h, -2, 0))
    const [output, next] = layer.scan(x as never, (layer instanceof LSTM ? given : given[0]) as never)
    const parts = (Array.isArray(next) ? next : [next]) as Tensor[]
    return concat([output as Tensor, ...parts.map((h) => moved(h, 0, -2))], -2)
  }
}

/** The axis `from` moved to `to`. */
function moved(x: Tensor, from: number, to: number): Tensor {
  const order = x.shape.map((_, i) => i)
  const [axis] = order.splice(from, 1)
  order.splice(to < 0 ? order.length + 1 + to : to, 0, axis!)
  return x.permute(order) as Tensor
}

const x = { inputs: [[2, 2, 2]] }
const kinds = { RNN, GRU, LSTM }

export const rows: readonly Row[] = [
  ...(['RNN', 'GRU', 'LSTM'] as const).flatMap((layer): Row[] => {
    const Kind = kinds[layer]
    return [
      {
        layer,
        make: (options) => new Kind(2, 2, options),
        ...x,
        keys: keysOf(1),
        refuses: [[2, 2, 3], `${layer}: expected [..., time, 2], got [2, 2, 3]`],
      },
      {
        layer,
        note: 'two layers, the last step, no bias',
        make: (options) => new Kind(2, 2, { ...options, layers: 2, bias: false, returns: 'last' }),
        ...x,
        keys: keysOf(2, ['weight_ih', 'weight_hh']),
        refuses: [[2, 0, 2], `${layer}: [2, 0, 2] has no time step; give at least one`],
      },
    ]
  }),
  {
    layer: 'RNN',
    note: 'relu',
    make: (options) => new RNN(2, 2, { ...options, nonlinearity: 'relu' }),
    ...x,
    keys: keysOf(1),
    kinks: true,
  },
  {
    layer: 'GRU',
    note: 'from a state',
    make: (options) => new Scanned(new GRU(1, 2, { ...options, layers: 2 })),
    inputs: [
      [2, 2, 1],
      [2, 2, 2],
    ],
    keys: keysOf(2).map((key) => `layer.${key}`),
  },
  {
    layer: 'LSTM',
    note: 'from a state',
    make: (options) => new Scanned(new LSTM(1, 2, options)),
    inputs: [
      [2, 2, 1],
      [2, 1, 2],
      [2, 1, 2],
    ],
    keys: keysOf(1).map((key) => `layer.${key}`),
  },
]
