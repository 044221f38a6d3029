/** @file Rows of concat, stack and take: ops of several tensors, or of a tensor and indices. */
import { at, build, type Plain } from '../../support/plain.ts'
import { uniform, whole } from '../../support/sample.ts'
import { ALL_DTYPES, ops, type Row } from './row.ts'

type Shape = readonly number[]

/** Each element of the result comes from the tensor within whose stretch of the axis it lies. */
const joined =
  (axis: number) =>
  (...xs: Plain[]): Plain => {
    const shape = xs[0]!.shape.map((size, a) => (a === axis ? xs.reduce((n, x) => n + x.shape[a]!, 0) : size))
    return build(shape, (index) => {
      const inner = [...index]
      let which = 0
      while (inner[axis]! >= xs[which]!.shape[axis]!) inner[axis]! -= xs[which++]!.shape[axis]!
      return at(xs[which]!, inner)
    })
  }

const stacked =
  (axis: number) =>
  (...xs: Plain[]): Plain => {
    const shape = [...xs[0]!.shape.slice(0, axis), xs.length, ...xs[0]!.shape.slice(axis)]
    return build(shape, (index) => at(xs[index[axis]!]!, [...index.slice(0, axis), ...index.slice(axis + 1)]))
  }

/** `axis` is as the caller writes it, `position` where it lies. */
function joinRow(op: 'concat' | 'stack', shapes: readonly Shape[], position: number, axis?: number): Row {
  return {
    op,
    title: `${shapes.map((shape) => `[${shape}]`).join(', ')} axis ${axis}`,
    inputs: shapes.map((shape) => ({ shape, sample: uniform(-2, 2) })),
    call: (...xs) => (axis === undefined ? ops[op]!(xs) : ops[op]!(xs, axis)),
    reference: op === 'concat' ? joined(position) : stacked(position),
    order: 3,
    dtypes: ALL_DTYPES,
    roundings: 0,
  }
}

/** Rows of x at the given places of the axis; the axes of the indices take the place of the axis. */
const taken =
  (axis: number) =>
  (x: Plain, indices: Plain): Plain => {
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
    const rank = indices.shape.length
    return build(shape, (index) => {
      const i = at(indices, index.slice(axis, axis + rank))
      const place = i < 0 ? i + x.shape[axis]! : i
      return at(x, [...index.slice(0, axis), place, ...index.slice(axis + rank)])
    })
  }

function takeRow(shape: Shape, indices: Shape, position: number, axis = position): Row {
  const size = shape[position]!
  return {
    op: 'take',
    title: `[${shape}] indices [${indices}] axis ${axis}`,
    inputs: [
      { shape, sample: uniform(-2, 2) },
      { shape: indices, sample: whole(-size, size - 1), dtype: 'int32' },
    ],
    args: [axis],
    reference: taken(position),
    order: 3,
    dtypes: ALL_DTYPES,
    roundings: 0,
  }
}

const list: Plain = { shape: [4], data: [2, -1, 0, 2] }

export const joinRows: readonly Row[] = [
  joinRow('concat', [[2], [3]], 0),
  joinRow(
    'concat',
    [
      [2, 2],
      [1, 2],
    ],
    0,
    0,
  ),
  joinRow(
    'concat',
    [
      [2, 2],
      [2, 3],
      [2, 1],
    ],
    1,
    -1,
  ),
  joinRow(
    'concat',
    [
      [2, 1, 2],
      [2, 2, 2],
    ],
    1,
    1,
  ),
  joinRow('concat', [[2, 3]], 0),
  joinRow('stack', [[], [], []], 0),
  joinRow(
    'stack',
    [
      [2, 3],
      [2, 3],
    ],
    0,
  ),
  joinRow(
    'stack',
    [
      [2, 3],
      [2, 3],
    ],
    2,
    -1,
  ),
  joinRow(
    'stack',
    [
      [2, 3],
      [2, 3],
    ],
    1,
    1,
  ),
  takeRow([4], [3], 0),
  takeRow([3, 2], [4], 0),
  takeRow([2, 3], [2, 2], 1, -1),
  takeRow([2, 3, 2], [2], 1),
  takeRow([3, 2], [], 0),
  {
    op: 'take',
    title: '[3,2] a list of indices',
    inputs: [{ shape: [3, 2], sample: uniform(-2, 2) }],
    args: [list.data, 0],
    reference: (x) => taken(0)(x, list),
    order: 3,
    dtypes: ALL_DTYPES,
    roundings: 0,
  },
]
