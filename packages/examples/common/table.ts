/** @file Tables without lines. Imports cli-table3. */
import Table from 'cli-table3'

/** One cell; a text alone stands at the left. */
export type Cell = Table.Cell

const PLACES = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
]
const NO_LINES = Object.fromEntries(PLACES.map((place) => [place, '']))

/** Columns one blank apart; with `widths`, text that is too long for its column is wrapped. */
export function plainTable(rows: readonly Cell[][], widths?: readonly number[]): string {
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 1, head: [], border: [] },
    ...(widths && { colWidths: widths.map((width) => width + 1), wordWrap: true }),
  })
  table.push(...rows)
  return table.toString().replace(/ +$/gm, '')
}
