/** @file A call that succeeds, for each export of this family. */
import { type Call, f64, matrix, row } from './samples.ts'

export const algebraCalls: Record<string, Call> = {
  matmul: () => [matrix, row],
  linear: () => [row, matrix, f64([1, 2])],
}
