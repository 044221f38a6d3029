/** @file Training of the writer: data, optimizer, checkpoints, and going on from one. Imports core, nn, model.ts, text.ts, common/. */
import { existsSync } from 'node:fs'
import { Generator } from '@tapegrad/core'
import {
  AdamW,
  type Callback,
  checkpoints,
  DataLoader,
  fit,
  type History,
  type HistoryData,
  LinearWarmup,
  loadCheckpoint,
} from '@tapegrad/nn'
import { UserError } from '../common/cli.ts'
import { nextLoss, type Size, Writer } from './model.ts'
import { Alphabet, Windows } from './text.ts'

/** Part of the text that is kept back, at its end. */
const KEPT_BACK = 0.1
const BATCH = 16
const RATE = 3e-3
/** Steps until the rate is reached. */
const WARMUP = 60

/** A model, what it learns from, and where it stands. */
export interface Training {
  readonly alphabet: Alphabet
  readonly model: Writer
  /** Epochs that are done, and what they brought; null before the first. */
  readonly history: HistoryData | null
  readonly batches: number
  run(epochs: number, path: string, callbacks: readonly Callback[], signal: AbortSignal): Promise<History>
}

/** What the checkpoint holds besides the state of the training. */
interface Saved {
  readonly characters: string
  readonly size: Size
  readonly history: HistoryData
}

/** A training from the beginning; with `resume`, from the checkpoint at that path on. */
export function prepare(
  text: string,
  settings: Omit<Size, 'characters'>,
  seed: number,
  resume: string | null,
): Training {
  if (resume !== null && !existsSync(resume))
    throw new UserError(`there is no checkpoint ${resume} to go on from; leave out --resume`)
  const saved = resume === null ? null : checked(loadCheckpoint<Partial<Saved>>(resume), resume)
  const alphabet = new Alphabet(saved?.characters ?? text)
  const size = saved?.size ?? { ...settings, characters: alphabet.size }
  // Weights, order and dropout are all drawn from this one, so that the checkpoint needs no other.
  const generator = new Generator(seed)
  const model = new Writer(size, generator)
  const optimizer = new AdamW(model.parameters(), { lr: RATE, weightDecay: 0.01 })
  const schedule = new LinearWarmup(optimizer, { totalIters: WARMUP, startFactor: 0.05 })
  if (resume !== null) loadCheckpoint(resume, { model, optimizer, schedule, generator })

  const numbers = alphabet.encode(text, 'the text')
  const cut = Math.floor(numbers.length * (1 - KEPT_BACK))
  const windows = new Windows(numbers.subarray(0, cut), size.context, size.context >> 1)
  const data = new DataLoader(windows, { batchSize: BATCH, shuffle: true, generator, dropLast: true })
  const validation = new DataLoader(new Windows(numbers.subarray(cut), size.context, size.context), {
    batchSize: BATCH,
  })
  const history = saved?.history ?? null
  return {
    alphabet,
    model,
    history,
    batches: data.length,
    run: (epochs, path, callbacks, signal) =>
      fit(model, data, {
        loss: nextLoss,
        optimizer,
        schedule,
        scheduleEvery: 'batch',
        clipNorm: 1,
        epochs,
        validation,
        callbacks: [
          checkpoints(path, { parts: { characters: alphabet.characters.join(''), size: { ...size } } }),
          ...callbacks,
        ],
        signal,
        ...(history && { history }),
      }),
  }
}

function checked(saved: Partial<Saved>, path: string): Saved {
  if (saved.characters === undefined || saved.size === undefined || saved.history === undefined)
    throw new UserError(`${path} is no checkpoint of this example`)
  return saved as Saved
}
