/** @file A call that succeeds, for each export of this family. */
import { type Call, matrix, record } from './samples.ts'

export const orderCalls: Record<string, Call> = {
  ...record('cumsum cumprod sort argsort', () => [matrix, 1]),
  topk: () => [matrix, 2, -1],
}
