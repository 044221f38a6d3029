/** @file `pnpm example second-order`: Newton's method and a gradient penalty. Imports the files of this folder and common/. */
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  commandLine,
  describeDefault,
  fileName,
  positiveNumber,
  readFlags,
  wholeNumber,
} from '../common/cli.ts'
import { savePicture } from '../common/figure.ts'
import { prepareFolder } from '../common/files.ts'
import type { Terminal } from '../common/terminal.ts'
import { type NewtonFlags, newtonPart } from './newton-part.ts'
import { type PenaltyFlags, penaltyPart } from './penalty-part.ts'
import type { Save } from './text.ts'

interface Flags extends NewtonFlags, PenaltyFlags {
  readonly out: string
}

const OUT = fileURLToPath(new URL('../out/second-order', import.meta.url))

export async function secondOrder(args: readonly string[], terminal: Terminal): Promise<void> {
  const about =
    "Derivatives of derivatives at work: Newton's method on a small network's loss beside gradient descent, and a fit whose slope is penalised."
  const command = commandLine('second-order', about, terminal)
    .option('--seed <n>', "for the first weights of Newton's network", wholeNumber(0), 3)
    .option('--rate <x>', "gradient descent's learning rate", positiveNumber, 0.5)
    .option('--steps <n>', 'most steps of gradient descent', wholeNumber(10), 20_000)
    .option('--penalty <x>', 'the strength λ of the penalty', positiveNumber, 0.003)
    .option('--train <n>', 'training steps of each fit', wholeNumber(1), 3000)
    .option('--fit-seed <n>', 'for the points and the first weights of the fits', wholeNumber(0), 5)
    .option('--out <folder>', 'where the figures go', fileName, OUT)
  describeDefault(command, '--out', 'out/second-order of the examples')
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  prepareFolder(flags.out)
  const save: Save = (name, svg) => {
    const path = join(flags.out, `${name}.svg`)
    savePicture(path, svg)
    terminal.print(`  Figure: ${relative(process.cwd(), path)}`)
  }
  await newtonPart(flags, terminal, save)
  await penaltyPart(flags, terminal, save)
}
