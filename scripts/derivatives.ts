/**
 * @file `pnpm derivatives`: runs the op tests and writes docs/derivatives.md from what they have shown; with `--check`,
 * fails when the page says anything else.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { families } from '../packages/core/test/ops/table/index.ts'
import { kinks } from '../packages/core/test/ops/table/kinks.ts'
import { WITHOUT_DERIVATIVES } from '../packages/core/test/ops/table/without.ts'
import { checksOf, type Report } from './derivatives/checks.ts'
import { pageOf } from './derivatives/page.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'docs', 'derivatives.md')

/** The tests that go through the op table, and those beside it that take notes. */
const TESTS = [
  ...['references', 'derivatives', 'batch', 'saves', 'kinks', 'completeness'].map((name) => `ops/${name}`),
  'goldens',
].map((name) => `packages/core/test/${name}.test.ts`)

function run(): Report {
  const folder = mkdtempSync(join(tmpdir(), 'tapegrad-derivatives-'))
  try {
    const file = join(folder, 'report.json')
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const args = [vitest, 'run', ...TESTS, '--reporter=json', `--outputFile=${file}`]
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    if (!existsSync(file)) throw new Error(`the op tests did not run:\n${stdout}${stderr}`)
    return JSON.parse(readFileSync(file, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Where two texts part. */
function firstDifference(committed: string, made: string): string {
  const [old, now] = [committed.split('\n'), made.split('\n')]
  const at = now.findIndex((line, i) => line !== old[i])
  const i = at < 0 ? now.length : at
  return `line ${i + 1}\n  has   ${old[i] ?? '(its end)'}\n  shown ${now[i] ?? '(its end)'}`
}

function fail(message: string): void {
  console.log(message)
  process.exitCode = 1
}

function main(check: boolean): void {
  const made = pageOf({ families, kinks, without: WITHOUT_DERIVATIVES }, checksOf(run()))
  if (!check) {
    writeFileSync(page, made)
    console.log('docs/derivatives.md is written')
    return
  }
  const committed = existsSync(page) ? readFileSync(page, 'utf8') : ''
  if (committed === made) console.log('docs/derivatives.md says what the op tests show')
  else fail(`docs/derivatives.md is stale; run \`pnpm derivatives\`: ${firstDifference(committed, made)}`)
}

try {
  main(process.argv.includes('--check'))
} catch (error) {
  fail((error as Error).message)
}
