/** @file The types of what grad, valueAndGrad, vjp and jvp take and return. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type GradOptions,
  grad,
  jvp,
  type Tensor,
  type Tree,
  valueAndGrad,
  vjp,
  zeros,
} from '../src/index.ts'

describe('types', () => {
  const two = (a: Tensor<[2, 3]>, b: { w: Tensor<[3]> }): Tensor<[]> => a.matmul(b.w).sum()
  const [a, b] = [zeros([2, 3]), { w: zeros([3]) }]
  it('of gradients follow the arguments and argnums', () => {
    expectTypeOf(grad(two)(a, b)).toEqualTypeOf<Tensor<[2, 3]>>()
    expectTypeOf(grad(two, { argnums: 1 })(a, b)).toEqualTypeOf<{ w: Tensor<[3]> }>()
    expectTypeOf(grad(two, { argnums: [1, 0] })(a, b)).toEqualTypeOf<[{ w: Tensor<[3]> }, Tensor<[2, 3]>]>()
    expectTypeOf(grad(two, { createGraph: true })(a, b)).toEqualTypeOf<Tensor<[2, 3]>>()
    expectTypeOf(valueAndGrad(two, { argnums: [1] })(a, b)).toEqualTypeOf<
      [Tensor<[]>, [{ w: Tensor<[3]> }]]
    >()
    expectTypeOf(grad(two)).parameters.toEqualTypeOf<[a: Tensor<[2, 3]>, b: { w: Tensor<[3]> }]>()
    expect(valueAndGrad(two)(a, b)[1].shape).toEqual([2, 3])
  })
  it('of vjp and jvp', () => {
    const f = (x: Tensor<[2, 3]>, y: Tensor<[3]>): Tensor<[2]> => x.matmul(y)
    const [y, pull] = vjp(f, zeros([2, 3]), zeros([3]))
    expectTypeOf(y).toEqualTypeOf<Tensor<[2]>>()
    expectTypeOf(pull).returns.toEqualTypeOf<[Tensor<[2, 3]>, Tensor<[3]>]>()
    expectTypeOf(jvp(f, [zeros([2, 3]), zeros([3])], [zeros([2, 3]), zeros([3])])).toEqualTypeOf<
      [y: Tensor<[2]>, dy: Tensor<[2]>]
    >()
    expectTypeOf<{ a: Tensor; b: readonly Tensor[] }>().toExtend<Tree>()
    expectTypeOf<{ argnums: 0 }>().toExtend<GradOptions<0>>()
    expect(pull(zeros([2])).map((d) => d.shape)).toEqual([[2, 3], [3]])
  })
})
