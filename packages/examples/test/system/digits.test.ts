/** @file The digits example at full length: what its README says, and the accuracies that it promises. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { digits } from '../../digits/main.ts'
import { capture, shownOutput } from '../capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-digits-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(...flags: string[]): Promise<string> {
  const { terminal, text } = capture(80)
  await digits(['--out', folder, ...flags], terminal)
  return text()
}

const readme = readFileSync(new URL('../../digits/README.md', import.meta.url), 'utf8')
const shown = shownOutput('digits')
const table = shown.findIndex((line) => line.includes('seed'))

/** The two columns of the table that `--seeds` prints, without its last rows. */
function columns(text: string): { uniform: number[]; recipe: number[] } {
  const rows = [...text.matchAll(/^ +\d+ +([\d.]+)%(?: +([\d.]+)%)?$/gm)]
  return {
    uniform: rows.map((row) => Number(row[1])),
    recipe: rows.flatMap((row) => (row[2] === undefined ? [] : [Number(row[2])])),
  }
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

it('one seed, from both starts and with the recipe', async () => {
  const text = await run()
  const lines = text.split('\n')
  expect(table).toBeGreaterThan(10)
  // In this order, with others between them.
  let at = -1
  for (const line of shown.slice(0, table)) {
    const next = lines.indexOf(line, at + 1)
    expect(next, `after line ${at}: ${line}`).toBeGreaterThan(at)
    at = next
  }
  const [uniform, glorot, recipe] = [...text.matchAll(/Test accuracy: ([\d.]+)%/g)].map((m) => Number(m[1]))
  expect(uniform).toBeGreaterThanOrEqual(80)
  expect(uniform).toBeLessThanOrEqual(93)
  expect(glorot).toBeGreaterThanOrEqual(95)
  expect(recipe).toBeGreaterThanOrEqual(97)
})

it('the seeds 1 to 10 end between 80% and 93% from the uniform start; the recipe has a median of at least 97%', async () => {
  const text = await run('--seeds')
  expect(text).toContain(shown.slice(table).join('\n'))
  const { uniform, recipe } = columns(text)
  expect([uniform.length, recipe.length]).toEqual([10, 5])
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(80)
  expect(Math.max(...uniform)).toBeLessThanOrEqual(93)
  expect(middle(recipe)).toBeGreaterThanOrEqual(97)
})

it('scaling fitted to all images makes the difference that the README says', async () => {
  const text = await run('--seeds', '--scale-on', 'all', '--epochs', '1')
  const [lowest, median, highest] = ['lowest', 'median', 'highest'].map(
    (name) => new RegExp(`^ *${name} +(\\S+)`, 'm').exec(text)![1],
  )
  expect(columns(text).uniform).toHaveLength(10)
  expect(readme.replace(/\s+/g, ' ')).toContain(
    `the ten seeds end between ${lowest} and ${highest}, median ${median}`,
  )
})
