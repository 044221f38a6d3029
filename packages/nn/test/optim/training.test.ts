/** @file Every optimizer in use: it finds the bottom of a bowl, learns, and keeps nothing of the steps that it took. */
import { Tensor, tensor } from '@tapegrad/core'
import { clipGradNorm, Dense, EMA, ExponentialLR, mse, RMSProp, Sigmoid, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { fullOptions, leaf, makeOptimizer, optimizerNames, setGrad } from './all.ts'

/** How many tensors and nodes can be reached from `roots` through the fields of objects. */
function reachable(roots: unknown): number {
  const seen = new Set<object>()
  const open: unknown[] = [roots]
  let found = 0
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) continue
    seen.add(value)
    if (value instanceof Tensor || value.constructor.name === 'Node') found++
    open.push(...Object.values(value))
  }
  return found
}

/** Rates at which a bowl of curvatures 1 and 20 is left neither too fast nor too slowly. */
const RATES: Record<string, number> = { SGD: 0.09, Adam: 0.1, AdamW: 0.1, RMSProp: 0.05, Adagrad: 1 }

describe.each(optimizerNames)('%s', (name) => {
  it('finds the bottom of a bowl, with a rate that falls', () => {
    const p = leaf(3, -2)
    const options = name === 'AdamW' ? { weightDecay: 0 } : {}
    const optimizer = makeOptimizer(name, [p], { lr: RATES[name], ...options })
    const schedule = new ExponentialLR(optimizer, { gamma: 0.99 })
    const bottom = tensor(Float64Array.of(1, 0.5))
    for (let i = 0; i < 500; i++) {
      optimizer.zeroGrad()
      p.sub(bottom)
        .square()
        .mul(tensor(Float64Array.of(0.5, 10)))
        .sum()
        .backward()
      optimizer.step()
      schedule.step()
    }
    // The rate is 0.7% of the first by then: the largest step left is a few thousandths.
    for (const [i, x] of flat(p).entries()) expect(Math.abs(x - [1, 0.5][i]!), `${x}`).toBeLessThan(0.01)
  })

  it('leaves no node of the tape in its state or parameters after 200 steps, as after one', () => {
    const model = sequential(new Dense(2, 3), new Sigmoid(), new Dense(3, 1))
    const optimizer = makeOptimizer(name, model.parameters(), fullOptions[name])
    const states = new Set<Tensor>()
    const open = optimizer as unknown as { update(slot: { state: Record<string, Tensor> }, g: Tensor): void }
    const { update } = open
    open.update = (slot, grad) => {
      for (const tensor of Object.values(slot.state)) states.add(tensor)
      update.call(optimizer, slot, grad)
    }
    const ema = new EMA(model, 0.99)
    const x = tensor([[0.5, -1]])
    const t = tensor([[1]])
    const step = (): void => {
      optimizer.zeroGrad()
      mse(model.call(x), t).backward()
      clipGradNorm(model.parameters(), 0.1)
      optimizer.step()
      ema.update()
    }
    step()
    const roots = () => [model, optimizer, [...states], ema.averages]
    const after1 = [states.size, reachable(roots())]
    for (let i = 1; i < 200; i++) step()
    expect([states.size, reachable(roots())]).toEqual(after1)
  })

  it('with zero rate stands still, with zero gradients makes no NaN', () => {
    const p = leaf(1, -2)
    const optimizer = makeOptimizer(name, [p], { ...fullOptions[name], lr: 0 })
    setGrad(p, [1, 0])
    for (let i = 0; i < 3; i++) optimizer.step()
    expect(flat(p)).toEqual([1, -2])
    optimizer.lr = 0.1
    setGrad(p, [0, 0])
    optimizer.step()
    expect(flat(p).every(Number.isFinite)).toBe(true)
  })
})

it('RMSProp, centered, survives gradients that do not change', () => {
  const gradients = Array.from({ length: 100 }, (_, i) => 0.1 + 0.037 * i)
  const p = leaf(...gradients)
  const optimizer = new RMSProp([p], { lr: 1e-9, alpha: 0.3, centered: true })
  // Their variance goes to 0, and rounding takes that of some below it: PyTorch's root of it is NaN.
  for (let i = 0; i < 100; i++) {
    setGrad(p, gradients)
    optimizer.step()
  }
  const { 'state.0.square_avg': v, 'state.0.grad_avg': a } = optimizer.stateDict()
  expect(flat(v).some((x, i) => x - flat(a)[i]! ** 2 < 0)).toBe(true)
  expect(flat(p).every(Number.isFinite)).toBe(true)
})

/** The first step in closed form: every element moves by the rate, whatever its gradient; so do equal gradients. */
it.each(['Adam', 'AdamW'])('%s moves by the rate where gradients do not change', (name) => {
  const p = leaf(0, 0, 0)
  const optimizer = makeOptimizer(name, [p], { lr: 0.01, weightDecay: 0, eps: 0 })
  for (let t = 1; t <= 5; t++) {
    setGrad(p, [1e-6, -3, 1e6])
    optimizer.step()
    for (const [i, x] of flat(p).entries()) expect(x).toBeCloseTo([-0.01, 0.01, -0.01][i]! * t, 14)
  }
})

/** s = t g^2 after t steps: the step is lr / sqrt(t). */
it('Adagrad moves by lr / sqrt(t) where gradients do not change', () => {
  const p = leaf(0)
  const optimizer = makeOptimizer('Adagrad', [p], { lr: 0.1, eps: 0 })
  let expected = 0
  for (let t = 1; t <= 5; t++) {
    setGrad(p, [-7])
    optimizer.step()
    expected += 0.1 / Math.sqrt(t)
    expect(p.toArray()).toEqual([expect.closeTo(expected, 13)])
  }
})
