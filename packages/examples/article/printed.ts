/** @file The ledger with what the article prints beside it. Imports network.ts and common/ (types only). */
import type { LedgerColumn, LedgerReport, LedgerRow, RenderOptions } from '@tapegrad/nn'
import type { Terminal } from '../common/terminal.ts'
import { type ActivationName, ERRATA, matchesPrinted, PRINTED } from './network.ts'

/** What decides whether the network is the article's. */
interface Variant {
  readonly w25: '2' | '3'
  readonly preset: 'article' | 'gentle'
  readonly activation: readonly ActivationName[]
}

/** What the article prints for a row, and whether the ledger agrees. */
export interface PrintedFigure {
  readonly text: string
  readonly matches: boolean
  /** Why it does not: a footnote, to which a dagger refers. */
  readonly cause: string | null
}

/** By row id; empty where the network is not the article's. */
export function printedFigures(
  whole: LedgerReport,
  { w25, preset, activation }: Variant,
): Map<string, PrintedFigure> {
  const figures = new Map<string, PrintedFigure>()
  if (preset !== 'article' || activation.some((name) => name !== 'sigmoid')) return figures
  for (const { id, manual, status } of whole.rows) {
    const text = PRINTED.get(id)
    // With a mistake made on purpose, only what is still right can be compared.
    if (text === undefined || status !== 'right') continue
    const matches = matchesPrinted(manual, text)
    const other =
      'the article computes this with w(2,5) = 3; run without --w25 2 to see its figures reproduced.'
    const cause = ERRATA.get(id) ?? (w25 === '2' ? other : null)
    figures.set(id, { text, matches, cause: matches ? null : cause })
  }
  return figures
}

const causesOf = (printed: ReadonlyMap<string, PrintedFigure>): string[] => [
  ...new Set([...printed.values()].flatMap(({ cause }) => cause ?? [])),
]

/** What the article prints, as a column of the ledger. */
function printedColumn(
  printed: ReadonlyMap<string, PrintedFigure>,
  { green, red }: Pick<Terminal['colors'], 'green' | 'red'>,
): LedgerColumn {
  const causes = causesOf(printed)
  const text = ({ id }: LedgerRow): string => {
    const figure = printed.get(id)
    if (figure === undefined) return ''
    if (figure.matches) return `${figure.text} ${green('✓')}`
    return `${figure.text} ${red(figure.cause === null ? '✗' : markOf(causes.indexOf(figure.cause)))}`
  }
  return { title: 'article prints', text }
}

/** The same column in a file, where there are no colours; none where the network is not the article's. */
export function columnInFiles(printed: ReadonlyMap<string, PrintedFigure>): RenderOptions {
  const plain = (text: string | number | null | undefined): string => `${text}`
  return printed.size === 0 ? {} : { column: printedColumn(printed, { green: plain, red: plain }) }
}

/** The ledger with a column of what the article prints, and the footnotes that this column refers to. */
export function printLedger(
  whole: LedgerReport,
  printed: ReadonlyMap<string, PrintedFigure>,
  { width, colors, print, paragraph }: Terminal,
): void {
  const causes = causesOf(printed)
  const column = printedColumn(printed, colors)
  const color = colors.isColorSupported
  // Narrower than that a row would not fit.
  const columns = Math.max(width, 80)
  print(`\n${whole.toTerminal({ width: columns, color, ...(printed.size > 0 && { column }) })}`)
  if (causes.length > 0) print()
  causes.forEach((cause, i) => {
    paragraph(`${markOf(i)} ${cause}`, 2)
  })
}

/** Footnote marks in the order of use. */
const markOf = (i: number): string => '†‡§¶'[i] ?? `*${i + 1}`
