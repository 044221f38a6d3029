/** @file Data in batches: TensorDataset and DataLoader. Imports core and errors.ts. */
import {
  arange,
  type Generator,
  permutation,
  type Shape,
  slice,
  stack,
  Tensor,
  take,
  tensor,
} from '@tapegrad/core/ops'
import { checkCount, checkFlag, checkOptions, checkTensor, describe, fail, showShape } from './errors.ts'

/** Samples by number. */
export interface Dataset<Sample> {
  readonly length: number
  get(index: number): Sample | Promise<Sample>
  /** Several samples, collated: a faster way than one by one, where there is one. `indices` is an int32 tensor. */
  batch?(indices: Tensor<[number]>): unknown
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
    if (!(Number.isInteger(index) && index >= 0 && index < this.length))
      fail('TensorDataset', `index ${describe(index)} is out of range for ${this.length} samples`)
    return this.tensors.map((x) => slice(x as Tensor, [index])) as never
  }

  batch(indices: Tensor<[number]>): Tensor[] {
    return this.tensors.map((x) => take(x as Tensor, indices, 0) as Tensor)
  }
}

/** What the default `collate` makes of samples: a new first axis of samples wherever a tensor or number stands. */
export type Collated<Sample> =
  Sample extends Tensor<infer S>
    ? Tensor<[number, ...S]>
    : Sample extends number | boolean
      ? Tensor<[number]>
      : { -readonly [K in keyof Sample]: Collated<Sample[K]> }

export interface LoaderOptions<Sample, Batch> {
  /** Samples per batch, default 1. */
  readonly batchSize?: number
  /** Whether each pass takes the samples in a new random order; default false. */
  readonly shuffle?: boolean
  /** Where the order comes from; the shared generator when left out. */
  readonly generator?: Generator
  /** Leave out the last batch if it is smaller than the others; default false. */
  readonly dropLast?: boolean
  /** Makes a batch of samples. By default tensors are stacked and numbers made a tensor, in arrays and objects too. */
  readonly collate?: (samples: Sample[]) => Batch
}

/** Batches of a dataset: `for (const [x, y] of loader)`, or `for await` where the dataset is asynchronous. Each loop is one pass. */
export class DataLoader<Sample, Batch = Collated<Sample>> {
  readonly dataset: Dataset<Sample>
  readonly batchSize: number
  /** Number of batches in a pass. */
  readonly length: number
  readonly #options: LoaderOptions<Sample, Batch>

  constructor(dataset: Dataset<Sample>, options: LoaderOptions<Sample, Batch> = {}) {
    const names = ['batchSize', 'shuffle', 'generator', 'dropLast', 'collate']
    const {
      batchSize = 1,
      shuffle = false,
      dropLast = false,
      collate,
    } = checkOptions('DataLoader', options, names)
    const length: unknown = dataset?.length
    if (typeof dataset?.get !== 'function' || !Number.isInteger(length))
      fail(
        'DataLoader',
        `expected a dataset with length and get(index), got ${describe(dataset)}; wrap tensors in new TensorDataset(...)`,
      )
    checkCount('DataLoader', 'batchSize', batchSize)
    checkFlag('DataLoader', 'shuffle', shuffle)
    checkFlag('DataLoader', 'dropLast', dropLast)
    if (collate !== undefined && typeof collate !== 'function')
      fail('DataLoader', `collate must be a function, got ${describe(collate)}`)
    const count = dataset.length / batchSize
    this.dataset = dataset
    this.batchSize = batchSize
    this.length = dropLast ? Math.floor(count) : Math.ceil(count)
    this.#options = options
    if (dataset.length === 0) fail('DataLoader', 'the dataset is empty')
    if (this.length === 0)
      fail('DataLoader', `dropLast leaves nothing of ${dataset.length} samples in batches of ${batchSize}`)
  }

  *[Symbol.iterator](): Generator_<Batch> {
    for (const indices of this.#batches()) {
      const quick = this.#quick(indices)
      if (quick !== undefined) yield quick
      else {
        const samples = Array.from(indices.data, (i) => this.dataset.get(i))
        if (samples.some((sample) => sample instanceof Promise))
          fail('DataLoader', 'the dataset is asynchronous; write for await (const batch of loader)')
        yield this.#collate(samples as Sample[])
      }
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    for (const indices of this.#batches()) {
      yield this.#quick(indices) ??
        this.#collate(await Promise.all(Array.from(indices.data, (i) => this.dataset.get(i))))
    }
  }

  /** The batch at once, where the dataset can do that and no collate was given. */
  #quick(indices: Tensor<[number]>): Batch | undefined {
    return this.#options.collate === undefined
      ? (this.dataset.batch?.(indices) as Batch | undefined)
      : undefined
  }

  #collate(samples: Sample[]): Batch {
    return (this.#options.collate ?? (collate as (samples: Sample[]) => Batch))(samples)
  }

  /** The numbers of the samples of each batch in one pass. */
  *#batches(): Generator_<Tensor<[number]>> {
    const { shuffle = false, generator } = this.#options
    const count = this.dataset.length
    const order = shuffle
      ? permutation(count, generator === undefined ? {} : { generator })
      : arange(0, count, 1, { dtype: 'int32' })
    for (let b = 0; b < this.length; b++) {
      const start = b * this.batchSize
      yield slice(order, [[start, Math.min(start + this.batchSize, count)]]) as Tensor<[number]>
    }
  }
}

type Generator_<T> = globalThis.Generator<T, void, undefined>

function collate(samples: readonly unknown[]): unknown {
  const [first] = samples
  if (first instanceof Tensor) return stack(samples as Tensor[], 0)
  if (typeof first === 'number' || typeof first === 'boolean') return tensor(samples as number[])
  if (Array.isArray(first))
    return first.map((_, i) => collate(samples.map((sample) => (sample as unknown[])[i])))
  if (typeof first === 'object' && first !== null) {
    const pick = (key: string): unknown[] => samples.map((sample) => (sample as Record<string, unknown>)[key])
    return Object.fromEntries(Object.keys(first).map((key) => [key, collate(pick(key))]))
  }
  return fail('DataLoader', `cannot collate samples that hold ${describe(first)}; pass a collate function`)
}
