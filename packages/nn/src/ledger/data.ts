/** @file The ledger as plain data. Imports rows.ts and grading.ts (types only). */
import type { FirstWrong } from './grading.ts'
import type { Rows } from './loss-rules.ts'
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
  /** What each sample adds, and the loss itself. */
  readonly loss: LedgerGroup
  /** What a formula of the reader's own, or an injected mistake, made wrong first. */
  readonly firstWrong: FirstWrong | null
}
