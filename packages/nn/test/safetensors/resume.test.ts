/** @file Training that stopped and went on from a checkpoint in another process ends with the same bits as training that never stopped. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { temporaryFolder } from './support.ts'

const folder = temporaryFolder()
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const flags = ['--conditions=@tapegrad/source', '--disable-warning=ExperimentalWarning', '--import']
const program = fileURLToPath(new URL('../support/resume-program.ts', import.meta.url))

async function train(kind: string, from: number, to: number, name: string): Promise<{ losses: number[] }> {
  const args = [...flags, './scripts/typescript.mjs', program, kind, `${from}`, `${to}`, join(folder, name)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root })
  return JSON.parse(stdout) as { losses: number[] }
}

it.each(['SGD', 'Adam'])('%s: 3 epochs, a checkpoint, 3 more', async (kind) => {
  const half = train(kind, 0, 3, `${kind}-half`)
  const whole = train(kind, 0, 6, `${kind}-whole`)
  expect((await half).losses).toHaveLength(18)
  const resumed = await train(kind, 3, 6, `${kind}-half`)
  expect(resumed).toEqual(await whole)
  expect(resumed.losses).toHaveLength(36)
  expect(resumed.losses[35]).not.toBe(resumed.losses[17])
})
