/** @file Numbers and rows of numbers as the tutorial's steps write them. Imports common/. */
import { type Cell, plainTable } from '../common/table.ts'
import type { Terminal } from '../common/terminal.ts'

/** Six decimals. */
export const six = (x: number): string => x.toFixed(6)

/** A number as short as it can be, of at most `digits` significant digits; never -0. */
export const short = (x: number, digits = 6): string => String(Number(x.toPrecision(digits)) + 0)

/** A factor of a product: negative ones in parentheses. */
const factor = (x: number): string => (x < 0 ? `(${short(x)})` : short(x))

/** `a·b + c·d`. */
export const products = (a: readonly number[], b: readonly number[]): string =>
  a.map((value, i) => `${factor(value)}·${factor(b[i]!)}`).join(' + ')

/** `[1, 2, 3]`. */
export const list = (values: readonly number[]): string => `[${values.map((x) => short(x)).join(', ')}]`

/** A table with dim titles, indented; all columns but the first `texts` are numbers and stand at the right. */
export function numbersTable(
  { print, colors }: Terminal,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  texts = 1,
): void {
  const cell = (content: string, column: number): Cell =>
    column < texts
      ? { content: `${column === 0 ? '  ' : ' '}${content}` }
      : { content: `  ${content}`, hAlign: 'right' }
  const head = titles.map((title, i) => cell(colors.dim(title), i))
  print(plainTable([head, ...rows.map((row) => row.map(cell))]))
}
