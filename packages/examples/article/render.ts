/** @file The ledger on a terminal. Computes nothing. Imports ledger.ts and what that imports, and common/. */
import { type Cell, plainTable } from '../common/table.ts'
import type { Terminal } from '../common/terminal.ts'
import { full, scientific, short, significant } from './format.ts'
import type { LedgerGroup, LedgerRow } from './groups.ts'
import type { Ledger, LedgerLayer } from './ledger.ts'

/** What the article prints for a row, and whether the ledger agrees. */
export interface PrintedFigure {
  readonly text: string
  readonly matches: boolean
  /** Why it does not: a footnote, to which a dagger refers. */
  readonly cause: string | null
}

export interface LedgerView {
  readonly ledger: Ledger
  /** By row id. */
  readonly printed: ReadonlyMap<string, PrintedFigure>
}

/** Widths of the columns; `numbers` takes what is left. */
const WIDTHS = { index: 6, formula: 34, value: 17, finite: 12, digits: 4, printed: 20 } as const
/** From here on there is room for a column of formulas, and below, for all of a row on one line. */
const WIDE = 160
const MIDDLE = 112

/** Writes the whole ledger: forward layer by layer, the loss, then backward from the last layer to the first. */
export function printLedger(view: LedgerView, terminal: Terminal): void {
  const { ledger } = view
  const causes: string[] = []
  for (const layer of ledger.layers) {
    terminal.print(heading(`Forward, layer ${layer.number}: ${describe(layer)}`, terminal))
    terminal.print(given(layer))
    terminal.print(table(layer.forward, view, terminal, causes))
  }
  terminal.print(heading('Loss', terminal))
  const lossGroup: LedgerGroup = { quantity: 'error', formula: ledger.lossFormula, rows: [ledger.loss] }
  terminal.print(table([lossGroup], view, terminal, causes))
  for (const layer of ledger.layers.toReversed()) {
    terminal.print(heading(`Backward, layer ${layer.number}`, terminal))
    terminal.print(table(layer.backward, view, terminal, causes))
  }
  if (causes.length > 0) terminal.print()
  causes.forEach((cause, i) => {
    terminal.paragraph(`${markOf(i)} ${cause}`, 2)
  })
}

const describe = ({ weight, activation }: LedgerLayer): string =>
  `${counted(weight[0]!.length, 'input')}, ${counted(weight.length, 'neuron')}, ${activation}`

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

function given({ number: l, weight, bias, inputs }: LedgerLayer): string {
  const list = (values: readonly number[]): string => `[${values.map(short).join(', ')}]`
  return [
    `  W${l} = [${weight.map(list).join(', ')}]`,
    `  b${l} = ${list(bias)}`,
    `  n${l - 1} = ${list(inputs)}${l === 1 ? ' = x' : ''}`,
  ].join('\n')
}

function heading(text: string, { width, colors }: Terminal): string {
  const line = `── ${text} `
  return `\n${colors.bold(line)}${colors.dim('─'.repeat(Math.max(0, width - line.length)))}`
}

// ── tables ───────────────────────────────────────────────────────────────────

const left = (content: string, span: { colSpan?: number } = {}): Cell => ({
  content,
  ...span,
})
const right = (content: string): Cell => ({ content, hAlign: 'right' })

/** One table. Narrow: a row takes two lines, numbers above values. Wide: the formula has a column of its own. */
function table(
  groups: readonly LedgerGroup[],
  view: LedgerView,
  terminal: Terminal,
  causes: string[],
): string {
  const { width, colors } = terminal
  const { bold, dim } = colors
  const narrow = width < MIDDLE
  const wide = width >= WIDE
  const difference = narrow ? 5 : 7
  const values = [WIDTHS.value, WIDTHS.value, difference, WIDTHS.finite, WIDTHS.digits, WIDTHS.printed]
  const before = narrow ? [] : wide ? [WIDTHS.formula, WIDTHS.index] : [WIDTHS.index]
  const taken = [...before, ...values].reduce((sum, w) => sum + w + 1, 0)
  const widths = [...before, ...(narrow ? [] : [width - taken]), ...values]
  const rows: Cell[][] = []

  const titles = ['manual', 'autograd', 'diff.', 'finite diff.', 'dig.'].map((text) => right(dim(text)))
  const printedTitle = left(dim(view.printed.size > 0 ? 'article prints' : ''))
  const numbersTitle = dim(wide ? 'with numbers' : 'formula, with numbers')
  if (narrow) rows.push([left(numbersTitle, { colSpan: widths.length })], [...titles, printedTitle])
  else {
    const formulaTitle = wide ? [left(dim('formula'))] : []
    rows.push([...formulaTitle, left(''), left(numbersTitle), ...titles, printedTitle])
  }

  for (const { formula, rows: members } of groups) {
    if (!wide) rows.push([left(bold(formula), { colSpan: widths.length })])
    members.forEach((row, i) => {
      const cells = valueCells(row, view, difference, colors, causes)
      if (narrow) rows.push([left(`  ${row.index} ${row.numbers}`, { colSpan: widths.length })], cells)
      else {
        const first = wide ? [left(i === 0 ? bold(formula) : '')] : []
        rows.push([...first, left(row.index), left(row.numbers), ...cells])
      }
    })
  }
  return plainTable(rows, widths)
}

function valueCells(
  row: LedgerRow,
  { printed }: LedgerView,
  differenceWidth: number,
  colors: Terminal['colors'],
  causes: string[],
): Cell[] {
  const { manual, autograd, difference, finite, change, id } = row
  const figure = printed.get(id)
  return [
    right(full(manual)),
    right(full(autograd)),
    right(difference === 0 ? '0' : difference.toExponential(differenceWidth > 5 ? 1 : 0)),
    right(finite === null ? '' : significant(finite.value, Math.min(finite.digits ?? 1, 6))),
    right(finite === null || finite.digits === null ? '' : finite.digits.toFixed(1)),
    left(figure === undefined ? changeText(change) : figureText(figure, colors, causes)),
  ]
}

const changeText = (change: number | null): string =>
  change === null ? '' : `Δ ${change > 0 ? '+' : ''}${scientific(change, 12)}`

/** Footnote marks in the order of use. */
const markOf = (i: number): string => '†‡§¶'[i] ?? `*${i + 1}`

function figureText(
  { text, matches, cause }: PrintedFigure,
  { green, red }: Terminal['colors'],
  causes: string[],
): string {
  if (matches) return `${text} ${green('✓')}`
  if (cause === null) return `${text} ${red('✗')}`
  if (!causes.includes(cause)) causes.push(cause)
  return `${text} ${red(markOf(causes.indexOf(cause)))}`
}
