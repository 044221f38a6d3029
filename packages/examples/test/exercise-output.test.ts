/** @file What the exercises print, and files that do not work. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { exercise } from '../exercise/main.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-exercise-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the output', () => {
  const run = async (flags: string[], width = 120): Promise<string> => {
    const { terminal, text } = capture(width)
    try {
      await exercise(flags, terminal)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return `${text()}error: ${error.message}\n`
    }
    return text()
  }
  const written = (name: string, source: string): string => {
    const path = join(folder, name)
    writeFileSync(path, source)
    return path
  }

  it.each([80, 120, 160])('fits %i columns', async (width) => {
    for (const task of ['bias', 'delta']) {
      const posed = await run(['--task', task], width)
      expect(tooWide(posed, width)).toEqual([])
      expect(posed).toContain(`${task}.ts my.ts`)
      expect(posed).not.toContain('error:')
    }
  })
  it.each(['bias', 'delta'])('%s: the solution is right', async (task) => {
    const text = await run(['--task', task, '--solution'])
    expect(text).toContain(`\nRight. ${task === 'bias' ? 'dL/db(k) = δ(k)' : "δ(k) = f'(z(k))"}`)
    expect(text).toContain('export function')
  })
  it('grades a file; a wrong one as the README shows it', async () => {
    const wrong = written(
      'wrong.ts',
      'export const biasGradient = (_: number, { delta, n }: { delta: number[]; n: number[] }) => delta.map((d, i) => d * n[i]!)\n',
    )
    const text = await run(['--file', wrong])
    const lines = text.split('\n')
    expect(shownOutput('exercise')).toHaveLength(5)
    for (const line of shownOutput('exercise')) expect(lines).toContain(line)
    expect(text).toContain(`error: ${wrong} is not right yet`)
    const right = written(
      'right.ts',
      'export const biasGradient = (_: number, { delta }: { delta: number[] }) => delta\n',
    )
    expect(await run(['--file', right])).toMatch(
      /24 of 24 values right[\s\S]*\nRight\. [^\n]*--task delta\.\n$/,
    )
  })
  it('says which digits of a difference hold, and the ratios where no cause is known', async () => {
    const text = await run([
      '--file',
      written(
        'plus.ts',
        'export const biasGradient = (_: number, { delta }: { delta: number[] }) => delta.map((d, i) => d + 0.1 + i)\n',
      ),
    ])
    const [, value, digits] = /(\S+) +by finite differences: (\d) digits hold/.exec(text)!
    const [, expected] = /expected +(\S+)/.exec(text)!
    // So many digits are printed, and they are those of autograd, to one in the last place.
    expect(value!.replace(/^-?0\.0*/, '')).toHaveLength(Number(digits))
    const place = 10 ** -(value!.length - value!.indexOf('.') - 1)
    expect(Math.abs(Number(value) - Number(expected))).toBeLessThanOrEqual(place)
    expect(text).toMatch(
      /cause +not known; given \/ expected, neuron by neuron: \S+ in layer 3; \S+, \S+ in layer 2;/,
    )
    expect(text).toContain('0 of 24 values right (6 follow from wrong ones)')
  })
  it('names a sample of a batch, and of one sample nothing', async () => {
    const half = 'n.map((v, j) => v * (1 - v) * deltaNext.reduce((s, d, i) => s + d * W[i][j], 0))'
    const source = (rule: string): string =>
      `export const delta = (layer, { n, W, deltaNext, sample }) => { const d = ${half}; return ${rule} }\n`
    const one = await run(['--task', 'delta', '--file', written('one.mjs', source('d.map((x) => x / 2)'))])
    expect(one).toContain('The first wrong value: δ of layer 3, neuron 0\n')
    const batch = source('sample === 2 ? d.map((x) => x / 2) : d')
    expect(await run(['--task', 'delta', '--file', written('batch.mjs', batch)])).toContain(
      'The first wrong value: δ of layer 2, neuron 0, sample 2\n',
    )
  })
  it('flags and files', async () => {
    expect(await run(['--help'], 80)).toContain('--solution')
    expect(await run(['--file', join(folder, 'none.ts')])).toMatch(/error: .*none\.ts: there is no such file/)
    expect(await run(['--file', written('broken.ts', 'export function (\n')])).toMatch(
      /error: .*cannot be loaded/,
    )
    expect(await run(['--file', 'x.ts', '--solution'])).toContain('give one of them')
    expect(await run(['--task', 'other'])).toContain('error: ')
  })
})
