/** @file A ledger as sections of tables of text, before it is laid out for a terminal, Markdown or HTML. Imports format.ts. */
import { checkOptions, describe, fail } from '../errors.ts'
import type { LedgerData } from './data.ts'
import { full, list, scientific, significant } from './format.ts'
import type { LedgerGroup, LedgerLayer, LedgerRow, RowStatus } from './rows.ts'

/** A column of the caller's own beside the values. */
export interface LedgerColumn {
  readonly title: string
  /** What stands in it at a row. */
  readonly text: (row: LedgerRow) => string
}

export interface RenderOptions {
  /** A further column, for example the figures that a book prints. */
  readonly column?: LedgerColumn
}

/** One row, as text. */
export interface TextRow {
  readonly index: string
  readonly numbers: string
  /** One text for each of the titles. */
  readonly values: readonly string[]
  /** What else there is to say: what is wrong, else the caller's column, else how much a parameter moved. */
  readonly remark: string
  readonly status: RowStatus
}

export interface TextGroup {
  readonly formula: string
  readonly rows: readonly TextRow[]
}

export interface Section {
  readonly heading: string
  /** What is given: W, b and the inputs. */
  readonly given: readonly string[]
  readonly groups: readonly TextGroup[]
}

export interface Sections {
  readonly titles: readonly string[]
  /** Over the last column. */
  readonly remarkTitle: string
  readonly sections: readonly Section[]
  /** The network, its data, loss and rate. */
  readonly facts: readonly string[]
  /** What the marks mean that occur. */
  readonly notes: readonly string[]
  /** What there is to say in the end. */
  readonly verdict: string
}

const TITLES = ['manual', 'autograd', 'diff.', 'finite diff.', 'dig.'] as const

/** What the columns are, for readers who have nothing else. */
export const LEGEND =
  'manual: the formulas on plain arrays. autograd: from the tape. diff.: how far the two are apart, relative. finite diff.: from the forward pass alone; dig.: how many of its digits can be right. Δ: by how much a step moves a parameter; its finite difference is that of Δ.'

/** The ledger as text: forward layer by layer, the loss, then backward from the last layer to the first. */
export function sectionsOf(
  ledger: LedgerData & { readonly ok: boolean },
  options: RenderOptions,
  names: readonly string[],
): Sections {
  const { column } = checkOptions('ledger', options, names)
  if (column !== undefined && (typeof column?.text !== 'function' || typeof column.title !== 'string'))
    fail('ledger', `column must be { title, text: (row) => string }, got ${describe(column)}`)
  const { layers, loss } = ledger
  const groups = (list: readonly LedgerGroup[]): TextGroup[] =>
    list.map(({ formula, rows }) => ({ formula, rows: rows.map((row) => rowText(row, column)) }))
  return {
    titles: TITLES,
    remarkTitle: oneLine(column?.title ?? ''),
    sections: [
      ...layers.map((layer) => ({
        heading: `Forward, layer ${layer.number}: ${about(layer)}`,
        given: givenOf(layer, ledger.x),
        groups: groups(layer.forward),
      })),
      { heading: 'Loss', given: [], groups: groups([loss]) },
      ...layers.toReversed().map((layer) => ({
        heading: `Backward, layer ${layer.number}`,
        given: [],
        groups: groups(layer.backward),
      })),
    ],
    facts: factsOf(ledger),
    notes: notesOf(ledger),
    verdict: verdictOf(ledger),
  }
}

function factsOf({ model, x, y, rate, loss }: LedgerData): string[] {
  const shown = (name: string, values: readonly number[]): string =>
    `${name} = ${values.length > SHOWN ? `(${values.length} numbers)` : list(values)}`
  return [model, shown('x', x.flat()), shown('y', y), loss.formula, ...(rate === null ? [] : [`α = ${rate}`])]
}

function notesOf({ ok, layers, x }: LedgerData & { readonly ok: boolean }): string[] {
  const rows = layers.flatMap(({ forward }) => forward).flatMap((group) => group.rows)
  const batched = rows.some(({ index }) => index.startsWith('#'))
  return [
    ...(batched ? [`#s [i] is neuron i for sample s of ${x.length}; n0 has a row for each sample.`] : []),
    ...(ok
      ? []
      : [
          '✗ wrong: this formula is wrong, even where all before it is right. · follows: only its numbers are wrong. The formula with numbers is the right one.',
        ]),
  ]
}

function verdictOf({ ok, bug, firstWrong }: LedgerData & { readonly ok: boolean }): string {
  if (firstWrong !== null) return `First wrong: ${firstWrong.message}.`
  if (!ok) return 'Some values by the formulas are not those of autograd.'
  return bug === null
    ? 'All values by the formulas are those of autograd.'
    : `The mistake ${bug} changes nothing in this network.`
}

const about = ({ weight, activation }: LedgerLayer): string =>
  `${counted(weight[0]!.length, 'input')}, ${counted(weight.length, 'neuron')}, ${activation}`

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** So many rows of a matrix are written out. */
const SHOWN = 8

function givenOf({ number: l, weight, bias, inputs }: LedgerLayer, x: LedgerData['x']): string[] {
  const matrix = (rows: readonly (readonly number[])[]): string => {
    const size = `${rows.length} x ${rows[0]!.length}`
    return rows.length > SHOWN || rows[0]!.length > SHOWN ? `(${size})` : `[${rows.map(list).join(', ')}]`
  }
  const n = inputs.length === 1 ? inputs[0]! : null
  // Activations may stand before the first Dense layer.
  const plain = inputs.every((row, s) => row.every((value, j) => value === x[s]![j]))
  const from = l > 1 ? '' : plain ? ' = x' : ' = f(x)'
  return [
    `W${l} = ${matrix(weight)}`,
    ...(bias === null ? [] : [`b${l} = ${bias.length > SHOWN ? `(${bias.length})` : list(bias)}`]),
    `n${l - 1} = ${n === null || n.length > SHOWN ? matrix(inputs) : list(n)}${from}`,
  ]
}

const oneLine = (text: unknown): string => String(text).replaceAll(/\s*\n\s*/g, ' ')

const MARKS = { wrong: '✗ wrong', follows: '· follows' }

function rowText(row: LedgerRow, column: LedgerColumn | undefined): TextRow {
  const { index, numbers, manual, autograd, difference, finite, change, status } = row
  const own = oneLine(column?.text(row) ?? '')
  const moved = change === null ? '' : `Δ ${change > 0 ? '+' : ''}${scientific(change, 12)}`
  const remark = own === '' ? moved : own
  return {
    index,
    numbers,
    values: [
      full(manual),
      full(autograd),
      difference === 0 ? '0' : difference.toExponential(0),
      finite === null ? '' : significant(finite.value, Math.min(finite.digits ?? 1, 6)),
      finite === null || finite.digits === null ? '' : finite.digits.toFixed(1),
    ],
    remark: status === 'right' ? remark : MARKS[status],
    status,
  }
}
