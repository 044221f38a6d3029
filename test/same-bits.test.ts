/** @file What engines compute differently stays out of the libraries: most functions of Math, and powers but those of 2 by literals. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readFolder } from './imports.ts'

const sourcesOf = (name: string): [string, string][] =>
  [...readFolder(fileURLToPath(new URL(`../packages/${name}/src`, import.meta.url)))].map(([path, text]) => [
    `${name}/${path}`,
    text,
  ])

const EXACT = [
  'abs',
  'ceil',
  'clz32',
  'floor',
  'fround',
  'imul',
  'max',
  'min',
  'round',
  'sign',
  'sqrt',
  'trunc',
]

/** Uses of anything else, by file. */
function uses([path, text]: readonly [string, string]): string[] {
  const code = text.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, '')
  const calls = [...code.matchAll(/\bMath\s*\.\s*([a-z]\w*)/g)].map(([, name]) => name!)
  const powers = [...code.matchAll(/.{0,24}[^*]\*\*=?[^*].{0,12}/g)].map(([found]) => found)
  return [
    // Where a seed starts that nobody gave.
    ...calls.filter((name) => !EXACT.includes(name) && name !== 'random').map((name) => `Math.${name}`),
    ...powers.filter((found) => !/\b2 \*\* -?\d/.test(found)),
  ].map((what) => `${path}: ${what.trim()}`)
}

/** What may differ in the last digit, and why. */
const FREE: readonly [RegExp, string][] = [
  [/^nn\/ledger\//, 'the other way of computing what core computes, and how many digits agree'],
  [/^core\/testing\//, 'random inputs for tests'],
]

describe('the libraries compute with what is the same everywhere', () => {
  const all = [...sourcesOf('core'), ...sourcesOf('nn')]

  it('and with nothing else', () => {
    expect(all.length).toBeGreaterThan(150)
    const found = all.filter(([path]) => !FREE.some(([free]) => free.test(path))).flatMap(uses)
    expect(found).toEqual([])
  })

  it('the files that may do otherwise do', () => {
    for (const [free] of FREE) expect(all.filter(([path]) => free.test(path)).flatMap(uses)).not.toEqual([])
  })

  it.each([
    ['const y = Math.exp(x)', 'Math.exp'],
    ['const y = x ** 2', 'const y = x ** 2'],
    ['const y = 2 ** n', 'const y = 2 ** n'],
    ['x **= 3', 'x **= 3'],
    ['const f = Math.hypot', 'Math.hypot'],
  ])('%s is found', (text, what) => {
    expect(uses(['file.ts', text])).toEqual([`file.ts: ${what}`])
  })

  it.each(['2 ** 54', 'Math.sqrt(2 ** -54)', '/** x ** y, Math.exp */', 'x // Math.exp', 'Math.PI'])(
    '%s is not',
    (text) => {
      expect(uses(['file.ts', `const y = ${text}`])).toEqual([])
    },
  )
})
