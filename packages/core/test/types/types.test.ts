/** @file What the compiler says about shapes: nothing about correct programs, and the right thing at the right place about mistakes. */
import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import * as ops from '../../src/index.ts'
import { zeros } from '../../src/index.ts'
import { algebraMistakes, algebraPreamble } from './algebra-messages.ts'
import { type Compilation, compile, mistakesFile } from './compile.ts'
import { mistakes as commonMistakes, preamble } from './messages.ts'

const families = readdirSync(new URL('methods', import.meta.url)).map((name) => `methods/${name}`)
const correct = [
  'results.ts',
  'robust.ts',
  'method-shapes.ts',
  ...families,
  'function-shapes.ts',
  'einsum-shapes.ts',
]
const mistakes = [...commonMistakes, ...algebraMistakes]

describe('shape types', () => {
  const { text, starts } = mistakesFile(preamble + algebraPreamble, mistakes)
  let compilation: Compilation
  beforeAll(() => {
    compilation = compile(correct, { 'mistakes.ts': text })
  }, 60_000)

  it('accept correct programs, with the exact types that they state', () => {
    expect(compilation.complaints.filter(({ file }) => file !== 'mistakes.ts')).toEqual([])
  })

  it.each(mistakes.map((row, i) => [...row, i] as const))('refuse %s', (code, message, i) => {
    const end = starts[i + 1] ?? text.length
    const found = compilation.complaints.filter(
      ({ file, start }) => file === 'mistakes.ts' && start >= starts[i]! && start < end,
    )
    const marked = /«(.*)»/s.exec(code)
    expect(found).toEqual([
      { file: 'mistakes.ts', start: starts[i]! + marked!.index, text: marked![1], message },
    ])
  })

  it('stay cheap to check', () => {
    // All of the above in one program takes 283,000 with TypeScript 5.9. The limit leaves room for more ops, not for a
    // rule that recurses over the size of a dimension.
    expect(compilation.instantiations).toBeLessThan(400_000)
  })
})

describe('the error at run time', () => {
  /** A message of ours, with the quotes in which the compiler shows a literal type. */
  const own = /.*type '(?:number \| )?"(.*)"'\.$/
  const runnable = mistakes.flatMap(([code, message]) => {
    const text = own.exec(message)?.[1]
    // Sizes and unions that only run time resolves; declarations, which are no JavaScript.
    if (text === undefined || /\?|" \| "/.test(text) || code.includes(': Tensor')) return []
    return [[code.replace(/[«»]/g, ''), text] as const]
  })

  it('is compared for most messages', () => {
    expect(runnable.length).toBeGreaterThan(25)
  })

  it.each(runnable)('says the same about %s', (code, message) => {
    const names = { t0: zeros([]), t23: zeros([2, 3]), t45: zeros([4, 5]), t234: zeros([2, 3, 4]) }
    const scope = { ...ops, ...names, flag: true }
    const run = new Function(...Object.keys(scope), code)
    let said = ''
    try {
      run(...Object.values(scope))
    } catch (error) {
      // What follows, such as the drawing of two shapes, is for run time alone.
      said = (error as Error).message.split('\n', 1)[0]!
    }
    expect(said.endsWith(message) ? message : said).toBe(message)
  })
})
