/** @file Values side by side as rows, each judged right, wrong or a consequence. Imports rows.ts, and types of the files above it. */
import type { Rows } from './arrays.ts'
import type { LayerDifferences } from './by-differences.ts'
import type { LayerValues, Pass, Problem } from './closed-form.ts'
import type { FiniteDifference } from './differences.ts'
import type { Noise } from './noise.ts'
import { type LedgerRow, type Quantity, relativeDifference } from './rows.ts'

/** What the rows are made of. */
export interface Findings {
  readonly problem: Problem
  /** By the formulas, mistakes included, each reading what the others gave. */
  readonly manual: Pass
  /** By the formulas, mistakes included, each reading right values. */
  readonly isolated: Pass
  readonly autograd: Pass
  readonly finite: readonly LayerDifferences[]
  /** The rounding errors that right values may have. */
  readonly noise: Noise
  /** Whether x has an axis of samples. */
  readonly batched: boolean
}

/** Layer l, from 0, of the findings. */
export interface Place extends Findings {
  readonly l: number
}

/** The rows of one quantity of one layer, as a table of two indices. */
export interface Entries {
  readonly quantity: Quantity
  readonly select: (values: LayerValues) => Rows
  readonly numbers: (row: number, column: number) => string
  readonly finite?: readonly (readonly FiniteDifference[])[]
  /** What the two indices are. By default [sample, neuron]. */
  readonly indices?: 'sample, neuron' | 'neuron, input' | 'neuron'
  /** Where the indices do not say it: the sample, or null for the whole batch. */
  readonly sample?: number | null
  /** The absolute error that a right value may have. */
  readonly noise: number
  /** For an updated parameter: by how much it moved. That is compared, since the parameter would hide it. */
  readonly change?: (values: LayerValues) => Rows
}

/** Relative error of a value that counts as right: formulas of students, such as n (1 - n), lose digits that ours keep. */
export const RELATIVE = 1e-6
/** The rows of a table of values. */
export function rowsFrom(
  { l, manual, isolated, autograd, batched }: Place,
  {
    quantity,
    select,
    numbers,
    finite,
    indices = 'sample, neuron',
    sample = null,
    noise = 0,
    change,
  }: Entries,
): LedgerRow[] {
  const shown = [manual, autograd].map((pass) => select(pass.layers[l]!))
  const compared = change ?? select
  const [given, alone, expected] = [manual, isolated, autograd].map((pass) => compared(pass.layers[l]!))
  return given!.flatMap((row, r) =>
    row.map((value, c): LedgerRow => {
      const wanted = expected![r]![c]!
      const close = (x: number): boolean =>
        Object.is(x, wanted) || Math.abs(x - wanted) <= RELATIVE * Math.abs(wanted) + noise
      // The step itself has no formula that could be wrong.
      const madeHere = change === undefined && !close(alone![r]![c]!)
      const place = indices === 'neuron, input' ? [r, c] : [c]
      const [byHand, byTape] = shown.map((rows) => rows[r]![c]!) as [number, number]
      return {
        ...rowAt(quantity, l + 1, indices === 'sample, neuron' ? r : sample, place, batched),
        numbers: numbers(r, c),
        manual: byHand,
        autograd: byTape,
        difference: relativeDifference(byHand, byTape),
        finite: finite?.[r]?.[c] ?? null,
        change: change === undefined ? null : value,
        status: close(value) ? 'right' : madeHere ? 'wrong' : 'follows',
      }
    }),
  )
}

/** The name of a row: its quantity and its place. */
export function rowAt(
  quantity: Quantity,
  layer: number | null,
  sample: number | null,
  place: readonly number[],
  batched: boolean,
): Pick<LedgerRow, 'id' | 'quantity' | 'layer' | 'sample' | 'neuron' | 'index'> {
  const index = place.map((i) => `[${i}]`).join('')
  const name = `${quantity}${quantity === 'error' ? '' : (layer ?? '')}${index}`
  const marked = batched && sample !== null
  return {
    id: marked ? `${name}, sample ${sample}` : name,
    ...{ quantity, layer, sample, neuron: place[0] ?? null },
    index: marked ? `#${sample} ${index}`.trim() : index,
  }
}

/** What layer l gets: [sample][neuron]. */
export const inputsOf = ({ problem, manual, l }: Pick<Place, 'problem' | 'manual' | 'l'>): Rows =>
  l === 0 ? problem.inputs : manual.layers[l - 1]!.n
