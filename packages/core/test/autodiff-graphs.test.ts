/** @file Graphs of every form under backward; leaves switched meanwhile; retainGrad; createGraph. */
import { describe, expect, it } from 'vitest'
import { concat, noGrad, stack, type Tensor } from '../src/index.ts'
import { f64, leaf, values } from './support/f64.ts'

describe('graphs', () => {
  it('a diamond sums both of its paths', () => {
    const x = leaf(2)
    const a = x.mul(3)
    a.square().add(a.exp()).backward()
    expect(x.grad!.item()).toBeCloseTo(3 * (2 * 6 + Math.exp(6)), 10)
  })
  it('one tensor as both inputs counts twice', () => {
    const x = leaf([2, 3])
    x.mul(x).sum().backward()
    expect(values(x.grad)).toEqual([4, 6])
  })
  it('one tensor in all places of a variadic op counts each time', () => {
    const x = leaf([2, 3])
    concat([x, x, x])
      .mul(f64([1, 2, 3, 4, 5, 6]))
      .sum()
      .backward()
    expect(values(x.grad)).toEqual([1 + 3 + 5, 2 + 4 + 6])
    const y = leaf(2)
    stack([y, y])
      .mul(f64([1, 10]))
      .sum()
      .backward()
    expect(values(y.grad)).toBe(11)
  })
  it('whose ids and order of visit disagree reaches each node after all of its consumers', () => {
    // From y, the walk meets `early` before `late`, though late was made from it, through a longer way.
    const x = leaf(2)
    const early = x.square()
    const late = early.mul(3).mul(5).mul(7)
    const y = late.mul(early).add(early) // 105 x^4 + x^2
    y.backward()
    expect(values(x.grad)).toBe(4 * 105 * 8 + 4)
  })
  it('in a random order of use agrees with the sum over all paths', () => {
    // value[i] = sum of the values before it with fixed weights: the gradient follows by the same recursion downward.
    const weight = (i: number, j: number): number => ((i * 7 + j * 3) % 5) - 2
    const count = 40
    const x = leaf(1)
    const nodes: Tensor[] = [x]
    const slopes = [1]
    for (let i = 1; i < count; i++) {
      const uses = [i - 1, (i * 13) % i, (i * 29) % i]
      nodes.push(uses.map((j) => nodes[j]!.mul(weight(i, j))).reduce((a, b) => a.add(b)))
      slopes.push(uses.reduce((sum, j) => sum + weight(i, j) * slopes[j]!, 0))
    }
    nodes.at(-1)!.backward()
    expect(values(x.grad)).toBe(slopes.at(-1))
  })
})

describe('a leaf switched while a graph exists', () => {
  it('gets no gradient from ops that ran before it was a leaf: others of that time were not recorded', () => {
    const [x, w] = [f64(2), leaf(3)]
    const unrecorded = x.mul(5)
    const y = x.mul(w).add(unrecorded)
    x.requiresGrad = true
    y.backward()
    expect([values(x.grad), values(w.grad)]).toEqual([null, 2])
    const later = y.mul(x)
    w.grad = null
    later.backward()
    expect(values(x.grad)).toBe(16) // y itself: y's own dependence on x was never recorded
    expect(values(w.grad)).toBe(4)
  })
  it('gets none while it is switched off, and none from older ops after it is switched on again', () => {
    const [x, w] = [leaf(2), leaf(3)]
    const y = x.mul(w)
    x.requiresGrad = false
    y.backward()
    expect([values(x.grad), values(w.grad)]).toEqual([null, 2])
    x.requiresGrad = true
    y.backward()
    expect([values(x.grad), values(w.grad)]).toEqual([null, 4])
    x.mul(w).backward()
    expect([values(x.grad), values(w.grad)]).toEqual([3, 6])
  })
  it('that was frozen in the forward pass stays out of it after it is thawed', () => {
    const [x, w] = [leaf(2), leaf(3)]
    w.requiresGrad = false
    const y = x.mul(w)
    w.requiresGrad = true
    y.backward()
    expect([values(x.grad), values(w.grad)]).toEqual([3, null])
  })
})

describe('retainGrad', () => {
  it("makes z.grad the article's delta, dL/dz", () => {
    const [W, n, b, y] = [leaf([[0.5, -0.25]]), f64([1, 2]), leaf([0.1]), f64([1])]
    const z = W.matmul(n).add(b).retainGrad()
    const a = z.sigmoid()
    a.sub(y).square().sum().mul(0.5).backward()
    const s = 1 / (1 + Math.exp(-0.1))
    const delta = (s - 1) * s * (1 - s)
    // Two roundings of numbers near 1 stand between the formula and the tape.
    expect(z.grad!.item()).toBeCloseTo(delta, 15)
    expect(values(b.grad)).toEqual(values(z.grad))
    expect(values(W.grad)).toEqual([[z.grad!.item(), 2 * z.grad!.item()]])
    expect(a.grad).toBe(null)
  })
  it('accumulates like a leaf, and returns the tensor', () => {
    const x = leaf([1, 2])
    const z = x.mul(3)
    expect(z.retainGrad()).toBe(z)
    const y = z.square().sum()
    y.backward()
    y.backward()
    expect(values(z.grad)).toEqual([12, 24])
  })
  it('holds for the tensor that backward starts from, and changes nothing on a leaf', () => {
    const x = leaf(2).retainGrad()
    const y = x.square().retainGrad()
    y.backward()
    expect([values(y.grad), values(x.grad)]).toEqual([1, 4])
  })
  it('gets the complete cotangent where a tensor is used twice', () => {
    const z = leaf(2).mul(1).retainGrad()
    z.mul(z).add(z).backward()
    expect(values(z.grad)).toBe(5)
  })
  it('is an error on an untracked tensor', () => {
    expect(() => f64(1).retainGrad()).toThrow('retainGrad: the tensor is not tracked')
  })
})

describe('createGraph', () => {
  it('makes gradients that can be differentiated: a gradient penalty', () => {
    const x = leaf([1, 2])
    x.mul(x).mul(x).sum().backward(null, { createGraph: true }) // g = 3 x^2
    const g = x.grad!
    expect(g.requiresGrad).toBe(true)
    x.grad = null
    g.square().sum().backward() // d/dx 9 x^4
    expect(values(x.grad)).toEqual([36, 288])
    expect(x.grad!.requiresGrad).toBe(false)
  })
  it('to third order', () => {
    const x = leaf(0.5)
    let y: Tensor = x.sin()
    const derivatives: number[] = []
    for (let order = 0; order < 3; order++) {
      x.grad = null
      y.backward(null, { createGraph: true })
      y = x.grad!
      derivatives.push(y.item())
    }
    const [a, b, c] = derivatives
    expect(a).toBeCloseTo(Math.cos(0.5), 15)
    expect(b).toBeCloseTo(-Math.sin(0.5), 15)
    expect(c).toBeCloseTo(-Math.cos(0.5), 15)
  })
  it('keeps recording when gradients accumulate, and a retained gradient too', () => {
    const x = leaf(2)
    const z = x.mul(3).retainGrad()
    const y = z.mul(z).mul(z)
    y.backward(null, { createGraph: true })
    y.backward(null, { createGraph: true })
    const [dx, dz] = [x.grad!, z.grad!] // 2 * 81 x^2 and 2 * 3 (3x)^2
    x.grad = null
    z.retainsGrad = false
    dx.backward()
    expect(values(x.grad)).toBe(2 * 81 * 2 * 2)
    x.grad = null
    dz.backward()
    expect(values(x.grad)).toBe(2 * 3 * 18 * 2)
  })
  it('copies a cotangent that is a leaf: that one can be assigned to', () => {
    const x = leaf(2)
    const ct = leaf(1)
    x.add(1).backward(ct, { createGraph: true })
    ct.assign(7)
    expect(values(x.grad)).toBe(1)
  })
  it('differentiates with respect to the cotangent, too', () => {
    const x = leaf(2)
    const ct = leaf(5)
    x.square().backward(ct, { createGraph: true }) // x.grad = 2 x ct
    x.grad!.backward()
    expect(values(ct.grad)).toBe(4)
  })
  it('gives way to noGrad', () => {
    const x = leaf(2)
    const y = x.square()
    noGrad(() => y.backward(null, { createGraph: true }))
    expect([values(x.grad), x.grad!.requiresGrad]).toEqual([4, false])
  })
  it('is what makes a gradient that does not depend on the leaves untracked all the same', () => {
    const x = leaf([1, 2])
    x.sum().backward(null, { createGraph: true })
    expect(x.grad!.requiresGrad).toBe(false)
    expect(x.grad!.strides).toEqual([1])
  })
})
