/** @file The digits example at full length: what its README says, and the accuracies that it promises. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { percent } from '../../common/numbers.ts'
import { readDigits } from '../../digits/csv.ts'
import { digits } from '../../digits/main.ts'
import { problemOf, testAccuracy, train } from '../../digits/train.ts'
import { capture, shownOutput } from '../capture.ts'

const images = readDigits(fileURLToPath(new URL('../../data/digits.csv', import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'tapegrad-digits-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(...flags: string[]): Promise<string> {
  const { terminal, text } = capture(80)
  await digits(flags, terminal)
  return text()
}

const readme = readFileSync(new URL('../../digits/README.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
const shown = shownOutput('digits')
const table = shown.findIndex((line) => line.includes('seed'))

/** The three columns of the table that `--seeds` prints, without its last rows. */
function columns(text: string): { uniform: number[]; glorot: number[]; recipe: number[] } {
  const rows = [...text.matchAll(/^ +\d+ +([\d.]+)% +([\d.]+)%(?: +([\d.]+)%)?$/gm)]
  return {
    uniform: rows.map((row) => Number(row[1])),
    glorot: rows.map((row) => Number(row[2])),
    recipe: rows.flatMap((row) => (row[3] === undefined ? [] : [Number(row[3])])),
  }
}

/** That they stand in `text` in this order, with others between them. */
function expectInOrder(lines: readonly string[], text: string): void {
  const printed = text.split('\n')
  let at = -1
  for (const line of lines) {
    const next = printed.indexOf(line, at + 1)
    expect(next, `after line ${at}: ${line}`).toBeGreaterThan(at)
    at = next
  }
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

it('one seed, from both starts and with the recipe', async () => {
  const text = await run('--out', folder)
  expect(table).toBeGreaterThan(5)
  expectInOrder(shown.slice(0, table), text)
  const [uniform, glorot, recipe] = [...text.matchAll(/Test accuracy: ([\d.]+)%/g)].map((m) => Number(m[1]))
  expect(uniform).toBeGreaterThanOrEqual(80)
  expect(uniform).toBeLessThanOrEqual(93)
  expect(glorot).toBeGreaterThanOrEqual(95)
  expect(recipe).toBeGreaterThanOrEqual(97)
})

it('the seeds 1 to 10 end between 80% and 93% from the uniform start, at about 95% or above from the Glorot start; the recipe has a median of at least 97%', async () => {
  const text = await run('--seeds')
  expectInOrder(shown.slice(table), text)
  const { uniform, glorot, recipe } = columns(text)
  expect([uniform.length, glorot.length, recipe.length]).toEqual([10, 10, 5])
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(80)
  expect(Math.max(...uniform)).toBeLessThanOrEqual(93)
  // 95% of 719 images are 683.05: the seeds 2 and 9 read 682 and 681 right.
  const below = glorot.flatMap((accuracy, s) => (accuracy < 95 ? [s + 1] : []))
  expect(below).toEqual([2, 9])
  expect(readme).toContain(`at ${glorot[1]!.toFixed(1)}% and ${glorot[8]!.toFixed(1)}%`)
  expect(Math.min(...glorot)).toBeGreaterThan(94.6)
  expect(middle(glorot)).toBeGreaterThanOrEqual(95)
  expect(middle(recipe)).toBeGreaterThanOrEqual(97)
  // Four minutes where nothing else runs.
}, 1_500_000)

it('scaling fitted to all images makes the difference that the README says', () => {
  const settings = { seed: 1, iterations: 3000, hidden: 30, rate: 0.25, start: 'uniform' } as const
  const problem = problemOf(images, { ...settings, scaleOn: 'all', dtype: 'float32' })
  train(problem, settings)
  expect(readme).toContain(
    `Fitted to all, as in the tutorial, seed 1 ends at ${percent(testAccuracy(problem))}`,
  )
})
