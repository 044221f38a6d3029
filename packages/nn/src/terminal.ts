/** @file The entry `@tapegrad/nn/terminal`: progress in a terminal, on cli-progress, an optional peer. Imports errors.ts, train/ and cli-progress. */
import { TapegradError } from '@tapegrad/core/ops'
import { checkOptions, describe, fail } from './errors.ts'
import type { Callback, TrainingState } from './train/callbacks.ts'
import { type ProgressReport, progress } from './train/progress.ts'
import { shortNumber, showSeconds } from './train/table.ts'

/** Where text is written: Node's process.stderr and process.stdout are such streams. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  /** Width of a terminal. */
  readonly columns?: number
}

export interface TerminalProgressOptions {
  /** Default: process.stderr. */
  readonly stream?: TextStream
}

/** What is used of cli-progress. */
interface Bar {
  start(total: number, value: number, payload: { text: string }): void
  update(value: number, payload: { text: string }): void
  stop(): void
}
interface CliProgress {
  readonly SingleBar: new (options: object) => Bar
}

/**
 * Progress in a terminal: a bar for the epoch that runs, with loss, metrics, batches per second and the time that is left,
 * and a line for each that is finished. A stream that is no terminal gets the lines alone, without control characters, and
 * needs no cli-progress. The bar is gone when training has ended, also by the signal or in an error.
 */
export function terminalProgress(options: TerminalProgressOptions = {}): Callback {
  const op = 'terminalProgress'
  const { stream = standardError() } = checkOptions(op, options, ['stream'])
  if (typeof stream?.write !== 'function')
    fail(op, `stream must be one to write to, such as process.stderr, got ${describe(stream)}`)
  let cli: CliProgress | null = null
  let bar: Bar | null = null
  let began = 0
  const stop = (): void => {
    bar?.stop()
    bar = null
  }
  const running = progress((report) => {
    bar?.update(report.batch, { text: textOf(report, began) })
  })
  return {
    onStart: async (state) => {
      cli = stream.isTTY ? await load(op) : null
      await running.onStart?.(state)
    },
    onEpochStart: (state) => {
      began = state.elapsed
      if (cli === null) return
      bar = new cli.SingleBar(settingsFor(stream))
      bar.start(state.batches ?? 0, 0, { text: `epoch ${state.epoch}/${state.epochs}` })
    },
    onBatchEnd: (state) => running.onBatchEnd!(state),
    onEpochEnd: (state) => {
      stop()
      stream.write(`${lineOf(state)}\n`)
    },
    onEnd: ({ history, epoch }) => {
      stop()
      const { stoppedBy, epochs } = history
      if (stoppedBy !== null && stoppedBy !== 'epochs')
        stream.write(
          `ended ${epoch > epochs ? `in epoch ${epoch}` : `after epoch ${epochs}`}: ${REASONS[stoppedBy]}\n`,
        )
    },
  }
}

const REASONS = {
  earlyStopping: 'nothing got better',
  callback: 'a callback wanted it',
  abort: 'the signal was aborted',
}

async function load(op: string): Promise<CliProgress> {
  try {
    // `as string`: the package need not be there when this is compiled.
    const module: { default?: CliProgress } & CliProgress = await import('cli-progress' as string)
    return module.default ?? module
  } catch (cause) {
    throw new TapegradError(
      op,
      'needs cli-progress, which could not be imported; install it with npm install cli-progress, or use progress() with a display of your own',
      { cause },
    )
  }
}

function standardError(): TextStream {
  const { process } = globalThis as { process?: { stderr?: TextStream } }
  return process?.stderr ?? fail('terminalProgress', 'there is no process.stderr here; pass a stream')
}

/** Columns of a bar. */
const LONGEST = 24

/** The cursor stays visible and lines may wrap: if the process is killed the terminal is as it was. */
const settingsFor = (stream: TextStream): object => ({
  stream,
  clearOnComplete: true,
  linewrap: true,
  format: (
    _options: unknown,
    { progress, total }: { progress: number; total: number },
    { text }: { text: string },
  ): string => {
    const width = Math.max(10, (stream.columns ?? 80) - 1)
    // The text comes first: what room it leaves is the bar's.
    const room = total > 0 ? Math.min(LONGEST, width - text.length - 1) : 0
    if (room < 1) return text.slice(0, width)
    const full = Math.round(progress * room)
    return `${'█'.repeat(full)}${'░'.repeat(room - full)} ${text}`
  },
})

const pairs = (numbers: Readonly<Record<string, number>>): string[] =>
  Object.entries(numbers).map(([name, value]) => `${name} ${shortNumber(value)}`)

/** `epoch 3/10  batch 5/8  loss 0.2231  accuracy 0.9  52 batches/s  12 s left`. */
function textOf(report: ProgressReport, began: number): string {
  const { epoch, epochs, batch, batches, loss, metrics, elapsed, remaining } = report
  const rate = batch / (elapsed - began)
  return [
    `epoch ${epoch}/${epochs}`,
    `batch ${batch}${batches === undefined ? '' : `/${batches}`}`,
    ...pairs({ loss, ...metrics }),
    ...(Number.isFinite(rate) ? [`${Number(rate.toPrecision(3))} batches/s`] : []),
    ...(remaining === undefined ? [] : [`${showSeconds(remaining)} left`]),
  ].join('  ')
}

/** `epoch  3/10  loss 0.2231  accuracy 0.9  validation: loss 0.31  accuracy 0.88  lr 0.01  1.2 s`. */
function lineOf({ epoch, epochs, loss, metrics, validation, history }: TrainingState): string {
  return [
    `epoch ${`${epoch}`.padStart(`${epochs}`.length)}/${epochs}`,
    ...pairs({ loss, ...metrics }),
    ...(validation
      ? [`validation: ${pairs({ loss: validation.loss, ...validation.metrics }).join('  ')}`]
      : []),
    `lr ${shortNumber(history.lr.at(-1)!)}`,
    `${shortNumber(history.seconds.at(-1)!)} s`,
  ].join('  ')
}
