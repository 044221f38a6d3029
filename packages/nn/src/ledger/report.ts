/** @file The ledger as an object: its rows, what is wrong in it, and its texts. Imports data.ts (types only) and the renderers. */
import type { Rows } from './arrays.ts'
import type { LedgerData } from './data.ts'
import type { FirstWrong } from './grading.ts'
import { toHTML } from './html.ts'
import { toMarkdown } from './markdown.ts'
import type { Bug } from './mistakes.ts'
import type { LedgerGroup, LedgerLayer, LedgerRow } from './rows.ts'
import { type RenderOptions, sectionsOf } from './sections.ts'
import { type TerminalOptions, toTerminal } from './terminal.ts'

/** How well the three columns agree. */
export interface LedgerAgreement {
  /** The row where manual and autograd differ most, relatively. */
  readonly manual: LedgerRow
  /** The derivative whose finite difference is farthest from autograd, and how far, relatively. */
  readonly finite: { readonly row: LedgerRow; readonly relative: number }
  /** The derivative for which finite differences can reach the fewest digits. */
  readonly fewestDigits: LedgerRow
}

/** Every quantity of one step of backpropagation, three times: by the formulas, by autograd, by finite differences. */
export class LedgerReport implements LedgerData {
  readonly model: string
  readonly x: Rows
  readonly y: readonly number[]
  readonly rate: number | null
  readonly layers: readonly LedgerLayer[]
  readonly loss: LedgerGroup
  readonly bug: Bug | null
  readonly firstWrong: FirstWrong | null
  /** All rows, in the order of the computation. */
  readonly rows: readonly LedgerRow[]

  constructor(data: LedgerData) {
    this.model = data.model
    this.x = data.x
    this.y = data.y
    this.rate = data.rate
    this.layers = data.layers
    this.loss = data.loss
    this.bug = data.bug
    this.firstWrong = data.firstWrong
    this.rows = rowsInOrder(data)
  }

  /** Whether every value by the formulas is that of autograd. */
  get ok(): boolean {
    return this.rows.every(({ status }) => status === 'right')
  }

  /** How well the columns agree. Updated parameters are left out: they hide the error of their change. */
  agreement(): LedgerAgreement {
    const rows = this.rows.filter(({ change }) => change === null)
    const derivatives = rows.filter(({ finite }) => finite !== null)
    const distance = ({ finite, autograd }: LedgerRow): number =>
      autograd === 0 ? Math.abs(finite!.value) : Math.abs(finite!.value / autograd - 1)
    const finite = worst(derivatives, distance)
    return {
      manual: worst(rows, ({ difference }) => difference),
      finite: { row: finite, relative: distance(finite) },
      fewestDigits: worst(derivatives, (row) => -(row.finite!.digits ?? 16)),
    }
  }

  /** The ledger as text, 100 columns wide and without colours unless told. */
  toTerminal(options: TerminalOptions = {}): string {
    return toTerminal(sectionsOf(this, options, ['column', 'width', 'color']), options)
  }

  /** The ledger as Markdown, one table per layer and direction. */
  toMarkdown(options: RenderOptions = {}): string {
    return toMarkdown(sectionsOf(this, options, ['column']))
  }

  /** The ledger as HTML: a <section> with a style of its own, in ASCII, for a page or for a file by itself. */
  toHTML(options: RenderOptions = {}): string {
    return toHTML(sectionsOf(this, options, ['column']))
  }

  /** The ledger as plain data. JSON has no NaN and no infinities: they become null. */
  toJSON(): LedgerData {
    const { model, x, y, rate, layers, loss, bug, firstWrong } = this
    return { model, x, y, rate, layers, loss, bug, firstWrong }
  }

  toString(): string {
    return this.toTerminal()
  }
}

/** All rows, in the order of the computation. */
export function rowsInOrder({ layers, loss }: Pick<LedgerData, 'layers' | 'loss'>): LedgerRow[] {
  const groups = [
    ...layers.flatMap((layer) => layer.forward),
    loss,
    ...layers.toReversed().flatMap((layer) => layer.backward),
  ]
  return groups.flatMap(({ rows }) => rows)
}

/** Where the measure is largest; NaN is larger than all. */
function worst<T>(list: readonly T[], measure: (item: T) => number): T {
  const size = (item: T): number => {
    const value = measure(item)
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value
  }
  return list.reduce((a, b) => (size(b) > size(a) ? b : a))
}
