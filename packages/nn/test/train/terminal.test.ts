/** @file terminalProgress: a bar where lines can be rewritten, lines elsewhere, and nothing left behind. */
import { fit, type History, mse, type TrainingState } from '@tapegrad/nn'
import { type TextStream, terminalProgress } from '@tapegrad/nn/terminal'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { batches, linear, rejection, x, y } from './problem.ts'

/** A stream that remembers what is written. */
class Written implements TextStream {
  readonly isTTY: boolean
  readonly columns: number
  text = ''
  constructor(isTTY: boolean, columns = 200) {
    this.isTTY = isTTY
    this.columns = columns
  }
  write = (text: string): boolean => {
    this.text += text
    return true
  }
  /** What a terminal shows: lines, of each the last version. */
  get shown(): string[] {
    const lines = ['']
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal reads
    for (const [token, move] of this.text.matchAll(/\x1b\[\d*([A-Z])|\x1b[78]|\n|[^\x1b\n]/g)) {
      if (token === '\n') lines.push('')
      else if (move === 'K' && token === '\x1b[2K') lines[lines.length - 1] = ''
      else if (move === 'G') lines[lines.length - 1] = ''
      else if (!token.startsWith('\x1b')) lines[lines.length - 1] += token
    }
    return lines
  }
}

const metrics = { two: () => 2 }
const go = (stream: TextStream, more: object = {}, callbacks: object[] = [], data: unknown = batches()) => {
  const { model, optimizer } = linear()
  return fit(model, data as ReturnType<typeof batches>, {
    loss: mse,
    optimizer,
    epochs: 2,
    metrics,
    callbacks: [...callbacks, terminalProgress({ stream })],
    ...more,
  })
}

let now = 0
/** 200 ms per batch. */
const clock = { onGradients: () => void (now += 200) }
beforeEach(() => {
  now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  vi.spyOn(Date, 'now').mockImplementation(() => 1e12 + now)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('a stream that is no terminal', () => {
  it('gets a line per epoch, without control characters', async () => {
    const stream = new Written(false)
    const history: History = await go(stream, { validation: [x, y] }, [clock])
    const { loss, validationLoss } = history
    const line = (e: number): string =>
      `epoch ${e}/2  loss ${+loss[e - 1]!.toPrecision(4)}  two 2  validation: loss ${+validationLoss[e - 1]!.toPrecision(4)}  two 2  lr 0.1  0.6 s\n`
    expect(stream.text).toBe(line(1) + line(2))
  })
  it('is told why training ended early', async () => {
    const stream = new Written(false)
    const stop = { onEpochEnd: (state: TrainingState) => state.stop() }
    await go(stream, {}, [stop])
    expect(stream.text.split('\n').at(-2)).toBe('ended after epoch 1: a callback wanted it')
    const controller = new AbortController()
    const other = new Written(false)
    const abort = { onBatchEnd: ({ step }: TrainingState) => void (step === 4 && controller.abort()) }
    await go(other, { signal: controller.signal }, [abort])
    expect(other.text.split('\n').at(-2)).toBe('ended in epoch 2: the signal was aborted')
  })
})

describe('a terminal', () => {
  it('shows a bar while an epoch runs, and lines of those that are finished', async () => {
    const stream = new Written(true)
    const during: string[] = []
    const look = { onBatchEnd: () => void during.push(stream.shown.at(-1)!) }
    // After it, so that what it has drawn is seen.
    const { model, optimizer } = linear()
    await fit(model, batches(), {
      loss: mse,
      optimizer,
      epochs: 2,
      metrics,
      callbacks: [clock, terminalProgress({ stream }), look],
    })
    expect(during).toHaveLength(6)
    expect(during[1]).toMatch(
      /^█{16}░{8} epoch 1\/2 {2}batch 2\/3 {2}loss [\d.]+ {2}two 2 {2}5 batches\/s {2}1 s left/,
    )
    expect(during[4]).toMatch(/^█{16}░{8} epoch 2\/2 {2}batch 2\/3 .* {2}0 s left/)
    const shown = stream.shown
    expect(shown).toHaveLength(3)
    expect(shown[0]).toMatch(/^epoch 1\/2 {2}loss [\d.]+ {2}two 2 {2}lr 0\.1 {2}0\.6 s$/)
    expect(shown[1]).toMatch(/^epoch 2\/2 /)
    expect(shown[2]).toBe('')
  })

  it('keeps the bar within its width, and counts where the number of batches is unknown', async () => {
    const stream = new Written(true, 40)
    const during: string[] = []
    const look = { onBatchEnd: () => void during.push(stream.shown.at(-1)!) }
    const { model, optimizer } = linear()
    const callbacks = [clock, terminalProgress({ stream }), look]
    await fit(model, () => batches().values(), { loss: mse, optimizer, epochs: 2, callbacks })
    expect(during[1]).toMatch(/^epoch 1\/2 {2}batch 2 {2}loss/)
    expect(during[4]).toMatch(/^epoch 2\/2 {2}batch 2\/3 {2}loss/)
    for (const line of during) expect(line.length).toBeLessThan(40)
  })

  it('shortens the bar, not the text, where there is little room', async () => {
    const stream = new Written(true, 70)
    const during: string[] = []
    const look = { onBatchEnd: () => void during.push(stream.shown.at(-1)!) }
    await go(stream, {}, [clock, look])
    // `look` comes before the bar: it sees what the batch before has left.
    expect(during[2]).toMatch(/^█{2,9}░{1,5} epoch 1\/2 .* left$/)
    expect(during[2]).toHaveLength(69)
  })

  it.each(['an abort', 'an error', 'an error of another callback at the end'])(
    'is clean after %s',
    async (how) => {
      const stream = new Written(true)
      const controller = new AbortController()
      const act = {
        onBatchEnd: ({ step }: TrainingState): void => {
          if (step !== 2) return
          if (how === 'an abort') controller.abort()
          else if (how === 'an error') throw new Error('no')
        },
        onEnd: (): void => {
          if (how === 'an error of another callback at the end') throw new Error('no')
        },
      }
      const clear = vi.spyOn(globalThis, 'clearTimeout')
      const run = go(stream, { signal: controller.signal }, [clock, act])
      if (how === 'an abort') await run
      else expect(await rejection(run)).toBe('no')
      // The bar's timer is gone, or it would draw again.
      expect(clear).toHaveBeenCalled()
      const before = stream.text
      await new Promise((resolve) => setTimeout(resolve, 0))
      expect(stream.text).toBe(before)
      const last = stream.shown
      expect(last.at(-1)).toBe('')
      expect(last.join('\n')).not.toMatch(/[█░]/)
      // Neither the cursor nor the wrapping of lines was changed.
      expect(stream.text).not.toContain('\x1b[?')
      if (how === 'an abort') expect(last.at(-2)).toBe('ended in epoch 1: the signal was aborted')
    },
  )
})

it.each<[unknown, string]>([
  [
    { stream: 'stderr' },
    'terminalProgress: stream must be one to write to, such as process.stderr, got "stderr"',
  ],
  [{ stream: null }, 'terminalProgress: stream must be one to write to, such as process.stderr, got null'],
  [{ steam: 1 }, 'terminalProgress: there is no option "steam"; the only one is stream'],
])('refuses %j', (options, message) => {
  expect(() => terminalProgress(options as object)).toThrow(message)
})
