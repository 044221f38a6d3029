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
  const progress = progressOf('iteration', seeds * iterations, terminal)
  const uniform = numbers.map((seed, s) => {
    const problem = problemOf(images, { ...settings, seed, start: 'uniform', dtype: 'float32' })
    train(problem, settings, (iteration, cost) =>
      progress.update(s * iterations + iteration, `seed ${seed}: cost ${cost.toFixed(4)}`),
    )
    return testAccuracy(problem)
  })
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
  const row = (name: string, first: number, second: number | undefined): Cell[] =>
    [name, percent(first), second === undefined ? '' : percent(second)].map(right)
  const both = (name: string, of: (values: readonly number[]) => number): Cell[] =>
    row(name, of(uniform), of(recipe))
  const rows = [
    ['seed', 'uniform start', 'better recipe'].map(right),
    ...numbers.map((seed, s) => row(`${seed}`, uniform[s]!, recipe[s])),
    both('lowest', (values) => Math.min(...values)),
    both('median', median),
    both('highest', (values) => Math.max(...values)),
  ]
  terminal.print(`Test accuracy, scaling fitted to ${settings.scaleOn === 'all' ? 'all' : 'training'} images`)
  terminal.print(plainTable(rows))
}
