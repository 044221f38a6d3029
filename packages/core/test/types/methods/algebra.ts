/** @file What every method of this family returns, and the function behind it. */
import * as ops from '../../../src/index.ts'
import { eye, ones, type Shape, type Tensor } from '../../../src/index.ts'
import type { AlgebraMethods } from '../../../src/methods/algebra.ts'
import { gradual, type Row, row, unknown } from '../row.ts'
import { any, rows, t3, t23, t34, t234 } from './samples.ts'

const eye3 = eye(3)
const eyes = ones([2, 1, 1]).mul(eye3)
const list = ones([unknown(3)])
const any3: Tensor = ones([3])
const anyEyes: Tensor = eyes

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
  dot: [row([], t3.dot(t3), ops.dot(t3, ones([unknown(3)])), list.dot(t3))],
  outer: [
    row([3, 4], t3.outer(ones([4])), ops.outer(t3, ones([4]))),
    row([unknown(3), 3], list.outer(t3), ones([unknown(3)]).outer(t3)),
    row(gradual(3, 3), t3.outer(any3)),
  ],
  cholesky: [row([3, 3], eye3.cholesky(), ops.cholesky(eye3)), row([2, 3, 3], eyes.cholesky())],
  solve: [
    row([3], eye3.solve(t3), ops.solve(eye3, t3)),
    row(
      [3, 4],
      eye3.solve(t34),
      ones([unknown(3), 3])
        .mul(0)
        .add(eye3)
        .solve(t34),
    ),
    row([2, 3], eyes.solve(t3)),
    row([2, 3, 4], eyes.solve(t34), eye3.solve(ones([2, 3, 4])), eyes.solve(ones([1, 3, 4]))),
    row([5, 2, 3, 4], eyes.solve(ones([5, 1, 3, 4]))),
    row(gradual(3), eye3.solve(any3)),
  ],
  inv: [row([3, 3], eye3.inv(), ops.inv(eye3)), row([2, 3, 3], eyes.inv())],
  det: [row([], eye3.det(), ops.det(eye3)), row([2], eyes.det()), row(gradual(2), anyEyes.det())],
}
