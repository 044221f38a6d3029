/** @file The tutorial's part of the output: two starts, their costs, the same by hand. Imports the files of this folder and common/. */
import type { Tensor } from '@tapegrad/core'
import { disagreement } from '../common/delta-formulas.ts'
import { percent, scientific } from '../common/numbers.ts'
import { plainLayers, plainRows } from '../common/plain-arrays.ts'
import { progressOf } from '../common/progress.ts'
import type { Terminal } from '../common/terminal.ts'
import { descendByHand } from './by-hand.ts'
import { type Curve, costChart, costFigure } from './charts.ts'
import type { Image } from './csv.ts'
import { meanSlopes, type Problem, problemOf, type Settings, testAccuracy, train } from './train.ts'

/** The tutorial's settings that are not flags. */
export type Fixed = Omit<Settings, 'start' | 'dtype'>

/** Writes a figure NAME.svg and says where. */
export type Save = (name: string, svg: string) => void

const NAMES = {
  uniform: 'uniform start',
  glorot: 'Glorot start',
} as const satisfies Record<Settings['start'], string>

export async function tutorialPart(
  images: readonly Image[],
  settings: Fixed,
  save: Save,
  terminal: Terminal,
): Promise<void> {
  const { print, paragraph, colors } = terminal
  const uniform = problemOf(images, { ...settings, start: 'uniform', dtype: 'float32' })
  introduce(uniform, settings, terminal)

  print(`\n${colors.bold('Weights and biases start uniform in [0, 1), as in the tutorial')}`)
  const slow = descend(uniform, settings, terminal)
  print('  Cost J over the iterations, logarithmic axis')
  print(costChart(slow, Math.min(terminal.width - 2, 100)))
  score(uniform, " (the tutorial's page: 86%)", terminal)

  print(`\n${colors.bold('Glorot start: weights uniform in ±√(6 / (in + out)), biases 0')}`)
  const glorot = problemOf(images, { ...settings, start: 'glorot', dtype: 'float32' })
  const quick = descend(glorot, settings, terminal)
  score(glorot, '', terminal)
  const curves: Curve[] = [
    { name: NAMES.uniform, costs: slow },
    { name: NAMES.glorot, costs: quick },
  ]
  const picture = await costFigure(curves, {
    title: `Digits: the start decides how far ${settings.iterations.toLocaleString('en')} iterations get`,
    subtitle: `64-${settings.hidden}-10 sigmoid network, batch gradient descent, rate ${settings.rate}, seed ${settings.seed}`,
  })
  save('digits-cost', picture)

  print(`\n${colors.bold('The same by hand')}`)
  const apart = disagreementByHand(images, settings)
  paragraph(
    `  The closed-form delta formulas on plain arrays, their mean over the training images as the step: after ${BY_HAND} iterations from the uniform start, in float64, ` +
      `the weights agree with autograd's to ${scientific(apart)} of the largest weight.`,
    2,
  )
}

function introduce({ train, test }: Problem, settings: Fixed, { print, paragraph, colors }: Terminal): void {
  const { seed, iterations, hidden, rate, scaleOn } = settings
  const [rows, others] = [train.x.shape[0]!, test.x.shape[0]!]
  print(colors.bold(`Digits: the tutorial's 64-${hidden}-10 sigmoid network`))
  print()
  paragraph(
    `  ${(rows + others).toLocaleString('en')} images of 8 x 8 pixels: ${rows.toLocaleString('en')} train and ${others.toLocaleString('en')} test, drawn with seed ${seed}. ` +
      `One-hot targets, cost J = 1/N Σ ½‖y - h‖²; each of the ${iterations.toLocaleString('en')} iterations is one step over all training images at rate ${rate}; float32.`,
    2,
  )
  const constant = (train.x.abs().max(0).eq(0).sum() as Tensor<[]>).item()
  paragraph(
    `  Standard scaling, fitted to ${scaleOn === 'all' ? 'all images, as in the tutorial: the test images leak into it' : 'the training images alone (the tutorial: to all)'}; ` +
      `${constant} pixels that never change there become 0.`,
    2,
  )
}

/** Trains, and returns the cost of each iteration. */
function descend(problem: Problem, { iterations, rate }: Fixed, terminal: Terminal): number[] {
  const { print } = terminal
  const [hidden, output] = meanSlopes(problem).map((slope) => slope.toFixed(3))
  print(`  Mean slope f(1 - f) at first, of at most 0.25: hidden ${hidden}, output ${output}`)
  const costs: number[] = []
  const progress = progressOf('iteration', iterations, terminal)
  const began = performance.now()
  train(problem, { iterations, rate }, (iteration, cost) => {
    costs.push(cost)
    progress.update(iteration, `cost ${cost.toFixed(4)}`)
  })
  const seconds = (performance.now() - began) / 1000
  progress.stop()
  print(
    `  Cost ${costs[0]!.toFixed(4)} at first, ${costs.at(-1)!.toFixed(4)} at the end, after ${seconds.toFixed(1)} s`,
  )
  return costs
}

function score(problem: Problem, note: string, { print, colors }: Terminal): void {
  const accuracy = testAccuracy(problem)
  const total = problem.test.x.shape[0]!
  const right = Math.round(accuracy * total)
  print(`  Test accuracy: ${colors.bold(percent(accuracy))}, ${right} of ${total} images${note}`)
}

// ── by hand ──────────────────────────────────────────────────────────────────

/** So many iterations are done both ways. */
const BY_HAND = 10

function disagreementByHand(images: readonly Image[], settings: Fixed): number {
  const few = { ...settings, iterations: BY_HAND }
  const problem = problemOf(images, { ...few, start: 'uniform', dtype: 'float64' })
  const layers = plainLayers(problem)
  descendByHand(layers, plainRows(problem.train), few)
  train(problem, few)
  return disagreement(layers, plainLayers(problem))
}
