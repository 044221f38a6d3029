/** @file What every method of this family returns, and the function behind it. */
import * as ops from '../../../src/index.ts'
import { ones, type Shape, type Tensor } from '../../../src/index.ts'
import type { MemoryMethods } from '../../../src/methods/memory.ts'
import { gradual, type Row, row } from '../row.ts'
import { any, t3, t23 } from './samples.ts'

function gradientOf(f: (x: Tensor<[2, 3]>) => void): Tensor<[2, 3]> {
  const x = ones([2, 3], { requiresGrad: true })
  f(x)
  return x.grad!
}

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const memoryShapes: { readonly [Name in keyof MemoryMethods<Shape>]: readonly Row[] } = {
  to: [row([2, 3], t23.to('float64'), ops.to(t23, 'int32')), row(gradual(2, 3), any.to('bool'))],
  clone: [row([2, 3], t23.clone(), ops.clone(t23)), row(gradual(2, 3), any.clone())],
  assign: [row([2, 3], ones([2, 3]).assign(t3), ones([2, 3]).assign(0), ops.assign(ones([2, 3]), t23))],
  onGrad: [
    row(
      [2, 3],
      gradientOf((x) => {
        x.onGrad((g) => g.mul(2))
        x.sum().backward()
      }),
    ),
  ],
  backward: [
    row(
      [2, 3],
      gradientOf((x) => x.sum().backward()),
      gradientOf((x) => ops.backward(x, t23)),
    ),
  ],
}
