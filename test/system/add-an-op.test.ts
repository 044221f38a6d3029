/** @file The step of docs/add-an-op.md that needs Python with PyTorch, skipped where they are not installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Cores, root } from '../support/cores.ts'
import { edited, editsOf } from '../support/steps.ts'

const installed = spawnSync('python3', ['-c', 'import numpy, torch']).status === 0
const edits = editsOf(await readFile(join(root, 'docs', 'add-an-op.md'), 'utf8'))
const inPython = edits.filter(({ language }) => language === 'python')

let cores: Cores
beforeAll(async () => {
  cores = await Cores.make()
})
afterAll(() => cores?.remove())

it('its line stands where the page says', async () => {
  expect([...(await edited(root, inPython)).keys()]).toEqual(['scripts/goldens/elementwise.py'])
})

it.skipIf(!installed)('makes goldens, and they hold', async () => {
  await cores.add(
    'right',
    edits.filter(({ language }) => language === 'ts'),
  )
  const copy = join(cores.folder, 'right')
  await cp(join(root, 'scripts', 'goldens'), join(copy, 'scripts', 'goldens'), { recursive: true })
  for (const [path, text] of await edited(root, inPython)) await writeFile(join(copy, path), text)
  execFileSync('python3', ['scripts/goldens/generate.py'], { cwd: copy })
  const outcomes = await cores.test(['right/packages/core/test/goldens.test.ts'], 'logSigmoid|every')
  const { passed, failed } = outcomes.get('right')!
  expect(failed).toEqual([])
  expect(passed.filter((name) => / logSigmoid /.test(name)).length).toBeGreaterThan(2)
  expect(passed).toContain('goldens: goldens are there for every op, and for nothing else')
})
