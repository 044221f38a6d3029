/** @file Rows of the activations, of Dropout, Residual and Lambda. */
import { type Generator, type Tensor, zeros } from '@tapegrad/core'
import {
  Dense,
  Dropout,
  ELU,
  GELU,
  Lambda,
  Layer,
  LeakyReLU,
  Residual,
  SiLU,
  Softmax,
  Softplus,
  sequential,
  Tanh,
} from '@tapegrad/nn'
import type { Row } from '../row.ts'

/** A Dropout that draws the same mask again and again: a function that can be differentiated. */
class FixedDropout extends Layer<[], []> {
  readonly dropout: Dropout
  constructor(p: number, generator: Generator) {
    super()
    this.dropout = new Dropout(p, { generator })
  }
  forward(x: Tensor): Tensor {
    if (this.training) this.dropout.generator!.seed(3)
    return this.dropout.call(x)
  }
}

const plain = { inputs: [[2, 3]], keys: [] }

export const rows: readonly Row[] = [
  { layer: 'LeakyReLU', make: () => new LeakyReLU(), ...plain, kinks: true },
  { layer: 'LeakyReLU', note: 'slope 0.3', make: () => new LeakyReLU(0.3), ...plain, kinks: true },
  { layer: 'ELU', make: () => new ELU(), ...plain, kinks: true },
  { layer: 'ELU', note: 'alpha 0.5', make: () => new ELU(0.5), ...plain, kinks: true },
  { layer: 'GELU', make: () => new GELU(), ...plain },
  { layer: 'GELU', note: 'exact', make: () => new GELU({ approximate: 'none' }), ...plain },
  { layer: 'SiLU', make: () => new SiLU(), ...plain },
  { layer: 'Softplus', make: () => new Softplus(), ...plain },
  {
    layer: 'Softmax',
    make: () => new Softmax(),
    ...plain,
    refuses: [[], 'softmax: axis -1 of a 0-d tensor; it has no axes'],
  },
  {
    layer: 'Softmax',
    note: 'over samples',
    make: () => new Softmax(0),
    ...plain,
    perSample: false,
    anyBatch: false,
  },
  {
    layer: 'Dropout',
    make: ({ generator }) => new FixedDropout(0.5, generator),
    inputs: [[2, 5]],
    keys: [],
    sameInBothModes: false,
  },
  {
    layer: 'Residual',
    make: (options) =>
      new Residual(sequential(new Dense(3, 2, options), new Tanh(), new Dense(2, 3, options))),
    inputs: [[2, 3]],
    keys: ['layer.0.weight', 'layer.0.bias', 'layer.2.weight', 'layer.2.bias'],
  },
  {
    layer: 'Residual',
    note: 'of a function',
    make: () => new Residual(new Lambda((x) => x.sin().add(zeros([3], { dtype: x.dtype })))),
    ...plain,
    refuses: [[2, 1], /^Residual: Lambda\(.*\) made \[2, 3\] of \[2, 1\], .* must keep the shape; in/],
  },
  {
    layer: 'Lambda',
    make: () => new Lambda((x) => x.square().mul(x.sin())),
    ...plain,
  },
]
