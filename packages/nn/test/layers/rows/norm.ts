/** @file Rows of the layers that normalize. */
import { randn } from '@tapegrad/core'
import { BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm } from '@tapegrad/nn'
import type { Row } from '../row.ts'

const affine = ['weight', 'bias']
const running = ['running_mean', 'running_var', 'num_batches_tracked']

export const rows: readonly Row[] = [
  {
    layer: 'LayerNorm',
    make: (options) => new LayerNorm(3, options),
    inputs: [[2, 3]],
    keys: affine,
    refuses: [[2, 4], 'LayerNorm: expected [..., 3], got [2, 4]; in LayerNorm(3)'],
  },
  {
    layer: 'LayerNorm',
    note: 'of two axes, without weights',
    make: (options) => new LayerNorm([2, 3], { ...options, eps: 0.01, elementwiseAffine: false }),
    inputs: [[2, 2, 3]],
    keys: [],
    refuses: [[3], 'LayerNorm: expected [..., 2, 3], got [3]'],
  },
  {
    layer: 'GroupNorm',
    make: (options) => new GroupNorm(2, 4, options),
    inputs: [[2, 4, 2]],
    keys: affine,
    anyBatch: false,
    refuses: [[4, 2], 'GroupNorm: expected [N, 4, ...], got [4, 2]'],
  },
  {
    layer: 'GroupNorm',
    note: 'of images, without weights',
    make: (options) => new GroupNorm(1, 2, { ...options, eps: 0.1, affine: false }),
    inputs: [[2, 2, 1, 2]],
    keys: [],
    anyBatch: false,
  },
  {
    layer: 'BatchNorm1d',
    make: (options) => new BatchNorm1d(2, options),
    inputs: [[3, 2]],
    keys: [...affine, ...running],
    anyBatch: false,
    sameInBothModes: false,
    refuses: [[2, 3], 'BatchNorm1d: expected [N, 2] or [N, 2, L], got [2, 3]; in BatchNorm1d(2)'],
  },
  {
    layer: 'BatchNorm1d',
    note: 'with length, average of all batches',
    make: (options) => new BatchNorm1d(2, { ...options, momentum: null, affine: false }),
    inputs: [[2, 2, 2]],
    keys: running,
    sameInBothModes: false,
    anyBatch: false,
    refuses: [
      [3, 4, 2],
      'BatchNorm1d: expected [..., 2, L], got [3, 4, 2]; channels stand before sizes, as in x.permute([0, 2, 1])',
    ],
  },
  {
    layer: 'BatchNorm2d',
    make: (options) => new BatchNorm2d(2, options),
    inputs: [[2, 2, 2, 1]],
    keys: [...affine, ...running],
    sameInBothModes: false,
    refuses: [[2, 3, 2, 2], 'BatchNorm2d: expected [..., 2, H, W], got [2, 3, 2, 2]'],
  },
  {
    layer: 'BatchNorm2d',
    note: 'without running statistics',
    make: (options) => new BatchNorm2d(2, { ...options, trackRunningStats: false }),
    inputs: [[2, 2, 1, 2]],
    keys: affine,
    perSample: false,
    anyBatch: false,
  },
  {
    layer: 'BatchNorm2d',
    note: 'evaluated',
    make: (options) => {
      const layer = new BatchNorm2d(2, { ...options, momentum: 0.5 })
      layer.call(randn([3, 2, 2, 2], options).mul(2).add(1))
      return layer.eval()
    },
    inputs: [[2, 2, 1, 2]],
    keys: [...affine, ...running],
    sameInBothModes: false,
  },
]
