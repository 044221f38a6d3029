/** @file What the host offers, whichever it is: a clock, a turn of the event loop, promises told apart. Imports nothing. */

declare const performance: { now(): number }

interface Port {
  onmessage: (() => void) | null
  postMessage(message: null): void
  close(): void
}
interface Host {
  readonly setImmediate?: (f: () => void) => unknown
  readonly MessageChannel?: new () => { readonly port1: Port; readonly port2: Port }
  readonly setTimeout: (f: () => void, ms: number) => unknown
}

/** Seconds since some moment. */
export const seconds = (): number => performance.now() / 1000

/** Whether something has to be waited for. */
export const isPromise = (x: unknown): x is PromiseLike<unknown> =>
  typeof (x as { then?: unknown } | null | undefined)?.then === 'function'

/** Lets timers, input and painting have their turn: a promise alone would not. */
export function turn(host: unknown = globalThis): Promise<void> {
  const { setImmediate, MessageChannel, setTimeout } = host as Host
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve)
    else if (MessageChannel) {
      // Sooner than a timer, which browsers delay by 4 ms and more.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(null)
    } else setTimeout(resolve, 0)
  })
}
