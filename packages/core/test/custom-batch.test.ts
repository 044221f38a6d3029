/** @file defineOp: the batch rule of one's own ops and of their rules, which vmap will call. */
import { defineOp, grad, jvp, matmul, sum, type Tensor } from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import type { AnyPrimitive } from '../src/primitive.ts'
import { entriesOf } from './support/checking.ts'
import { cube, float64, numbers, product, slope, swish } from './support/custom-ops.ts'

describe('the batch rule', () => {
  /** The primitive under an op: what vmap will call. */
  const recordOf = (op: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]): AnyPrimitive =>
    entriesOf(() => op(...xs)).at(-1)!.primitive

  it('runs example by example and stacks', () => {
    const a = float64([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])
    const b = float64([1, 0, 0, 2], [2, 2])
    const { batch } = recordOf(product as (...xs: Tensor[]) => Tensor, b, b)
    if (typeof batch !== 'function') throw new Error('expected a rule')
    expect(batch([a, b], [true, false], undefined, 2).toArray()).toEqual(matmul(a, b).toArray())
    expect(batch([b, a], [false, true], undefined, 2).toArray()).toEqual(matmul(b, a).toArray())
    const empty = batch([float64([], [0, 2, 2]), b], [true, false], undefined, 0)
    expect([empty.shape, empty.dtype]).toEqual([[0, 2, 2], 'float64'])
  })

  it('is differentiable', () => {
    const x = float64([1, 2, 3, 4], [2, 2])
    const { batch } = recordOf(swish, x)
    if (typeof batch !== 'function') throw new Error('expected a rule')
    const batched = (x: Tensor): Tensor => sum(batch([x], [true], undefined, 2))
    expect(numbers(grad(batched)(x))).toEqual(numbers(grad((x: Tensor) => sum(swish(x)))(x)))
  })

  it('serves rules that loop over numbers, too', () => {
    const op = defineOp({
      name: 'loop',
      forward: cube,
      backward: (ct, { inputs: [x] }) => [slope(x, ct)],
      jvp: ([dx], { inputs: [x] }) => slope(x, dx),
      onceDifferentiable: true,
    })
    const x = float64([1, 2, 3, 4], [2, 2])
    const entries = entriesOf(() => {
      grad((x: Tensor) => sum(op(x)))(x)
      jvp(op, [x], [x])
    })
    for (const name of ['loop.backward', 'loop.jvp']) {
      const {
        primitive: rule,
        inputs,
        params,
        output,
      } = entries.find((entry) => entry.primitive.name === name)!
      if (typeof rule.batch !== 'function') throw new Error('expected a rule')
      const batched = rule.batch(
        inputs,
        inputs.map(() => true),
        params,
        2,
      )
      expect(batched.toArray()).toEqual(output.toArray())
    }
  })
})
