/** @file Streams of samples: opened in each pass, read one by one, closed when the pass is left. Imports errors.ts and data/. */
import { describe, fail } from '../errors.ts'
import { isPromise, mustWait, now, OP, sampleError } from './promises.ts'

/** Samples one after another, as many as come. */
export type Samples<Sample> = Iterable<Sample | Promise<Sample>> | AsyncIterable<Sample>

interface AnyIterator {
  next(): unknown
  return?(): unknown
}

/** What a reader gives when there is nothing left. */
export const END = /* @__PURE__ */ Symbol('end')

/** Whether something can be read as a stream. */
export const isStream = (x: unknown): boolean => typeof x === 'function' || methodOf(x, false) !== undefined

/** The method that makes an iterator; a loop with `await` would rather have the asynchronous one. */
function methodOf(x: unknown, wait: boolean): (() => AnyIterator) | undefined {
  // The letters of a text are no samples.
  if (typeof x !== 'object' || x === null) return undefined
  const { [Symbol.iterator]: plain, [Symbol.asyncIterator]: waiting } = x as Record<symbol, unknown>
  const method = wait ? (waiting ?? plain) : (plain ?? waiting)
  return typeof method === 'function' ? (method as () => AnyIterator) : undefined
}

/** A stream that is read in passes. */
export class StreamSource {
  readonly #stream: unknown
  /** Iterators that were read: a second pass over one of them would find nothing. */
  readonly #read = new WeakSet<AnyIterator>()
  #passes = 0

  constructor(stream: unknown) {
    this.#stream = stream
  }

  /** Starts a pass; `wait` says whether the loop can. */
  open(wait: boolean): StreamReader {
    const stream: unknown = typeof this.#stream === 'function' ? this.#stream() : this.#stream
    const method = methodOf(stream, wait)
    if (method === undefined) return fail(OP, `the function must return an iterable, got ${describe(stream)}`)
    if (!wait && method !== (stream as Record<symbol, unknown>)[Symbol.iterator])
      return mustWait('the stream')
    const iterator = method.call(stream)
    if (this.#read.has(iterator)) fail(OP, `the stream was read before; ${ONCE}`)
    this.#read.add(iterator)
    this.#passes++
    return new StreamReader(iterator, this.#passes > 1 ? `in this pass; ${ONCE}` : '')
  }
}

const ONCE =
  'one that can be read only once needs a function that makes it anew, as in new DataLoader(() => samples(), options)'

/** One pass over a stream. */
export class StreamReader {
  readonly #iterator: AnyIterator
  /** What to say when nothing comes. */
  readonly #hint: string
  #count = 0
  #over = false

  constructor(iterator: AnyIterator, hint: string) {
    this.#iterator = iterator
    this.#hint = hint
  }

  /** Whether nothing more is to be read. */
  get over(): boolean {
    return this.#over
  }

  /** The next sample, or END. */
  readNow(): unknown {
    return now(this.read(), 'the stream')
  }

  /** The next sample or END, or a promise of that. */
  read(): unknown {
    let step: unknown
    try {
      step = this.#iterator.next()
    } catch (error) {
      throw this.#broken(error)
    }
    return isPromise(step)
      ? step.then(
          (result) => this.#take(result),
          (error) => {
            throw this.#broken(error)
          },
        )
      : this.#take(step)
  }

  #take(step: unknown): unknown {
    if (typeof step !== 'object' || step === null) {
      this.#over = true
      return fail(OP, `the iterator of the stream gave ${describe(step)}, expected { done, value }`)
    }
    const { done, value } = step as IteratorResult<unknown>
    if (done) {
      this.#over = true
      if (this.#count === 0) fail(OP, `the stream gave no samples ${this.#hint}`.trimEnd())
      return END
    }
    const number = this.#count++
    if (!isPromise(value)) return value
    return value.then(undefined, (error) => {
      throw sampleError(number, error)
    })
  }

  #broken(error: unknown): Error {
    this.#over = true
    return sampleError(this.#count, error)
  }

  /** Tells the stream that nothing more is wanted, unless it is over. */
  close(): unknown {
    if (this.#over) return undefined
    this.#over = true
    return this.#iterator.return?.()
  }
}
