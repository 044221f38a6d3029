/** @file What checkpoint is for: the largest memory of a step, measured with forced collection after every op. */
import { execFileSync } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))

it('64 layers in checkpoints of 8 take a quarter of the memory, nested ones a fifth', () => {
  const output = execFileSync(
    execPath,
    [
      '--expose-gc',
      '--conditions=@tapegrad/source',
      '--disable-warning=ExperimentalWarning',
      `--import=${new URL('../../scripts/typescript.mjs', import.meta.url)}`,
      path('bench/checkpoint.ts'),
      '--json',
    ],
    { encoding: 'utf8' },
  )
  // In tensors of one layer's size. Each of 64 layers makes two, and the walk needs some for its own.
  const peaks = JSON.parse(output) as Record<string, number>
  const whole = peaks['no checkpoint']!
  expect(whole).toBeGreaterThanOrEqual(128)
  expect(whole).toBeLessThan(140)
  // 8 results and the 16 of one part; 4 + 4 results and the 8 of one part.
  expect(peaks['8 checkpoints of 8']).toBeLessThan(36)
  expect(peaks['4 of 4 of 4']).toBeLessThan(28)
  // All of it is there at once while the backward pass runs.
  expect(peaks['one around all']).toBeGreaterThanOrEqual(128)
})
