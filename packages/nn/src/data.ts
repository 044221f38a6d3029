/** @file DataLoader: samples of a dataset or of a stream in batches. Imports core, errors.ts and data/. */
import type { Generator } from '@tapegrad/core/ops'
import type { Collated } from './data/collate.ts'
import { type Dataset, isDataset } from './data/dataset.ts'
import { batchCount, datasetBatches, datasetBatchesLater } from './data/dataset-pass.ts'
import { generatorOf } from './data/order.ts'
import type { Plan } from './data/plan.ts'
import { type AbortSignalLike, checkSignal, prefetched, throwIfAborted } from './data/prefetch.ts'
import { OP } from './data/promises.ts'
import { isStream, type Samples, StreamSource } from './data/stream.ts'
import { streamBatches, streamBatchesLater } from './data/stream-pass.ts'
import { checkCount, checkFlag, checkOptions, checkTally, describe, fail } from './errors.ts'

export type { Collated } from './data/collate.ts'
export { type Dataset, mapDataset, subset, TensorDataset } from './data/dataset.ts'
export type { AbortSignalLike } from './data/prefetch.ts'
export type { Samples } from './data/stream.ts'

export interface LoaderOptions<Sample, Batch> {
  /** Samples per batch, default 1. */
  readonly batchSize?: number
  /** Whether each pass takes the samples in a new random order; default false. Streams need `shuffleBuffer` for it. */
  readonly shuffle?: boolean
  /**
   * How many samples of a stream are held to be mixed: each that comes takes the place of a random one of them, which
   * goes into a batch. The more, the better mixed and the more memory; as many as there are mix as a dataset's shuffle
   * does. Turns `shuffle` on.
   */
  readonly shuffleBuffer?: number
  /**
   * Where the orders come from: a seed, or a generator; the shared generator when both are left out. A pass draws from it
   * once, when it begins, so its state of then is all that is needed to repeat the pass.
   */
  readonly seed?: number
  readonly generator?: Generator
  /** Leave out the last batch if it is smaller than the others; default false. */
  readonly dropLast?: boolean
  /**
   * Makes a batch of samples; in `for await` loops it may return a promise. By default tensors are stacked and numbers
   * made a tensor, in arrays and plain objects too: see `Collated`.
   */
  readonly collate?: (samples: Sample[]) => Batch | Promise<Batch>
  /**
   * How many batches are made ahead while one is in use, in `for await` loops; default 1. Only what has to be waited for
   * is made ahead. Orders do not depend on it.
   */
  readonly prefetch?: number
  /** Ends a pass: the loop throws the signal's reason, and the stream is closed. */
  readonly signal?: AbortSignalLike
}

const NAMES = [
  'batchSize',
  'shuffle',
  'shuffleBuffer',
  'seed',
  'generator',
  'dropLast',
  'collate',
  'prefetch',
  'signal',
]

/** What a loader over a dataset has, and one over a stream has not. */
type IfSized<Length, T> = Length extends number ? T : undefined

/** What has its samples by number. */
type Sized<Sample, Length> = (Dataset<Sample> | readonly Sample[]) & { readonly length: Length }

/**
 * Batches of a dataset, of an array, or of a stream (an iterable, or a function that opens one for each pass):
 * `for (const [x, y] of loader)`, or `for await` where samples have to be waited for. Each loop is one pass. When it is
 * left early, by `break` or by an error, the stream is closed. An error of a source is thrown where its batch would have
 * come, with the number of the sample.
 */
export class DataLoader<Sample, Batch = Collated<Sample>, Length = number | undefined> {
  /** The dataset; undefined for a stream. */
  readonly dataset: IfSized<Length, Dataset<Sample>>
  readonly batchSize: number
  /** Draws the orders: set its `state` back to that before a pass to repeat it. Undefined: the shared generator. */
  readonly generator: Generator | undefined
  readonly #source: Dataset<unknown> | StreamSource
  readonly #plan: Plan
  readonly #prefetch: number
  readonly #signal: AbortSignalLike | undefined

  // A function has a length too, so types must tell it from a dataset first.
  constructor(open: () => Samples<Sample>, options?: LoaderOptions<Sample, Batch>)
  constructor(source: Sized<Sample, Length> | Samples<Sample>, options?: LoaderOptions<Sample, Batch>)
  constructor(source: unknown, options: LoaderOptions<Sample, Batch> = {}) {
    checkOptions(OP, options, NAMES)
    const dataset = datasetOf(source)
    this.#plan = planOf(options, dataset !== undefined)
    this.#source = dataset ?? new StreamSource(source)
    this.#prefetch = options.prefetch ?? 1
    this.#signal = options.signal
    this.dataset = dataset as IfSized<Length, Dataset<Sample>>
    this.batchSize = this.#plan.batchSize
    this.generator = this.#plan.generator
    // Throws if there is none.
    if (dataset !== undefined) batchCount(dataset, this.#plan)
  }

  /** Number of batches in a pass; undefined for a stream. */
  get length(): IfSized<Length, number> {
    const source = this.#source
    const length = source instanceof StreamSource ? undefined : batchCount(source, this.#plan)
    return length as IfSized<Length, number>
  }

  *[Symbol.iterator](): Iteration<Batch> {
    throwIfAborted(this.#signal)
    const source = this.#source
    const plan = this.#plan
    const batches =
      source instanceof StreamSource ? streamBatches(source, plan) : datasetBatches(source, plan)
    for (const batch of batches) {
      yield batch as Batch
      throwIfAborted(this.#signal)
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const source = this.#source
    const plan = this.#plan
    const open = () =>
      source instanceof StreamSource ? streamBatchesLater(source, plan) : datasetBatchesLater(source, plan)
    return prefetched(open, this.#prefetch, this.#signal) as AsyncGenerator<Batch, void, undefined>
  }
}

type Iteration<T> = globalThis.Generator<T, void, undefined>

/** The source as a dataset; undefined if it is a stream. */
function datasetOf(source: unknown): Dataset<unknown> | undefined {
  if (isDataset(source)) return source
  if (Array.isArray(source) || ArrayBuffer.isView(source)) {
    const list = source as ArrayLike<unknown>
    return {
      get length() {
        return list.length
      },
      get: (i) => list[i],
    }
  }
  if (isStream(source)) return undefined
  return fail(
    OP,
    `expected a dataset with length and get(index), or an iterable of samples, got ${describe(source)}; wrap tensors in new TensorDataset(...)`,
  )
}

function planOf(options: LoaderOptions<never, unknown>, sized: boolean): Plan {
  const { batchSize = 1, dropLast = false, shuffleBuffer, collate, prefetch = 1, signal } = options
  const { shuffle = shuffleBuffer !== undefined } = options
  checkCount(OP, 'batchSize', batchSize)
  checkFlag(OP, 'shuffle', shuffle)
  checkFlag(OP, 'dropLast', dropLast)
  checkTally(OP, 'prefetch', prefetch)
  if (collate !== undefined && typeof collate !== 'function')
    fail(OP, `collate must be a function, got ${describe(collate)}`)
  if (signal !== undefined) checkSignal(OP, signal)
  if (shuffleBuffer !== undefined) {
    checkCount(OP, 'shuffleBuffer', shuffleBuffer)
    if (sized) fail(OP, 'shuffleBuffer is for streams; a dataset is shuffled as a whole, with shuffle: true')
  } else if (shuffle && !sized)
    fail(
      OP,
      'a stream is shuffled through a buffer: say how many samples it may hold, as in { shuffleBuffer: 1000 }',
    )
  return {
    batchSize,
    dropLast,
    shuffle,
    shuffleBuffer: shuffle ? shuffleBuffer : undefined,
    generator: generatorOf(OP, options),
    collate,
  }
}
