/** @file onGrad: what hooks see, replace and refuse. */
import { describe, expect, it } from 'vitest'
import { grad, jvp, type Tensor, tensor, vjp, vmap } from '../src/index.ts'
import { messageOf } from './support/messages.ts'

const leaf = (): Tensor => tensor([1, 2, 3], { dtype: 'float64', requiresGrad: true })

describe('a hook', () => {
  it('sees the complete gradient, once per pass', () => {
    const x = leaf()
    const z = x.mul(2)
    const seen: unknown[] = []
    // Registered after the first use, and used twice: the gradient is the sum.
    const early = z.sum()
    z.onGrad((g) => {
      seen.push(g.toArray())
    })
    early.add(z.square().sum()).backward()
    expect(seen).toEqual([[5, 9, 13]])
    expect(x.grad!.toArray()).toEqual([10, 18, 26])
  })

  it('may replace it: for what lies below, and for grad of the tensor itself', () => {
    const x = leaf()
    const z = x.mul(2).retainGrad()
    z.onGrad((g) => g.clamp(-1, 5))
    z.square().sum().backward()
    expect(z.grad!.toArray()).toEqual([4, 5, 5])
    expect(x.grad!.toArray()).toEqual([8, 10, 10])
  })

  it('of a leaf sees what this pass adds, not what is there', () => {
    const x = leaf()
    const seen: unknown[] = []
    x.onGrad((g) => {
      seen.push(g.toArray())
      return g.mul(10)
    })
    x.sum().backward()
    x.sum().backward()
    expect(seen).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ])
    expect(x.grad!.toArray()).toEqual([20, 20, 20])
  })

  it('runs in order with others, and can be taken away, alone', () => {
    const x = leaf()
    const y = x.mul(1)
    const first = y.onGrad((g) => g.add(1))
    const again = (g: Tensor): Tensor => g.mul(3)
    const second = y.onGrad(again)
    y.onGrad(again)
    const gradient = (): unknown => {
      x.grad = null
      y.sum().backward()
      return x.grad!.toArray()
    }
    expect(gradient()).toEqual([18, 18, 18])
    second()
    second()
    expect(gradient()).toEqual([6, 6, 6])
    first()
    expect(gradient()).toEqual([3, 3, 3])
  })

  it('works inside of grad and vjp, and is differentiated', () => {
    const f = (x: Tensor): Tensor<[]> => {
      const y = x.square()
      y.onGrad((g) => g.mul(y))
      return y.sum() as Tensor<[]>
    }
    const x = tensor([1, 2, 3], { dtype: 'float64' })
    // 2 x y in place of 2 x. Its derivative is 2 y, and through y, where the hook multiplies again, 2 x y 2 x.
    expect(grad(f)(x).toArray()).toEqual([2, 16, 54])
    expect(grad((t: Tensor) => grad(f)(t).sum() as Tensor<[]>)(x).toArray()).toEqual([6, 72, 342])
    expect(vjp(f, x)[1](tensor(2, { dtype: 'float64' }) as Tensor<[]>)[0].toArray()).toEqual([4, 32, 108])
  })

  it('sees each of the gradients that vmap stacks, and nothing of tangents', () => {
    const shapes: unknown[] = []
    const f = (x: Tensor): Tensor<[]> => {
      const y = x.square()
      y.onGrad((g) => {
        shapes.push(g.shape)
        return g.mul(x)
      })
      return y.sum() as Tensor<[]>
    }
    const rows = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype: 'float64' },
    )
    // The hook runs once, on one example without values: x 2 x.
    expect(vmap(grad(f))(rows).toArray()).toEqual([
      [2, 8, 18],
      [32, 50, 72],
    ])
    expect(shapes).toEqual([[3]])
    // A tangent is no gradient: the plain 2 x dx.
    expect(jvp(f, [rows], [rows])[1].item()).toBe(2 * 91)
    expect(shapes).toEqual([[3]])
  })

  it('its result is differentiated with createGraph, by backward', () => {
    const x = leaf()
    const y = x.mul(1)
    y.onGrad((g) => g.mul(x))
    y.sum().backward(null, { createGraph: true })
    const first = x.grad!
    x.grad = null
    // The gradient was x; the second pass does not meet y.
    first.square().sum().backward()
    expect([first, x.grad!].map((g) => g.toArray())).toEqual([
      [1, 2, 3],
      [2, 4, 6],
    ])
  })

  it('stays with its tensor: others are not asked', () => {
    const x = leaf()
    x.onGrad(() => tensor([0, 0, 0], { dtype: 'float64' }))
    const y = leaf()
    x.mul(y).sum().backward()
    expect(x.grad!.toArray()).toEqual([0, 0, 0])
    expect(y.grad!.toArray()).toEqual([1, 2, 3])
  })
})

describe('what it refuses', () => {
  it.each<[string, () => unknown, string]>([
    [
      'a tensor that is not tracked',
      () => tensor([1, 2]).onGrad(() => {}),
      'onGrad: the tensor is not tracked',
    ],
    ['no function', () => leaf().onGrad(3 as never), 'onGrad: expected a function, got 3'],
    [
      'a hook that returns another shape',
      () => {
        const x = leaf()
        x.onGrad((g) => g.sum() as never)
        x.sum().backward()
      },
      'onGrad: the hook returned float64 [], the gradient is float64 [3]; return a tensor like it, or nothing',
    ],
    [
      'a hook that returns a number',
      () => {
        const x = leaf()
        x.onGrad((() => 3) as never)
        x.sum().backward()
      },
      'onGrad: the hook returned 3, the gradient is float64 [3]; return a tensor like it, or nothing',
    ],
  ])('%s', (_, f, message) => {
    expect(messageOf(f)).toContain(message)
  })
})
