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
  const after = [whole.verdict, ...whole.notes].flatMap((text) => wrapped(text, width))
  return [...lines.slice(1), '', ...after].map((line) => line.trimEnd()).join('\n')
}

/** What stands where: narrow, the numbers go below the values; wide, the formula has a column of its own. */
interface Layout {
  readonly shape: 'narrow' | 'middle' | 'wide'
  readonly index: number
  readonly numbers: number
  /** Which of the values are shown, and how wide. */
  readonly values: readonly { readonly at: number; readonly width: number }[]
}

function layoutFor(groups: Section['groups'], width: number): Layout {
  const shape = width < MIDDLE ? 'narrow' : width < WIDE ? 'middle' : 'wide'
  const index = groups.flatMap(({ rows }) => rows).reduce((w, row) => Math.max(w, row.index.length), INDEX)
  const all = VALUES.map((value, at) => ({ at, width: value }))
  const main = all.filter(({ at }) => [0, 1, 3].includes(at))
  const taken = [...(shape === 'wide' ? [FORMULA] : []), index, ...VALUES, REMARK]
  return {
    shape,
    index,
    // Where there is no room for all: manual, autograd and finite difference.
    values: width < index + all.reduce((sum, { width: w }) => sum + w + 1, 0) + REMARK ? main : all,
    numbers: shape === 'narrow' ? width - index - 1 : width - taken.reduce((sum, w) => sum + w + 1, 0),
  }
}

function tableOf(
  { groups }: Section,
  { titles, remarkTitle }: Sections,
  width: number,
  paints: Paints,
): string[] {
  const { bold, dim } = paints
  const layout = layoutFor(groups, width)
  const { shape, index, numbers } = layout
  const head = [...layout.values.map(({ at, width: w }) => titles[at]!.padStart(w)), remarkTitle]
  const values = head.join(' ').trimEnd()
  const label = shape === 'wide' ? 'with numbers' : 'formula, with numbers'
  const title =
    shape === 'narrow'
      ? `${' '.repeat(index)} ${values}`
      : `${shape === 'wide' ? `${'formula'.padEnd(FORMULA)} ` : ''}${' '.repeat(index)} ${label.padEnd(numbers)} ${values}`
  const lines = [dim(title)]
  for (const { formula, rows } of groups) {
    const body = rows.flatMap((row) => linesOf(row, layout, paints))
    if (shape === 'wide') lines.push(...beside(wrapped(formula, FORMULA), body, bold))
    else lines.push(...wrapped(formula, width).map(bold), ...body)
  }
  return lines
}

function linesOf(row: TextRow, layout: Layout, paints: Paints): string[] {
  const values = valueLine(row, layout, paints)
  const parts = wrapped(row.numbers, layout.numbers)
  if (layout.shape === 'narrow')
    return [
      `${row.index.padEnd(layout.index)} ${values}`,
      ...parts.map((part) => ' '.repeat(layout.index + 1) + paints.dim(part)),
    ]
  return parts.map((part, i) => {
    const place = (i === 0 ? row.index : '').padEnd(layout.index)
    return `${place} ${part.padEnd(layout.numbers)} ${i === 0 ? values : ''}`
  })
}

/** A formula in a column of its own, left of the lines of its rows. */
const beside = (formula: readonly string[], body: readonly string[], paint: Paint): string[] =>
  Array.from({ length: Math.max(formula.length, body.length) }, (_, i) => {
    return `${paint((formula[i] ?? '').padEnd(FORMULA))} ${body[i] ?? ''}`
  })

function valueLine({ values, remark, status }: TextRow, layout: Layout, paints: Paints): string {
  const cells = layout.values.map(({ at, width }) => values[at]!.padStart(width)).join(' ')
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
