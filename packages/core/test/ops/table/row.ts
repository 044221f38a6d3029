/** @file What a row of the op table says, and how the runner makes inputs and calls from it. Imports ops/index.ts and the test helpers. */
import type { DType } from '../../../src/dtype.ts'
import * as exported from '../../../src/ops/index.ts'
import type { Tensor } from '../../../src/tensor.ts'
import { type Layout, place, repeatedAxes } from '../../support/layouts.ts'
import { at, build, type Plain, sizeOf } from '../../support/plain.ts'
import { type Random, randomFor, type Sample, whole } from '../../support/sample.ts'

interface Input {
  readonly shape: readonly number[]
  /** Values for a floating-point input, away from kinks and poles by more than the steps of the differences. */
  readonly sample: Sample
  /** An input that always has this dtype and no derivative: indices, masks. */
  readonly dtype?: 'int32' | 'bool'
  /** Values for an int32 input, where -4 to 4 will not do. */
  readonly integers?: Sample
}

export interface Row {
  /** The exported name. */
  readonly op: string
  /** What tells this row from the others of the op. */
  readonly title: string
  readonly inputs: readonly Input[]
  /** What follows the tensors in the call. */
  readonly args?: readonly unknown[]
  /** The call, where it is not `op(...inputs, ...args)`. */
  readonly call?: (...xs: Tensor[]) => Tensor
  /** The result by index-by-index loops on plain arrays. */
  readonly reference: (...xs: Plain[]) => Plain
  /** Up to which order the derivatives are checked: 3, or 0 where the result cannot carry any. */
  readonly order: 0 | 3
  /** The dtypes that the op takes; the others must be refused in its name. */
  readonly dtypes: readonly DType[]
  /** Dtype of the result; that of the input unless told. */
  readonly result?: (dtype: DType) => DType
  /** Roundings of float64 by which the value may differ from the reference's, relative to the largest value. */
  readonly roundings: number
  /**
   * An axis along which the inputs may be equal without a kink (the stride-0 layouts), or null. Unless told it is the
   * first axis, and all axes at once will do, too.
   */
  readonly repeat?: number | null
}

export const FLOATS: readonly DType[] = ['float32', 'float64']
export const NUMBERS: readonly DType[] = ['float32', 'float64', 'int32']
export const ALL_DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'bool']

/** All exports by name, without the types that calls with literal shapes would need. */
export const ops = exported as unknown as Record<string, (...args: unknown[]) => Tensor>

export const nameOf = (row: Row): string => `${row.op} ${row.title}`

/** The call of the row on its tensors. */
export const callOf = (row: Row): ((...xs: Tensor[]) => Tensor) =>
  row.call ?? ((...xs) => ops[row.op]!(...xs, ...(row.args ?? [])))

/** The layouts in which the derivatives of a row can be checked: in the others its inputs would sit on a kink. */
export const isSmoothIn = (row: Row, layout: Layout): boolean =>
  row.repeat === undefined || (layout !== 'constant' && (layout !== 'repeated' || row.repeat !== null))

function samplesOf(input: Input, dtype: DType, random: Random, n: number): number[] {
  if (dtype === 'bool') return whole(0, 1)(random, n)
  if (dtype === 'int32' && input.dtype === undefined) return (input.integers ?? whole(-4, 4))(random, n)
  const values = input.sample(random, n)
  return dtype === 'float32' ? values.map(Math.fround) : values
}

/** Values for one input, equal along the axes that the layout repeats. */
function valuesFor(row: Row, input: Input, dtype: DType, layout: Layout, random: Random): Plain {
  const repeated = repeatedAxes(layout, input.shape.length, row.repeat === undefined ? 0 : row.repeat)
  const distinct = input.shape.map((size, axis) => (repeated.includes(axis) ? Math.min(size, 1) : size))
  const some: Plain = { shape: distinct, data: samplesOf(input, dtype, random, sizeOf(distinct)) }
  return build(input.shape, (index) =>
    at(
      some,
      index.map((i, axis) => (repeated.includes(axis) ? 0 : i)),
    ),
  )
}

export interface Sampled {
  readonly plains: readonly Plain[]
  readonly tensors: readonly Tensor[]
}

/** The inputs of a row, as plain arrays and as tensors; input i has layout `layouts[i]`. */
export function sampleRow(row: Row, dtype: DType, layouts: readonly Layout[], seed = ''): Sampled {
  const random = randomFor(`${nameOf(row)} ${seed}`)
  const plains: Plain[] = []
  const tensors = row.inputs.map((input, i) => {
    const own = input.dtype ?? dtype
    const values = valuesFor(row, input, own, layouts[i]!, random)
    plains.push(values)
    return place(values, own, layouts[i]!, row.repeat === undefined ? 0 : row.repeat)
  })
  return { plains, tensors }
}

/** The same layout for every input. */
export const everywhere = (row: Row, layout: Layout): Layout[] => row.inputs.map(() => layout)
