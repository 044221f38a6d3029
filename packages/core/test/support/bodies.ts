/**
 * @file The scalar bodies of all elementwise ops, seen at the place of accelerators while ops and their derivatives run, and
 * arrays to compute them on. Imports ops/table/, accelerators.ts and autodiff.ts.
 */
import { grad } from '../../src/autodiff.ts'
import { type DType, isFloat, type TypedArray } from '../../src/dtype.ts'
import { accelerators } from '../../src/kernels/accelerators.ts'
import { elementwiseKernel } from '../../src/kernels/elementwise.ts'
import { sum } from '../../src/ops/index.ts'
import type { Expr } from '../../src/scalar.ts'
import { type Aval, emptyTensor, type Tensor } from '../../src/tensor.ts'
import { binaryRows } from '../ops/table/binary.ts'
import { elementwiseRows } from '../ops/table/elementwise.ts'
import { callOf, everywhere, sampleRow } from '../ops/table/row.ts'
import { fromBits } from './exact.ts'
import { anyMagnitude, random, times, uniform } from './math-points.ts'

/** A body with the types it was used with. */
export interface BodyUse {
  /** An op, in whose run it was seen first. */
  readonly seenIn: string
  readonly expr: Expr
  readonly inputs: readonly DType[]
  readonly precision: DType
  readonly out: DType
}

/** Runs `body` in the place of vector kernels, or without any. */
export function withAccelerator<T>(elementwise: typeof accelerators.elementwise, body: () => T): T {
  const before = accelerators.elementwise
  accelerators.elementwise = elementwise
  try {
    return body()
  } finally {
    accelerators.elementwise = before
  }
}

/** The bodies of all rows of one and of several tensors, and of their derivatives to second order. */
export function allBodies(): BodyUse[] {
  const found = new Map<Expr, Map<string, BodyUse>>()
  let seenIn = ''
  const look: NonNullable<typeof accelerators.elementwise> = (expr, precision, inputs, { dtype: out }) => {
    const dtypes = inputs.map(({ dtype }) => dtype)
    const uses = found.get(expr) ?? new Map<string, BodyUse>()
    found.set(expr, uses)
    const key = [...dtypes, precision, out].join()
    if (!uses.has(key)) uses.set(key, { seenIn, expr, inputs: dtypes, precision, out })
    return false
  }
  withAccelerator(look, () => {
    for (const row of [...elementwiseRows, ...binaryRows]) {
      for (const dtype of row.dtypes) {
        seenIn = row.op
        const { tensors } = sampleRow(row, dtype, everywhere(row, 'contiguous'))
        const total = (...xs: Tensor[]): Tensor => sum(callOf(row)(...xs))
        callOf(row)(...tensors)
        if (row.order === 0) continue
        tensors.forEach((x, i) => {
          if (!isFloat(x.dtype)) return
          const first = grad(total, { argnums: i })
          grad((...xs: Tensor[]) => sum(first(...xs) as Tensor), { argnums: i })(...tensors)
        })
      }
    }
  })
  return [...found.values()].flatMap((uses) => [...uses.values()])
}

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array }

/** The elements as a tensor that begins `offset` elements into its memory. */
export function tensorOf(dtype: DType, values: readonly number[], offset = 0): Tensor {
  const room = emptyTensor([offset + values.length], dtype)
  const data: TypedArray = new ARRAYS[dtype](values)
  room.storage.data.set(data, room.storage.base + offset)
  return viewAt(room, [values.length], [1], offset)
}

export function viewAt(
  x: Tensor,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): Tensor {
  const Class = x.constructor as new (...args: unknown[]) => Tensor
  const contiguous = strides.every((stride) => stride !== 0) || shape.every((size) => size <= 1)
  return new Class(x.storage, shape, x.dtype, strides, offset, contiguous)
}

/** The body by the JavaScript loop. */
export function byJavaScript({ expr, inputs, precision, out }: BodyUse, xs: readonly Tensor[]): Tensor {
  const kernel = elementwiseKernel(expr, inputs.length, inputs.indexOf(precision))
  const aval: Aval = { shape: xs[0]!.shape, dtype: out }
  return withAccelerator(null, () => kernel(xs, undefined, aval))
}

/** The first place where the bits differ, NaN being equal to NaN; -1 if none. */
export function firstDifference(a: TypedArray, b: TypedArray): number {
  if (a.length !== b.length) return Math.min(a.length, b.length)
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i
  return -1
}

const SMALLEST_NORMAL = { float64: 2 ** -1022, float32: 2 ** -126 }
const positives = [
  ...[0, 5e-324, 2 ** -1073, 2 ** -1022, 2 ** -1022 * (1 - 2 ** -52), 1e-310, 1e-300, 2 ** -149, 1e-40],
  ...[2 ** -126, 2 ** -126 * (1 - 2 ** -23), 2 ** -64, 2 ** -54, 2 ** -53, 2 ** -28, 2 ** -27, 2 ** -24],
  ...[0.25, 0.4375, 0.5, Math.SQRT1_2, 0.75, 1 - 2 ** -53, 1 - 2 ** -24, 1, 1 + 2 ** -52, 1 + 2 ** -23],
  ...[1.5, Math.PI / 2, Math.PI, 2, 2.5, 3, Math.E, 19, 28, 39, 60, 64, 88.7, 89, 103.97, 104, 708, 709.78],
  ...[710, 710.5, 711, 744, 745.2, 746, 1000, 2 ** 20, 2 ** 20 + 0.5, 2 ** 24, 2 ** 24 + 1, 2 ** 31],
  ...[
    2 ** 51,
    2 ** 52 - 0.5,
    2 ** 52,
    2 ** 53,
    2 ** 53 - 1,
    2 ** 65,
    2 ** 100,
    2 ** 127,
    3.4028234663852886e38,
  ],
  ...[2 ** 500, 2 ** 600, 1e300, 2 ** 1023, Number.MAX_VALUE, Infinity],
]
/** Numbers at which functions do something else. */
const SPECIAL: readonly number[] = [...positives, ...positives.map((x) => -x), Number.NaN]

/** Any bits of a float64. */
const anyBits = (count: number): number[] =>
  times(count, () =>
    fromBits((BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32))),
  )

/** Points for one input, most of them where functions are not constant. */
const dense = (precision: 'float32' | 'float64'): number[] => [
  ...uniform(-8, 8, 1500),
  ...uniform(-1, 1, 700),
  ...uniform(-800, 800, 700),
  ...uniform(-(2 ** 21), 2 ** 21, 100),
  ...times(64, (i) => (i - 32) / 2),
  ...times(64, (i) => (i - 32) * (Math.PI / 2)),
  ...anyMagnitude(SMALLEST_NORMAL[precision] / 2 ** 20, 2, 500, true),
  ...anyBits(400),
]

const shuffled = (values: readonly number[]): number[] =>
  values
    .map((value) => [random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value)

/** As many columns as there are inputs, of one length: special values with one another, and dense points. */
export function points(inputs: readonly DType[], precision: 'float32' | 'float64'): number[][] {
  if (inputs.length === 1) return [[...SPECIAL, ...dense(precision)]]
  const pairs = SPECIAL.flatMap((x) => SPECIAL.map((y) => [x, y] as const))
  const [a, b] = [dense(precision), shuffled(dense(precision))]
  // Powers of integers, and remainders of equal numbers.
  const integers = uniform(-9, 9, a.length).map(Math.round)
  const columns = [
    [...pairs.map(([x]) => x), ...a, ...a, ...integers, ...a],
    [...pairs.map(([, y]) => y), ...b, ...integers, ...shuffled(integers), ...a],
  ]
  const floats = inputs.length === 3 ? [shuffled(columns[0]!), ...columns] : columns
  return inputs.map((dtype, i) => (dtype === 'bool' ? floats[i]!.map(() => +(random() < 0.5)) : floats[i]!))
}
