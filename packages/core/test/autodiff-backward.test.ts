/** @file requiresGrad, backward and grad: what is tracked, what accumulates, and what each mistake says. */
import { describe, expect, it } from 'vitest'
import { add, backward, grad, mul, noGrad, TapegradError, Tensor, tensor, zeros } from '../src/index.ts'
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
    [5, 'grad holds 5, the tensor is float64 [2]; set grad to null'],
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
    [
      'a count',
      () => leaf([1, 2]).gt(0).sum().backward(),
      "this tensor is int32, which has no gradient: comparisons, argmax and to('int32') end the way back",
    ],
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
      'the cotangent is float64 [1, 2], the output float64 [2]; pass a tensor like it',
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
      'the cotangent is 1, the output float64 []; pass a tensor like it',
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

it('free functions and methods record alike', () => {
  const x = leaf([1, 2])
  add(mul(x, 2), x).sum().backward()
  expect(values(x.grad)).toEqual([3, 3])
  expect(x).toBeInstanceOf(Tensor)
})
