/** @file Choice between two tensors by a mask. Imports define.ts, operand.ts and broadcast.ts. */

import { fail } from '../errors.ts'
import { SAVES_FIRST } from '../primitive.ts'
import { broadcastShapes } from '../shape.ts'
import type { Broadcast, Broadcastable, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { elementwise } from './define.ts'
import { checkTensor, lift, type Operand } from './operand.ts'

const wherePrimitive = /* @__PURE__ */ elementwise('where', {
  expr: (s, condition, a, b) => s.select(s.ne(condition!, 0), a!, b!),
  d: [null, (d, [condition]) => where(condition!, d, 0), (d, [condition]) => where(condition!, 0, d)],
  check: (op, { dtype }) => {
    if (dtype !== 'bool')
      fail(op, `the condition has dtype ${dtype}, it must be bool; compare first, as in x.gt(0)`)
  },
  jvp: 'linear',
  saves: SAVES_FIRST,
})

/**
 * `a` where the bool tensor `condition` is true, else `b`; all three broadcast. Gradients flow only through the branch
 * that was chosen, but both branches are computed: a NaN gradient of the other one still meets its 0 and stays NaN.
 */
export function where<C extends Shape, A extends Shape = [], B extends Shape = []>(
  condition: Tensor<C>,
  a: number | Broadcastable<C, A, Tensor<A>>,
  b: number | Broadcastable<Broadcast<C, A>, B, Tensor<B>>,
): Tensor<Broadcast<Broadcast<C, A>, B>>
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  checkTensor('where', condition)
  let x = lift('where', a, b)
  let y = lift('where', b, a)
  if (x.shape !== condition.shape || y.shape !== condition.shape) {
    const all = [condition.shape, x.shape, y.shape]
    const pair = broadcastShapes('where', condition.shape, x.shape, 0, all)
    const shape = broadcastShapes('where', pair, y.shape, 0, all)
    x = broadcastTo(x, shape)
    y = broadcastTo(y, shape)
    condition = broadcastTo(condition, shape)
  }
  return apply(wherePrimitive, [condition, x, y], undefined)
}
