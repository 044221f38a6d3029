/** @file Fisher's iris from a CSV file, checked cell by cell. Imports csv-parse and common/cli.ts. */
import { readFileSync } from 'node:fs'
import { CsvError, parse } from 'csv-parse/sync'
import { UserError } from '../common/cli.ts'

export const SPECIES = ['Iris-setosa', 'Iris-versicolor', 'Iris-virginica'] as const
export const MEASUREMENTS = ['sepal length', 'sepal width', 'petal length', 'petal width'] as const
const COLUMNS = [...MEASUREMENTS, 'species'] as const

export interface Flower {
  /** In cm, in the order of MEASUREMENTS. */
  readonly measurements: readonly number[]
  /** Position in SPECIES. */
  readonly species: number
}

interface ParsedRow {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/** The rows of a CSV file; a `UserError` that names file, row and column where something is wrong. */
export function readIris(path: string): readonly Flower[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'this is a folder' : code
    throw new UserError(`${path}: ${why}`)
  }
  return parseIris(text, path)
}

/** Rows that can neither train nor validate are refused; where few rows validate, a warning comes back. */
export function checkEnough(flowers: readonly Flower[], validating: number, file: string): string | null {
  if (flowers.length < 2)
    throw new UserError(`${file}: ${flowers.length} row is not enough to train and to validate`)
  if (flowers.every(({ species }) => species === flowers[0]!.species))
    throw new UserError(
      `${file}: all rows are ${SPECIES[flowers[0]!.species]}; there is nothing to tell apart`,
    )
  if (validating >= FEW) return null
  return `${file}: only ${validating} ${validating === 1 ? 'row validates' : 'rows validate'}: the accuracy says little.`
}

/** Fewer rows than these are too few for an accuracy. */
const FEW = 10

/** The rows of a CSV text; `file` is its name in errors. Rows count from 1. */
export function parseIris(text: string, file: string): readonly Flower[] {
  const rows = split(text, file)
  if (rows.length === 0)
    throw new UserError(`${file}: the file is empty; expected rows of ${COLUMNS.join(', ')}`)
  const { record, info } = rows[0]!
  if (isHeader(record)) throw new UserError(`${file}: row ${info.lines} is a header; remove it`)
  return rows.map((row) => flowerOf(row, file))
}

function split(text: string, file: string): ParsedRow[] {
  // U+FFFD stands where bytes are not UTF-8.
  if (/[\0\ufffd]/.test(text)) throw new UserError(`${file}: this is not a text file in UTF-8`)
  try {
    return parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as ParsedRow[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    // What follows is the rest of the file.
    throw new UserError(`${file}: ${printable(error.message.replace(/, value is .*$/s, ''))}`)
  }
}

/** A header has text where every other row has numbers, in however many columns. */
const isHeader = (record: readonly string[]): boolean =>
  record.length > 1 &&
  record.every((cell) => /^\p{L}[^\p{C}]*$/u.test(cell) && cell.toLowerCase() !== 'nan') &&
  !(SPECIES as readonly string[]).includes(record.at(-1)!)

const isNumber = (cell: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell)

function flowerOf({ record, info }: ParsedRow, file: string): Flower {
  const row = `${file}: row ${info.lines}`
  if (record.length < COLUMNS.length) {
    const missing = record.length
    throw new UserError(
      `${row}, column ${missing + 1} (${COLUMNS[missing]}): missing; the row has ${record.length} of ${COLUMNS.length} columns`,
    )
  }
  if (record.length > COLUMNS.length) {
    throw new UserError(
      `${row}, column ${COLUMNS.length + 1}: one too many; expected ${COLUMNS.length} columns, ${COLUMNS.join(', ')}`,
    )
  }
  const measurements = MEASUREMENTS.map((name, i) => {
    const cell = record[i]!
    const length = isNumber(cell) ? Number(cell) : Number.NaN
    if (length > 0 && Number.isFinite(length)) return length
    const why = Number.isFinite(length) ? 'is not a length; use cm above 0' : 'is not a number'
    throw new UserError(`${row}, column ${i + 1} (${name}): ${shown(cell)} ${why}`)
  })
  const name = record[COLUMNS.length - 1]!
  const species = (SPECIES as readonly string[]).indexOf(name)
  if (species < 0) {
    throw new UserError(
      `${row}, column ${COLUMNS.length} (species): ${shown(name)} is unknown; the species are ${SPECIES.join(', ')}`,
    )
  }
  return { measurements, species }
}

/** At most 40 characters. */
const shown = (cell: string): string => (cell === '' ? 'an empty cell' : `"${printable(cell).slice(0, 40)}"`)

const printable = (text: string): string => text.replace(/\p{C}/gu, '?')
