/** @file Rows of the ops that copy: to, clone, assign, and stopGradient. */
import type { Plain } from '../../support/plain.ts'
import { build, stretchedAt } from '../../support/plain.ts'
import { uniform } from '../../support/sample.ts'
import { ALL_DTYPES, ops, type Row } from './row.ts'

const same = (x: Plain): Plain => x

const castRow = (dtype: 'float32' | 'float64' | 'int32' | 'bool', f: (x: number) => number): Row => ({
  op: 'to',
  title: `[2,3] ${dtype}`,
  inputs: [{ shape: [2, 3], sample: uniform(-3, 3) }],
  args: [dtype],
  reference: (x) => ({ shape: x.shape, data: x.data.map(f) }),
  // float32 cannot be differentiated by differences in float64: its own tests are in numerics.test.ts.
  order: dtype === 'float64' ? 3 : 0,
  dtypes: ALL_DTYPES,
  result: () => dtype,
  roundings: 0,
})

export const memoryRows: readonly Row[] = [
  castRow('float64', (x) => x),
  castRow('float32', Math.fround),
  castRow('int32', Math.trunc),
  castRow('bool', (x) => Number(x !== 0)),
  ...[[2, 3], []].map(
    (shape): Row => ({
      op: 'clone',
      title: `[${shape}]`,
      inputs: [{ shape, sample: uniform(-2, 2) }],
      reference: same,
      order: 3,
      dtypes: ALL_DTYPES,
      roundings: 0,
    }),
  ),
  {
    op: 'stopGradient',
    title: '[2,3]',
    inputs: [{ shape: [2, 3], sample: uniform(-2, 2) }],
    reference: same,
    order: 0,
    dtypes: ALL_DTYPES,
    roundings: 0,
  },
  ...(
    [
      [
        [2, 3],
        [2, 3],
      ],
      [[2, 3], [3]],
      [[2, 3], []],
      [[], []],
    ] as const
  ).map(
    ([target, value]): Row => ({
      op: 'assign',
      title: `[${target}] from [${value}]`,
      inputs: [target, value].map((shape) => ({ shape, sample: uniform(-2, 2) })),
      // Onto a copy: the inputs of a row stay as they are.
      call: (x, y) => ops.assign!(ops.clone!(x).detach(), y),
      reference: (x, y) => build(x!.shape, (index) => stretchedAt(y!, index)),
      order: 0,
      dtypes: ALL_DTYPES,
      roundings: 0,
    }),
  ),
]
