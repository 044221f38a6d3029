/** @file The ledger as text: for a terminal, as Markdown, HTML and JSON. */
import { tensor } from '@tapegrad/core'
import { Dense, type LedgerData, ledger, Sequential, Sigmoid } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { full, short, sumOf } from '../../src/ledger/format.ts'
import { data, float64, HALF_SUM, small } from './models.ts'

const { x, y } = data(4, 3)
const right = ledger(small(), x, y, { loss: HALF_SUM, rate: 0.1 })
const wrong = ledger(small(), x, y, { loss: HALF_SUM, bug: 'drop-derivative' })
const hostile = '<b>|`*_&"</b>'
const column = { title: hostile, text: () => hostile }

describe('on a terminal', () => {
  it.each([80, 100, 111, 112, 140, 159, 160, 200])('%i columns', (width) => {
    for (const report of [right, wrong]) {
      const lines = report.toTerminal({ width }).split('\n')
      expect(lines.filter((line) => line.length > width)).toEqual([])
      expect(lines.filter((line) => line.endsWith(' '))).toEqual([])
      // Nothing gets lost: every formula with numbers is there, up to line breaks.
      const flat = lines
        .map((line) => line.trim())
        .join(' ')
        .replaceAll(/\s+/g, ' ')
      if (width < 112) for (const { numbers } of report.rows) expect(flat).toContain(numbers)
      for (const { manual } of report.rows) expect(flat).toContain(full(manual))
    }
  })

  it('says what is wrong, where and what follows', () => {
    const lines = wrong.toTerminal({ width: 120 }).split('\n')
    const marked = (mark: string): number => lines.filter((line) => line.endsWith(mark)).length
    const count = (status: string): number => wrong.rows.filter((row) => row.status === status).length
    expect(marked('✗ wrong')).toBe(count('wrong'))
    expect(marked('· follows')).toBe(count('follows'))
    expect(lines.join(' ')).toContain(
      'only its numbers are wrong. The formula with numbers is the right one.',
    )
    expect(lines.find((line) => line.startsWith('First'))).toMatch(
      /^First wrong: delta2\[0\], sample 0 must be .*: the factor f'\(z\) is missing\.$/,
    )
    expect(right.toTerminal().split('\n').slice(-2)).toEqual([
      'All values by the formulas are those of autograd.',
      '#s [i] is neuron i for sample s of 3; n0 has a row for each sample.',
    ])
  })

  it('colours only when asked to, and adds nothing else', () => {
    const colored = wrong.toTerminal({ width: 120, color: true })
    expect(colored).toContain('\u001b[31m')
    expect(colored.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')).toBe(
      wrong.toTerminal({ width: 120 }),
    )
    expect(wrong.toTerminal()).not.toContain('\u001b')
  })

  it('toString is the same', () => {
    expect(`${right}`).toBe(right.toTerminal())
  })

  it('large matrices are named by their size', () => {
    const { x, y } = data(1, 1, 12, 1)
    const text = ledger(new Sequential(new Dense(12, 1, float64)), x, y, { loss: HALF_SUM }).toTerminal()
    expect(text).toContain('W1 = (1 x 12)')
  })
})

describe('as Markdown', () => {
  it('every table has as many cells in each row as titles', () => {
    for (const report of [right, wrong])
      for (const options of [{}, { column }]) {
        const tables = report
          .toMarkdown(options)
          .split(/\n\n+/)
          .filter((part) => part.startsWith('|'))
        expect(tables).toHaveLength(5)
        for (const table of tables) {
          const cells = table
            .trim()
            .split('\n')
            .map((line) => line.split(/(?<!\\)\|/).length)
          expect(new Set(cells).size).toBe(1)
        }
      }
  })
  it('has all rows, and wrong ones in bold', () => {
    const text = wrong.toMarkdown()
    for (const { numbers } of wrong.rows) expect(text).toContain(`\`${numbers}\``)
    expect(text.split('\n').filter((line) => line.includes('**') && line.startsWith('|'))).toHaveLength(
      wrong.rows.filter(({ status }) => status !== 'right').length,
    )
    expect(text).toContain('✗ wrong')
    expect(right.toMarkdown()).not.toContain('✗')
  })
})

describe('as HTML', () => {
  it('is ASCII, and everything from outside is escaped', () => {
    const html = right.toHTML({ column })
    expect(html).toMatch(/^[\n -~]*$/)
    expect(html).not.toContain('<b>')
    expect(html).toContain('&lt;b&gt;|`*_&amp;&quot;&lt;/b&gt;')
    expect(html).toContain('&#948;2 = dL/dz2')
  })
  it('every element is closed in order', () => {
    const open: string[] = []
    for (const [, close, name] of wrong.toHTML().matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (close === '') open.push(name!)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })
  it('has a row for each row, marked by what is wrong', () => {
    const count = (status: string): number => wrong.rows.filter((row) => row.status === status).length
    for (const status of ['right', 'wrong', 'follows'])
      expect(wrong.toHTML().split(`<tr class="${status}">`)).toHaveLength(count(status) + 1)
  })
})

describe('as JSON', () => {
  it('holds everything', () => {
    const parsed = JSON.parse(JSON.stringify(wrong)) as LedgerData
    expect(parsed).toEqual(JSON.parse(JSON.stringify(wrong.toJSON())))
    expect(parsed.x).toEqual(x.toArray())
    expect(parsed.y).toEqual([...y.data])
    expect(parsed.firstWrong).toEqual(wrong.firstWrong)
    expect(parsed.layers).toHaveLength(2)
    const rows = parsed.layers
      .flatMap(({ forward, backward }) => [...forward, ...backward])
      .flatMap(({ rows }) => rows)
    expect(rows.length + parsed.loss.rows.length).toBe(wrong.rows.length)
    expect(parsed.model).toBe('Sequential(Dense(2, 3), Sigmoid(), Dense(3, 2), Tanh())')
  })
})

describe('a row of a column of the own', () => {
  it('is asked for each row, and shown where nothing is wrong', () => {
    const model = new Sequential(new Dense(1, 1, float64), new Sigmoid())
    const report = ledger(model, tensor([1], float64), tensor([1], float64), { loss: HALF_SUM })
    const seen: string[] = []
    const text = report.toTerminal({
      column: {
        title: 'in the book',
        text: ({ id }) => {
          seen.push(id)
          return id === 'delta1[0]' ? '0.123' : ''
        },
      },
    })
    expect(seen.toSorted()).toEqual(report.rows.map(({ id }) => id).toSorted())
    expect(text.split('\n').filter((line) => line.endsWith('0.123'))).toHaveLength(1)
    expect(text).toContain('dig. in the book')
  })
})

describe('numbers', () => {
  it.each([
    [0.993307149075715, '0.993307149075715'],
    [-0.002479706176998, '-0.00247970617700'],
    [2.000000000014749, '2.000000000014749'],
    [-1.474897793084364e-10, '-1.4748977931e-10'],
    [123456.789, '123456.7890000000'],
    [1e300, '1.0000000000e+300'],
    [5, '5'],
    [0, '0'],
  ])('%f in 17 characters', (x, text) => {
    expect(full(x)).toBe(text)
    expect(text.length).toBeLessThanOrEqual(17)
  })
  it.each([
    [0.0066480566, '0.0066481'],
    [-1.523315e-8, '-1.523e-8'],
    [0.0005, '5e-4'],
    [-3, '-3'],
    [1234567, '1.235e+6'],
    [0, '0'],
  ])('%f, short', (x, text) => {
    expect(short(x)).toBe(text)
  })
})

describe('sums', () => {
  it('of more than eight terms are shortened', () => {
    const terms = Array.from({ length: 9 }, (_, i) => `t${i}`)
    expect(sumOf(terms.slice(0, 8))).toBe('t0 + t1 + t2 + t3 + t4 + t5 + t6 + t7')
    expect(sumOf(terms)).toBe('t0 + t1 + t2 + t3 + … + t8 (9 terms)')
  })
})
