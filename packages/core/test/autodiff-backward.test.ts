/** @file requiresGrad, backward and grad: what is tracked, what accumulates, and what each mistake says. */
import { describe, expect, it } from 'vitest'
import {
  add,
  backward,
  concat,
  grad,
  mul,
  noGrad,
  stack,
  TapegradError,
  Tensor,
  tensor,
  zeros,
} from '../src/index.ts'
import { f64, leaf, values } from './support/f64.ts'

describe('requiresGrad', () => {
  it('is false for new tensors, true for leaves and for what is computed from one', () => {
    const x = leaf([1, 2])
    const c = f64([1, 2])
    expect([x.requiresGrad, c.requiresGrad, x.mul(c).requiresGrad, c.mul(c).requiresGrad]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })
  it('can be switched on and off on a leaf, any number of times', () => {
    const x = f64([1, 2])
    for (const on of [true, true, false, false, true]) {
      x.requiresGrad = on
      expect(x.requiresGrad).toBe(on)
      expect(x.mul(2).requiresGrad).toBe(on)
    }
  })
  it('is an error on int32 and bool tensors', () => {
    for (const x of [tensor([1, 2], { dtype: 'int32' }), tensor([true])] as Tensor[]) {
      expect(() => {
        x.requiresGrad = true
      }).toThrow(
        `requiresGrad: a tensor of dtype ${x.dtype} cannot carry gradients; convert it with to('float32')`,
      )
      expect(x.requiresGrad).toBe(false)
    }
  })
  it('cannot be switched off on a computed tensor; switching it on there changes nothing', () => {
    const y = leaf([1, 2]).exp()
    const { node } = y
    y.requiresGrad = true
    expect(y.node).toBe(node)
    expect(() => {
      y.requiresGrad = false
    }).toThrow('requiresGrad: this tensor was computed by exp; use detach()')
  })
  it.each([undefined, null, 1, 'true'])('refuses %s in place of a boolean', (on) => {
    const x = f64(1)
    expect(() => {
      x.requiresGrad = on as never
    }).toThrow('requiresGrad: must be true or false')
  })
  it('does not make integer results of tracked tensors tracked', () => {
    const x = leaf([1, 2])
    expect([x.gt(1), x.to('int32'), x.argmax()].map((y) => y.requiresGrad)).toEqual([false, false, false])
  })
})

describe('backward', () => {
  it('fills grad of the leaves that y depends on, and of no other tensor', () => {
    const [x, w, other] = [leaf([1, 2]), leaf([3, 4]), leaf([5, 6])]
    const c = f64([7, 8])
    const z = x.mul(w)
    z.mul(c).sum().backward()
    expect([x, w, other, c, z].map((t) => values(t.grad))).toEqual([[21, 32], [7, 16], null, null, null])
  })
  it('accumulates over calls, and starts anew after grad = null', () => {
    const x = leaf([1, 2])
    const step = () => x.square().sum().backward()
    step()
    expect(values(x.grad)).toEqual([2, 4])
    step()
    step()
    expect(values(x.grad)).toEqual([6, 12])
    x.grad = null
    step()
    expect(values(x.grad)).toEqual([2, 4])
  })
  it('adds to a grad that was assigned, without changing the tensor assigned', () => {
    const x = leaf([1, 2])
    const mine = f64([10, 20])
    x.grad = mine
    x.square().sum().backward()
    expect(values(x.grad)).toEqual([12, 24])
    expect(values(mine)).toEqual([10, 20])
  })
  it('leaves a grad that was read before as it was', () => {
    const x = leaf([1, 2])
    x.sum().backward()
    const before = x.grad
    x.sum().backward()
    expect([values(before), values(x.grad)]).toEqual([
      [1, 1],
      [2, 2],
    ])
  })
  it.each([
    [f64([1, 2, 3]), 'grad holds float64 [3], the tensor is float64 [2]; set grad to null'],
    [tensor([1, 2]), 'grad holds float32 [2], the tensor is float64 [2]; set grad to null'],
    [5, 'grad holds 5; set it to a tensor or to null'],
  ])('refuses an assigned grad that does not fit: %s', (assigned, message) => {
    const x = leaf([1, 2])
    x.grad = assigned as never
    expect(() => x.sum().backward()).toThrow(`backward: ${message}`)
  })
  it('gives leaves that share a cotangent gradients of their own', () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])]
    x.add(w).sum().backward()
    x.grad!.assign(f64([9, 9]))
    expect([values(x.grad), values(w.grad)]).toEqual([
      [9, 9],
      [1, 1],
    ])
  })
  it('never stores the cotangent that the caller passed, tracked or not', () => {
    for (const ct of [f64([1, 2]), leaf([1, 2]), leaf([1, 2]).mul(1)]) {
      for (const y of [(x: Tensor) => x, (x: Tensor) => x.add(1)]) {
        const x = leaf([3, 4])
        y(x).backward(ct)
        expect(values(x.grad)).toEqual([1, 2])
        expect(x.grad!.requiresGrad).toBe(false)
        expect(x.grad!.storage).not.toBe(ct.storage)
      }
    }
  })
  it('of a leaf itself has gradient 1', () => {
    const x = leaf(3)
    x.backward()
    expect(values(x.grad)).toBe(1)
  })
  it('takes a tensor of one element of any rank without a cotangent', () => {
    const x = leaf([[3]])
    x.mul(2).backward()
    expect(values(x.grad)).toEqual([[2]])
  })
  it('takes a cotangent for any shape', () => {
    const x = leaf([1, 2])
    x.mul(3).backward(f64([10, 100]))
    expect(values(x.grad)).toEqual([30, 300])
  })
  it('leaves the tape intact: a second and a third call give the same', () => {
    const x = leaf([1, 2])
    const y = x.square().exp().sum()
    const once = (): unknown => {
      x.grad = null
      y.backward()
      return values(x.grad)
    }
    const first = once()
    expect([once(), once()]).toEqual([first, first])
    expect(first).toEqual(
      f64([2, 4])
        .mul(f64([1, 4]).exp())
        .toArray(),
    )
  })
  it('is also a free function', () => {
    const x = leaf(2)
    backward(x.square())
    expect(values(x.grad)).toBe(4)
  })
  it('works on a leaf made inside of a transform', () => {
    const slope = grad((x: Tensor) => {
      const w = leaf(3)
      w.mul(x).square().backward() // dL/dw = 2 w x^2
      return w.grad!
    })(f64(5))
    expect(values(slope)).toBe(60)
  })
  it('accumulates the gradient of a backward inside of noGrad, for what was recorded outside of it', () => {
    const x = leaf(3)
    const y = x.square()
    noGrad(() => y.backward())
    expect(values(x.grad)).toBe(6)
  })
})

describe('backward refuses', () => {
  it.each([
    ['an untracked tensor', () => f64(1).backward(), 'this tensor is not tracked: set requiresGrad'],
    ['what noGrad computed', () => noGrad(() => leaf(1).mul(2)).backward(), 'this tensor is not tracked'],
    [
      'more than one element',
      () => leaf([1, 2]).mul(2).backward(),
      'the tensor has shape [2], not one element; reduce it with sum() or mean(), or pass a cotangent',
    ],
    [
      'no element',
      () => (zeros([0], { requiresGrad: true }) as Tensor).mul(2).backward(),
      'the tensor has shape [0]',
    ],
    [
      'a cotangent of another shape',
      () =>
        leaf([1, 2])
          .mul(2)
          .backward(f64([[1, 2]])),
      'the cotangent is float64 [1, 2], the output float64 [2]; they must agree',
    ],
    [
      'a cotangent that would broadcast',
      () => leaf([1, 2]).mul(2).backward(f64(1)),
      'the cotangent is float64 [], the output float64 [2]',
    ],
    [
      'a cotangent of another dtype',
      () =>
        leaf([1, 2])
          .mul(2)
          .backward(tensor([1, 2])),
      'the cotangent is float32 [2], the output float64 [2]',
    ],
    [
      'a number as cotangent',
      () =>
        leaf(1)
          .mul(2)
          .backward(1 as never),
      'the cotangent must be a tensor, got 1',
    ],
    [
      'wrong options',
      () =>
        leaf(1)
          .mul(2)
          .backward(null, true as never),
      'options must be a plain object',
    ],
    ['no tensor', () => backward(5 as never), 'expected a tensor, got 5'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(TapegradError)
    expect(run).toThrow(`backward: ${message}`)
  })
})

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

it('free functions and methods record alike', () => {
  const x = leaf([1, 2])
  add(mul(x, 2), x).sum().backward()
  expect(values(x.grad)).toEqual([3, 3])
  expect(x).toBeInstanceOf(Tensor)
})
