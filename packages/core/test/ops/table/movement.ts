/** @file Rows of the ops that move elements: reshape, permute, slice and their kin. */
import { at, build, type Plain, stretchedAt } from '../../support/plain.ts'
import { uniform } from '../../support/sample.ts'
import { ALL_DTYPES, type Row } from './row.ts'

type Shape = readonly number[]

function row(
  op: string,
  shape: Shape,
  args: readonly unknown[],
  reference: (x: Plain) => Plain,
  title = JSON.stringify(args),
): Row {
  return {
    op,
    title: `[${shape}] ${title}`,
    inputs: [{ shape, sample: uniform(-2, 2) }],
    args,
    reference,
    order: 3,
    dtypes: ALL_DTYPES,
    roundings: 0,
  }
}

/** The elements in row-major order under another shape. */
const renamed =
  (shape: Shape) =>
  (x: Plain): Plain => ({ shape, data: x.data })

/** Axis i of the result is axis order[i]. */
const permuted =
  (order: Shape) =>
  (x: Plain): Plain =>
    build(
      order.map((axis) => x.shape[axis]!),
      (index) => {
        const from = new Array<number>(order.length)
        order.forEach((axis, i) => {
          from[axis] = index[i]!
        })
        return at(x, from)
      },
    )

const broadcast =
  (shape: Shape) =>
  (x: Plain): Plain =>
    build(shape, (index) => stretchedAt(x, index))

/** The result at `index` is the element at `from(index)`. */
const picked =
  (shape: Shape, from: (...index: number[]) => number[]) =>
  (x: Plain): Plain =>
    build(shape, (index) => at(x, from(...index)))

/** Elements at `index` minus the widths before, `value` outside. */
const padded =
  (widths: readonly (readonly [number, number])[], value: number) =>
  (x: Plain): Plain =>
    build(
      x.shape.map((size, axis) => widths[axis]![0] + size + widths[axis]![1]),
      (index) => {
        const inner = index.map((i, axis) => i - widths[axis]![0])
        return inner.every((i, axis) => i >= 0 && i < x.shape[axis]!) ? at(x, inner) : value
      },
    )

const padRow = (shape: Shape, widths: readonly (readonly [number, number])[], value?: number): Row =>
  row('pad', shape, value === undefined ? [widths] : [widths, value], padded(widths, value ?? 0))

export const movementRows: readonly Row[] = [
  row('reshape', [2, 3], [[3, 2]], renamed([3, 2])),
  row('reshape', [2, 3, 2], [[-1, 2, 2]], renamed([3, 2, 2])),
  row('reshape', [4], [[2, 1, 2]], renamed([2, 1, 2])),
  row('reshape', [1, 1], [[]], renamed([])),
  row('reshape', [2, 2], [[2, 2]], renamed([2, 2])),
  row('flatten', [2, 3], [], renamed([6])),
  row('flatten', [2, 1, 3, 2], [1, -2], renamed([2, 3, 2])),
  row('flatten', [], [], renamed([1])),
  row('permute', [2, 3], [[1, 0]], permuted([1, 0])),
  row('permute', [2, 3, 2], [[2, 0, 1]], permuted([2, 0, 1])),
  row('permute', [2, 1, 3, 2], [[-1, 2, 0, 1]], permuted([3, 2, 0, 1])),
  row('permute', [], [[]], permuted([])),
  row('transpose', [2, 3], [], permuted([1, 0])),
  row('transpose', [2, 1, 3], [], permuted([2, 1, 0])),
  row('transpose', [2, 3, 2], [0, -1], permuted([2, 1, 0])),
  row('transpose', [3], [], permuted([0])),
  row('squeeze', [1, 3, 1], [], renamed([3])),
  row('squeeze', [2, 1, 3], [1], renamed([2, 3])),
  row('squeeze', [2, 3, 1], [-1], renamed([2, 3])),
  row('unsqueeze', [2, 3], [0], renamed([1, 2, 3])),
  row('unsqueeze', [2, 3], [-1], renamed([2, 3, 1])),
  row('unsqueeze', [], [0], renamed([1])),
  row('broadcastTo', [3], [[2, 3]], broadcast([2, 3])),
  row('broadcastTo', [2, 1], [[2, 2, 3]], broadcast([2, 2, 3])),
  row('broadcastTo', [], [[2, 2]], broadcast([2, 2])),
  row('broadcastTo', [1, 2, 1], [[2, 2, 1]], broadcast([2, 2, 1])),
  row('broadcastTo', [1], [[1, 1]], broadcast([1, 1])),
  row(
    'slice',
    [3, 4],
    [[[1, null]]],
    picked([2, 4], (i, j) => [i + 1, j]),
  ),
  row(
    'slice',
    [3, 4],
    [[null, [0, 4, 2]]],
    picked([3, 2], (i, j) => [i, 2 * j]),
  ),
  row(
    'slice',
    [3, 4],
    [[1, [3, 0, -2]]],
    picked([2], (i) => [1, 3 - 2 * i]),
  ),
  row(
    'slice',
    [2, 3, 2],
    [[[-1, null], -1, null]],
    picked([1, 2], (i, j) => [i + 1, 2, j]),
  ),
  row(
    'slice',
    [2, 3],
    [[1, 2]],
    picked([], () => [1, 2]),
  ),
  row(
    'slice',
    [5],
    [[[null, null, -1]]],
    picked([5], (i) => [4 - i]),
  ),
  row(
    'flip',
    [2, 3],
    [],
    picked([2, 3], (i, j) => [1 - i, 2 - j]),
  ),
  row(
    'flip',
    [2, 3],
    [-1],
    picked([2, 3], (i, j) => [i, 2 - j]),
  ),
  row(
    'flip',
    [2, 3, 2],
    [[0, 2]],
    picked([2, 3, 2], (i, j, k) => [1 - i, j, 1 - k]),
  ),
  row(
    'flip',
    [],
    [],
    picked([], () => []),
  ),
  padRow([3], [[1, 2]]),
  padRow(
    [2, 2],
    [
      [0, 1],
      [2, 0],
    ],
    1,
  ),
  padRow(
    [2, 1, 2],
    [
      [1, 1],
      [0, 0],
      [0, 1],
    ],
  ),
  padRow([], []),
]
