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

/** The rows of a CSV text; `file` is its name in errors. The first row may name the columns. Rows count from 1. */
export function parseIris(text: string, file: string): readonly Flower[] {
  const rows = split(text, file)
  const titled = rows.length > 0 && isTitle(rows[0]!.record)
  const flowers = rows.slice(titled ? 1 : 0).map((row) => flowerOf(row, file))
  if (flowers.length === 0)
    throw new UserError(`${file}: the file is empty; expected rows of ${COLUMNS.join(', ')}`)
  return flowers
}

function split(text: string, file: string): ParsedRow[] {
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
    throw new UserError(`${file}: ${error.message}`)
  }
}

/** A title row has text where every other row has numbers. */
const isTitle = (record: readonly string[]): boolean =>
  record.length === COLUMNS.length &&
  record.every((cell) => cell !== '' && !isNumber(cell)) &&
  !(SPECIES as readonly string[]).includes(record[COLUMNS.length - 1]!)

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
    if (isNumber(cell) && Number.isFinite(Number(cell))) return Number(cell)
    throw new UserError(`${row}, column ${i + 1} (${name}): ${shown(cell)} is not a number`)
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

const shown = (cell: string): string => (cell === '' ? 'an empty cell' : JSON.stringify(cell.slice(0, 40)))
