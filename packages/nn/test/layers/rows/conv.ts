/** @file Rows of convolutions, pooling and Flatten. */
import { AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, Flatten, MaxPool2d } from '@tapegrad/nn'
import type { Row } from '../row.ts'

const keys = ['weight', 'bias']

export const rows: readonly Row[] = [
  {
    layer: 'Conv1d',
    make: (options) => new Conv1d(2, 3, 2, options),
    inputs: [[2, 2, 4]],
    keys,
    refuses: [
      [2, 3, 4],
      'Conv1d: expected [..., 2, L], got [2, 3, 4], whose axis 1 holds 3 channels; in Conv1d(2, 3, 2)',
    ],
  },
  {
    layer: 'Conv1d',
    note: 'all options',
    make: (options) =>
      new Conv1d(4, 2, 3, { ...options, stride: 2, padding: 2, dilation: 2, groups: 2, bias: false }),
    inputs: [[2, 4, 5]],
    keys: ['weight'],
    refuses: [[5], 'Conv1d: expected [..., 4, L], got [5]'],
  },
  {
    layer: 'Conv2d',
    make: (options) => new Conv2d(2, 3, 2, options),
    inputs: [[2, 2, 3, 4]],
    keys,
    refuses: [
      [5, 4, 4, 2],
      'Conv2d: expected [..., 2, H, W], got [5, 4, 4, 2]; channels stand before sizes, as in x.permute([0, 3, 1, 2])',
    ],
  },
  {
    layer: 'Conv2d',
    note: 'pairs and groups',
    make: (options) =>
      new Conv2d(2, 4, [2, 3], {
        ...options,
        stride: [2, 1],
        padding: [1, 2],
        dilation: [1, 2],
        groups: 2,
      }),
    inputs: [[2, 2, 3, 3]],
    keys,
    refuses: [
      [2, 2, 3, 0],
      'conv2d: the windows cover [2, 5], more than the padded input, [5, 4]; use a smaller kernel',
    ],
  },
  {
    layer: 'Conv2d',
    note: 'same size',
    make: (options) => new Conv2d(1, 1, [2, 3], { ...options, padding: 'same', bias: false }),
    inputs: [[2, 1, 3, 3]],
    keys: ['weight'],
    refuses: [[3, 3], 'Conv2d: expected [..., 1, H, W], got [3, 3]; for one channel write x.unsqueeze(-3)'],
  },
  {
    layer: 'ConvTranspose2d',
    make: (options) => new ConvTranspose2d(2, 1, 2, options),
    inputs: [[2, 2, 2, 3]],
    keys,
    refuses: [[2, 1, 3, 3], 'ConvTranspose2d: expected [..., 2, H, W], got [2, 1, 3, 3]'],
  },
  {
    layer: 'ConvTranspose2d',
    note: 'all options',
    make: (options) =>
      new ConvTranspose2d(2, 4, [2, 3], {
        ...options,
        stride: 2,
        padding: [0, 1],
        outputPadding: [1, 0],
        dilation: [2, 1],
        groups: 2,
        bias: false,
      }),
    inputs: [[2, 2, 2, 2]],
    keys: ['weight'],
    refuses: [[2, 2, 0, 3], 'convTranspose2d: input [2, 2, 0, 3] makes no output'],
  },
  {
    layer: 'MaxPool2d',
    make: () => new MaxPool2d(2),
    inputs: [[2, 1, 4, 5]],
    keys: [],
    kinks: true,
    refuses: [[3, 1, 2], 'maxPool2d: the windows cover [2, 2], more than the padded input, [1, 2]'],
  },
  {
    layer: 'MaxPool2d',
    note: 'all options, no channels',
    make: () => new MaxPool2d([3, 2], { stride: [1, 2], padding: [1, 0] }),
    inputs: [[2, 4, 4]],
    keys: [],
    kinks: true,
    refuses: [[3], 'MaxPool2d: expected [..., H, W], got [3]'],
  },
  { layer: 'AvgPool2d', make: () => new AvgPool2d(2), inputs: [[2, 1, 4, 5]], keys: [] },
  {
    layer: 'AvgPool2d',
    note: 'all options, no channels',
    make: () => new AvgPool2d([3, 2], { stride: [1, 2], padding: [1, 0] }),
    inputs: [[2, 4, 4]],
    keys: [],
    refuses: [[], 'AvgPool2d: expected [..., H, W], got []'],
  },
  {
    layer: 'Flatten',
    make: () => new Flatten(),
    inputs: [[2, 3, 2]],
    keys: [],
    anyBatch: false,
    refuses: [
      [3],
      'Flatten: expected [N, ...] with at least two axes, got [3]; one sample needs a batch axis, x.unsqueeze(0)',
    ],
  },
]
