/** @file Callbacks that write files, in Node.js: checkpoints and a CSV log. Imports callbacks.ts, checkpoint.ts, errors.ts, finite.ts. */
import { Generator } from '@tapegrad/core/ops'
import { builtin } from '../checkpoint/node.ts'
import { type CheckpointPart, type PlainData, saveCheckpoint } from '../checkpoint.ts'
import { checkCount, checkOptions, describe, fail } from '../errors.ts'
import type { Callback, TrainingState } from './callbacks.ts'
import { generatorsOf } from './finite.ts'

interface Files {
  writeFileSync(path: string, text: string): void
  appendFileSync(path: string, text: string): void
  rmSync(path: string, options: { force: true }): void
}

/** Node's files, got when they are needed: bundles for browsers stay free of them. */
function filesFor(op: string, instead: string): Files {
  return (
    (builtin('node:fs') as Files | undefined) ??
    fail(op, `there are no files here, only in Node.js from 20.16 on; ${instead}`)
  )
}

function checkPath(op: string, path: unknown): asserts path is string {
  if (typeof path !== 'string' || path === '') fail(op, `expected the path of a file, got ${describe(path)}`)
}

export interface CheckpointOptions {
  /** Saves after every so many epochs, default 1; and after the last. */
  readonly every?: number
  /** How many files are kept, the last ones; all when left out. Older ones that this training wrote are removed. */
  readonly keep?: number
  /** What to save besides: anything that `saveCheckpoint` takes, by name. */
  readonly parts?: Readonly<Record<string, CheckpointPart>>
}

/** What the file always holds, as far as there is one. */
const OWN = ['model', 'optimizer', 'schedule', 'generator', 'epoch', 'history']

/**
 * Saves the state of training after every `every` epochs with `saveCheckpoint`: the parts `model`, `optimizer`,
 * `schedule` (if there is one), `generator` (that of the data, where it has one of its own), `epoch` and `history`, and
 * those in `parts`. `{epoch}` in the path becomes the epoch's number; without it the file is replaced each time.
 *
 * To go on: make model, optimizer, schedule and generator as before, then
 * `const { history } = loadCheckpoint(path, { model, optimizer, generator })` and `fit(model, data, { ..., generator,
 * history })`. That gives the same bits as training that was never stopped, provided that all that is drawn comes from
 * generators in the file: seed the data, and give Dropout the same generator (or name its own in `parts`).
 */
export function checkpoints(path: string, options: CheckpointOptions = {}): Callback {
  const op = 'checkpoints'
  checkPath(op, path)
  const { every = 1, keep = Infinity, parts = {} } = checkOptions(op, options, ['every', 'keep', 'parts'])
  checkCount(op, 'every', every)
  if (keep !== Infinity) {
    checkCount(op, 'keep', keep)
    if (!path.includes('{epoch}')) fail(op, `keep needs {epoch} in the path, got ${describe(path)}`)
  }
  if (typeof parts !== 'object' || parts === null)
    fail(op, `parts must be an object, as in { ema }, got ${describe(parts)}`)
  const taken = OWN.find((name) => Object.hasOwn(parts, name))
  if (taken !== undefined)
    fail(op, `${taken} is saved anyway; leave it out of parts, or give it another name`)
  const pathOf = (epoch: number): string => path.replaceAll('{epoch}', `${epoch}`)
  let written: number[] = []
  return {
    onStart: (state) => {
      filesFor(op, 'use encodeCheckpoint in a callback of your own')
      checkGenerators(op, state, parts)
      const { epochs } = state.history
      written = Array.from({ length: Math.floor(epochs / every) }, (_, i) => (i + 1) * every)
    },
    onEpochEnd: (state) => {
      const { epoch, epochs } = state
      if (epoch % every !== 0 && epoch !== epochs) return
      saveCheckpoint(pathOf(epoch), { ...partsOf(state), ...parts })
      written.push(epoch)
      while (written.length > keep) filesFor(op, '').rmSync(pathOf(written.shift()!), { force: true })
    },
  }
}

function partsOf({
  model,
  optimizer,
  schedule,
  generator,
  epoch,
  history,
}: TrainingState): Record<string, CheckpointPart> {
  return {
    model,
    optimizer,
    ...(schedule && { schedule }),
    ...(generator && { generator }),
    epoch,
    history: history.toJSON() as unknown as PlainData,
  }
}

/** Throws where layers draw from a generator that the file would lack: the masks after a restart would be others. */
function checkGenerators(op: string, { model, generator }: TrainingState, parts: object): void {
  const saved: unknown[] = [generator, ...Object.values(parts).filter((part) => part instanceof Generator)]
  if (generatorsOf(model).some((own) => !saved.includes(own)))
    fail(
      op,
      'layers of the model draw from a generator that the file would not hold; name it, as in parts: { dropout: generator }, or use one generator for the data and the layers',
    )
}

/**
 * Writes `History` as a CSV file: a header, and a row after each epoch, which is in the file at once. What was there is
 * replaced; where training goes on with an earlier `history`, that comes first. Numbers have all their digits.
 */
export function csvLog(path: string): Callback {
  const op = 'csvLog'
  checkPath(op, path)
  const instead = 'use an onEpochEnd of your own'
  const linesOf = ({ history }: TrainingState): string[] =>
    history.table().rows.map((row, i) => `${[i + 1, ...row].join(',')}\n`)
  return {
    onStart: (state) => {
      const { head } = state.history.table(state.validated)
      const bad = head.find((name) => /[",\r\n]/.test(name))
      if (bad !== undefined)
        fail(
          op,
          `the metric ${describe(bad)} cannot head a column; use a name without commas, quotes and line breaks`,
        )
      filesFor(op, instead).writeFileSync(
        path,
        [`${['epoch', ...head].join(',')}\n`, ...linesOf(state)].join(''),
      )
    },
    onEpochEnd: (state) => filesFor(op, instead).appendFileSync(path, linesOf(state).at(-1)!),
  }
}
