/** @file Keeps docs/errors.md true: every program fails with the message shown, every fix runs, nothing named is missing. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as core from '@tapegrad/core'
import * as nn from '@tapegrad/nn'
import { describe, expect, it, vi } from 'vitest'
import { compile } from '../packages/core/test/types/compile.ts'
import { failuresOf, mended, outcomeOf } from './support/page-programs.ts'

const page = await readFile(fileURLToPath(new URL('../docs/errors.md', import.meta.url)), 'utf8')
const prelude = /^```ts\n(import .*?)^```$/ms.exec(page)![1]!
const failures = failuresOf(page)

vi.resetModules()
const modules = {
  '@tapegrad/core': core,
  '@tapegrad/nn': nn,
  './node_modules/some-library/node_modules/@tapegrad/core/dist/index.js': await import('@tapegrad/core'),
}

describe('docs/errors.md', () => {
  it('has the errors', () => {
    expect(failures.length).toBeGreaterThan(35)
    expect(new Set(failures.map(({ title }) => title)).size).toBe(failures.length)
    // Every block belongs to a failure, but for the imports that all of them begin with.
    expect(page.match(/^```\w+$/gm)).toHaveLength(3 * failures.length + 1)
  })

  it.each(failures.map((failure) => [failure.title, failure] as const))('%s', async (_, failure) => {
    const { printed, error } = await outcomeOf(prelude + failure.program, modules)
    expect(error).toBeInstanceOf(core.TapegradError)
    expect(printed).toBe(failure.shown)
    const { op } = error as core.TapegradError
    expect(failure.shown.startsWith(`${op}: `)).toBe(true)
    const repaired = await outcomeOf(prelude + mended(failure), modules)
    expect(repaired.error).toBeNull()
  })

  it('is written in programs that the compiler accepts, where it does not say otherwise', () => {
    const console = 'declare const console: { log(...x: unknown[]): void }'
    const files: Record<string, string> = {}
    failures.forEach((failure, i) => {
      files[`mended-${i}.ts`] = `${prelude}\n${mended(failure)}\n${console}\n`
      files[`failing-${i}.ts`] = `${prelude}\n${failure.program}\n${console}\n`
    })
    const complaints = compile([], files).complaints.filter(
      // The second copy of the package is not in this repository.
      ({ message }) => !message.startsWith("Cannot find module './node_modules/some-library/"),
    )
    const refused = new Set(complaints.map(({ file }) => file))
    const expected = failures.flatMap(({ language }, i) => (language === 'js' ? [`failing-${i}.ts`] : []))
    const unexpected = complaints.filter(({ file }) => !expected.includes(file))
    expect(
      unexpected.map(({ file, message }) => `${failures[Number(/\d+/.exec(file)![0])]!.title}: ${message}`),
    ).toEqual([])
    // A block marked js that the compiler accepts would only look as if it were caught.
    expect([...refused].sort()).toEqual(expected.sort())
  }, 120_000)

  it.each<[string, RegExp]>([
    ['a broadcast, drawn', /do not broadcast: .*\n {2}\[32, 10\]\n {6}\[32\]\n {7}\^\^\n.*; reshape/],
    ['second order through what has first derivatives only', /is once-differentiable/],
    ['backward of many elements', /^backward: the tensor has shape .*, not one element/],
    ['backward of what is not tracked', /^backward: this tensor is not tracked/],
    ['a saved value that was assigned over', /was overwritten by assign\(\)/],
    ['mixed dtypes', /dtypes float64 and float32 differ/],
    ['two copies', /of another copy of @tapegrad\/core/],
    ['matmul', /^matmul: /],
    ['reshape', /^reshape: /],
    ['an axis', /axis 2 is out of range/],
    ['ragged input', /rows must have equal lengths/],
    ['an unknown option', /there is no option/],
    ['operators', /JavaScript operators do not work/],
    ['grad by int32', /^grad: argument 0 is int32/],
    ['grad of many elements', /^grad: the function must return one element/],
    ['reading inside vmap', /^vmap: the values of a tensor are read/],
    ['assign to what was computed', /^assign: the target was computed/],
    ['detectAnomaly', /^detectAnomaly: /],
    ['a checkpoint that differs', /^checkpoint: run again .* returns another value/],
    ['a checkpoint whose parameters changed', /^checkpoint: .* overwritten by assign\(\)/],
    ['a place in a model', /; in layer 2 \(Dense\(5, 1\)\)/],
  ])('shows %s', (_, message) => {
    expect(failures.filter(({ shown }) => message.test(shown)).length).toBeGreaterThan(0)
  })

  it('shows every verdict of gradcheck but pass', () => {
    const shown = failures
      .map(({ shown }) => /^gradcheck: ([\w-]+) \(/m.exec(shown)?.[1])
      .filter((verdict) => verdict)
    const verdicts: Record<Exclude<core.GradcheckVerdict, 'pass'>, true> = {
      wrong: true,
      kink: true,
      'noise-limited': true,
      'non-finite': true,
      nondeterministic: true,
    }
    expect(shown.sort()).toEqual(Object.keys(verdicts).sort())
  })
})

describe('these checks', () => {
  const [failure] = failures
  it('see another message, a program that does not fail, and a fix that does', async () => {
    const spoiled = failure!.program.replace('[32, 10]', '[32, 11]')
    expect((await outcomeOf(prelude + spoiled, modules)).printed).not.toBe(failure!.shown)
    expect((await outcomeOf(prelude + mended(failure!), modules)).error).toBeNull()
    const wrong = { ...failure!, fix: failure!.fix.replace('[32, 1]', '[1, 32]') }
    expect((await outcomeOf(prelude + mended(wrong), modules)).error).toBeInstanceOf(core.TapegradError)
  })
  it('see a section without a fix', () => {
    expect(() => failuresOf('## A\n### b\n```ts\n1\n```\n```text\n2\n```\n')).toThrow(
      'b: the blocks are ts text',
    )
  })
})
