/** @file Formulas with their numbers filled in, code, and rows of a table, as text. Imports common/, format.ts, network.ts (types). */
import { type Cell, plainTable } from '../../common/table.ts'
import type { Terminal } from '../../common/terminal.ts'
import { list, short } from '../format.ts'
import type { PlainLayer } from '../network.ts'

export interface Line {
  /** What is computed: `δ1(3)`. */
  readonly name: string
  /** How, with numbers. */
  readonly numbers: string
  readonly value: number
  readonly autograd: number
}

/** Significant digits of a value: as many as the factors have, more where there is room. */
const digitsAt = (width: number): number => (width < 100 ? 6 : 9)

/** Blanks before a table and between its columns. */
const INDENT = 2
const GAP = 1

/** The formula, and below it one line for each of its values; long sums are wrapped. */
export function workings({ print, width, colors }: Terminal, formula: string, lines: readonly Line[]): void {
  const names = lines.map(({ name }) => `  ${name} `)
  const sums = lines.map(({ numbers }) => `= ${numbers}`)
  const value = (x: number): string => short(x, digitsAt(width))
  const columns = [lines.map((line) => value(line.value)), lines.map((line) => value(line.autograd))]
  const titles = ['by hand', 'autograd']
  const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length))
  const nameWidth = longest(names)
  const valueWidths = columns.map((column, i) => longest([titles[i]!, ...column]) + GAP)
  const taken = [nameWidth, ...valueWidths].reduce((sum, w) => sum + w + 1, 1)
  const room = Math.max(longest(sums), formula.length + INDENT - nameWidth)
  const sumWidth = Math.min(room, width - taken)
  const right = (content: string): Cell => ({ content, hAlign: 'right' })
  // A formula that leaves no room for the titles stands on a line of its own.
  const fits = formula.length + INDENT <= nameWidth + 1 + sumWidth
  if (!fits) print(`  ${colors.bold(formula)}`)
  const head = [
    { content: fits ? `  ${colors.bold(formula)}` : '', colSpan: 2 },
    ...titles.map((title) => right(colors.dim(title))),
  ]
  const rows = names.map((name, i) => [name, sums[i]!, ...columns.map((column) => right(column[i]!))])
  print(plainTable([head, ...rows], [nameWidth, sumWidth, ...valueWidths]))
}

/** `W(2) = [[...], [...]], b(2) = [...]`: all that one needs to compute the layer. */
export function layerText(network: readonly PlainLayer[], l: number): string {
  const { weight, bias } = network[l - 1]!
  return `W(${l}) = [${weight.map(list).join(', ')}], b(${l}) = ${list(bias)}`
}

/** Lines that a reader would write; a test holds them against the source. */
export function code({ print, colors }: Terminal, lines: readonly string[]): void {
  for (const line of lines) print(`    ${colors.cyan(line)}`)
}
