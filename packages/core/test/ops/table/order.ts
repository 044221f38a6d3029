/** @file Rows of sort, argsort and topk. */
import type { Tensor } from '../../../src/tensor.ts'
import { at, build, type Plain } from '../../support/plain.ts'
import { ranked } from '../../support/sample.ts'
import { ALL_DTYPES, ops, type Row } from './row.ts'

type Shape = readonly number[]

/** The first `count` of the positions along the axis, each the smallest (largest) that is left, the first of equals. */
const places =
  (axis: number, descending: boolean, count: number) =>
  (x: Plain): Plain =>
    build(x.shape.with(axis, count), (index) => {
      const left = Array.from({ length: x.shape[axis]! }, (_, i) => i)
      for (let k = 0; ; k++) {
        let best = 0
        left.forEach((i, n) => {
          const [a, b] = [at(x, index.with(axis, i)), at(x, index.with(axis, left[best]!))]
          if (descending ? a > b : a < b) best = n
        })
        if (k === index[axis]) return left[best]!
        left.splice(best, 1)
      }
    })

const valuesAt =
  (axis: number, order: (x: Plain) => Plain) =>
  (x: Plain): Plain => {
    const positions = order(x)
    return build(positions.shape, (index) => at(x, index.with(axis, at(positions, index))))
  }

/** `repeat` is an axis along which equal elements make no ties. */
const SHAPES = [
  { shape: [5], axis: 0, position: 0, repeat: null },
  { shape: [3, 2], axis: 0, position: 0, repeat: 1 },
  { shape: [2, 4], axis: -1, position: 1, repeat: 0 },
  { shape: [2, 3, 2], axis: 1, position: 1, repeat: 0 },
  { shape: [3, 1], axis: 1, position: 1, repeat: 0 },
] as const

const row = (
  op: string,
  title: string,
  shape: Shape,
  repeat: number | null,
  call: (x: Tensor) => Tensor,
  reference: Row['reference'],
  result?: 'int32',
): Row => ({
  op,
  title: `[${shape}] ${title}`,
  inputs: [{ shape, sample: ranked(-1, 0.3) }],
  call,
  reference,
  order: result === undefined ? 3 : 0,
  dtypes: ALL_DTYPES,
  ...(result && { result: () => result }),
  roundings: 0,
  repeat,
})

const topk = ops.topk as unknown as (
  x: Tensor,
  k: number,
  axis: number,
) => { readonly values: Tensor; readonly indices: Tensor }

export const orderRows: readonly Row[] = SHAPES.flatMap(({ shape, axis, position, repeat }) => {
  const ascending = places(position, false, shape[position]!)
  const k = Math.min(2, shape[position]!)
  const largest = places(position, true, k)
  return [
    row('sort', `axis ${axis}`, shape, repeat, (x) => ops.sort!(x, axis), valuesAt(position, ascending)),
    row('argsort', `axis ${axis}`, shape, repeat, (x) => ops.argsort!(x, axis), ascending, 'int32'),
    row(
      'topk',
      `k ${k} axis ${axis} values`,
      shape,
      repeat,
      (x) => topk(x, k, axis).values,
      valuesAt(position, largest),
    ),
    row(
      'topk',
      `k ${k} axis ${axis} indices`,
      shape,
      repeat,
      (x) => topk(x, k, axis).indices,
      largest,
      'int32',
    ),
  ]
})
