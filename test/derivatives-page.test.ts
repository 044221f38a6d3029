/** @file The maker of docs/derivatives.md: what failed, was skipped or left out is not shown as checked. */
import { describe, expect, it } from 'vitest'
import type { Kink } from '../packages/core/test/ops/table/kinks.ts'
import type { Row } from '../packages/core/test/ops/table/row.ts'
import { LAYOUTS } from '../packages/core/test/support/layouts.ts'
import { checksOf, type Report } from '../scripts/derivatives/checks.ts'
import { pageOf } from '../scripts/derivatives/page.ts'

const row = (op: string, title: string, inputs = 1): Row => ({
  op,
  title,
  inputs: Array.from({ length: inputs }, () => ({ shape: [2], sample: (_, n) => new Array(n).fill(1) })),
  reference: (x) => x!,
  order: 3,
  dtypes: ['float64'],
  roundings: 0,
})
const kink: Kink = { op: 'toy', call: 'toy(x)', x: [0], gradient: [-0], rule: 'none' }
const tables = {
  families: { Toys: [row('toy', 'a'), row('toy', 'b')], Others: [row('pair', 'a', 2), row('idle', 'a')] },
  kinks: [kink],
  without: { idle: 'it is idle' },
}

type Noted = readonly (readonly [string, string])[]
const test = (checked: Noted, status = 'passed') => ({ fullName: 'a test', status, meta: { checked } })
const report = (
  ...assertionResults: Report['testResults'][number]['assertionResults'][number][]
): Report => ({
  success: assertionResults.every(({ status }) => status !== 'failed'),
  testResults: [{ name: 'a file', status: 'passed', assertionResults }],
})

/** The cells of an op, by the titles of their columns; where two share a title, the second has a ' on it. */
function cellsOf(page: string, op: string): Record<string, string> {
  const lines = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const cells = lines.find((line) => line[1] === `\`${op}\``)!
  const head = lines.find((line) => line[1] === 'op')!
  return Object.fromEntries(
    head.map((title, i) => [head.indexOf(title) < i ? `${title}'` : title, cells[i]!]).slice(1, -1),
  )
}
const cellsAfter = (op: string, ...results: Parameters<typeof report>): Record<string, string> =>
  cellsOf(pageOf(tables, checksOf(report(...results))), op)
/** A test that showed the facts of both cases of toy. */
const both = (...facts: string[]) =>
  test(facts.flatMap((fact) => ['a', 'b'].map((title) => [`toy ${title}`, fact] as const)))

describe('a cell', () => {
  it('claims nothing when nothing ran', () => {
    const { op, cases, kinks, ...others } = cellsAfter('toy')
    expect([op, cases, kinks]).toEqual(['`toy`', '2', ''])
    expect(new Set(Object.values(others))).toEqual(new Set(['-']))
  })

  it('shows what all cases have, and how many have it where some do not', () => {
    const one = test([['toy a', 'saves']])
    const other = test([['toy b', 'saves']])
    expect(cellsAfter('toy', one, other).saves).toBe('✓')
    expect(cellsAfter('toy', one).saves).toBe('1/2')
    expect(cellsAfter('toy', one, { ...other, status: 'skipped' }).saves).toBe('1/2')
    expect(cellsAfter('toy', one, { ...other, status: 'todo' }).saves).toBe('1/2')
  })

  it('needs every part of what it stands for', () => {
    expect(cellsAfter('toy', both('vmap')).vmap).toBe('-')
    expect(cellsAfter('toy', both('vmap', 'vmap of vmap')).vmap).toBe('✓')
    expect(cellsAfter('toy', both('vjp is linear', 'jvp is linear')).linear).toBe('-')
    const layouts = LAYOUTS.map((layout) => `value int32 ${layout}`)
    expect(cellsAfter('toy', both(...layouts)).i32).toBe('✓')
    expect(cellsAfter('toy', both(...layouts.slice(1))).i32).toBe('-')
    expect(cellsAfter('toy', both('refuses int32')).i32).toBe('✗')
    expect(cellsAfter('toy', test([['toy a', 'refuses int32']])).i32).toBe('-')
  })

  it('has the order that was reached in every layout, and the layouts in which both modes were', () => {
    const sound = both('vjp 3 contiguous', 'jvp 3 contiguous', 'vjp 3 sliced', 'jvp 3 sliced')
    expect(cellsAfter('toy', sound)).toMatchObject({ vjp: '3', jvp: '3', "layouts'": '2' })
    expect(cellsAfter('toy', sound, both('vjp 2 reversed'))).toMatchObject({
      vjp: '2',
      jvp: '3',
      "layouts'": '2',
    })
    expect(cellsAfter('toy', test([['toy a', 'vjp 3 sliced']])).vjp).toBe('3 (1/2)')
  })

  it('marks calls with inputs in different layouts', () => {
    const values = LAYOUTS.map((layout) => ['pair a', `value float64 ${layout}`] as const)
    expect(cellsAfter('pair', test(values)).layouts).toBe('6')
    expect(cellsAfter('pair', test([...values, ['pair a', 'values of mixed layouts']])).layouts).toBe('6+')
  })

  it('is blank where there are no derivatives', () => {
    expect(cellsAfter('idle')).toMatchObject({ vmap: '-', vjp: '', jvp: '', saves: '' })
  })
})

describe('the page', () => {
  it('has the kinks that were run, and the ops without derivatives', () => {
    const page = pageOf(tables, checksOf(report(test([['toy(x) at [0]', 'gradient']]))))
    expect(page).toContain('| `toy(x)` | [0] | [-0]     | none |')
    expect(cellsOf(page, 'toy').kinks).toBe('1')
    expect(pageOf(tables, checksOf(report()))).not.toContain('toy(x)')
    expect(pageOf(tables, checksOf(report()))).toContain('| `idle` | it is idle |')
  })

  it('is not made when a test fails, or a file does not load', () => {
    const failing = { ...test([['toy a', 'saves']], 'failed'), failureMessages: ['wrong by a lot\n  at x'] }
    expect(() => checksOf(report(failing))).toThrow('1 op tests fail:\na test: wrong by a lot')
    const broken = { name: 'a file', status: 'failed', message: 'no such module', assertionResults: [] }
    expect(() => checksOf({ success: false, testResults: [broken] })).toThrow('a file: no such module')
  })
})
