/** @file The signal, and time for others: training ends after the step, sources are closed, the event loop has its turns. */
import { fit, mse, type TrainingState } from '@tapegrad/nn'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { turn } from '../../src/train/host.ts'
import { batches, linear, numbersOf, recorder, rejection, x, y } from './problem.ts'

const go = (data: unknown, more: object = {}) => {
  const { model, optimizer } = linear()
  const history = fit(model, data as ReturnType<typeof batches>, { loss: mse, optimizer, epochs: 2, ...more })
  return { model, history }
}
/** Calls f after the n-th step in all. */
const after = (n: number, f: () => void) => ({
  onGradients: (state: TrainingState): void => {
    if (state.step === n - 1) f()
  },
})

/** Batches that note how they are read. */
function source(notes: string[], later: boolean) {
  return () => {
    let i = 0
    const wrap = (result: object): unknown => (later ? Promise.resolve(result) : result)
    return {
      [later ? Symbol.asyncIterator : Symbol.iterator]() {
        return {
          next: () => {
            notes.push(`next ${i}`)
            const value = batches()[i++]
            return wrap(value === undefined ? { done: true } : { done: false, value })
          },
          return: () => {
            notes.push('return')
            return wrap({ done: true })
          },
        }
      },
    }
  }
}

describe('an abort', () => {
  it.each([true, false])(
    'lets the step end, returns the history of whole epochs, closes the source (%j)',
    async (later) => {
      const controller = new AbortController()
      const notes: string[] = []
      const seen: string[] = []
      const { model, history } = go(source(notes, later), {
        signal: controller.signal,
        callbacks: [after(5, () => controller.abort()), recorder(seen)],
      })
      expect(await history).toMatchObject({ epochs: 1, steps: 5, stoppedBy: 'abort' })
      expect((await history).loss).toHaveLength(1)
      expect(notes).toEqual(['next 0', 'next 1', 'next 2', 'next 3', 'next 0', 'next 1', 'return'])
      expect(seen.slice(-2)).toEqual(['batch 2.2', 'end 2.2'])
      const hand = linear()
      let step = 0
      const stop = { onBatchEnd: (s: TrainingState) => void (++step === 5 && s.stop()) }
      await fit(hand.model, batches(), { loss: mse, optimizer: hand.optimizer, epochs: 2, callbacks: [stop] })
      expect(numbersOf(model)).toEqual(numbersOf(hand.model))
    },
  )

  it('before it begins lets no step happen', async () => {
    const notes: string[] = []
    const seen: string[] = []
    const { history } = go(source(notes, false), { signal: AbortSignal.abort(), callbacks: [recorder(seen)] })
    expect(await history).toMatchObject({ epochs: 0, steps: 0, stoppedBy: 'abort' })
    expect([notes, seen]).toEqual([[], ['start 0.0', 'end 0.0']])
  })

  it('while a batch is waited for ends training at once, and the late batch is not used', async () => {
    const controller = new AbortController()
    let closed = 0
    let deliver = (_: unknown): void => {}
    const data = () => ({
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            deliver = resolve
            queueMicrotask(() => controller.abort())
          }),
        // Answers when next has: never here.
        return: () => {
          closed++
          return new Promise(() => {})
        },
      }),
    })
    const { history } = go(data, { signal: controller.signal })
    expect(await history).toMatchObject({ steps: 0, stoppedBy: 'abort' })
    expect(closed).toBe(1)
    deliver({ done: false, value: batches()[0] })
    await new Promise(setImmediate)
    expect((await history).steps).toBe(0)
  })

  it('while the data are opened, and in validation', async () => {
    const opening = new AbortController()
    const never = () => {
      opening.abort()
      return new Promise(() => {})
    }
    expect(await go(never, { signal: opening.signal }).history).toMatchObject({
      steps: 0,
      stoppedBy: 'abort',
    })
    const controller = new AbortController()
    const notes: string[] = []
    const validation = () => {
      controller.abort()
      return source(notes, false)()
    }
    const { history, model } = go(batches(), { signal: controller.signal, validation })
    expect(await history).toMatchObject({ epochs: 0, steps: 3, stoppedBy: 'abort' })
    expect(notes).toEqual(['next 0', 'return'])
    expect(model.training).toBe(true)
  })

  it('leaves no listener behind, however training ends', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await go(batches(), { signal }).history
    await rejection(go([], { signal }).history)
    await rejection(go(batches(), { signal, loss: () => 3 }).history)
    expect(added.mock.calls.length).toBe(2)
    expect(removed.mock.calls).toEqual(added.mock.calls)
  })
})

describe('a source', () => {
  it('is closed after an error, whose place its own errors do not take', async () => {
    const notes: string[] = []
    const data = () => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: batches()[0] }),
        return: () => {
          notes.push('return')
          throw new Error('closing')
        },
      }),
    })
    const loss = () => {
      throw new Error('loss')
    }
    expect(await rejection(go(data, { loss }).history)).toBe('loss')
    expect(notes).toEqual(['return'])
  })
  it('is not closed when it is over or has thrown itself', async () => {
    const notes: string[] = []
    await go(source(notes, true)).history
    expect(notes).not.toContain('return')
    const data = () => ({
      [Symbol.iterator]: () => ({
        next: () => {
          throw new Error('broken')
        },
        return: () => void notes.push('return'),
      }),
    })
    expect(await rejection(go(data).history)).toBe('broken')
    expect(notes).not.toContain('return')
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the event loop', () => {
  it('has a turn when 16 ms have passed', async () => {
    const timers: number[] = []
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    let steps = 0
    const clock = {
      onStart: () => void setImmediate(() => timers.push(steps)),
      onBatchEnd: () => {
        steps++
        now += 6
      },
    }
    await go(batches(), { callbacks: [clock] }).history
    // Three steps bring 18 ms.
    expect(timers).toEqual([3])
  })
  it.each([
    ['setImmediate', { setImmediate, MessageChannel, setTimeout }],
    ['MessageChannel', { MessageChannel, setTimeout }],
    ['setTimeout', { setTimeout }],
  ])('has its turn by %s', async (_, host) => {
    let others = 0
    setImmediate(() => others++)
    setTimeout(() => others++, 0)
    // A promise alone brings nobody else a turn; so many turns bring it to both.
    for (let i = 0; i < 100; i++) await Promise.resolve()
    expect(others).toBe(0)
    for (let i = 0; i < 1000 && others < 2; i++) await turn(host)
    expect(others).toBe(2)
  })
  it('has none while steps are quick', async () => {
    vi.spyOn(performance, 'now').mockImplementation(() => 0)
    const turn = vi.spyOn(globalThis, 'setImmediate')
    await go([x, y]).history
    expect(turn).not.toHaveBeenCalled()
  })
})
