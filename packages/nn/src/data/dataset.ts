/** @file Datasets: samples by number. Imports core, errors.ts and promises.ts. */
import { type Shape, slice, Tensor, take, tensor } from '@tapegrad/core/ops'
import { checkTensor, describe, fail, showShape } from '../errors.ts'
import { isPromise } from './promises.ts'

/** Samples by number. */
export interface Dataset<Sample> {
  readonly length: number
  get(index: number): Sample | Promise<Sample>
  /** Several samples, collated: a faster way than one by one, where there is one. `indices` is an int32 tensor. */
  batch?(indices: Tensor<[number]>): unknown
}

/** Whether something has samples by number. */
export const isDataset = (x: unknown): x is Dataset<unknown> =>
  typeof (x as { get?: unknown } | null | undefined)?.get === 'function' && 'length' in (x as object)

/** The length of a dataset, which may change between passes. */
export function lengthOf(op: string, dataset: Dataset<unknown>): number {
  const length: unknown = dataset.length
  if (!Number.isInteger(length) || (length as number) < 0)
    fail(op, `the length of the dataset must be a whole number >= 0, got ${describe(length)}`)
  return length as number
}

type Row<S extends Shape> = number extends S['length']
  ? Shape
  : S extends readonly [number, ...infer R extends Shape]
    ? R
    : Shape

/** Row i of each tensor. */
type RowOfEach<T extends readonly Tensor[]> = {
  -readonly [K in keyof T]: T[K] extends Tensor<infer S> ? Tensor<Row<S>> : never
}

/** Tensors of equal length: sample i holds row i of each. */
export class TensorDataset<const T extends readonly Tensor[]> implements Dataset<RowOfEach<T>> {
  readonly tensors: T
  /** Number of samples: the size of axis 0. */
  readonly length: number

  constructor(...tensors: T) {
    if (tensors.length === 0) fail('TensorDataset', 'expected at least one tensor, got none')
    tensors.forEach((x, i) => {
      checkTensor('TensorDataset', `argument ${i}`, x)
      if (x.ndim === 0) fail('TensorDataset', `argument ${i} is a 0-d tensor; it needs an axis of samples`)
      if (x.shape[0] !== tensors[0]!.shape[0]) {
        fail(
          'TensorDataset',
          `argument ${i} of shape ${showShape(x.shape)} has ${x.shape[0]} rows, argument 0 has ${tensors[0]!.shape[0]}; they must agree`,
        )
      }
    })
    this.tensors = tensors
    this.length = tensors[0]!.shape[0]!
  }

  get(index: number): RowOfEach<T> {
    checkIndex('TensorDataset', index, this.length)
    return this.tensors.map((x) => slice(x as Tensor, [index])) as never
  }

  batch(indices: Tensor<[number]>): Tensor[] {
    return this.tensors.map((x) => take(x as Tensor, indices, 0) as Tensor)
  }
}

/**
 * The samples of a dataset whose numbers are in `indices` (whole numbers, or an int32 tensor), in that order; a number
 * may occur more than once. Samples are read when they are asked for, in batches where the dataset can do that.
 */
export function subset<Sample>(
  dataset: Dataset<Sample>,
  indices: readonly number[] | Tensor,
): Dataset<Sample> {
  const op = 'subset'
  checkDataset(op, dataset)
  const own = indexList(op, indices, lengthOf(op, dataset))
  const places = tensor(own)
  return {
    length: own.length,
    get: (index) => dataset.get(own[checkIndex(op, index, own.length)]!),
    ...(typeof dataset.batch === 'function' && {
      batch: (wanted: Tensor<[number]>) => dataset.batch!(take(places, wanted, 0) as Tensor<[number]>),
    }),
  }
}

/**
 * A dataset whose sample i is `f(sample, i)` of another one: converted, cut, or with noise added, each time it is read.
 * `f` may return a promise.
 */
export function mapDataset<Sample, Result>(
  dataset: Dataset<Sample>,
  f: (sample: Sample, index: number) => Result | Promise<Result>,
): Dataset<Result> {
  checkDataset('mapDataset', dataset)
  if (typeof f !== 'function') fail('mapDataset', `expected a function, got ${describe(f)}`)
  return {
    get length() {
      return dataset.length
    },
    get: (index) => {
      const sample = dataset.get(index)
      return isPromise(sample) ? sample.then((value) => f(value, index)) : f(sample, index)
    },
  }
}

function checkDataset(op: string, dataset: unknown): void {
  if (!isDataset(dataset)) fail(op, `expected a dataset with length and get(index), got ${describe(dataset)}`)
}

function checkIndex(op: string, index: unknown, length: number): number {
  if (!(Number.isInteger(index) && (index as number) >= 0 && (index as number) < length))
    fail(op, `index ${describe(index)} is out of range for ${length} samples`)
  return index as number
}

function indexList(op: string, indices: readonly number[] | Tensor, length: number): Int32Array {
  const isList =
    indices instanceof Tensor ? indices.dtype === 'int32' && indices.ndim === 1 : Array.isArray(indices)
  if (!isList)
    fail(op, `indices must be an array of whole numbers or an int32 tensor [count], got ${describe(indices)}`)
  const list: ArrayLike<number> = indices instanceof Tensor ? indices.data : (indices as readonly number[])
  return Int32Array.from(list, (index) => checkIndex(op, index, length))
}
