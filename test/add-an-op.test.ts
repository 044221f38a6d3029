/** @file Follows docs/add-an-op.md to the letter on copies of core: every step, then with the mistakes that the page names. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cores, core, root } from './support/cores.ts'
import { Compiler, type Edit, edited, editsOf, type Mistake, mistakesOf } from './support/steps.ts'

const page = await readFile(join(root, 'docs', 'add-an-op.md'), 'utf8')
const all = editsOf(page)
// The rest is Python: system/add-an-op.test.ts.
const edits = all.filter(({ language }) => language === 'ts')
const mistakes = mistakesOf(page)
const byCompiler = mistakes.filter(({ who }) => who === 'tsc')
const byTests = mistakes.filter(({ who }) => who !== 'tsc')

/** The steps with the mistake in them. */
function withMistake({ step, change }: Mistake): Edit[] {
  if (change === undefined) return edits.filter((edit) => edit.step !== step)
  const [right, wrong] = change
  return edits.map((edit) => {
    if (edit.step !== step) return edit
    expect(edit.code.split(right), `${right} in step ${step}`).toHaveLength(2)
    return { ...edit, code: edit.code.replace(right, wrong) }
  })
}

describe('the page', () => {
  it('says for every step what happens without it', () => {
    const steps = [...new Set(all.map(({ step }) => step))]
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(steps.filter((step) => !mistakes.some(({ name }) => name === `no step ${step}`))).toEqual([])
    expect([byCompiler.length, byTests.length]).toEqual([4, 6])
  })

  it('is one page', () => {
    expect(page.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(100)
  })

  it('adds what is not there yet', async () => {
    expect(await readFile(join(core, 'src', 'ops', 'index.ts'), 'utf8')).not.toMatch(/logSigmoid/)
  })
})

describe('the compiler', () => {
  const compiler = new Compiler(core)
  const tables = ['types/method-shapes', 'ops/table/index', 'support/calls/index']
  const files = [
    ...edits.map(({ path }) => path),
    'src/methods.ts',
    ...tables.map((name) => `test/${name}.ts`),
  ]
  const complaints = async (steps: readonly Edit[]): Promise<string[]> =>
    compiler.complaints([...new Set(files)], await edited(core, steps))

  it('accepts what comes of the steps', async () => {
    expect(await complaints(edits)).toEqual([])
  })

  it.each(byCompiler.map((mistake) => [mistake.name, mistake] as const))('%s', async (_, mistake) => {
    expect((await complaints(withMistake(mistake))).join('\n')).toContain(mistake.says)
  })

  it('misses each part of the method', async () => {
    const parts = edits.filter(({ step }) => step === 3)
    expect(parts).toHaveLength(3)
    for (const part of parts) expect(await complaints(edits.filter((edit) => edit !== part))).not.toEqual([])
  })
})

describe('the tests of core', () => {
  // The paths of the first of the page's commands, and its filter.
  const [, paths, filter] = /^pnpm test (.*) -t '(.*)'$/m.exec(page)!
  let cores: Cores
  let outcomes: Awaited<ReturnType<Cores['test']>>

  beforeAll(async () => {
    cores = await Cores.make()
    await cores.add('right', edits)
    const files = paths!.split(' ').map((path) => `right/${path}`)
    for (const [i, mistake] of byTests.entries()) {
      await cores.add(`wrong-${i}`, withMistake(mistake))
      files.push(`wrong-${i}/packages/core/test/${mistake.who}.test.ts`)
    }
    outcomes = await cores.test(files, filter!)
  }, 120_000)
  afterAll(() => cores?.remove())

  it('pass after the steps', () => {
    const { passed, failed } = outcomes.get('right')!
    expect(failed).toEqual([])
    const some = [
      'bad-input: logSigmoid survives each wrong value in each place',
      'types/shapes: methods have the shapes of their types logSigmoid',
      ...['values in float32', 'derivatives of sliced inputs', 'batch rules', 'saved values'].map(
        (name, i) => {
          const file = ['references', 'derivatives', 'batch', 'saves'][i]
          return `ops/${file}: ${name} logSigmoid [3,1,2]`
        },
      ),
    ]
    expect(passed).toEqual(expect.arrayContaining(some))
  })

  it.each(byTests.map((mistake, i) => [mistake.name, mistake, i] as const))('%s', (_, { who, says }, i) => {
    const failures = outcomes.get(`wrong-${i}`)!.failed.filter((failure) => failure.startsWith(`${who}: `))
    expect(failures.join('\n')).toContain(says)
  })
})
