/** @file A call that succeeds, for each export of this family. */
import { type Call, f64, int32, matrix, row } from './samples.ts'

export const movementCalls: Record<string, Call> = {
  reshape: () => [matrix, [3, -1]],
  flatten: () => [matrix, 0, 1],
  permute: () => [matrix, [1, 0]],
  transpose: () => [matrix, 0, 1],
  squeeze: () => [f64([[1]]), 0],
  unsqueeze: () => [matrix, 1],
  broadcastTo: () => [row, [2, 3]],
  slice: () => [matrix, [1, [0, null, 2]]],
  flip: () => [matrix, [0, 1]],
  pad: () => [
    matrix,
    [
      [1, 0],
      [0, 2],
    ],
    7,
  ],
  concat: () => [[matrix, matrix], 1],
  stack: () => [[row, row], 1],
  take: () => [matrix, int32([0, 1]), 1],
  gather: () => [row, int32([2, 0]), 0],
  scatterAdd: () => [row, int32([0, 2]), f64([1, 2]), 0],
  maskedFill: () => [matrix, row.gt(1), 7],
  tile: () => [matrix, [2, 1]],
  roll: () => [matrix, 2, 1],
  split: () => [matrix, [1, 2], 1],
  tril: () => [matrix, 1],
  triu: () => [matrix, -1],
  diagonal: () => [matrix],
}
