/** @file One pass over a stream: samples, perhaps mixed, gathered into batches. Imports data/. */
import { ShuffleBuffer } from './order.ts'
import { batchOf, type Plan, tooFew } from './plan.ts'
import type { Batches } from './prefetch.ts'
import { isPromise, now } from './promises.ts'
import { END, type StreamReader, type StreamSource } from './stream.ts'

/** A sample and its number in the stream. */
interface Item {
  readonly sample: unknown
  readonly number: number
}

/** Makes batches of samples that come one by one. */
class Gathering {
  readonly #plan: Plan
  readonly #buffer: ShuffleBuffer<Item> | undefined
  #items: Item[] = []
  #count = 0

  constructor(plan: Plan) {
    this.#plan = plan
    this.#buffer =
      plan.shuffleBuffer === undefined ? undefined : new ShuffleBuffer(plan.shuffleBuffer, plan.generator)
  }

  /** Takes a sample in; gives the batch that is full with it, or with the one that left the buffer for it. */
  take(sample: unknown): unknown {
    const item = { sample, number: this.#count++ }
    const next = this.#buffer === undefined ? item : this.#buffer.exchange(item)
    return next && this.#add(next)
  }

  #add(item: Item): unknown {
    this.#items.push(item)
    return this.#items.length === this.#plan.batchSize ? this.#batch() : undefined
  }

  #batch(): unknown {
    const items = this.#items
    this.#items = []
    return batchOf(
      this.#plan,
      items.map(({ sample }) => sample),
      items.map(({ number }) => number),
    )
  }

  /** The batches that are left at the end of the stream. */
  *rest(): Generator<unknown, void, undefined> {
    const { batchSize, dropLast } = this.#plan
    if (dropLast && this.#count < batchSize) tooFew(this.#count, this.#plan)
    for (const item of this.#buffer?.drain() ?? []) {
      const batch = this.#add(item)
      if (batch !== undefined) yield batch
    }
    if (!dropLast && this.#items.length > 0) yield this.#batch()
  }
}

/** The batches, where nothing has to be waited for. */
export function* streamBatches(source: StreamSource, plan: Plan): Generator<unknown, void, undefined> {
  const gathering = new Gathering(plan)
  const reader = source.open(false)
  try {
    for (let sample = reader.readNow(); sample !== END; sample = reader.readNow()) {
      const batch = gathering.take(sample)
      if (batch !== undefined) yield now(batch, 'collate')
    }
    for (const batch of gathering.rest()) yield now(batch, 'collate')
  } catch (error) {
    // The first error counts, not those of closing.
    try {
      reader.close()
    } catch {}
    throw error
  } finally {
    reader.close()
  }
}

/** The batches of any stream, read one after another however many are asked for ahead. */
export function streamBatchesLater(source: StreamSource, plan: Plan): Batches<unknown> {
  const gathering = new Gathering(plan)
  const reader = source.open(true)
  let waits = false
  const batches = read(reader, gathering, () => {
    waits = true
  })
  return {
    get waits() {
      return waits
    },
    next: () => batches.next(),
    close: () => reader.close(),
  }
}

async function* read(
  reader: StreamReader,
  gathering: Gathering,
  onWait: () => void,
): AsyncGenerator<unknown, void, undefined> {
  const noticed = <T>(value: T): T => {
    if (isPromise(value)) onWait()
    return value
  }
  while (!reader.over) {
    const coming = noticed(reader.read())
    const sample = isPromise(coming) ? await coming : coming
    if (sample === END) {
      for (const batch of gathering.rest()) yield noticed(batch)
      return
    }
    // Closed meanwhile: what was read is not wanted any more.
    if (reader.over) return
    const batch = noticed(gathering.take(sample))
    if (batch !== undefined) yield batch
  }
}
