/** @file A call that succeeds, for each export of this family. */
import { type Call, matrix, record, reduction } from './samples.ts'

export const reduceCalls: Record<string, Call> = {
  ...record('sum mean max min prod logsumexp norm', reduction),
  variance: () => [matrix, [0, 1], { correction: 1 }],
  std: () => [matrix, 0, { keepdims: false, correction: 1 }],
  ...record('any all', () => [matrix.gt(2), 1, { keepdims: true }]),
  ...record('argmax argmin', () => [matrix, 0]),
  softmax: () => [matrix, -1],
  logSoftmax: () => [matrix, 0],
}
