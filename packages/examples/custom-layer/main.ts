/** @file `pnpm example custom-layer`: a bug found by gradcheck, then training. Imports layer.ts and common/. */
import { Generator, gradcheck, noGrad, rand, type Tensor, tensor } from '@tapegrad/core'
import { accuracy, crossEntropy, Dense, SGD, sequential } from '@tapegrad/nn'
import { commandLine, readFlags, wholeNumber } from '../common/cli.ts'
import { progressOf } from '../common/progress.ts'
import { type Cell, plainTable } from '../common/table.ts'
import type { Terminal } from '../common/terminal.ts'
import { carelessDistances, RadialBasis, squaredDistances } from './layer.ts'

interface Flags {
  readonly seed: number
  readonly steps: number
  readonly centers: number
}

const TRAINING_POINTS = 200
const TEST_POINTS = 1000

export function customLayer(args: readonly string[], terminal: Terminal): void {
  const about =
    'A layer of your own, radial basis functions, with an op of your own in it: gradcheck finds and explains a bug in its derivative; then the layer is trained.'
  const command = commandLine('custom-layer', about, terminal)
    .option('--seed <n>', 'for points and first weights', wholeNumber(0), 1)
    .option('--steps <n>', 'training steps', wholeNumber(1), 500)
    .option('--centers <n>', 'radial basis functions', wholeNumber(1), 8)
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  const { print, paragraph, colors } = terminal

  print(colors.bold('A layer of your own: exp(-|x - c|²) for each center c (custom-layer/layer.ts)'))
  print(`\n${colors.bold('Its op with a bug')}`)
  print('  backward: (ct, { inputs: [x, centers] }) => {')
  print(`    const d = ct.unsqueeze(-1).mul(x.unsqueeze(-2).sub(centers))`)
  print('    return [d.sum(-2), neg(d.reshape([-1, ...centers.shape]).sum(0))]')
  print('  }\n')
  check(carelessDistances, flags, terminal)

  print(`\n${colors.bold('The bug fixed')}`)
  print(`    const d = ct.unsqueeze(-1).mul(x.unsqueeze(-2).sub(centers))${colors.green('.mul(2)')}\n`)
  check(squaredDistances, flags, terminal)

  print(`\n${colors.bold('Training')}`)
  paragraph(
    `  Have x and y of a point one sign? ${TRAINING_POINTS} points, ${flags.centers} centers, ` +
      `then Dense(${flags.centers}, 2), cross-entropy, ${flags.steps} steps.`,
    2,
  )
  const fixed = trained(squaredDistances, flags, terminal)
  print(`  loss ${fixed.loss.toFixed(4)}, ${percent(fixed.accuracy)} of ${TEST_POINTS} new points right`)
  const careless = trained(carelessDistances, flags, terminal)
  paragraph(
    `  With the bug: loss ${careless.loss.toFixed(4)}, ${percent(careless.accuracy)} right. A curve of the loss would not have told; the check did.`,
    2,
  )
  print()
  print(map(fixed.predict))
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

// ── the check ────────────────────────────────────────────────────────────────

/** Checks the layer's gradients by its input and by its centers, and prints those of the centers. */
function check(
  distances: typeof squaredDistances,
  { seed }: Flags,
  { print, paragraph, colors }: Terminal,
): void {
  const generator = new Generator(seed)
  const layer = new RadialBasis(2, 3, distances, { generator })
  const report = gradcheck(layer, [rand([4, 2], { generator })])
  const right = (content: string): Cell => ({ content: `  ${content}`, hAlign: 'right' })
  const { dim, green, red } = colors
  const head = [
    dim('  input'),
    ...['analytic', 'numeric', 'relative error'].map((t) => right(dim(t))),
    dim(' verdict'),
  ]
  const rows = report.rows.filter(({ path }) => path === 'centers')
  const cells = rows.map((row) => [
    `  ${row.path}[${row.index.join('][')}]`,
    right(row.analytic.toFixed(7)),
    right(row.numeric.toFixed(7)),
    right(row.relativeError.toExponential(1)),
    ` ${row.verdict === 'pass' ? green(row.verdict) : red(row.verdict)}`,
  ])
  print(plainTable([head, ...cells]))
  print(`  ... ${report.rows.length - rows.length} more`)
  const passing = report.rows.filter(({ verdict }) => verdict === 'pass').length
  print(`  gradcheck: ${colors.bold(report.verdict)}, ${passing} of ${report.rows.length} derivatives pass`)
  // A cause ends in the number of the op's input.
  for (const cause of [...new Set(report.rows.flatMap((row) => row.cause ?? []))].sort())
    paragraph(`  likely cause: ${cause}`, 2)
}

// ── training ─────────────────────────────────────────────────────────────────

interface Trained {
  readonly loss: number
  readonly accuracy: number
  /** Class 0 or 1 of each point [n, 2]. */
  readonly predict: (points: Tensor) => readonly number[]
}

function trained(
  distances: typeof squaredDistances,
  { seed, steps, centers }: Flags,
  terminal: Terminal,
): Trained {
  const generator = new Generator(seed)
  const train = quadrants(TRAINING_POINTS, generator)
  const test = quadrants(TEST_POINTS, generator)
  // Shapes flow: new Dense(centers + 1, 2) with literal sizes would not compile.
  const model = sequential(
    new RadialBasis(2, centers, distances, { generator }),
    new Dense(centers, 2, { generator }),
  )
  const optimizer = new SGD(model.parameters(), { lr: 0.3, momentum: 0.9 })
  const progress = progressOf('step', steps, { ...terminal, print: () => undefined })
  let loss = Number.NaN
  for (let step = 1; step <= steps; step++) {
    optimizer.zeroGrad()
    const value = crossEntropy(model.call(train.points), train.classes)
    value.backward()
    optimizer.step()
    loss = value.item()
    progress.update(step, `loss ${loss.toFixed(4)}`)
  }
  progress.stop()
  const scores = (points: Tensor): Tensor => noGrad(() => model.call(points as Tensor<[number, 2]>)) as Tensor
  return {
    loss,
    accuracy: accuracy(scores(test.points), test.classes),
    predict: (points) => Array.from(scores(points).argmax(1).data),
  }
}

/** Points in [-1, 1]², class 1 where both coordinates have one sign. */
function quadrants(count: number, generator: Generator): { points: Tensor<[number, 2]>; classes: Tensor } {
  const points = rand([count, 2], { generator }).mul(2).sub(1) as Tensor as Tensor<[number, 2]>
  const coordinates = points.toArray() as number[][]
  const classes = tensor(Int32Array.from(coordinates, ([x, y]) => (x! * y! > 0 ? 1 : 0))) as Tensor
  return { points, classes }
}

/** What the network says about the square, as a picture. */
function map(predict: Trained['predict']): string {
  const [columns, rows] = [48, 16]
  const lines = Array.from({ length: rows }, (_, r) => {
    const y = 1 - (2 * (r + 0.5)) / rows
    const line = Array.from({ length: columns }, (_, c) => [(2 * (c + 0.5)) / columns - 1, y])
    return predict(tensor(line) as Tensor)
  })
  return lines.map((line) => `  ${line.map((c) => (c === 1 ? '█' : '·')).join('')}`).join('\n')
}
