/** @file Rows of tril, triu, diagonal, tile, roll and split. */
import type { Tensor } from '../../../src/tensor.ts'
import { at, build, type Plain } from '../../support/plain.ts'
import { uniform } from '../../support/sample.ts'
import { ALL_DTYPES, ops, type Row } from './row.ts'

type Shape = readonly number[]

const row = (
  op: string,
  shape: Shape,
  args: readonly unknown[],
  reference: (x: Plain) => Plain,
  call?: Row['call'],
  title = JSON.stringify(args),
): Row => ({
  op,
  title: `[${shape}] ${title}`,
  inputs: [{ shape, sample: uniform(-2, 2) }],
  args,
  ...(call && { call }),
  reference,
  order: 3,
  dtypes: ALL_DTYPES,
  roundings: 0,
})

/** The elements where `keep(column - row)`, else 0. */
const banded =
  (keep: (distance: number) => boolean) =>
  (x: Plain): Plain =>
    build(x.shape, (index) => (keep(index.at(-1)! - index.at(-2)!) ? at(x, index) : 0))

const diagonal = (x: Plain): Plain =>
  build([...x.shape.slice(2), Math.min(x.shape[0]!, x.shape[1]!)], (index) =>
    at(x, [index.at(-1)!, index.at(-1)!, ...index.slice(0, -1)]),
  )

/** By NumPy's rule: both padded on the left with ones, each place read modulo the size. */
const tiled =
  (reps: Shape) =>
  (x: Plain): Plain => {
    const rank = Math.max(reps.length, x.shape.length)
    const [sizes, counts] = [x.shape, reps].map((list) => [
      ...new Array<number>(rank - list.length).fill(1),
      ...list,
    ]) as [number[], number[]]
    return build(
      sizes.map((size, axis) => size * counts[axis]!),
      (index) =>
        at(
          x,
          x.shape.map((size, axis) => index[axis + rank - x.shape.length]! % size),
        ),
    )
  }

const rolled =
  (shift: number, axis: number) =>
  (x: Plain): Plain => {
    const size = x.shape[axis]!
    return build(x.shape, (index) => at(x, index.with(axis, (((index[axis]! - shift) % size) + size) % size)))
  }

const split = ops.split as unknown as (x: Tensor, sizes: number | Shape, axis: number) => Tensor[]

/** The part of the given number, which begins at `start`; parts taken alone and joined again. */
const splitRow = (
  shape: Shape,
  sizes: number | Shape,
  axis: number,
  part: number,
  start: number,
  size: number,
): Row =>
  row(
    'split',
    shape,
    [],
    (x) => build(shape.with(axis, size), (index) => at(x, index.with(axis, start + index[axis]!))),
    (x) => split(x, sizes, axis)[part]!,
    `sizes ${JSON.stringify(sizes)} axis ${axis} part ${part}`,
  )

export const triangleRows: readonly Row[] = [
  row(
    'tril',
    [3, 3],
    [],
    banded((d) => d <= 0),
  ),
  row(
    'tril',
    [2, 3],
    [1],
    banded((d) => d <= 1),
  ),
  row(
    'tril',
    [2, 3, 2],
    [-1],
    banded((d) => d <= -1),
  ),
  row(
    'triu',
    [3, 3],
    [],
    banded((d) => d >= 0),
  ),
  row(
    'triu',
    [3, 2],
    [1],
    banded((d) => d >= 1),
  ),
  row(
    'triu',
    [2, 2, 3],
    [-1],
    banded((d) => d >= -1),
  ),
  row('diagonal', [3, 3], [], diagonal),
  row('diagonal', [2, 3], [], diagonal),
  row('diagonal', [3, 2], [], diagonal),
  row('diagonal', [2, 2, 3], [], diagonal),
  row('diagonal', [1, 1], [], diagonal),
  row('tile', [3], [2], tiled([2])),
  row('tile', [2, 3], [[2, 1]], tiled([2, 1])),
  row('tile', [2, 2], [2], tiled([2])),
  row('tile', [2], [[3, 2]], tiled([3, 2])),
  row('tile', [2, 1], [[2, 1, 3]], tiled([2, 1, 3])),
  row('tile', [], [2], tiled([2])),
  row('tile', [2], [[]], tiled([])),
  row('roll', [5], [2, 0], rolled(2, 0)),
  row('roll', [2, 3], [-1, 1], rolled(-1, 1)),
  row('roll', [3, 2], [7, -2], rolled(7, 0)),
  row('roll', [3, 2], [3, 0], rolled(3, 0)),
  splitRow([5], 2, 0, 2, 4, 1),
  splitRow([2, 4], 2, 1, 1, 2, 2),
  splitRow([2, 5], [2, 0, 3], 1, 2, 2, 3),
  splitRow([2, 5], [2, 0, 3], 1, 1, 2, 0),
  splitRow([3, 2], [1, 2], 0, 0, 0, 1),
]
