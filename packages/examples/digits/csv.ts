/** @file The images of digits.csv, checked cell by cell. Imports common/cli.ts and common/csv.ts. */
import { UserError } from '../common/cli.ts'
import { type CsvRow, csvRows, readText, shownCell } from '../common/csv.ts'

/** Rows and columns of an image. */
export const SIDE = 8
export const PIXELS = 64
/** The darkest pixel. */
export const INK = 16
export const DIGITS = 10

export interface Image {
  /** From 0 to INK, row after row. */
  readonly pixels: readonly number[]
  readonly digit: number
}

/** The images of a file; a `UserError` that names file, row and column where something is wrong. */
export const readDigits = (path: string): readonly Image[] => parseDigits(readText(path), path)

/** The images of a CSV text; `file` is its name in errors. Rows count from 1. */
export function parseDigits(text: string, file: string): readonly Image[] {
  const rows = csvRows(text, file)
  if (rows.length === 0) throw new UserError(`${file}: the file is empty`)
  return rows.map((row) => imageOf(row, file))
}

function imageOf({ cells, line }: CsvRow, file: string): Image {
  if (cells.length !== PIXELS + 1)
    throw new UserError(
      `${file}: row ${line} has ${cells.length} columns; expected ${PIXELS} pixels and a digit`,
    )
  const values = cells.map((cell, column) => {
    const most = column < PIXELS ? INK : DIGITS - 1
    const value = /^\d{1,2}$/.test(cell) ? Number(cell) : Number.NaN
    if (value <= most) return value
    throw new UserError(
      `${file}: row ${line}, column ${column + 1}: ${shownCell(cell)} is no whole number from 0 to ${most}`,
    )
  })
  return { pixels: values.slice(0, PIXELS), digit: values[PIXELS]! }
}
