/** @file SGD refuses gradients of another shape, and a bad state as a whole. */
import { tensor, zeros } from '@tapegrad/core'
import { SGD } from '@tapegrad/nn'
import { expect, it } from 'vitest'

it('a gradient of another shape is not broadcast', () => {
  const a = zeros([3], { requiresGrad: true })
  const p = zeros([2], { requiresGrad: true })
  const optimizer = new SGD([a, p], { lr: 1 })
  for (const grad of [tensor([1]), tensor(1), tensor([[1, 1]])]) {
    p.grad = grad as never
    const shape = `[${grad.shape.join(', ')}]`
    expect(() => optimizer.step()).toThrow(`SGD: parameter 1 is float32 [2], its grad is float32 ${shape}`)
    expect(p.toArray()).toEqual([0, 0])
  }
  p.grad = tensor([1, 2])
  optimizer.step()
  expect(p.toArray()).toEqual([-1, -2])
})

it('a bad learning rate in a state leaves the buffers as they were', () => {
  const p = zeros([2], { requiresGrad: true })
  const optimizer = new SGD([p], { lr: 1, momentum: 0.5 })
  const before = optimizer.stateDict()
  for (const lr of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
    const state = {
      'groups.0.lr': tensor(lr, { dtype: 'float64' }),
      'state.0.momentum_buffer': tensor([7, 7]),
    }
    expect(() => optimizer.loadStateDict(state)).toThrow(
      `loadStateDict: groups.0.lr must be a finite number >= 0, got ${lr}`,
    )
    expect(optimizer.stateDict()).toEqual(before)
    expect(optimizer.lr).toBe(1)
  }
})
