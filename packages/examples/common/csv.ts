/** @file Rows of a CSV file, and how errors show what stands in them. Imports csv-parse and cli.ts. */
import { readFileSync } from 'node:fs'
import { CsvError, parse } from 'csv-parse/sync'
import { UserError } from './cli.ts'

export interface CsvRow {
  readonly cells: readonly string[]
  /** Its line in the file, from 1. */
  readonly line: number
}

/** The text of a file; a `UserError` that names it where it cannot be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'this is a folder' : code
    throw new UserError(`${path}: ${why}`)
  }
}

/** The rows of a CSV text, blank lines left out; `file` is its name in errors. */
export function csvRows(text: string, file: string): readonly CsvRow[] {
  // U+FFFD stands where bytes are not UTF-8.
  if (/[\0\ufffd]/.test(text)) throw new UserError(`${file}: this is not a text file in UTF-8`)
  try {
    const rows = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { record: string[]; info: { lines: number } }[]
    return rows.map(({ record, info }) => ({ cells: record, line: info.lines }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    // What follows is the rest of the file.
    throw new UserError(`${file}: ${printable(error.message.replace(/, value is .*$/s, ''))}`)
  }
}

/** A cell in an error: at most 40 characters. */
export const shownCell = (cell: string): string =>
  cell === '' ? 'an empty cell' : `"${printable(cell).slice(0, 40)}"`

const printable = (text: string): string => text.replace(/\p{C}/gu, '?')
