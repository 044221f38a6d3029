/** @file An optimizer of one's own, written with what the entry exports alone: types without casts, steps, groups, saved state. */
import { add, assign, mul, sign, sub, type Tensor, tensor, zeros } from '@tapegrad/core'
import { Optimizer, type OptimizerOptions, type OptimizerParams, type Slot } from '@tapegrad/nn'
import { expect, it } from 'vitest'

interface SignedOptions extends OptimizerOptions {
  readonly beta?: number
}

/** Steps of equal length along the sign of the momentum. */
class Signed extends Optimizer<Required<SignedOptions>> {
  constructor(params: OptimizerParams<SignedOptions>, options: SignedOptions = {}) {
    super(
      'Signed',
      params,
      { lr: 0.5, beta: 0.5, ...options },
      () => {},
      (p) => ({ m: zeros(p.shape, { dtype: p.dtype }) }),
    )
  }

  protected update({ parameter, rate, options, state }: Slot<Required<SignedOptions>>, grad: Tensor): void {
    const m = add(mul(state.m!, options.beta), grad)
    assign(state.m!, m)
    assign(parameter, sub(parameter, mul(sign(m), rate)))
  }
}

it('steps, has groups, and saves its state', () => {
  const [p, q] = [tensor([1, -1], { requiresGrad: true }), tensor(4, { requiresGrad: true })]
  const optimizer = new Signed([{ params: [p] }, { params: [q], lr: 2, beta: 0 }])
  p.grad = tensor([3, -2])
  q.grad = tensor(1)
  optimizer.step()
  expect(p.toArray()).toEqual([0.5, -0.5])
  expect(q.item()).toBe(2)
  p.grad = tensor([-2, 2])
  q.grad = tensor(-1)
  // A second one goes on from what the first one saved: m = 0.5 * [3, -2] + [-2, 2], and -1.
  const next = new Signed([{ params: [p] }, { params: [q], lr: 2, beta: 0 }])
  next.loadStateDict(optimizer.stateDict())
  next.step()
  expect(next.stateDict()['state.0.m']!.toArray()).toEqual([-0.5, 1])
  expect(p.toArray()).toEqual([1, -1])
  expect(q.item()).toBe(4)
})
