/** @file A ledger for a terminal. Imports sections.ts. */
import { checkFlag, describe, fail } from '../errors.ts'
import { WIDTH } from './format.ts'
import type { RenderOptions, Section, Sections, TextRow } from './sections.ts'

export interface TerminalOptions extends RenderOptions {
  /** Columns to fill, at least 80; default 100. */
  readonly width?: number
  /** ANSI colours; default false. */
  readonly color?: boolean
}

const NARROWEST = 80
/** From here on there is room for a column of formulas, and from the second on for all of a row on one line. */
const WIDE = 160
const MIDDLE = 112

/** Widths of the columns of values. A remark may be longer: nothing stands behind it. */
const VALUES = [WIDTH, WIDTH, 5, 12, 4] as const
const REMARK = 20
/** The narrowest column of places. */
const INDEX = 6
const FORMULA = 34

type Paint = (text: string) => string
interface Paints {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly yellow: Paint
}

const ESCAPE = '\u001b['
const painter =
  (on: boolean, start: number, end: number): Paint =>
  (text) =>
    on && text !== '' ? `${ESCAPE}${start}m${text}${ESCAPE}${end}m` : text

/** The ledger as lines of text. */
export function toTerminal(whole: Sections, { width = 100, color = false }: TerminalOptions): string {
  if (!(Number.isInteger(width) && width >= NARROWEST))
    fail('ledger', `width must be a whole number of columns from ${NARROWEST} on, got ${describe(width)}`)
  const on = checkFlag('ledger', 'color', color)
  const paints: Paints = {
    bold: painter(on, 1, 22),
    dim: painter(on, 2, 22),
    red: painter(on, 31, 39),
    yellow: painter(on, 33, 39),
  }
  const lines = whole.sections.flatMap((section) => {
    const line = `── ${section.heading} `
    return [
      '',
      paints.bold(line) + paints.dim('─'.repeat(Math.max(0, width - line.length))),
      ...section.given.flatMap((text) => wrapped(text, width - 2).map((part) => `  ${part}`)),
      ...tableOf(section, whole, width, paints),
    ]
  })
  return [...lines.slice(1), '', ...wrapped(whole.verdict, width)].map((line) => line.trimEnd()).join('\n')
}

/** Narrow: a row takes two lines, numbers above values. Wide: the formula has a column of its own. */
function tableOf(
  { groups }: Section,
  { titles, remarkTitle }: Sections,
  width: number,
  paints: Paints,
): string[] {
  const { bold, dim } = paints
  const shape = width < MIDDLE ? 'narrow' : width < WIDE ? 'middle' : 'wide'
  const index = groups.flatMap(({ rows }) => rows).reduce((w, row) => Math.max(w, row.index.length), INDEX)
  const before = shape === 'wide' ? [FORMULA, index] : [index]
  const taken = [...before, ...VALUES, REMARK].reduce((sum, w) => sum + w + 1, 0)
  const numbersWidth = width - taken
  const lines: string[] = []

  const titleCells = titles.map((title, i) => title.padStart(VALUES[i]!))
  const head = [...titleCells, remarkTitle].join(' ').trimEnd()
  const label = shape === 'wide' ? 'with numbers' : 'formula, with numbers'
  if (shape === 'narrow') lines.push(dim(label), dim(head))
  else {
    const formulaTitle = shape === 'wide' ? `${'formula'.padEnd(FORMULA)} ` : ''
    lines.push(dim(`${formulaTitle}${' '.repeat(index)} ${label.padEnd(numbersWidth)} ${head}`))
  }

  for (const { formula, rows } of groups) {
    const body = rows.flatMap((row): string[] => {
      const values = valueLine(row, paints)
      if (shape === 'narrow')
        return [...hanging(`${row.index} ${row.numbers}`, width - 2).map((part) => `  ${part}`), values]
      return wrapped(row.numbers, numbersWidth).map((part, i) => {
        const place = (i === 0 ? row.index : '').padEnd(index)
        return `${place} ${part.padEnd(numbersWidth)} ${i === 0 ? values : ''}`
      })
    })
    if (shape === 'wide') lines.push(...beside(wrapped(formula, FORMULA), body, bold))
    else lines.push(...wrapped(formula, width).map(bold), ...body)
  }
  return lines
}

/** A formula in a column of its own, left of the lines of its rows. */
const beside = (formula: readonly string[], body: readonly string[], paint: Paint): string[] =>
  Array.from({ length: Math.max(formula.length, body.length) }, (_, i) => {
    return `${paint((formula[i] ?? '').padEnd(FORMULA))} ${body[i] ?? ''}`
  })

function valueLine({ values, remark, status }: TextRow, paints: Paints): string {
  const cells = values.map((value, i) => value.padStart(VALUES[i]!)).join(' ')
  const paint = { right: (text: string) => text, wrong: paints.red, follows: paints.yellow }[status]
  return `${paint(cells)} ${paint(remark)}`
}

/** Text in lines of at most `width` characters, broken at blanks. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
    while (line.length > width) {
      lines.push(line.slice(0, width))
      line = line.slice(width)
    }
  }
  return [...lines, line]
}

/** The same, further lines two blanks to the right. */
const hanging = (text: string, width: number): string[] =>
  wrapped(text, width - 2).map((line, i) => (i === 0 ? line : `  ${line}`))
