/** @file `pnpm example writer`: a tiny transformer learns to write like a book. Imports the files of this folder and common/. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Generator, zeros } from '@tapegrad/core'
import type { Callback } from '@tapegrad/nn'
import { type TextStream, terminalProgress } from '@tapegrad/nn/terminal'
import {
  commandLine,
  describeDefault,
  fileName,
  positiveNumber,
  readFlags,
  UserError,
  wholeNumber,
} from '../common/cli.ts'
import { prepareFile } from '../common/files.ts'
import type { Terminal } from '../common/terminal.ts'
import { write } from './model.ts'
import { prepare, type Training } from './train.ts'

interface Flags {
  readonly text: string
  readonly epochs: number
  readonly context: number
  readonly width: number
  readonly blocks: number
  readonly seed: number
  readonly checkpoint: string
  readonly resume?: true
  readonly prompt: string
  readonly length: number
  readonly temperature: number
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const TEXT = here('../data/moby-dick.txt')
const CHECKPOINT = here('../out/writer.safetensors')
const HEADS = 4
const DROPOUT = 0

/** Characters of a sample after each epoch. */
const GLIMPSE = 64

export async function writer(args: readonly string[], terminal: Terminal): Promise<void> {
  const about =
    'A tiny transformer reads nine chapters of Moby-Dick, character by character, and then goes on by itself. Ctrl-C ends training early; --resume goes on.'
  const command = commandLine('writer', about, terminal)
    .option('--text <file>', 'what it reads', fileName, TEXT)
    .option('--epochs <n>', 'passes over the text in all', wholeNumber(1), 8)
    .option('--context <n>', 'characters that it sees at once', wholeNumber(2), 64)
    .option('--width <n>', `numbers for a character inside, a multiple of ${HEADS}`, wholeNumber(HEADS), 64)
    .option('--blocks <n>', 'layers of attention', wholeNumber(1), 2)
    .option('--seed <n>', 'for weights, order, dropout and what it writes', wholeNumber(0), 1)
    .option('--checkpoint <file>', 'saved after each epoch', fileName, CHECKPOINT)
    .option('--resume', 'go on from the checkpoint; with all epochs done, only write')
    .option('--prompt <text>', 'how what it writes begins', 'Call me ')
    .option('--length <n>', 'characters to write', wholeNumber(1), 500)
    .option('--temperature <x>', 'below 1: safer, above 1: wilder', positiveNumber, 0.8)
  describeDefault(command, '--text', 'data/moby-dick.txt of the examples')
  describeDefault(command, '--checkpoint', 'out/writer.safetensors of the examples')
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  if (flags.width % HEADS !== 0)
    throw new UserError(`--width must be a multiple of ${HEADS}, got ${flags.width}`)
  if (flags.prompt === '') throw new UserError('--prompt must have at least one character')

  prepareFile(flags.checkpoint, 'checkpoint')
  const { context, width, blocks, seed } = flags
  const settings = { context, width, blocks, heads: HEADS, dropout: DROPOUT }
  const training = prepare(readText(flags.text), settings, seed, flags.resume ? flags.checkpoint : null)
  // Before the training, not after it.
  training.alphabet.encode(flags.prompt, '--prompt')
  await train(training, flags, terminal)
  terminal.print()
  terminal.print(continued(training, flags, flags.prompt, flags.length))
}

async function train(training: Training, flags: Flags, terminal: Terminal): Promise<void> {
  const { model, alphabet, history, batches } = training
  const done = history?.loss.length ?? 0
  terminal.print(model.summary(zeros([1, model.size.context], { dtype: 'int32' })))
  terminal.print()
  terminal.print(
    `${alphabet.size} characters, guessing costs ${Math.log(alphabet.size).toFixed(3)}; ${batches} steps per epoch`,
  )
  if (done >= flags.epochs) return terminal.print(`${done} epochs are done; writing only`)
  if (done > 0) terminal.print(`going on after epoch ${done}`)
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  process.once('SIGINT', abort)
  try {
    const callbacks = [terminalProgress({ stream: streamOf(terminal) }), glimpses(training, flags, terminal)]
    const { stoppedBy } = await training.run(flags.epochs, flags.checkpoint, callbacks, controller.signal)
    if (stoppedBy === 'abort') terminal.print('To go on: the same command with --resume')
  } finally {
    process.removeListener('SIGINT', abort)
  }
  terminal.print(`  Checkpoint: ${relative(process.cwd(), flags.checkpoint)}`)
}

/** A few characters after each epoch: one sees it learn. */
const glimpses = (training: Training, flags: Flags, { print, colors }: Terminal): Callback => ({
  onEpochEnd: () =>
    print(colors.dim(`  ${JSON.stringify(continued(training, flags, flags.prompt, GLIMPSE))}`)),
})

/** What the model writes; the same each time, whatever training draws. */
function continued({ alphabet, model }: Training, flags: Flags, prompt: string, count: number): string {
  const start = alphabet.encode(prompt, '--prompt')
  return prompt + alphabet.decode(write(model, start, count, flags.temperature, new Generator(flags.seed)))
}

const streamOf = ({ rewritable, print }: Terminal): TextStream =>
  (rewritable as TextStream | null) ?? { write: (text) => print(text.trimEnd()) }

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(
      `${path}: the text cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`,
    )
  }
}
