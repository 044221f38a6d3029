/** @file SGD: its trajectories against PyTorch's documented update on plain arrays; groups and their rates. */
import { ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { Dense, parameter, SGD, type SGDOptions, Sigmoid, sequential } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectClose, flat } from './support/close.ts'
import { type PlainSettings, PlainSGD } from './support/sgd.ts'
import { gradientAt, leaf, START, train } from './support/sgd-steps.ts'

function plain(settings: PlainSettings, steps: number): number[] {
  const reference = new PlainSGD(START)
  for (let step = 0; step < steps; step++) reference.step(gradientAt(reference.theta, step), settings)
  return reference.theta
}

describe('SGD', () => {
  it.each<SGDOptions>([
    { lr: 0.1 },
    {},
    { lr: 0 },
    { lr: 0.1, momentum: 0.9 },
    { lr: 0.1, momentum: 0.9, dampening: 0.3 },
    { lr: 0.1, momentum: 0.9, nesterov: true },
    { lr: 0.1, weightDecay: 0.05 },
    { lr: 0.1, weightDecay: 0.05, momentum: 0.8 },
    { lr: 0.1, weightDecay: 0.05, momentum: 0.8, nesterov: true },
    { lr: 0.1, weightDecay: 0.05, momentum: 0.8, dampening: 1 },
    { lr: 0.1, dampening: 0.5 },
  ])('takes 20 steps as PyTorch documents them: %o', (options) => {
    const p = leaf()
    train(new SGD([p], options), p, 20)
    // The same operations in the same order, in doubles; sums may be grouped differently by one rounding.
    expectClose(p, plain({ lr: 1e-3, ...options }, 20), 1e-14)
  })

  it('does so for any settings', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    const settings = fc.record({
      lr: unit,
      momentum: unit,
      dampening: unit,
      weightDecay: unit,
      nesterov: fc.boolean(),
    })
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 8 }), (drawn, steps) => {
        const nesterov = drawn.nesterov && drawn.momentum > 0
        const options = { ...drawn, nesterov, dampening: nesterov ? 0 : drawn.dampening }
        const p = leaf()
        train(new SGD([p], options), p, steps)
        // As above; the gradient's dependence on p can double a difference in each of the 8 steps.
        expectClose(p, plain(options, steps), 1e-12)
      }),
      { numRuns: 100 },
    )
  })

  it('in float32 rounds each operation to float32', () => {
    const f = Math.fround
    const p = tensor([0.1, 0.7], { requiresGrad: true })
    p.grad = tensor([0.3, -0.2])
    new SGD([p], { lr: 0.2 }).step()
    expect(p.toArray()).toEqual([f(f(0.1) - f(f(0.3) * f(0.2))), f(f(0.7) - f(f(-0.2) * f(0.2)))])
  })

  it('starts a momentum buffer when its parameter first gets a gradient', () => {
    const options = { lr: 0.1, momentum: 0.9, dampening: 0.5 }
    const [late, other] = [leaf(), leaf()]
    const optimizer = new SGD([late, other], options)
    train(optimizer, other, 3)
    expect(flat(late)).toEqual(START)
    other.grad = null
    train(optimizer, late, 4)
    expectClose(late, plain(options, 4), 1e-14)
    expectClose(other, plain(options, 3), 1e-14)
  })

  it('skips frozen parameters and those without a gradient', () => {
    const model = sequential(new Dense(2, 2), new Sigmoid(), new Dense(2, 1))
    model.layers[0].weight.requiresGrad = false
    const before = model.stateDict()
    const optimizer = new SGD(model.parameters(), { lr: 1 })
    optimizer.step()
    expect(model.stateDict()).toEqual(before)
    model
      .call(ones([3, 2]))
      .sum()
      .backward()
    optimizer.step()
    const after = model.stateDict()
    expect(after['0.weight']).toEqual(before['0.weight'])
    expect(after['2.weight']).not.toEqual(before['2.weight'])
  })

  it('zeroGrad forgets the gradients, which else add up', () => {
    const p = leaf()
    const optimizer = new SGD([p], { lr: 0.5 })
    p.sum().backward()
    p.sum().backward()
    expect(p.grad!.toArray()).toEqual([2, 2, 2])
    optimizer.zeroGrad()
    expect(p.grad).toBeNull()
  })

  it('steps are not recorded, whatever recorded the gradient', () => {
    const p = leaf()
    p.square().sum().backward(undefined, { createGraph: true })
    expect(p.grad!.requiresGrad).toBe(true)
    new SGD([p], { lr: 0.1, momentum: 0.5 }).step()
    expect(p.node!.primitive).toBeNull()
    expectClose(
      p,
      START.map((v) => v - 0.1 * 2 * v),
      1e-15,
    )
  })

  it('tells a tape that its values are gone', () => {
    const p = leaf()
    const loss = p.square().sum()
    loss.backward()
    new SGD([p], { lr: 0.1 }).step()
    expect(() => loss.backward()).toThrow(/overwritten by assign/)
  })

  it('takes views as parameters and writes through them', () => {
    const base = zeros([3, 2])
    const row = parameter(base.slice([1]))
    row.grad = ones([2])
    new SGD([row as Tensor], { lr: 1 }).step()
    expect(base.toArray()).toEqual([
      [0, 0],
      [-1, -1],
      [0, 0],
    ])
  })
})

describe('the learning rate', () => {
  it('can be read and set at any time', () => {
    const p = leaf()
    const optimizer = new SGD([p], { lr: 0.1 })
    expect(optimizer.lr).toBe(0.1)
    p.grad = tensor(Float64Array.of(1, 1, 1)) as Tensor
    optimizer.lr = 2
    expect(optimizer.lr).toBe(2)
    optimizer.step()
    expect(flat(p)).toEqual(START.map((v) => v - 2))
    optimizer.lr *= 0.5
    optimizer.step()
    expect(flat(p)).toEqual(START.map((v) => v - 3))
    expect(new SGD([p]).lr).toBe(0.001)
  })

  it('belongs to a group, and all groups can be set at once', () => {
    const [a, b] = [leaf(), leaf()]
    const optimizer = new SGD(
      [
        { params: [a], lr: 1 },
        { params: [b], momentum: 0.5 },
      ],
      { lr: 0.25 },
    )
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([1, 0.25])
    expect(optimizer.groups.map(({ options }) => options.momentum)).toEqual([0, 0.5])
    const step = (): void => {
      for (const p of [a, b]) p.grad = tensor(Float64Array.of(1, 1, 1)) as Tensor
      optimizer.step()
    }
    step()
    expect(flat(a)).toEqual(START.map((v) => v - 1))
    expect(flat(b)).toEqual(START.map((v) => v - 0.25))
    optimizer.groups[1]!.lr = 0.5
    step()
    expect(flat(a)).toEqual(START.map((v) => v - 2))
    expect(flat(b)).toEqual(START.map((v) => v - 0.25 - 0.5 * 1.5))
    optimizer.lr = 0
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0, 0])
    expect(optimizer.lr).toBe(0)
  })

  it('serves float32 and float64 parameters in one group', () => {
    const [a, b] = [ones([1], { requiresGrad: true }), ones([1], { dtype: 'float64', requiresGrad: true })]
    a.grad = ones([1])
    b.grad = ones([1], { dtype: 'float64' })
    const optimizer = new SGD([a, b], { lr: 0.25 })
    optimizer.lr = 0.5
    optimizer.step()
    expect([a.item(), b.item()]).toEqual([0.5, 0.5])
  })
})
