/** @file How accurate the committed seeds end. Imports the files of this folder and common/. */
import { median, percent } from '../common/numbers.ts'
import { progressOf } from '../common/progress.ts'
import { type Cell, plainTable } from '../common/table.ts'
import type { Terminal } from '../common/terminal.ts'
import type { Image } from './csv.ts'
import { misreadOf, trainRecipe } from './recipe.ts'
import { problemOf, testAccuracy, train } from './train.ts'
import type { Fixed } from './tutorial.ts'

/** So many seeds, from 1 on, are told about in the README: the first ones, none left out. */
export const SEEDS = 10
const RECIPE_SEEDS = 5

export function seedsPart(
  images: readonly Image[],
  settings: Fixed & { readonly epochs: number },
  seeds: number,
  terminal: Terminal,
): void {
  const { iterations } = settings
  const numbers = Array.from({ length: seeds }, (_, i) => i + 1)
  const progress = progressOf('iteration', 2 * seeds * iterations, terminal)
  let before = 0
  const ends = (start: 'uniform' | 'glorot'): number[] =>
    numbers.map((seed) => {
      const problem = problemOf(images, { ...settings, seed, start, dtype: 'float32' })
      train(problem, settings, (iteration, cost) =>
        progress.update(before + iteration, `${start}, seed ${seed}: cost ${cost.toFixed(4)}`),
      )
      before += iterations
      return testAccuracy(problem)
    })
  const uniform = ends('uniform')
  const glorot = ends('glorot')
  progress.stop()
  const few = numbers.slice(0, RECIPE_SEEDS)
  const bar = progressOf('seed', few.length, terminal)
  const recipe = few.map((seed, s) => {
    const reading = trainRecipe(images, { seed, epochs: settings.epochs })
    const accuracy = 1 - misreadOf(reading).length / reading.digits.size
    bar.update(s + 1, `recipe: test ${percent(accuracy)}`)
    return accuracy
  })
  bar.stop()

  const right = (content: string): Cell => ({ content, hAlign: 'right' })
  const columns = [uniform, glorot, recipe]
  const row = (name: string, of: (column: readonly number[]) => number | undefined): Cell[] => {
    const values = columns.map(of)
    return [name, ...values.map((value) => (value === undefined ? '' : percent(value)))].map(right)
  }
  const rows = [
    ['seed', 'uniform start', 'Glorot start', 'better recipe'].map(right),
    ...numbers.map((seed, s) => row(`${seed}`, (column) => column[s])),
    row('lowest', (column) => Math.min(...column)),
    row('median', median),
    row('highest', (column) => Math.max(...column)),
  ]
  terminal.print(`Test accuracy, scaling fitted to ${settings.scaleOn === 'all' ? 'all' : 'training'} images`)
  terminal.print(plainTable(rows))
}
