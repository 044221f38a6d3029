/** @file What every method of this family returns, and the function behind it. */
import * as ops from '../../../src/index.ts'
import { ones, type Shape } from '../../../src/index.ts'
import type { AlgebraMethods } from '../../../src/methods/algebra.ts'
import { gradual, type Row, row, unknown } from '../row.ts'
import { any, rows, t3, t23, t34, t234 } from './samples.ts'

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const algebraShapes: { readonly [Name in keyof AlgebraMethods<Shape>]: readonly Row[] } = {
  matmul: [
    row([2, 4], t23.matmul(t34), rows.matmul(t34).add(ones([2, 4])), ops.matmul(t23, t34)),
    row([unknown(2), 4], rows.matmul(t34)),
    row([2, unknown(4)], t23.matmul(ones([3, unknown(4)]))),
    row([2], t23.matmul(t3)),
    row([4], t3.matmul(t34), ops.matmul(t3, t34)),
    row([], t3.matmul(t3)),
    row([2, 3, 5], t234.matmul(ones([4, 5])), t234.matmul(ones([1, 4, 5]))),
    row([2, 3], t234.matmul(ones([4]))),
    row([2, 4], t3.matmul(t234)),
    row([8, 7, 2, 4], ones([8, 1, 2, 3]).matmul(ones([7, 3, 4]))),
    row(gradual(2, 4), any.matmul(t34)),
  ],
}
