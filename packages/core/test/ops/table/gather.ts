/** @file Rows of gather, scatterAdd and maskedFill. */
import { at, build, elementwise, indicesOf, type Plain } from '../../support/plain.ts'
import { uniform, whole } from '../../support/sample.ts'
import { ALL_DTYPES, NUMBERS, type Row } from './row.ts'

type Shape = readonly number[]

const wrapped = (i: number, size: number): number => (i < 0 ? i + size : i)

const gathered =
  (axis: number) =>
  (x: Plain, indices: Plain): Plain =>
    build(indices.shape, (index) => at(x, index.with(axis, wrapped(at(indices, index), x.shape[axis]!))))

const scattered =
  (axis: number) =>
  (x: Plain, indices: Plain, source: Plain): Plain =>
    build(x.shape, (index) => {
      const hits = indicesOf(indices.shape).filter((from) => {
        const to = from.with(axis, wrapped(at(indices, from), x.shape[axis]!))
        return to.join() === index.join()
      })
      return hits.reduce((sum, from) => sum + at(source, from), at(x, index))
    })

const CASES: readonly (readonly [shape: Shape, indices: Shape, position: number, axis?: number])[] = [
  [[4], [3], 0],
  [[2], [5], 0],
  [[3, 2], [4, 2], 0],
  [[2, 3], [2, 2], 1, -1],
  [[2, 3, 2], [2, 1, 2], 1],
  [[2, 1], [2, 3], 1],
]

const sample = uniform(-2, 2)

function gatherRow([shape, indices, position, axis = position]: (typeof CASES)[number]): Row {
  const size = shape[position]!
  return {
    op: 'gather',
    title: `[${shape}] indices [${indices}] axis ${axis}`,
    inputs: [
      { shape, sample },
      { shape: indices, sample: whole(-size, size - 1), dtype: 'int32' },
    ],
    args: [axis],
    reference: gathered(position),
    order: 3,
    dtypes: ALL_DTYPES,
    roundings: 0,
  }
}

function scatterAddRow([shape, indices, position, axis = position]: (typeof CASES)[number]): Row {
  const size = shape[position]!
  return {
    op: 'scatterAdd',
    title: `[${shape}] indices [${indices}] axis ${axis}`,
    inputs: [
      { shape, sample },
      { shape: indices, sample: whole(-size, size - 1), dtype: 'int32' },
      { shape: indices, sample },
    ],
    args: [axis],
    reference: scattered(position),
    order: 3,
    dtypes: NUMBERS,
    // Five additions in the same order; two batched runs of them stay in it, too.
    roundings: 4,
  }
}

const maskedRow = (shape: Shape, mask: Shape, value: number): Row => ({
  op: 'maskedFill',
  title: `[${shape}] mask [${mask}] ${value}`,
  inputs: [
    { shape, sample },
    { shape: mask, sample, dtype: 'bool' },
  ],
  args: [value],
  reference: elementwise((x, m) => (m !== 0 ? value : x!)),
  order: 3,
  dtypes: ALL_DTYPES,
  roundings: 0,
})

export const gatherRows: readonly Row[] = [
  ...CASES.map(gatherRow),
  ...CASES.map(scatterAddRow),
  maskedRow([2, 3], [2, 3], 1),
  maskedRow([2, 2, 3], [3], 0),
  maskedRow([3], [2, 1], 1),
  maskedRow([], [], 1),
]
