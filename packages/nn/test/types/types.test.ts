/** @file What the compiler says about models: nothing about correct programs, and the right thing at the right place about mistakes. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Compilation, compile, mistakesFile } from '../../../core/test/types/compile.ts'
import * as models from './messages.ts'
import { trainMistakes, trainPreamble } from './train-messages.ts'

const mistakes = [...models.mistakes, ...trainMistakes]

describe('the types of layers, losses and data', () => {
  const { text, starts } = mistakesFile(models.preamble + trainPreamble, mistakes)
  let compilation: Compilation
  beforeAll(() => {
    const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
    compilation = compile([], {
      'is.ts': read('is.ts'),
      'nn-results.ts': read('results.ts'),
      'nn-data.ts': read('data-results.ts'),
      'nn-train.ts': read('train-results.ts'),
      'nn-mistakes.ts': text,
    })
  }, 60_000)

  it('accept correct programs, with the exact types that they state', () => {
    expect(compilation.complaints.filter(({ file }) => file !== 'nn-mistakes.ts')).toEqual([])
  })

  it.each(mistakes.map((row, i) => [...row, i] as const))('refuse %s', (code, message, i) => {
    const end = starts[i + 1] ?? text.length
    const found = compilation.complaints
      .filter(({ file, start }) => file === 'nn-mistakes.ts' && start >= starts[i]! && start < end)
      .map((complaint) => ({ ...complaint, message: complaint.message.split('\n')[0] }))
    const marked = /«(.*)»/s.exec(code)
    expect(found).toEqual([
      { file: 'nn-mistakes.ts', start: starts[i]! + marked!.index, text: marked![1], message },
    ])
  })

  it('stay cheap to check', () => {
    // All files and all of core and nn; the limit leaves room for more layers, not for a fold that grows with the square
    // of their number.
    expect(compilation.instantiations).toBeLessThan(200_000)
  })
})
