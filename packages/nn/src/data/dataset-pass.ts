/** @file One pass over a dataset. Imports core, errors.ts and data/. */
import { slice, type Tensor } from '@tapegrad/core/ops'
import { fail } from '../errors.ts'
import { type Dataset, lengthOf } from './dataset.ts'
import { orderOf } from './order.ts'
import { batchOf, type Plan, present, tooFew } from './plan.ts'
import type { Batches } from './prefetch.ts'
import { isPromise, now, OP, sampleError } from './promises.ts'

/** Number of batches in a pass, at least one. */
export function batchCount(dataset: Dataset<unknown>, plan: Plan): number {
  const count = lengthOf(OP, dataset)
  if (count === 0) fail(OP, 'the dataset is empty')
  const batches = count / plan.batchSize
  return (plan.dropLast ? Math.floor(batches) : Math.ceil(batches)) || tooFew(count, plan)
}

/** The numbers of the samples of each batch. */
function* indicesOf(dataset: Dataset<unknown>, plan: Plan): Generator<Tensor<[number]>, void, undefined> {
  const batches = batchCount(dataset, plan)
  const { length } = dataset
  const order = orderOf(length, plan.shuffle, plan.generator)
  for (let b = 0; b < batches; b++) {
    const start = b * plan.batchSize
    yield slice(order, [[start, Math.min(start + plan.batchSize, length)]]) as Tensor<[number]>
  }
}

/** The batches, where nothing has to be waited for. */
export function* datasetBatches(dataset: Dataset<unknown>, plan: Plan): Generator<unknown, void, undefined> {
  for (const indices of indicesOf(dataset, plan)) {
    if (hasBatch(dataset, plan)) yield now(present(dataset.batch(indices), 'batch'), 'the dataset')
    else {
      const samples = Array.from(indices.data, (i) => now(attempt(dataset, i), 'the dataset'))
      yield now(batchOf(plan, samples, indices.data), 'collate')
    }
  }
}

/** The batches of any dataset. The samples of a batch, and batches asked for ahead, are waited for together. */
export function datasetBatchesLater(dataset: Dataset<unknown>, plan: Plan): Batches<unknown> {
  const steps = indicesOf(dataset, plan)
  let waits = false
  return {
    get waits() {
      return waits
    },
    next: async () => {
      const { done, value: indices } = steps.next()
      if (done) return { done, value: undefined }
      const batch = hasBatch(dataset, plan)
        ? present(dataset.batch(indices), 'batch')
        : fromSamples(dataset, plan, indices.data)
      waits ||= isPromise(batch)
      return { done: false, value: await batch }
    },
    close: (asked) => Promise.allSettled(asked),
  }
}

/** Whether batches can be had at once. */
const hasBatch = (dataset: Dataset<unknown>, plan: Plan): dataset is Required<Dataset<unknown>> =>
  plan.collate === undefined && typeof dataset.batch === 'function'

function fromSamples(dataset: Dataset<unknown>, plan: Plan, numbers: ArrayLike<number>): unknown {
  const samples = Array.from(numbers, (i) => attempt(dataset, i, true))
  if (!samples.some(isPromise)) return batchOf(plan, samples, numbers)
  return Promise.allSettled(samples).then((results) => batchOf(plan, results.map(settled), numbers))
}

function settled(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === 'rejected') throw result.reason
  return result.value
}

/** A sample or a promise of it, whose errors have its number; with `later` all of them are rejections. */
function attempt(dataset: Dataset<unknown>, i: number, later = false): unknown {
  try {
    const sample = dataset.get(i)
    if (!isPromise(sample)) return sample
    return sample.then(undefined, (error) => {
      throw sampleError(i, error)
    })
  } catch (error) {
    const named = sampleError(i, error)
    if (later) return Promise.reject(named)
    throw named
  }
}
