/** @file `pnpm example digits`: the tutorial's classifier of handwritten digits. Imports the files of this folder and common/. */
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Option } from 'commander'
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
import { recipePart } from './better.ts'
import { readDigits } from './csv.ts'
import { RECIPE } from './recipe.ts'
import { SEEDS, seedsPart } from './seeds.ts'
import { type Fixed, type Save, tutorialPart } from './tutorial.ts'

interface Flags extends Fixed {
  readonly recipe?: true
  readonly epochs: number
  readonly seeds?: number
  readonly out: string
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const DIGITS_CSV = here('../data/digits.csv')
const OUT = here('../out')

export async function digits(args: readonly string[], terminal: Terminal): Promise<void> {
  const about =
    "The tutorial's classifier of handwritten digits: a 64-30-10 sigmoid network and batch gradient descent, from two starts; then a better recipe for the same images."
  const command = commandLine('digits', about, terminal)
    .option('--seed <n>', 'for the split, the first weights and the batches', wholeNumber(0), 1)
    .option('--iterations <n>', "steps of the tutorial's network", wholeNumber(1), 3000)
    .option('--rate <x>', 'its learning rate', positiveNumber, 0.25)
    .option('--hidden <n>', 'its units in the hidden layer', wholeNumber(1), 30)
    .addOption(
      new Option('--scale-on <images>', 'what its standard scaling sees; the tutorial scales all images')
        .choices(['all', 'train'])
        .default('train'),
    )
    .addOption(
      new Option('--recipe', 'train the better recipe alone').conflicts([
        'iterations',
        'rate',
        'hidden',
        'scaleOn',
      ]),
    )
    .option('--epochs <n>', 'passes of the recipe over the training images', wholeNumber(1), RECIPE.epochs)
    .addOption(
      new Option(
        '--seeds [n]',
        `only show how accurate the seeds 1 to n end, from both starts, and at most five of them with the recipe: some minutes`,
      )
        .argParser(wholeNumber(1))
        .preset(`${SEEDS}`)
        .conflicts(['seed', 'recipe', 'out']),
    )
    .option('--out <folder>', 'where the figures go', fileName, OUT)
  describeDefault(command, '--out', 'out/ of the examples')

  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  const images = readDigits(DIGITS_CSV)
  if (flags.seeds !== undefined) return seedsPart(images, flags, flags.seeds, terminal)
  // Before the training, not after it.
  prepareFolder(flags.out)
  const save: Save = (name, svg) => {
    const path = join(flags.out, `${name}.svg`)
    savePicture(path, svg)
    terminal.print(`  Figure: ${relative(process.cwd(), path)}`)
  }
  if (!flags.recipe) {
    await tutorialPart(images, flags, save, terminal)
    terminal.print()
  }
  await recipePart(images, flags, save, terminal)
}
