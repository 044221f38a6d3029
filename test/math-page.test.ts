/** @file Keeps docs/math.md true: each worst point is as bad as shown, a sample of the others no worse, and no function is missing. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import * as math from '../packages/core/src/math.ts'
import { type Float, FUNCTIONS } from '../packages/core/test/support/accuracy/functions.ts'
import { worstOf } from '../packages/core/test/support/accuracy/measure.ts'
import { shownError, TABLES, tableIn } from '../scripts/math-accuracy.ts'

const page = readFileSync(fileURLToPath(new URL('../docs/math.md', import.meta.url)), 'utf8')

/** One of this many points is measured again. */
const EVERY = 100

const rows = tableIn(page, 'accuracy')
  .split('\n')
  .slice(2)
  .map((line) => {
    const [name, precision, error, limit, at] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim().replaceAll('`', ''))
    return { name: name!, precision: precision as Float, error: error!, limit: limit!, at: at! }
  })

describe('docs/math.md', () => {
  it('has every transcendental function, in both precisions', () => {
    const functions = Object.keys(math).filter((name) => !name.endsWith('Number'))
    expect(functions.length).toBeGreaterThan(18)
    expect(Object.keys(FUNCTIONS).sort()).toEqual(functions.sort())
    expect(rows.map(({ name, precision }) => `${name} ${precision}`)).toEqual(
      Object.keys(FUNCTIONS).flatMap((name) => [`${name} float64`, `${name} float32`]),
    )
  })

  it.each(rows)('$name in $precision', ({ name, precision, error, limit, at }) => {
    const measured = FUNCTIONS[name]!
    expect(limit).toBe(`${measured.limits[precision] ?? ''}`)
    if (limit !== '') expect(Number(error)).toBeLessThanOrEqual(Number(limit))
    const point = at.split(', ').map(Number)
    expect(shownError(worstOf(name, measured, precision, 1, [point]).error), 'run `pnpm math`').toBe(error)
    const sample = worstOf(name, measured, precision, EVERY)
    expect(sample.error, `${name}(${sample.at}): run \`pnpm math\``).toBeLessThanOrEqual(Number(error))
    // The reference looks at each bit.
    expect(sample.error).toBeGreaterThan(0.4)
  })

  it.each(['methods', 'special values'] as const)('says the %s', (name) => {
    expect(tableIn(page, name)).toBe(TABLES[name]())
  })
})
