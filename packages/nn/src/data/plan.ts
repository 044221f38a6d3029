/** @file What a loader does with samples, and the batch that it makes of some. Imports errors.ts and data/. */
import type { Generator } from '@tapegrad/core/ops'
import { fail } from '../errors.ts'
import { collate } from './collate.ts'
import { isPromise, OP } from './promises.ts'

/** The checked settings of a loader. */
export interface Plan {
  readonly batchSize: number
  readonly dropLast: boolean
  readonly shuffle: boolean
  /** Undefined without shuffling, and for datasets. */
  readonly shuffleBuffer: number | undefined
  readonly generator: Generator | undefined
  /** Undefined: the default one. */
  readonly collate: ((samples: never[]) => unknown) | undefined
}

/** A batch of samples with these numbers; a promise if that is what `collate` returns. */
export function batchOf(plan: Plan, samples: readonly unknown[], numbers: ArrayLike<number>): unknown {
  const hole = samples.indexOf(undefined)
  if (hole >= 0)
    fail(OP, `sample ${numbers[hole]} is undefined; get(index) must return a sample, a stream must yield one`)
  return plan.collate === undefined
    ? collate(samples, numbers)
    : present(plan.collate(samples as never[]), 'collate')
}

/** The batch, or the promise of one, which must not be undefined: somebody forgot to return it. */
export function present(batch: unknown, what: string): unknown {
  if (isPromise(batch)) return batch.then((value) => present(value, what))
  return batch === undefined ? fail(OP, `${what} returned undefined, expected a batch`) : batch
}

/** For the error where too few samples come to fill one batch. */
export const tooFew = (count: number, { batchSize }: Plan): never =>
  fail(OP, `dropLast leaves nothing of ${count} samples in batches of ${batchSize}`)
