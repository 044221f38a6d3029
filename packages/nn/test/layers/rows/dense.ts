/** @file Rows of Dense, of the plain activations and of Sequential. */
import { Dense, ReLU, Sigmoid, sequential, Tanh } from '@tapegrad/nn'
import type { Row } from '../row.ts'

export const rows: readonly Row[] = [
  {
    layer: 'Dense',
    make: (options) => new Dense(3, 2, options),
    inputs: [[2, 3]],
    keys: ['weight', 'bias'],
    refuses: [[2, 4], 'linear: input [2, 4] does not end in 3, the inputs of weight [2, 3] = [out, in]'],
  },
  {
    layer: 'Dense',
    note: 'without bias',
    make: (options) => new Dense(3, 2, { ...options, bias: false }),
    inputs: [[2, 3]],
    keys: ['weight'],
  },
  { layer: 'Sigmoid', make: () => new Sigmoid(), inputs: [[2, 3]], keys: [] },
  { layer: 'Tanh', make: () => new Tanh(), inputs: [[2, 3]], keys: [] },
  { layer: 'ReLU', make: () => new ReLU(), inputs: [[2, 3]], keys: [], kinks: true },
  {
    layer: 'Sequential',
    make: (options) =>
      sequential(new Dense(3, 4, options), new Tanh(), sequential(new Dense(4, 2, options), new Sigmoid())),
    inputs: [[2, 3]],
    keys: ['0.weight', '0.bias', '2.0.weight', '2.0.bias'],
  },
]
