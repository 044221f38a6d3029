/** @file `pnpm example iris`: the article's iris classifier. Imports the files of this folder and common/. */
import { existsSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { confusionMatrix } from '@tapegrad/nn'
import { Option } from 'commander'
import {
  commandLine,
  describeDefault,
  fileName,
  positiveNumber,
  readFlags,
  UserError,
  wholeNumber,
} from '../common/cli.ts'
import { disagreement } from '../common/delta-formulas.ts'
import { savePicture } from '../common/figure.ts'
import { prepareFile } from '../common/files.ts'
import { median, percent, scientific } from '../common/numbers.ts'
import { plainLayers, plainRows } from '../common/plain-arrays.ts'
import { progressOf } from '../common/progress.ts'
import type { Terminal } from '../common/terminal.ts'
import { trainByHand } from './by-hand.ts'
import { svgChart, terminalChart } from './charts.ts'
import { checkEnough, type Flower, MEASUREMENTS, readIris, SPECIES } from './csv.ts'
import {
  OPTIMIZERS,
  type Problem,
  predict,
  problemOf,
  type Settings,
  train,
  validationSize,
} from './train.ts'

interface Flags extends Omit<Settings, 'rate'> {
  readonly rate?: number
  readonly csv: string
  readonly svg: string
  readonly seeds?: number
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const shown = (path: string): string => relative(process.cwd(), path) || path

const IRIS = here('../data/iris.csv')
const CHART = here('../out/iris-accuracy.svg')
/** So many seeds are trained both ways. */
const SEEDS = 10
/** With momentum 0.9 a step goes ten times as far. */
const RATES = { sgd: 0.2, momentum: 0.02, nesterov: 0.02 } as const

export async function iris(args: readonly string[], terminal: Terminal): Promise<void> {
  const about =
    "The article's iris classifier: a 4-5-3 sigmoid network, trained online by gradient descent, once by autograd and once by the closed-form formulas."
  const command = commandLine('iris', about, terminal)
    .option('--seed <n>', 'for the shuffle and the first weights', wholeNumber(0), 1)
    .option('--epochs <n>', 'passes over the training rows', wholeNumber(1), 300)
    .option('--hidden <n>', 'units in the hidden layer', wholeNumber(1), 5)
    .option('--rate <x>', 'learning rate (default: 0.2; 0.02 with momentum)', positiveNumber)
    .addOption(new Option('--dtype <type>', 'precision').choices(['float32', 'float64']).default('float64'))
    .addOption(
      new Option('--optimizer <name>', 'gradient descent: plain, or with momentum 0.9')
        .choices(Object.keys(OPTIMIZERS))
        .default('sgd'),
    )
    .addOption(
      new Option('--scale-on <rows>', 'what min-max scaling sees; the article scales all rows')
        .choices(['all', 'train'])
        .default('all'),
    )
    .option('--csv <file>', `rows of ${MEASUREMENTS.join(', ')}, species`, fileName, IRIS)
    .option('--svg <file>', 'where the accuracy curve goes', fileName, CHART)
    .option('--seeds <n>', 'train with the seeds 1 to n and show only how accurate they end', wholeNumber(1))
  describeDefault(command, '--csv', "Fisher's iris")
  describeDefault(command, '--svg', 'iris-accuracy.svg in out/ of the examples')

  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  const settings: Settings = { ...flags, rate: flags.rate ?? RATES[flags.optimizer] }
  if (flags.svg !== CHART && !existsSync(dirname(flags.svg)))
    throw new UserError(`${flags.svg}: there is no folder ${dirname(flags.svg)}`)
  // Before the training, not after it.
  if (flags.seeds === undefined) prepareFile(flags.svg, 'picture')
  const flowers = readIris(flags.csv)
  const warning = checkEnough(flowers, validationSize(flowers.length), flags.csv)
  if (warning !== null) terminal.paragraph(`Warning: ${warning}`, 2)
  if (flags.seeds === undefined) await one(flowers, settings, flags, terminal)
  else many(flowers, settings, flags.seeds, terminal)
}

// ── one seed ─────────────────────────────────────────────────────────────────

async function one(
  flowers: readonly Flower[],
  settings: Settings,
  { csv, svg }: Flags,
  terminal: Terminal,
): Promise<void> {
  const { print, paragraph, colors } = terminal
  const problem = problemOf(flowers, settings)
  introduce(problem, settings, shown(csv), terminal)

  const start = plainLayers(problem)
  const progress = progressOf('epoch', settings.epochs, terminal)
  const accuracies: number[] = []
  const seconds = train(problem, settings, (epoch, loss, accuracy) => {
    accuracies.push(accuracy)
    progress.update(epoch, `loss ${loss.toFixed(4)}  validation ${percent(accuracy)}`)
  })
  progress.stop()
  const steps = settings.epochs * problem.train.x.shape[0]!
  print(`  ${steps.toLocaleString('en')} steps in ${seconds.toFixed(2)} s`)

  print(`\n${colors.bold('Validation accuracy')}`)
  print(terminalChart(accuracies, Math.min(terminal.width - 2, 100)))
  const picture = await svgChart(accuracies, {
    title: `Iris: ${percent(accuracies.at(-1)!)} of the validation rows are right`,
    subtitle: `4-${settings.hidden}-3 sigmoid network, seed ${settings.seed}, ${settings.epochs} epochs`,
  })
  savePicture(svg, picture)
  print(`  The curve as a picture: ${shown(svg)}`)

  results(problem, accuracies, terminal)

  print(`\n${colors.bold('The same training by hand')}`)
  const began = performance.now()
  const apart = disagreementByHand(start, problem, settings)
  const secondsByHand = (performance.now() - began) / 1000
  paragraph(
    `  The closed-form delta formulas on plain arrays, from the same start (${secondsByHand.toFixed(2)} s): the final weights ` +
      `of seed ${settings.seed} agree to ${scientific(apart)} of the largest weight` +
      `${settings.dtype === 'float32' ? ', as far as float32 goes; the formulas run in float64' : ''}.`,
    2,
  )
  const most = mostApart(flowers, settings, apart, terminal)
  print(`  Over seeds 1 to ${SEEDS}: at most ${scientific(most)}.`)
  paragraph(
    '  This part of the article calls delta what is -dL/dz: its weights grow by + rate delta n, where its first part has W - rate delta n with delta = dL/dz.',
    2,
  )
}

/** Trains from `start` by the formulas: how far they end from the trained network. */
function disagreementByHand(
  start: ReturnType<typeof plainLayers>,
  problem: Problem,
  settings: Settings,
): number {
  trainByHand(start, plainRows(problem.train), { ...settings, ...OPTIMIZERS[settings.optimizer] })
  return disagreement(start, plainLayers(problem))
}

/** The largest disagreement of the seeds 1 to SEEDS; `known` is that of the seed in `settings`. */
function mostApart(
  flowers: readonly Flower[],
  settings: Settings,
  known: number,
  terminal: Terminal,
): number {
  const progress = progressOf('seed', SEEDS, terminal)
  let most = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    let apart = known
    if (seed !== settings.seed) {
      const problem = problemOf(flowers, { ...settings, seed })
      const start = plainLayers(problem)
      train(problem, settings)
      apart = disagreementByHand(start, problem, settings)
    }
    most = Math.max(most, apart)
    progress.update(seed, `both ways: ${scientific(apart)} apart`)
  }
  progress.stop()
  return most
}

function introduce(
  { train, validation }: Problem,
  settings: Settings,
  file: string,
  { print, paragraph, colors }: Terminal,
): void {
  const { hidden, dtype, optimizer, rate, seed, scaleOn } = settings
  const { momentum } = OPTIMIZERS[optimizer]
  print(colors.bold(`Iris: a 4-${hidden}-3 sigmoid network, trained online`))
  print()
  paragraph(
    `  ${file}: ${train.x.shape[0]} training and ${validation.x.shape[0]} validation rows, shuffled with seed ${seed}; weights and biases start uniform in [0, 1); ` +
      `loss ½ Σ (ŷ - y)²; a step after every row, rate ${rate}${momentum > 0 ? `, ${optimizer === 'nesterov' ? 'Nesterov ' : ''}momentum ${momentum}` : ''}, ${dtype}.`,
    2,
  )
  paragraph(
    scaleOn === 'all'
      ? '  Min-max scaling is fitted to all rows, as in the article: the validation rows leak into it. --scale-on train avoids that.'
      : '  Min-max scaling is fitted to the training rows alone: nothing of the validation rows leaks into it.',
    2,
  )
  print()
}

function results(
  problem: Problem,
  accuracies: readonly number[],
  { print, paragraph, colors }: Terminal,
): void {
  const { validation } = problem
  const prediction = predict(problem, validation)
  const names = SPECIES.map((name) => name.replace('Iris-', ''))
  const matrix = confusionMatrix(prediction, validation.y, { labels: names })
  const total = validation.x.shape[0]!
  const right = Math.round(accuracies.at(-1)! * total)
  print(`\n${colors.bold('Confusion matrix')}`)
  print(matrix.toString().replace(/^/gm, '  '))
  print(
    `\n  Final accuracy: ${colors.bold(percent(accuracies.at(-1)!))}, ${right} of ${total} validation rows`,
  )

  print(`\n${colors.bold('One flower')}`)
  const cm = validation.measurements.slice([0]).toArray() as number[]
  paragraph(`  ${MEASUREMENTS.map((name, i) => `${name} ${cm[i]!.toFixed(1)} cm`).join(', ')}`)
  const outputs = prediction.slice([0]).toArray() as number[]
  const predicted = prediction.argmax(1).toArray() as number[]
  const actual = validation.y.argmax(1).toArray() as number[]
  print(`  outputs ${names.map((name, k) => `${name} ${outputs[k]!.toFixed(3)}`).join(', ')}`)
  print(`  predicted ${colors.bold(names[predicted[0]!]!)}, is ${names[actual[0]!]}`)
}

// ── many seeds ───────────────────────────────────────────────────────────────

function many(flowers: readonly Flower[], settings: Settings, seeds: number, terminal: Terminal): void {
  const { print } = terminal
  const finals: number[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const problem = problemOf(flowers, { ...settings, seed })
    train(problem, settings, (epoch, _, accuracy) => {
      if (epoch === settings.epochs) finals.push(accuracy)
    })
    print(`  seed ${String(seed).padStart(String(seeds).length)}  ${percent(finals.at(-1)!)}`)
  }
  const mean = finals.reduce((a, b) => a + b) / seeds
  print(
    `Validation accuracy over seeds 1 to ${seeds}: mean ${percent(mean)}, median ${percent(median(finals))}, lowest ${percent(Math.min(...finals))}`,
  )
}
