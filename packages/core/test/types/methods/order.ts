/** @file What every method of this family returns, and the function behind it. */

import type { Shape } from '../../../src/index.ts'
import * as ops from '../../../src/index.ts'
import type { OrderMethods } from '../../../src/methods/order.ts'
import { gradual, type Row, row, unknown } from '../row.ts'
import { any, axis, rows, t23, t234 } from './samples.ts'

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const orderShapes: { readonly [Name in keyof OrderMethods<Shape>]: readonly Row[] } = {
  cumsum: [
    row([2, 3], t23.cumsum(0), t23.cumsum(axis), ops.cumsum(t23, -1)),
    row(gradual(2, 3), any.cumsum(1)),
  ],
  cumprod: [row([2, 3], t23.cumprod(0), ops.cumprod(t23, -1)), row(gradual(2, 3), any.cumprod(1))],
  sort: [row([2, 3], t23.sort(0), ops.sort(t23, -1)), row(gradual(2, 3), any.sort(1))],
  argsort: [row([2, 3], t23.argsort(0), ops.argsort(t23, -1)), row(gradual(2, 3), any.argsort(1))],
  topk: [
    row([2, 2], t23.topk(2, 1).values, t23.topk(2, -1).indices, ops.topk(t23, 2, 1).values),
    row([2, 2, 4], t234.topk(2, 1).values, ops.topk(t234, 2, -2).indices),
    row([2, unknown(1)], t23.topk(axis, 1).values),
    row([1, 3], rows.topk(1, 0).indices),
    row(gradual(2, 1), any.topk(1, 1).values, t23.topk(1, axis).indices),
  ],
}
