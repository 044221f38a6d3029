/** @file Rows of pooling, window by window. */
import { at, build, type Plain } from '../../support/plain.ts'
import { ranked, type Sample, uniform } from '../../support/sample.ts'
import { FLOATS, NUMBERS, type Row } from './row.ts'

type Pair = readonly [number, number]

interface Options {
  readonly kernelSize: number | Pair
  readonly stride?: number | Pair
  readonly padding?: number | Pair
}

const pair = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value)

/** `f` of the elements under each window; `outside` stands for each element of it on the padding. */
function pooled(x: Plain, options: Options, outside: number, f: (values: number[]) => number): Plain {
  const kernel = pair(options.kernelSize)
  const [stride, padding] = [pair(options.stride ?? kernel), pair(options.padding ?? 0)]
  const lead = x.shape.slice(0, -2)
  const size = x.shape.slice(-2)
  const count = ([0, 1] as const).map(
    (a) => Math.floor((size[a]! + 2 * padding[a] - kernel[a]) / stride[a]) + 1,
  )
  return build([...lead, ...count], (index) => {
    const [p, q] = index.slice(-2) as [number, number]
    return f(
      build(kernel, ([i, j]) => {
        const [row, column] = [p * stride[0] + i! - padding[0], q * stride[1] + j! - padding[1]]
        const inside = row >= 0 && row < size[0]! && column >= 0 && column < size[1]!
        return inside ? at(x, [...index.slice(0, -2), row, column]) : outside
      }).data.slice(),
    )
  })
}

const title = (shape: readonly number[], options: Options): string => `[${shape}] ${JSON.stringify(options)}`

function row(op: string, shape: readonly number[], options: Options, sample: Sample): Omit<Row, 'reference'> {
  return {
    op,
    title: title(shape, options),
    inputs: [{ shape, sample }],
    args: [options],
    order: 3,
    dtypes: NUMBERS,
    roundings: 0,
  }
}

/** Values 0.1 apart: a step of the differences must not change which is the largest. */
const maxRow = (shape: readonly number[], options: Options): Row => ({
  ...row('maxPool2d', shape, options, ranked(-1, 0.1)),
  reference: (x) => pooled(x!, options, -Infinity, (values) => Math.max(...values)),
  repeat: 0,
})

const meanRow = (shape: readonly number[], options: Options): Row => ({
  ...row('avgPool2d', shape, options, uniform(-2, 2)),
  reference: (x) => pooled(x!, options, 0, (values) => values.reduce((a, b) => a + b) / values.length),
  dtypes: FLOATS,
  // The sum and the quotient are rounded.
  roundings: 4,
})

const shared = [
  [[2, 2, 4, 4], { kernelSize: 2 }],
  [[2, 4, 5], { kernelSize: [2, 3], stride: 1 }],
  [[1, 2, 3, 4], { kernelSize: [3, 2], stride: [1, 2], padding: 1 }],
  [[1, 1, 5, 4], { kernelSize: 2, stride: 3, padding: [1, 0] }],
] as const

export const poolRows: readonly Row[] = shared.flatMap(([shape, options]) => [
  maxRow(shape, options),
  meanRow(shape, options),
])
