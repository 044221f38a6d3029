/** @file Values side by side as rows, each judged right, wrong or a consequence. Imports closed-form.ts and rows.ts. */
import type { LayerDifferences } from './by-differences.ts'
import type { LayerValues, Pass, Problem } from './closed-form.ts'
import type { FiniteDifference } from './differences.ts'
import type { Rows } from './loss-rules.ts'
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
  /** The absolute error that a right value may have besides rounding of its own. */
  readonly noise?: number
  /** For an updated parameter: by how much it moved. That is compared, since the parameter would hide it. */
  readonly change?: (values: LayerValues) => Rows
}

/** Relative error of a right value: formulas of students, such as n (1 - n), lose digits that ours keep. */
const RELATIVE = 1e-6
/** The same, of the largest value of the group: a sum whose terms cancel has their rounding errors. */
const OF_LARGEST = 1e-12

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
  const floor = OF_LARGEST * largestOf(expected!) + noise
  return given!.flatMap((row, r) =>
    row.map((value, c): LedgerRow => {
      const wanted = expected![r]![c]!
      const close = (x: number): boolean =>
        Object.is(x, wanted) || Math.abs(x - wanted) <= RELATIVE * Math.abs(wanted) + floor
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

/** The largest magnitude. */
export const largestOf = (rows: Rows): number =>
  rows.reduce((most, row) => row.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0)

/**
 * Absolute errors that right values may have. A student's f' = n (1 - n) is off by a rounding error of 1, delta by that
 * times what comes back, and what comes back further down by that times the weights.
 */
export function noiseOf({ problem, autograd, l }: Pick<Place, 'problem' | 'autograd' | 'l'>): {
  backprop: number
  delta: number
} {
  let noise = { backprop: 0, delta: 0 }
  for (let k = problem.layers.length - 1; k >= l; k--) {
    const above = problem.layers[k + 1]
    const { backprop, fPrime } = autograd.layers[k]!
    const carried = above === undefined ? 0 : noise.delta * above.weight.length * largestOf(above.weight)
    noise = { backprop: carried, delta: 16 * 2 ** -53 * largestOf(backprop) + carried * largestOf(fPrime) }
  }
  return noise
}

/** What layer l gets: [sample][neuron]. */
export const inputsOf = ({ problem, manual, l }: Pick<Place, 'problem' | 'manual' | 'l'>): Rows =>
  l === 0 ? problem.inputs : manual.layers[l - 1]!.n
