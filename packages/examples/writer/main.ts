/** @file `pnpm example writer`: a tiny transformer learns to write like a book. Imports the files of this folder and common/. */
import { basename, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Generator } from '@tapegrad/core'
import type { Callback } from '@tapegrad/nn'
import { type TextStream, terminalProgress } from '@tapegrad/nn/terminal'
import wrapAnsi from 'wrap-ansi'
import {
  commandLine,
  describeDefault,
  fileName,
  positiveNumber,
  readFlags,
  UserError,
  wholeNumber,
} from '../common/cli.ts'
import { readText } from '../common/csv.ts'
import { prepareFile } from '../common/files.ts'
import type { Terminal } from '../common/terminal.ts'
import { write } from './model.ts'
import { prepare, type Training } from './train.ts'

interface Flags {
  readonly text: string
  readonly epochs: number
  readonly context?: number
  readonly width?: number
  readonly blocks?: number
  readonly seed: number
  readonly checkpoint: string
  readonly resume?: true
  readonly prompt: string
  readonly length: number
  readonly temperature: number
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const shown = (path: string): string => relative(process.cwd(), path) || path

const TEXT = here('../data/moby-dick.txt')
const CHECKPOINT = here('../out/writer.safetensors')
const SIZE = { context: 32, width: 64, blocks: 2, heads: 4 } as const

export async function writer(args: readonly string[], terminal: Terminal): Promise<void> {
  const about =
    'A tiny transformer reads nine chapters of Moby-Dick, character by character, and then goes on by itself. Ctrl-C ends training early; --resume goes on.'
  const command = commandLine('writer', about, terminal)
    .option('--text <file>', 'what it reads', fileName, TEXT)
    .option('--epochs <n>', 'passes over the text in all', wholeNumber(1), 10)
    .option('--context <n>', `characters that it sees at once (default: ${SIZE.context})`, wholeNumber(2))
    .option(
      '--width <n>',
      `numbers for a character inside, a multiple of ${SIZE.heads} (default: ${SIZE.width})`,
      wholeNumber(SIZE.heads),
    )
    .option('--blocks <n>', `layers of attention (default: ${SIZE.blocks})`, wholeNumber(1))
    .option('--seed <n>', 'for weights, order, and what it writes', wholeNumber(0), 1)
    .option('--checkpoint <file>', 'saved after each epoch', fileName, CHECKPOINT)
    .option('--resume', 'go on from the checkpoint; with all epochs done, only write')
    .option('--prompt <text>', 'how what it writes begins', 'Call me ')
    .option('--length <n>', 'characters to write', wholeNumber(1), 500)
    .option('--temperature <x>', 'below 1: safer, above 1: wilder', positiveNumber, 0.8)
  describeDefault(command, '--text', 'data/moby-dick.txt of the examples')
  describeDefault(command, '--checkpoint', 'out/writer.safetensors of the examples')
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  const training = trainingFor(flags)
  introduce(training, flags, terminal)
  if (training.done < flags.epochs) await train(training, flags, terminal)
  terminal.print()
  terminal.print(wrapAnsi(continued(training, flags, flags.length), terminal.width, { hard: true }))
}

/** All that can be wrong is wrong before the training, not after it. */
function trainingFor(flags: Flags): Training {
  const { context = SIZE.context, width = SIZE.width, blocks = SIZE.blocks, heads } = { ...SIZE, ...flags }
  if (width % heads !== 0) throw new UserError(`--width must be a multiple of ${heads}, got ${width}`)
  if (flags.prompt === '') throw new UserError('--prompt must have at least one character')
  const text = readText(flags.text).replaceAll('\r\n', '\n')
  prepareFile(flags.checkpoint, 'checkpoint')
  const size = { context, width, blocks, heads }
  const training = prepare(text, size, flags.seed, flags.resume ? flags.checkpoint : null)
  for (const name of ['context', 'width', 'blocks'] as const) {
    const saved = training.model.size[name]
    if (flags[name] !== undefined && flags[name] !== saved)
      throw new UserError(
        `--${name} ${flags[name]}: the model in the checkpoint has ${saved}; leave out --${name}, or --resume`,
      )
  }
  training.alphabet.encode(flags.prompt, '--prompt')
  return training
}

function introduce(training: Training, flags: Flags, { print, paragraph, colors }: Terminal): void {
  const { characters, context, width, blocks, heads } = training.model.size
  const parameters = training.model.parameters().reduce((sum, { size }) => sum + size, 0)
  print(colors.bold('Writer: a transformer that learns what follows'))
  print()
  paragraph(
    `  ${basename(flags.text)}, its last tenth kept back to validate; ${characters} different characters: guessing costs ln ${characters} = ${Math.log(characters).toFixed(3)}.`,
    2,
  )
  paragraph(
    `  ${blocks} ${blocks === 1 ? 'block' : 'blocks'} of ${heads} heads, width ${width}, context ${context}: ${parameters.toLocaleString('en')} parameters; ${training.steps} steps per epoch.`,
    2,
  )
  const epochs = training.done === 1 ? '1 epoch is' : `${training.done} epochs are`
  if (training.done >= flags.epochs) paragraph(`  ${epochs} done: it only writes; --epochs trains on.`, 2)
  else if (training.done > 0) paragraph(`  ${epochs} done.`)
}

async function train(training: Training, flags: Flags, terminal: Terminal): Promise<void> {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  // A second Ctrl-C ends the program at once.
  process.once('SIGINT', abort)
  terminal.print()
  try {
    const callbacks = [terminalProgress({ stream: streamOf(terminal) }), glimpses(training, flags, terminal)]
    const { stoppedBy, epochs } = await training.run(
      flags.epochs,
      flags.checkpoint,
      callbacks,
      controller.signal,
    )
    if (epochs > 0) terminal.print(`Checkpoint after epoch ${epochs}: ${shown(flags.checkpoint)}`)
    if (stoppedBy === 'abort')
      terminal.print(
        epochs > 0 ? 'To go on: the same command with --resume' : 'No epoch was finished: nothing is saved',
      )
  } finally {
    process.removeListener('SIGINT', abort)
  }
}

/** A line after each epoch: one sees it learn. */
const glimpses = (training: Training, flags: Flags, { print, colors, width }: Terminal): Callback => ({
  onEpochEnd: () => {
    const line = continued(training, flags, width).replaceAll(/\s+/g, ' ')
    print(
      colors.dim(
        `  ${[...line]
          .slice(0, width - 2)
          .join('')
          .trimEnd()}`,
      ),
    )
  },
})

/** What the model writes; the same each time, whatever training draws. */
function continued({ alphabet, model }: Training, flags: Flags, count: number): string {
  const start = alphabet.encode(flags.prompt, '--prompt')
  const generator = new Generator(flags.seed)
  return flags.prompt + alphabet.decode(write(model, start, count, flags.temperature, generator))
}

/** Where the terminal's lines cannot be rewritten, those of the progress are wrapped. */
const streamOf = ({ rewritable, paragraph }: Terminal): TextStream =>
  (rewritable as TextStream | null) ?? { write: (text) => paragraph(text, 2) }
