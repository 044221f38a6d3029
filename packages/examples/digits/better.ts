/** @file The recipe's part of the output: curve, confusion matrix, misread images. Imports the files of this folder and common/. */
import type { Tensor } from '@tapegrad/core'
import { type ConfusionMatrix, confusionMatrix } from '@tapegrad/nn'
import { percent } from '../common/numbers.ts'
import { progressOf } from '../common/progress.ts'
import type { Terminal } from '../common/terminal.ts'
import { accuracyChart } from '../common/terminal-chart.ts'
import { accuracyFigure } from './charts.ts'
import type { Image } from './csv.ts'
import { contactSheet, fitting, MOST, textPictures } from './pictures.ts'
import { type EpochEnd, misreadOf, RECIPE, trainRecipe } from './recipe.ts'
import type { Save } from './tutorial.ts'

export interface RecipeSettings {
  readonly seed: number
  readonly epochs: number
}

/** Below this accuracy the terminal's curve has rows of 5%. */
const FINE = 0.88

export async function recipePart(
  images: readonly Image[],
  settings: RecipeSettings,
  save: Save,
  terminal: Terminal,
): Promise<void> {
  const { print, paragraph, colors } = terminal
  const { hidden, batchSize, rate, momentum, labelSmoothing } = RECIPE
  print(colors.bold(`A better recipe: 64-${hidden}-10, ReLU, cross-entropy, momentum`))
  paragraph(
    `  Pixels divided by 16, He start, batches of ${batchSize} shuffled in every epoch, rate ${rate}, momentum ${momentum}, label smoothing ${labelSmoothing}; ` +
      `the images split 60 to 40 with seed ${settings.seed}.`,
    2,
  )
  const ends: EpochEnd[] = []
  const progress = progressOf('epoch', settings.epochs, terminal)
  const began = performance.now()
  const reading = trainRecipe(images, settings, (end) => {
    ends.push(end)
    progress.update(end.epoch, `loss ${end.loss.toFixed(4)}  test ${percent(end.test)}`)
  })
  const seconds = (performance.now() - began) / 1000
  progress.stop()
  const tests = ends.map(({ test }) => test)
  const fine = tests.every((test) => test >= FINE)
  print(
    accuracyChart(tests, {
      width: Math.min(terminal.width - 2, 100),
      step: fine ? 1 : 5,
      from: fine ? 95 : 50,
    }),
  )
  const total = reading.digits.size
  const misread = misreadOf(reading)
  print(
    `  Test accuracy: ${colors.bold(percent(tests.at(-1)!))}, ${total - misread.length} of ${total} images, after ${seconds.toFixed(1)} s`,
  )
  const drawn = `64-${hidden}-10 ReLU network, seed ${settings.seed}, ${settings.epochs} ${settings.epochs === 1 ? 'epoch' : 'epochs'}`
  save(
    'digits-recipe',
    await accuracyFigure(ends, {
      title: `Digits: ${percent(tests.at(-1)!)} of the test images are read right`,
      subtitle: drawn,
    }),
  )

  print(`\n${colors.bold('Confusion matrix')}`)
  const matrix = confusionMatrix(reading.probabilities as Tensor, reading.digits as Tensor)
  print(readable(matrix, terminal))

  print(`\n${colors.bold(`The ${misread.length} misread images, the surest mistakes first`)}`)
  const columns = terminal.width - 2
  print(textPictures(misread, columns).replace(/^/gm, '  '))
  const more = Math.min(misread.length, MOST) - fitting(columns)
  if (more > 0) print(`  ${more} more in the figure`)
  const left = misread.length - MOST
  save(
    'digits-misread',
    await contactSheet(misread, {
      title: `Digits: the ${misread.length} of ${total} test images that are misread`,
      subtitle: `${drawn}; the surest mistakes first${left > 0 ? `, ${left} left out` : ''}`,
    }),
  )
}

/** The matrix with dots for zeros, and with mistakes in colour. */
function readable(matrix: ConfusionMatrix, { colors }: Terminal): string {
  const size = matrix.labels.length
  const [head, rule, ...rest] = matrix.toString().split('\n')
  const body = rest.slice(0, size).map((line, row) => {
    let column = 0
    return line.replace(/(?<= )\d+/g, (count) => {
      const at = column++
      if (at === size) return count
      if (count === '0') return colors.dim('·')
      return at === row ? colors.bold(count) : colors.red(count)
    })
  })
  return [head, rule, ...body, ...rest.slice(size)].join('\n').replace(/^/gm, '  ')
}
