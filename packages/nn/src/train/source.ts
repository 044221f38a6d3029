/** @file The forms of data that fit takes, as batches in passes. Imports core, data.ts, errors.ts and host.ts. */
import { type Generator, Tensor } from '@tapegrad/core/ops'
import { DataLoader, type Dataset, type LoaderOptions, TensorDataset } from '../data.ts'
import { describe, fail } from '../errors.ts'
import { isPromise } from './host.ts'

/** Batches one after another. */
type Batches<Batch> = Iterable<Batch | PromiseLike<Batch>> | AsyncIterable<Batch>

/**
 * What can be trained on: tensors of equal length, inputs first, the target last; a dataset; or batches, as a DataLoader,
 * any iterable that can be read once per epoch, or a function that opens one for each epoch.
 */
export type TrainingData =
  | readonly Tensor[]
  | Dataset<unknown>
  | Batches<unknown>
  | ((epoch: number) => Batches<unknown> | PromiseLike<Batches<unknown>>)

/** A pass: what `for` and `for await` use. */
export interface Pass {
  next(): unknown
  return?(): unknown
}

/** Data that can be read in passes. */
export interface Source {
  /** How many batches a pass has, where that is known beforehand. */
  readonly length: number | undefined
  /** What draws the order, where that is known. */
  readonly generator: Generator | undefined
  open(epoch: number): Promise<Pass> | Pass
}

/** How fit makes batches of what has none yet. */
export type Loading = Pick<LoaderOptions<unknown, unknown>, 'batchSize' | 'shuffle' | 'seed' | 'generator'>

/** The data as a source; `name` is what messages call it. `loading` is used where there are no batches yet. */
export function sourceOf(op: string, name: string, data: unknown, loading: Loading): Source {
  if (Array.isArray(data)) {
    if (data.length === 0) fail(op, `the ${name} is empty`)
    if (data.every((x) => x instanceof Tensor)) {
      if (data.length === 1)
        fail(op, `the ${name} is one tensor; expected inputs and the target, as in [x, y]`)
      return loaded(new TensorDataset(...data), loading)
    }
    return iterated(op, name, data)
  }
  if (data instanceof Tensor)
    fail(op, `the ${name} is ${describe(data)}; expected inputs and the target, as in [x, y]`)
  if (data instanceof TensorDataset || isDataset(data)) return loaded(data, loading)
  return iterated(op, name, data)
}

/** Whether fit makes the batches of these data. */
export const isUnbatched = (data: unknown): boolean =>
  isDataset(data) || (Array.isArray(data) && data.every((x) => x instanceof Tensor))

const isDataset = (x: unknown): x is Dataset<unknown> =>
  typeof (x as { get?: unknown } | null | undefined)?.get === 'function' && 'length' in (x as object)

/** Batches of samples. */
function loaded(dataset: Dataset<unknown>, loading: Loading): Source {
  const loader = new DataLoader(dataset, loading)
  return {
    length: loader.length,
    generator: loader.generator,
    // Rows of tensors are there at once; other samples may have to be waited for.
    open: () =>
      dataset instanceof TensorDataset ? loader[Symbol.iterator]() : loader[Symbol.asyncIterator](),
  }
}

/** Batches that are made elsewhere. */
function iterated(op: string, name: string, data: unknown): Source {
  if (typeof data !== 'function' && methodOf(data) === undefined)
    fail(
      op,
      `the ${name} must be tensors [x, y], a dataset, a DataLoader, an iterable of batches, or a function that returns one, got ${describe(data)}`,
    )
  const read = new WeakSet<object>()
  const start = (batches: unknown): Pass => {
    const method = methodOf(batches)
    if (method === undefined)
      fail(op, `the function of the ${name} must return an iterable, got ${describe(batches)}`)
    const pass = method.call(batches)
    if (read.has(pass))
      fail(
        op,
        `the ${name} can be read only once; pass a function that opens it anew in each epoch, as in () => batches()`,
      )
    read.add(pass)
    return pass
  }
  const { length, generator } = data as { length?: unknown; generator?: Generator }
  const counted = typeof data !== 'function' && Number.isInteger(length)
  return {
    length: counted ? (length as number) : undefined,
    generator: data instanceof DataLoader ? generator : undefined,
    open: (epoch) => {
      const batches: unknown = typeof data === 'function' ? data(epoch) : data
      return isPromise(batches) ? Promise.resolve(batches).then(start) : start(batches)
    },
  }
}

/** What makes an iterator; rather the one that can wait. */
function methodOf(x: unknown): (() => Pass) | undefined {
  if (typeof x !== 'object' || x === null || x instanceof Tensor) return undefined
  const { [Symbol.asyncIterator]: waiting, [Symbol.iterator]: plain } = x as Record<symbol, unknown>
  const method = waiting ?? plain
  return typeof method === 'function' ? (method as () => Pass) : undefined
}
