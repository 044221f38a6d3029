/** @file The ledger as plain data. Imports types of the files above it. */
import type { Rows } from './arrays.ts'
import type { FirstWrong } from './grading.ts'
import type { Bug } from './mistakes.ts'
import type { LedgerGroup, LedgerLayer } from './rows.ts'

/** What a ledger says, without methods: what `toJSON` gives. */
export interface LedgerData {
  readonly model: string
  readonly x: Rows
  /** Row-major. */
  readonly y: readonly number[]
  /** Learning rate of the step; null where none is taken. */
  readonly rate: number | null
  readonly layers: readonly LedgerLayer[]
  /** The loss: one row. */
  readonly loss: LedgerGroup
  /** The mistake that was made on purpose. */
  readonly bug: Bug | null
  /** What a formula of the reader's own, or an injected mistake, made wrong first. */
  readonly firstWrong: FirstWrong | null
}
