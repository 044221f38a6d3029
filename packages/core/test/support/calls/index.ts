/** @file For every export of the package a call that succeeds. The list is compared with the exports. */
import { algebraCalls } from './algebra.ts'
import { convCalls } from './conv.ts'
import { elementwiseCalls } from './elementwise.ts'
import { movementCalls } from './movement.ts'
import { orderCalls } from './order.ts'
import { reduceCalls } from './reduce.ts'
import { restCalls } from './rest.ts'
import type { Call } from './samples.ts'

export const CALLS: Record<string, Call> = {
  ...elementwiseCalls,
  ...reduceCalls,
  ...movementCalls,
  ...orderCalls,
  ...algebraCalls,
  ...convCalls,
  ...restCalls,
}
