/** @file Training of the writer: data, optimizer, checkpoints, and going on from one. Imports core, nn, model.ts, text.ts, common/. */
import { existsSync } from 'node:fs'
import { Generator } from '@tapegrad/core'
import {
  AdamW,
  type Callback,
  checkpoints,
  DataLoader,
  ExponentialLR,
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
const BATCH = 8
const RATE = 3e-3
/** Steps until the rate is reached. */
const WARMUP = 60
/** From then on the rate falls to a third in 2,200 steps, however many there will be: training can always go on. */
const GAMMA = 0.9995

/** A model, what it learns from, and where it stands. */
export interface Training {
  readonly alphabet: Alphabet
  readonly model: Writer
  /** Epochs that were done before. */
  readonly done: number
  /** Steps of an epoch. */
  readonly steps: number
  /** Trains until there are so many epochs in all; after each the checkpoint at `path` is replaced. */
  run(epochs: number, path: string, callbacks: readonly Callback[], signal: AbortSignal): Promise<History>
}

/** What the checkpoint holds besides the state of the training. */
interface Saved {
  readonly characters: string
  readonly size: Size
  readonly history: HistoryData
}

/** A training from the beginning; with `resume`, from the checkpoint at that path on, whose model keeps its size. */
export function prepare(
  text: string,
  settings: Omit<Size, 'characters'>,
  seed: number,
  resume: string | null,
): Training {
  const saved = resume === null ? null : readSaved(resume)
  const alphabet = new Alphabet(saved?.characters ?? text)
  const size = saved?.size ?? { ...settings, characters: alphabet.size }
  const { train, validation } = split(alphabet.encode(text, 'the text'), size.context)

  // Weights and order are drawn from one generator, so that a checkpoint needs no other.
  const generator = new Generator(seed)
  const model = new Writer(size, generator)
  const optimizer = new AdamW(model.parameters(), { lr: RATE, betas: [0.9, 0.99] })
  const after = new ExponentialLR(optimizer, { gamma: GAMMA })
  const schedule = new LinearWarmup(optimizer, { totalIters: WARMUP, startFactor: 0.05, after })
  if (resume !== null) loadCheckpoint(resume, { model, optimizer, schedule, generator })

  const data = new DataLoader(train, { batchSize: BATCH, shuffle: true, generator })
  const parts = { characters: alphabet.characters.join(''), size: { ...size } }
  return {
    alphabet,
    model,
    done: saved?.history.loss.length ?? 0,
    steps: data.length,
    run: (epochs, path, callbacks, signal) =>
      fit(model, data, {
        loss: nextLoss,
        optimizer,
        schedule,
        scheduleEvery: 'batch',
        clipNorm: 1,
        epochs,
        validation: new DataLoader(validation, { batchSize: BATCH }),
        callbacks: [checkpoints(path, { parts }), ...callbacks],
        signal,
        ...(saved && { history: saved.history }),
      }),
  }
}

/** Windows of the text to learn from, one behind the other, and of its end, to validate. */
function split(text: Int32Array, context: number): { train: Windows; validation: Windows } {
  const cut = Math.floor(text.length * (1 - KEPT_BACK))
  const parts = [text.subarray(0, cut), text.subarray(cut)] as const
  if (parts.some((part) => part.length <= context))
    throw new UserError(
      `the text has ${text.length} characters, ${text.length - cut} of them for validation: too few to show ${context} at once; use a longer --text or a smaller --context`,
    )
  return { train: new Windows(parts[0], context), validation: new Windows(parts[1], context) }
}

function readSaved(path: string): Saved {
  if (!existsSync(path)) throw new UserError(`${path}: there is no such checkpoint yet; leave out --resume`)
  const { characters, size, history } = loadCheckpoint<Partial<Saved>>(path)
  if (characters === undefined || size === undefined || history === undefined)
    throw new UserError(`${path} is no checkpoint of this example`)
  return { characters, size, history }
}
