/** @file A loader over a stream needs memory for its buffer and a few batches, however much comes. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const MB = 2 ** 20

it('2 GB of samples pass through a loader in constant memory', async () => {
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  const program = fileURLToPath(new URL('../support/stream-program.ts', import.meta.url))
  const flags = [
    '--max-old-space-size=64',
    '--conditions=@tapegrad/source',
    '--import',
    './scripts/typescript.mjs',
    '--no-warnings',
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { cwd: root })
  const { bytes, rows, samples, most } = JSON.parse(stdout) as {
    bytes: number
    rows: number
    samples: number
    most: Record<'heap' | 'buffers' | 'sum' | 'rss', number>
  }
  console.log(`${Math.round(bytes / MB)} MB of samples; at most, in MB:`, {
    ...Object.fromEntries(Object.entries(most).map(([name, value]) => [name, Math.round(value / MB)])),
  })
  expect(rows).toBe(samples)
  expect(bytes).toBeGreaterThan(2 * 1024 * MB)
  // In use are the buffer of 500 samples, 8 MB, and four batches of 1 MB: one in use, two ahead, one begun. The rest is
  // what the engine has not collected yet: it begins to when some 60 MB of buffers are new. Measured: 110 to 125 MB, and
  // 210 to 225 MB for the whole process, Node itself and the compiler of the sources among it.
  expect(most.sum).toBeLessThan(256 * MB)
  expect(most.rss).toBeLessThan(450 * MB)
})
