/** @file The writer example at full length: what its README says, how well it learns, and Ctrl-C in its process. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { writer } from '../../writer/main.ts'
import { capture, shownOutput } from '../capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-writer-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Without the seconds, which differ, and the name of the checkpoint. */
const comparable = (line: string): string =>
  line.replace(/[\d.e-]+ s$/, 'N s').replace(/^(Checkpoint after epoch \d+:).*$/, '$1')

it('prints what the README shows, and ends far below guessing', async () => {
  const { terminal, text } = capture(80)
  await writer(['--checkpoint', join(folder, 'full.safetensors')], terminal)
  const printed = text().split('\n').map(comparable)
  let at = -1
  for (const line of shownOutput('writer').map(comparable)) {
    const next = printed.indexOf(line, at + 1)
    expect(next, `after line ${at}: ${line}`).toBeGreaterThan(at)
    at = next
  }
  const losses = [...text().matchAll(/validation: loss (\S+)/g)].map(([, loss]) => Number(loss))
  expect(losses).toHaveLength(10)
  // Guessing costs ln 73 = 4.29; knowing how frequent each character is, 3.1; pairs of characters, 2.5.
  expect(losses.at(-1)!).toBeLessThan(1.9)
}, 1_500_000)

/** Runs the example in a process of its own, with Ctrl-C when `at` was printed: exit code and output. */
function run(flags: readonly string[], at: RegExp | null): Promise<{ code: number | null; output: string }> {
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  const node = ['--conditions=@tapegrad/source', '--import', './scripts/typescript.mjs']
  const child = spawn(process.execPath, [...node, 'packages/examples/run.ts', 'writer', ...flags], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '80' },
  })
  let output = ''
  let sent = false
  const collect = (chunk: Buffer): void => {
    output += chunk.toString()
    if (sent || !at?.test(output)) return
    sent = true
    child.kill('SIGINT')
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

it('Ctrl-C ends the training, says what is saved, and writes', async () => {
  const file = ['--checkpoint', join(folder, 'interrupted.safetensors'), '--length', '20']
  const small = [...file, '--width', '16', '--blocks', '1']
  const early = await run(small, /per\s+epoch\.\n\n/)
  expect(early.code).toBe(0)
  expect(early.output).toMatch(/\nended in epoch 1: .*\nNo epoch was finished: nothing is saved\n\nCall me /)
  expect(existsSync(file[1]!)).toBe(false)

  const later = await run(small, /epoch {2}1\/10/)
  expect(later.code).toBe(0)
  expect(later.output).toMatch(/\nCheckpoint after epoch 1: .*\nTo go on: the same command with --resume\n/)
  const resumed = await run([...file, '--resume', '--epochs', '2'], null)
  expect(resumed.code).toBe(0)
  expect(resumed.output).toContain('  1 epoch is done.\n')
  expect(resumed.output).toContain('epoch 2/2')
}, 120_000)
