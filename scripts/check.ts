/** @file `pnpm check`: everything besides the tests that must hold before a change lands, one line per step. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Step {
  readonly name: string
  /** Shell commands, run in order until one fails. */
  readonly commands: readonly string[]
  /** Print what the commands print even when they succeed. */
  readonly show?: boolean
}

const root = fileURLToPath(new URL('..', import.meta.url))
const packed = mkdtempSync(join(tmpdir(), 'tapegrad-packed-'))
const publishable = ['core', 'nn']
const tarballs = publishable.map((name) => `"${join(packed, `tapegrad-${name}.tgz`)}"`)

const steps: readonly Step[] = [
  // The whole workspace once; then each library alone, where no Node or browser types are in sight.
  { name: 'types', commands: ['tsc -p .', 'tsc -p packages/core', 'tsc -p packages/nn'] },
  { name: 'lint and format', commands: ['biome ci --colors=off --error-on-warnings .'] },
  { name: 'unused files, exports and dependencies', commands: ['knip --no-progress'] },
  { name: 'build', commands: ['pnpm --filter "./packages/*" --workspace-concurrency=1 build'] },
  {
    name: 'pack',
    commands: publishable.map((name, i) => `pnpm --filter "./packages/${name}" pack --out ${tarballs[i]}`),
  },
  { name: 'publint', commands: tarballs.map((file) => `publint run --strict ${file}`) },
  { name: 'are the types wrong', commands: tarballs.map((file) => `attw --profile esm-only ${file}`) },
  { name: 'import order, cycles and house rules', commands: ['vitest run test/layering.test.ts'] },
  {
    name: 'bundle size and entry points',
    commands: ['vitest run test/bundle-size test/entries'],
    show: true,
  },
  {
    name: 'docs/derivatives.md is what the op tests show (runs them)',
    commands: ['pnpm --silent derivatives --check'],
  },
]

/** Runs one step; its output is shown when it fails or when the step asks for that. */
function passes(step: Step): boolean {
  // A check within `.ci/run` must not overwrite the counts of the test command.
  const { TAPEGRAD_RESULTS: _, FORCE_COLOR: __, ...inherited } = process.env
  const PATH = [join(root, 'node_modules', '.bin'), inherited.PATH].join(delimiter)
  for (const command of step.commands) {
    const { status, stdout, stderr } = spawnSync(command, {
      cwd: root,
      shell: true,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...inherited, PATH, NO_COLOR: '1' },
    })
    if (status !== 0) console.log(`\n$ ${command}\n${stdout}${stderr}`)
    else if (step.show) console.log(stdout.trimEnd())
    if (status !== 0) return false
  }
  return true
}

let failed = 0
for (const step of steps) {
  const start = performance.now()
  const ok = passes(step)
  if (!ok) failed++
  console.log(
    `${ok ? 'ok    ' : 'FAILED'} ${step.name} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
  )
}
rmSync(packed, { recursive: true })

const counts = { passed: steps.length - failed, failed }
const results = process.env.TAPEGRAD_RESULTS
if (results) writeFileSync(join(results, 'check.json'), JSON.stringify(counts))
console.log(`check: ${counts.passed} steps passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
