/** @file checkpoint: random numbers and tensors that the function overwrites are in both runs the same, and happen once. */
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  defineOp,
  Generator,
  grad,
  jvp,
  manualSeed,
  rand,
  type Tensor,
  zeros,
} from '../src/index.ts'
import { f64, leaf, values } from './support/f64.ts'

type Scalar = Tensor<[]>
const ones = (n: number): Tensor => f64(new Array<number>(n).fill(1))

describe('random numbers', () => {
  const generator = new Generator(7)
  const drop = (x: Tensor): Tensor =>
    x.mul(rand(x.shape, { dtype: 'float64', generator }).lt(0.5).to('float64'))

  it('are drawn once: the second run repeats them, and moves no generator', () => {
    const x = leaf(new Array<number>(50).fill(1))
    const y = checkpoint(drop)(x)
    const state = values(generator.state)
    const other = rand([3], { generator })
    const after = values(generator.state)
    y.sum().backward()
    // d(m x)/dx is the mask m, and at x = 1 so is y.
    expect(values(x.grad)).toEqual(values(y))
    expect(new Set(values(y) as number[])).toEqual(new Set([0, 1]))
    expect(values(generator.state)).toEqual(after)
    expect(after).not.toEqual(state)
    expect(values(y)).not.toEqual(values(drop(ones(50))))
    expect(other.shape).toEqual([3])
  })

  it('of the shared generator, too, also where it is seeded inside', () => {
    manualSeed(5)
    const noise = checkpoint((x: Tensor) => x.mul(rand([4], { dtype: 'float64' })))
    const x = leaf([1, 1, 1, 1])
    const [a, b] = [noise(x), noise(x)]
    expect(values(a)).not.toEqual(values(b))
    const next = rand([2])
    a.sum().backward()
    expect(values(x.grad)).toEqual(values(a))
    x.grad = null
    b.sum().backward()
    expect(values(x.grad)).toEqual(values(b))
    manualSeed(5)
    noise(x)
    noise(x)
    expect(values(rand([2]))).toEqual(values(next))
    const seeded = checkpoint((t: Tensor) => {
      manualSeed(9)
      return t.mul(rand([4], { dtype: 'float64' }))
    })(x)
    x.grad = null
    seeded.sum().backward()
    expect(values(x.grad)).toEqual(values(seeded))
  })

  it('in derivatives of derivatives, nested checkpoints, jvp and kernels of custom ops', () => {
    const twice = checkpoint((x: Tensor) => checkpoint(drop)(drop(x.square())))
    const x = ones(40)
    const state = generator.state
    const y = twice(x)
    const same = <R>(f: () => R): R => {
      generator.state = state
      return f()
    }
    const mask = values(y)
    const half = (t: Tensor): unknown => values(t.mul(0.5))
    expect(half(same(() => grad((t: Tensor) => twice(t).sum() as Scalar)(x)))).toEqual(mask)
    expect(half(same(() => jvp(twice, [x], [ones(40)])[1]))).toEqual(mask)
    const second = (t: Tensor): Scalar => grad((u: Tensor) => twice(u).sum() as Scalar)(t).sum() as Scalar
    expect(half(same(() => grad(second)(x)))).toEqual(mask)
    for (const shape of [undefined, (t: Tensor) => t.shape]) {
      const noisy = defineOp({
        name: 'noisy',
        ...(shape && { shape }),
        forward: drop,
        backward: (ct, { output }) => [ct.mul(output)],
      })
      const f = checkpoint((t: Tensor) => noisy(t).exp())
      const kept = values(same(() => f(x)).log())
      const gradient = same(() => grad((t: Tensor) => f(t).sum() as Scalar)(x))
      expect(values(gradient.gt(0))).toEqual((kept as number[]).map((m) => m > 0))
    }
  })
})

describe('tensors that the function overwrites', () => {
  it('are overwritten once, and read as they were', () => {
    const running = f64(1)
    // As in batch normalization: the old value is read, and what is recorded does not depend on it.
    const f = checkpoint((x: Tensor) => {
      running.assign(running.mul(0.5).add(x.detach().mean()))
      return x.square()
    })
    const x = leaf([1, 3])
    const [a, b] = [f(x), f(x)]
    expect(running.item()).toBe(3.25)
    a.add(b).sum().backward()
    expect(running.item()).toBe(3.25)
    expect(values(x.grad)).toEqual([4, 12])
  })

  it('count for others as overwritten when they were', () => {
    const [x, c] = [leaf([1, 3]), f64(1)]
    const y = checkpoint((t: Tensor) => {
      c.assign(2)
      return t.square()
    })(x)
    const z = x.mul(c).sum()
    y.sum().backward()
    // That z reads c was after the only time it was overwritten.
    z.backward()
    expect(values(x.grad)).toEqual([4, 8])
  })

  it('count as they were where the result depends on them', () => {
    const scale = f64(2)
    const f = checkpoint((x: Tensor) => {
      const y = x.mul(scale.clone())
      scale.assign(scale.mul(10))
      return y
    })
    const x = leaf([1, 3])
    const [a, b] = [f(x), f(x)]
    a.sum().backward()
    expect(values(x.grad)).toEqual([2, 2])
    b.sum().backward()
    expect(values(x.grad)).toEqual([22, 22])
    expect(scale.item()).toBe(200)
  })

  it('may be scratch memory of the function', () => {
    const f = checkpoint((x: Tensor) => {
      const scratch = zeros([2], { dtype: 'float64' }).assign(x.detach())
      return x.mul(scratch)
    })
    const x = leaf([1, 3])
    f(x).sum().backward()
    expect(values(x.grad)).toEqual([1, 3])
    const second = grad((t: Tensor) => grad((u: Tensor) => f(u).square().sum() as Scalar)(t).sum() as Scalar)
    // f = x s with s held: f^2 has the gradient 2 x s^2, whose derivative is 2 s^2 with s = x.
    expect(values(second(f64([1, 3])))).toEqual([2, 18])
  })

  it('a list that changes afterwards is as it was', () => {
    const list = [leaf([1, 2]), leaf([3, 4])]
    const y = checkpoint((ts: Tensor[]) => {
      const [a, b] = [ts.pop()!, ts.pop()!]
      return a.mul(b)
    })(list)
    expect(list).toHaveLength(2)
    const [a, b] = list as [Tensor, Tensor]
    list.length = 0
    y.sum().backward()
    expect([a.grad, b.grad].map(values)).toEqual([
      [3, 4],
      [1, 2],
    ])
  })
})
