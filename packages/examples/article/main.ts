/** @file `pnpm example article`: the article's network, by hand and by autograd. Imports the files of this folder and common/. */
import {
  BUGS,
  type Bug,
  type LedgerReport,
  ledger,
  MSE,
  type Quantity,
  type Sequential,
  SGD,
} from '@tapegrad/nn'
import { InvalidArgumentError, Option } from 'commander'
import { commandLine, readFlags, wholeNumber } from '../common/cli.ts'
import { saveText } from '../common/files.ts'
import { explainColumns, ledgerFile, ledgerText } from '../common/ledger-output.ts'
import type { Terminal } from '../common/terminal.ts'
import {
  ACTIVATIONS,
  type ActivationName,
  articleNetwork,
  articleSample,
  LAYERS,
  LEARNING_RATE,
  type NetworkOptions,
  predictedClass,
} from './network.ts'
import { columnInFiles, type PrintedFigure, printedFigures, printLedger } from './printed.ts'

interface Flags {
  readonly w25: '2' | '3'
  readonly steps: number
  readonly preset: 'article' | 'gentle'
  readonly activation: readonly ActivationName[]
  readonly bug?: Bug
  readonly save?: string
}

/** Half the sum of squares, the article's loss. */
const LOSS = new MSE({ reduction: 'sum', scale: 0.5 })

export function article(args: readonly string[], terminal: Terminal): void {
  const about =
    "The backpropagation article's 2-3-2-1 network: one step, every figure by the closed-form formulas, by autograd and by finite differences."
  const command = commandLine('article', about, terminal)
    .addOption(
      new Option('--w25 <value>', 'w(2,5): the article declares 2 and computes with 3')
        .choices(['2', '3'])
        .default('3'),
    )
    .option('--steps <n>', 'train on for n steps and print the loss', wholeNumber(0), 0)
    .addOption(
      new Option(
        '--preset <name>',
        "gentle: the article's weights and biases divided by 4, so that things move",
      )
        .choices(['article', 'gentle'])
        .default('article'),
    )
    .addOption(
      new Option(
        '--activation <names>',
        `one for all layers, or ${LAYERS} separated by commas, of ${Object.keys(ACTIVATIONS).join(', ')}`,
      )
        .argParser(activations)
        .default(activations('sigmoid'), 'sigmoid'),
    )
    .addOption(
      new Option('--bug <name>', 'make a well-known mistake in the manual column, and see what turns wrong')
        .choices(BUGS.filter((bug) => bug !== 'forget-mean'))
        .conflicts('steps'),
    )
    .option('--save <file>', 'write the ledger too, as .md, .html or .json', ledgerFile)
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return

  const options: NetworkOptions = {
    w25: flags.w25 === '2' ? 2 : 3,
    gentle: flags.preset === 'gentle',
    activations: flags.activation,
  }
  const model = articleNetwork(options)
  const { x, y } = articleSample()
  const { bug, save } = flags
  const whole = ledger(model, x, y, { loss: LOSS, rate: LEARNING_RATE, ...(bug && { bug }) })
  const printed = printedFigures(whole, flags)
  if (save !== undefined) saveText(save, ledgerText(save, whole, columnInFiles(printed)), 'ledger')

  introduce(flags, terminal)
  printLedger(whole, printed, terminal)
  if (save !== undefined) terminal.print(`\nThe ledger as a file: ${save}`)
  // What follows is about the right step.
  if (bug !== undefined) return
  summarize(whole, printed, terminal)
  updateFormulas(whole, terminal)
  reflect(whole, options, terminal)
  if (flags.steps > 0) trainOn(model, flags.steps, terminal)
}

function activations(text: string): readonly ActivationName[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !Object.hasOwn(ACTIVATIONS, name))
  if (unknown !== undefined)
    throw new InvalidArgumentError(`'${unknown}' is none of ${Object.keys(ACTIVATIONS).join(', ')}.`)
  if (names.length !== 1 && names.length !== LAYERS)
    throw new InvalidArgumentError(`Give one name, or one for each of the ${LAYERS} layers.`)
  return Array.from({ length: LAYERS }, (_, i) => (names[i] ?? names[0]) as ActivationName)
}

function introduce({ w25, preset }: Flags, terminal: Terminal): void {
  const { print, paragraph, colors } = terminal
  print(colors.bold("The article's network, 2-3-2-1: one sample, one step"))
  print()
  paragraph(
    `x = [1, 2], y = 1, loss L = ½ Σ (ŷ - y)², learning rate α = ${LEARNING_RATE}. Weights are W[to][from], counted from 0.`,
  )
  const value = `w(2,5), here W2[1][1], is ${w25}`
  if (preset === 'gentle')
    paragraph(`Preset gentle: the weights and biases of the article divided by 4; before that ${value}.`)
  else if (w25 === '3')
    paragraph(`${value}: the article declares 2 but computes with 3. --w25 2 shows the other.`)
  else paragraph(`${value}, as the article declares; it computes with 3, so its figures differ.`)
  print()
  explainColumns(terminal)
}

// ── agreement ────────────────────────────────────────────────────────────────

function summarize(
  whole: LedgerReport,
  printed: ReadonlyMap<string, PrintedFigure>,
  { print, paragraph, colors }: Terminal,
): void {
  const { manual, finite, fewestDigits } = whole.agreement()
  print(`\n${colors.bold('Agreement')}`)
  paragraph(
    `  manual and autograd: to ${bound(manual.difference)} relative${manual.difference > 0 ? `, worst at ${manual.id}` : ''}`,
    2,
  )
  paragraph(
    `  finite differences and autograd: to ${bound(finite.relative)} relative, worst at ${finite.row.id}; ` +
      `at ${fewestDigits.id} they can reach ${fewestDigits.finite!.digits?.toFixed(1) ?? 'all'} digits, fewer than anywhere else`,
    2,
  )
  if (printed.size === 0) return
  const reproduced = [...printed.values()].filter(({ matches }) => matches).length
  const rest = printed.size - reproduced
  const marked = rest === 0 ? '' : `; ${rest} marked with a footnote ${rest === 1 ? 'differs' : 'differ'}`
  paragraph(
    `  the article's figures: ${reproduced} of ${printed.size} reproduced to one unit in the last printed digit${marked}`,
    2,
  )
}

const bound = (x: number): string => (x === 0 ? '0' : x.toExponential(1))

// ── what the step means ──────────────────────────────────────────────────────

function updateFormulas(whole: LedgerReport, { print, paragraph, colors }: Terminal): void {
  const last = whole.layers.at(-1)!
  const id = `W${last.number}[0][0]`
  const { numbers, manual } = whole.rows.find((row) => row.id === id)!
  const slope = whole.rows.find((row) => row.id === `d${id}`)!.manual
  const [old, rate] = [last.weight[0]![0]!, LEARNING_RATE]
  const example = (formula: string, value: number): string =>
    colors.dim(`      ${id} = ${formula} = ${precise(value)}`)
  print(`\n${colors.bold('The update')}`)
  paragraph('  W ← W - α δ nᵀ         gradient descent: what the article computes', 4)
  print(example(numbers, manual))
  paragraph(
    '  W ← W - α (δ nᵀ + W)   with a regularizer, as the article prints it: SGD with weightDecay: 1',
    23,
  )
  print(example(`${rough(old)} - ${rate}·(${rough(slope, 4)} + ${rough(old)})`, old - rate * (slope + old)))
}

/** To 15 decimals, as the article prints. */
const precise = (x: number): string => String(Number(x.toFixed(15)))

function reflect(whole: LedgerReport, options: NetworkOptions, { print, paragraph, colors }: Terminal): void {
  const yhat = whole.layers.at(-1)!.forward.find((group) => group.quantity === 'n')!.rows[0]!.manual
  print(`\n${colors.bold('Prediction')}`)
  print(
    `  ŷ = ${precise(yhat)}, so the class is ${colors.bold(String(predictedClass(yhat)))} (1 when ŷ >= 0.5); the label is ${whole.y[0]}`,
  )
  const { title, reason } = howDeltasGo(whole, yhat)
  print(`\n${colors.bold(title)}`)
  paragraph(`  ${reason} ${whatFloat32Loses(yhat, Math.abs(yhat - whole.y[0]!), options)}`, 2)
}

/** From the last layer to the first: delta(l) = W(l+1)^T delta(l+1) * f'(z(l)). */
function howDeltasGo({ layers, y }: LedgerReport, yhat: number): { title: string; reason: string } {
  const largest = (layer: LedgerReport['layers'][number], quantity: Quantity): number => {
    const group = [...layer.forward, ...layer.backward].find((g) => g.quantity === quantity)!
    return Math.max(...group.rows.map((row) => Math.abs(row.manual)))
  }
  const [first, last] = [layers[0]!, layers.at(-1)!]
  const [from, to] = [largest(last, 'delta'), largest(first, 'delta')]
  if (from === 0) {
    const cause = yhat === y[0] ? 'ŷ - y is 0 in float64' : "f'(z) leaves nothing of ŷ - y in the last"
    return { title: 'Why the deltas are 0', reason: `δ is 0 in all layers, for ${cause}.` }
  }
  const slopes = layers.slice(0, -1).map((layer) => rough(largest(layer, 'fPrime')))
  const weights = layers.slice(1).map(({ weight }) => rough(largestColumn(weight)))
  return {
    title: to < from ? 'Why the deltas shrink' : to > from ? 'Why the deltas grow' : 'How the deltas go',
    reason:
      `|δ| goes from ${rough(from)} in layer ${last.number} to ${rough(to)} in layer 1: on the way from layer to layer ` +
      `Wᵀ multiplies it by at most ${weights.toReversed().join(', ')}, and f'(z) by at most ${slopes.toReversed().join(', ')}.`,
  }
}

/** The largest column sum of |W|: by so much Wᵀ can make the largest |δ| larger. */
function largestColumn(weight: readonly (readonly number[])[]): number {
  return Math.max(...weight[0]!.map((_, j) => weight.reduce((sum, row) => sum + Math.abs(row[j]!), 0)))
}

const rough = (x: number, digits = 2): string =>
  x === 0 || Math.abs(x) >= 1e-3 ? String(Number(x.toPrecision(digits))) : x.toExponential(digits - 1)

/** Takes the step in float32 and counts what moves. */
function whatFloat32Loses(yhat: number, error: number, options: NetworkOptions): string {
  const model = articleNetwork({ ...options, dtype: 'float32' })
  const { x, y } = articleSample('float32')
  const values = (): number[] => model.parameters().flatMap((parameter) => Array.from(parameter.data))
  const before = values()
  step(model, x, y, new SGD(model.parameters(), { lr: LEARNING_RATE }))
  const moved = values().filter((value, i) => value !== before[i]).length
  const rounding = 2 ** (Math.floor(Math.log2(Math.abs(yhat))) - 24)
  const digits = Math.floor(Math.log10(error / rounding))
  const kept = Number.isFinite(digits) ? `, which leaves ŷ - y ${Math.max(0, digits)} digits` : ''
  return (
    `float32 would round ŷ by up to ${rough(rounding)}${kept}, ` +
    `and ${moved} of ${before.length} parameters would move at all.`
  )
}

// ── training on ──────────────────────────────────────────────────────────────

type Sample = ReturnType<typeof articleSample>

function step(model: Sequential, x: Sample['x'], y: Sample['y'], optimizer: SGD): number {
  optimizer.zeroGrad()
  const loss = LOSS.call(model.call(x), y)
  loss.backward()
  optimizer.step()
  return loss.item()
}

function trainOn(model: Sequential, steps: number, { print, colors }: Terminal): void {
  const { x, y } = articleSample()
  const optimizer = new SGD(model.parameters(), { lr: LEARNING_RATE })
  const shown = stepsToShow(steps)
  const width = Math.max(5, String(steps).length)
  print(`\n${colors.bold(`Training on: ${steps} steps`)}`)
  print(colors.dim(`  ${'steps'.padStart(width)}  ${'loss'.padEnd(17)}  ŷ`))
  for (let i = 0; i <= steps; i++) {
    if (shown.has(i)) {
      const yhat = model.call(x)
      const loss = LOSS.call(yhat, y).item()
      print(`  ${String(i).padStart(width)}  ${loss.toExponential(10).padEnd(17)}  ${precise(yhat.item())}`)
    }
    if (i < steps) step(model, x, y, optimizer)
  }
}

/** 0, 1, 2, 5, 10, 20, 50 and so on, and the last. */
function stepsToShow(steps: number): Set<number> {
  const shown = new Set([0, steps])
  for (let power = 1; power <= steps; power *= 10)
    for (const digit of [1, 2, 5]) if (digit * power <= steps) shown.add(digit * power)
  return shown
}
