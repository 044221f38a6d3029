/** @file What a ledger consists of: rows, groups of rows, layers. Imports types of arrays.ts and differences.ts. */

import type { Rows } from './arrays.ts'
import type { FiniteDifference } from './differences.ts'

/** `error` is e = y - n of the output, `backprop` dL/dn, `delta` dL/dz. */
export type Quantity =
  | 'z'
  | 'n'
  | 'fPrime'
  | 'error'
  | 'backprop'
  | 'delta'
  | 'dW'
  | 'db'
  | 'W'
  | 'b'
  | 'loss'

/**
 * `right`: as autograd has it. `wrong`: this formula is wrong, even where all before it is right. `follows`: the formula
 * is right, its numbers are not.
 */
export type RowStatus = 'right' | 'wrong' | 'follows'

export interface LedgerRow {
  /** `delta1[0]`, `dW2[1][0]`; with a batch `delta1[0], sample 3`. */
  readonly id: string
  readonly quantity: Quantity
  /** From 1; null for the loss. */
  readonly layer: number | null
  /** From 0; null for what belongs to the whole batch. */
  readonly sample: number | null
  /** From 0; null for the loss. */
  readonly neuron: number | null
  /** `[0]`, `[1][0]`; `#3 [0]` of sample 3 of a batch. */
  readonly index: string
  /** The right formula, with this row's numbers filled in. */
  readonly numbers: string
  readonly manual: number
  readonly autograd: number
  /** |manual - autograd|, relative to the larger of the two. */
  readonly difference: number
  /** For what is a derivative; for an updated parameter, its change. */
  readonly finite: FiniteDifference | null
  /** For an updated parameter: by how much it moved. */
  readonly change: number | null
  readonly status: RowStatus
}

export interface LedgerGroup {
  readonly quantity: Quantity
  /** The closed form, `z1 = W1 n0 + b1`. */
  readonly formula: string
  readonly rows: readonly LedgerRow[]
}

export interface LedgerLayer {
  /** From 1. */
  readonly number: number
  readonly activation: string
  /** What the layer gets: [sample][neuron]. */
  readonly inputs: Rows
  /** Before the step. */
  readonly weight: Rows
  readonly bias: readonly number[] | null
  readonly forward: readonly LedgerGroup[]
  readonly backward: readonly LedgerGroup[]
}

/** |a - b|, relative to the larger of the two. */
export function relativeDifference(a: number, b: number): number {
  const size = Math.max(Math.abs(a), Math.abs(b))
  return size === 0 ? 0 : Math.abs(a - b) / size
}
