/** @file How accurate the committed seeds end. Imports the files of this folder and common/. */
import { median, percent } from '../common/numbers.ts'
import { progressOf } from '../common/progress.ts'
import { type Cell, plainTable } from '../common/table.ts'
import type { Terminal } from '../common/terminal.ts'
import type { Image } from './csv.ts'
import { misreadOf, trainRecipe } from './recipe.ts'
import { problemOf, testAccuracy, train } from './train.ts'
import type { Fixed } from './tutorial.ts'

/** The first ten, and the first five of them for the recipe: none was left out. */
export const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1)
const RECIPE_SEEDS = SEEDS.slice(0, 5)

export function seedsPart(
  images: readonly Image[],
  settings: Fixed & { readonly epochs: number },
  terminal: Terminal,
): void {
  const { iterations } = settings
  const progress = progressOf('iteration', SEEDS.length * iterations, terminal)
  const uniform = SEEDS.map((seed, s) => {
    const problem = problemOf(images, { ...settings, seed, start: 'uniform', dtype: 'float32' })
    train(problem, settings, (iteration, cost) =>
      progress.update(s * iterations + iteration, `seed ${seed}: cost ${cost.toFixed(4)}`),
    )
    return testAccuracy(problem)
  })
  progress.stop()
  const bar = progressOf('seed', RECIPE_SEEDS.length, terminal)
  const recipe = RECIPE_SEEDS.map((seed, s) => {
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
    ...SEEDS.map((seed, s) => row(`${seed}`, uniform[s]!, recipe[s])),
    both('lowest', (values) => Math.min(...values)),
    both('median', median),
    both('highest', (values) => Math.max(...values)),
  ]
  terminal.print(`Test accuracy, scaling fitted to ${settings.scaleOn === 'all' ? 'all' : 'training'} images`)
  terminal.print(plainTable(rows))
}
