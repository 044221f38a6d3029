/** @file Rows of the running sums and products. */
import { at, build, type Plain } from '../../support/plain.ts'
import { type Sample, uniform } from '../../support/sample.ts'
import { ALL_DTYPES, type Row } from './row.ts'

/** Each element is `f` of the elements up to it along the axis. */
const running =
  (axis: number, f: (values: number[]) => number) =>
  (x: Plain): Plain =>
    build(x.shape, (index) =>
      f(Array.from({ length: index[axis]! + 1 }, (_, i) => at(x, index.with(axis, i)))),
    )

/** Zeros at random places, so that the products from some of them on are 0. */
const withZeros: Sample = (random, n) => uniform(-2, 2)(random, n).map((x) => (random() < 0.4 ? 0 : x))

interface Scan {
  readonly f: (values: number[]) => number
  readonly sample?: Sample
  readonly title?: string
  readonly shapes?: readonly (readonly [shape: readonly number[], position: number, axis?: number])[]
}

const SHAPES = [
  [[4], 0],
  [[3, 2], 0],
  [[2, 3], 1, -1],
  [[2, 3, 2], 1],
  [[2, 1], 1],
] as const

const rows = (op: string, { f, sample = uniform(-2, 2), title = '', shapes = SHAPES }: Scan): Row[] =>
  shapes.map(([shape, position, axis = position]) => ({
    op,
    title: `${title}[${shape}] axis ${axis}`,
    inputs: [{ shape, sample }],
    args: [axis],
    reference: running(position, f),
    order: 3,
    dtypes: ALL_DTYPES,
    result: (dtype) => (dtype === 'bool' ? 'int32' : dtype),
    // Both go from the first element to the last; three additions or products in the derivatives' sums.
    roundings: 4,
  }))

const product = (values: number[]): number => values.reduce((a, b) => a * b, 1)

export const scanRows: readonly Row[] = [
  ...rows('cumsum', { f: (values) => values.reduce((a, b) => a + b, 0) }),
  ...rows('cumprod', { f: product }),
  ...rows('cumprod', {
    f: product,
    sample: withZeros,
    title: 'with zeros ',
    shapes: [
      [[5], 0],
      [[2, 4], 1],
    ],
  }),
  ...rows('cumprod', { f: product, sample: () => [0, 0, 0], title: 'of zeros ', shapes: [[[3], 0]] }),
]
