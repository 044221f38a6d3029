/** @file Fisher's iris from a CSV file, checked cell by cell. Imports common/cli.ts and common/csv.ts. */
import { UserError } from '../common/cli.ts'
import { type CsvRow, csvRows, readText, shownCell } from '../common/csv.ts'

export const SPECIES = ['Iris-setosa', 'Iris-versicolor', 'Iris-virginica'] as const
export const MEASUREMENTS = ['sepal length', 'sepal width', 'petal length', 'petal width'] as const
const COLUMNS = [...MEASUREMENTS, 'species'] as const

export interface Flower {
  /** In cm, in the order of MEASUREMENTS. */
  readonly measurements: readonly number[]
  /** Position in SPECIES. */
  readonly species: number
}

/** The rows of a CSV file; a `UserError` that names file, row and column where something is wrong. */
export const readIris = (path: string): readonly Flower[] => parseIris(readText(path), path)

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
  const rows = csvRows(text, file)
  if (rows.length === 0)
    throw new UserError(`${file}: the file is empty; expected rows of ${COLUMNS.join(', ')}`)
  const { cells, line } = rows[0]!
  if (isHeader(cells)) throw new UserError(`${file}: row ${line} is a header; remove it`)
  return rows.map((row) => flowerOf(row, file))
}

/** A header has text where every other row has numbers, in however many columns. */
const isHeader = (cells: readonly string[]): boolean =>
  cells.length > 1 &&
  cells.every((cell) => /^\p{L}[^\p{C}]*$/u.test(cell) && cell.toLowerCase() !== 'nan') &&
  !(SPECIES as readonly string[]).includes(cells.at(-1)!)

const isNumber = (cell: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell)

function flowerOf({ cells, line }: CsvRow, file: string): Flower {
  const row = `${file}: row ${line}`
  if (cells.length < COLUMNS.length) {
    const missing = cells.length
    throw new UserError(
      `${row}, column ${missing + 1} (${COLUMNS[missing]}): missing; the row has ${cells.length} of ${COLUMNS.length} columns`,
    )
  }
  if (cells.length > COLUMNS.length) {
    throw new UserError(
      `${row}, column ${COLUMNS.length + 1}: one too many; expected ${COLUMNS.length} columns, ${COLUMNS.join(', ')}`,
    )
  }
  const measurements = MEASUREMENTS.map((name, i) => {
    const cell = cells[i]!
    const length = isNumber(cell) ? Number(cell) : Number.NaN
    if (length > 0 && Number.isFinite(length)) return length
    const why = Number.isFinite(length) ? 'is not a length; use cm above 0' : 'is not a number'
    throw new UserError(`${row}, column ${i + 1} (${name}): ${shownCell(cell)} ${why}`)
  })
  const name = cells[COLUMNS.length - 1]!
  const species = (SPECIES as readonly string[]).indexOf(name)
  if (species < 0) {
    throw new UserError(
      `${row}, column ${COLUMNS.length} (species): ${shownCell(name)} is unknown; the species are ${SPECIES.join(', ')}`,
    )
  }
  return { measurements, species }
}
