/** @file Reads data batch by batch: waits where it must, gives others their turn, ends in good order. Imports errors.ts, host.ts, and types. */
import { fail } from '../errors.ts'
import type { StoppedBy } from './history.ts'
import { isPromise, seconds, turn } from './host.ts'
import type { Pass, Source } from './source.ts'

/** After so many seconds the event loop has a turn: a picture is painted every 16 ms. */
const TURN = 0.016

/** What a pass gives when the signal is aborted while its next batch is waited for. */
const ABORTED = /* @__PURE__ */ Symbol('aborted')

/** Reads passes, until training is ended. */
export class Reader {
  readonly #op: string
  readonly #stoppedBy: () => StoppedBy | null
  #turned = seconds()
  /** Ends the waiting for a batch. */
  #wake: (() => void) | null = null

  constructor(op: string, stoppedBy: () => StoppedBy | null) {
    this.#op = op
    this.#stoppedBy = stoppedBy
  }

  /** Is told that the signal was aborted. */
  wake(): void {
    this.#wake?.()
  }

  /** Does something with each batch of a pass; false if training was ended on the way. */
  async read(
    source: Source,
    name: string,
    epoch: number,
    each: (batch: unknown) => PromiseLike<unknown> | undefined,
  ): Promise<boolean> {
    const opened = source.open(epoch)
    const pass = isPromise(opened) ? await this.#orAborted(opened) : opened
    if (pass === ABORTED) return false
    let [open, busy, first] = [true, false, true]
    try {
      for (;;) {
        // An iterator that throws is over.
        open = false
        const next = pass.next()
        const result = isPromise(next) ? await this.#orAborted(next) : next
        open = true
        if (result === ABORTED) {
          busy = true
          return false
        }
        const { done, value } = result as IteratorResult<unknown>
        if (done) {
          open = false
          break
        }
        first = false
        const waiting = each(isPromise(value) ? await value : value)
        if (waiting !== undefined) await waiting
        if (seconds() - this.#turned > TURN) {
          await turn()
          this.#turned = seconds()
        }
        if (this.#stoppedBy() !== null) return false
      }
    } finally {
      if (open) await close(pass, busy)
    }
    if (first)
      fail(
        this.#op,
        `the ${name} gave no batches in epoch ${epoch}; what can be read only once needs a function that opens it anew in each epoch, as in () => batches()`,
      )
    return true
  }

  /** What the promise gives, or ABORTED as soon as the signal is aborted. */
  #orAborted<T>(promise: PromiseLike<T>): Promise<T | typeof ABORTED> {
    return new Promise((resolve, reject) => {
      // Not a race with one promise for all batches, which would keep them all.
      this.#wake = () => resolve(ABORTED)
      promise.then(resolve, reject)
      if (this.#stoppedBy() === 'abort') resolve(ABORTED)
    })
  }
}

/** Tells an iterator that nothing more is wanted. What goes wrong then is of no interest; one that is busy is not awaited. */
async function close(pass: Pass, busy: boolean): Promise<void> {
  const closing = (async () => pass.return?.())().catch(() => undefined)
  if (!busy) await closing
}
