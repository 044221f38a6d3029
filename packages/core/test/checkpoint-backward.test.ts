/** @file checkpoint with backward(): which leaves get gradients, hooks, what is recorded. */
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  defineOp,
  grad,
  noGrad,
  printTape,
  stopGradient,
  type Tensor,
  tape,
  vmap,
} from '../src/index.ts'
import type { Storage } from '../src/storage.ts'
import { reachable } from '../src/walk.ts'
import { layer, W, X } from './support/checkpoint.ts'
import { expectClose } from './support/close.ts'
import type { Fn } from './support/differences.ts'
import { f64, leaf, values } from './support/f64.ts'

type Scalar = Tensor<[]>

describe('backward()', () => {
  it('accumulates in the leaves that the function reads, arguments or not', () => {
    const run = (again: (f: Fn) => Fn): unknown[] => {
      const [x, w, b, unused] = [
        leaf(values(X) as number[]),
        leaf(values(W) as number[][]),
        leaf(0.5),
        leaf(1),
      ]
      const f = again((h) => layer(h!, w).add(b))
      const y = f(f(x)).sum()
      y.backward()
      y.backward()
      return [x, w, b, unused].map((t) => values(t.grad))
    }
    const [plain, twice] = [run((f) => f), run((f) => checkpoint(f))]
    plain.slice(0, 3).forEach((g, i) => {
      expectClose(f64(twice[i] as number[]), f64(g as number[]), 1e-13)
    })
    expect(twice[3]).toBe(null)
  })

  it('leaves alone what no gradient reaches', () => {
    const [x, w, v] = [leaf([1, 2]), leaf([3, 4]), leaf([5, 6])]
    checkpoint((t: Tensor) => t.mul(stopGradient(w.mul(2))).add(noGrad(() => v.mul(2))))(x)
      .sum()
      .backward()
    expect([x.grad, w.grad, v.grad].map(values)).toEqual([[6, 8], null, null])
  })

  it('reaches a computed tensor that is closed over once, though the function reads its source, too', () => {
    const v = leaf([1, 2])
    const w = v.mul(3).retainGrad()
    checkpoint(() => w.mul(v).sum())().backward()
    // d(3 v v)/dv = 6 v; dy/dw = v.
    expect([v.grad, w.grad].map(values)).toEqual([
      [6, 12],
      [1, 2],
    ])
  })

  it('computes no cotangent that nobody wants', () => {
    let pulled = 0
    const probe = defineOp({
      name: 'probe',
      forward: (x: Tensor) => x.mul(1),
      backward: (ct) => {
        pulled++
        return [ct]
      },
    })
    const w = leaf([3, 4])
    const f = checkpoint((t: Tensor) => t.mul(probe(w)))
    expect(values(grad((t: Tensor) => f(t).sum() as Scalar)(f64([1, 2])))).toEqual([3, 4])
    expect(pulled).toBe(0)
    f(f64([1, 2]))
      .sum()
      .backward()
    expect(values(w.grad)).toEqual([1, 2])
    expect(pulled).toBe(1)
  })

  it('createGraph: gradients of gradients by backward', () => {
    const x = leaf([1, 2])
    checkpoint((t: Tensor) => t.pow(3).sum())(x).backward(null, { createGraph: true })
    const first = x.grad!
    x.grad = null
    first.square().sum().backward()
    // d(3 x^2)^2/dx = 36 x^3.
    expect(values(x.grad)).toEqual([36, 288])
  })

  it('hooks inside see the gradient once, hooks on what it reads the whole', () => {
    const x = leaf([1, 2])
    const seen: unknown[] = []
    x.onGrad((g) => {
      seen.push(['x', values(g)])
    })
    const f = checkpoint((t: Tensor) => {
      const y = t.mul(2)
      y.onGrad((g) => {
        seen.push(['y', values(g)])
        return g.mul(10)
      })
      return y
    })
    f(x).sum().add(x.sum()).backward()
    expect(seen).toEqual([
      ['y', [1, 1]],
      ['x', [21, 21]],
    ])
  })

  it('gradients inside of the function are cut off or kept as without it', () => {
    const f: Fn = (x) => x!.mul(grad((t: Tensor) => t.pow(3).sum() as Scalar)(x!))
    const gradient = (h: Fn): unknown => {
      const x = leaf([1, 2])
      h(x).sum().backward()
      return values(x.grad)
    }
    expect(gradient(f)).toEqual([3, 12])
    expect(gradient(checkpoint(f))).toEqual([3, 12])
    // What only the inner gradient reads, and is cut off from.
    const [v, x] = [leaf([2, 3]), leaf([1, 2])]
    checkpoint((t: Tensor) => t.mul(grad((u: Tensor) => u.mul(v).sum() as Scalar)(t.detach())))(x)
      .sum()
      .backward()
    expect([x.grad, v.grad].map(values)).toEqual([[2, 3], null])
    const inside = (h: Fn): unknown => values(grad((x: Tensor) => h(x).sum() as Scalar)(f64([1, 2])))
    expect(inside(f)).toEqual([9, 36])
    expect(inside(checkpoint(f))).toEqual([9, 36])
  })
})

it('runs the function once for all that a pass asks of it', () => {
  let runs = 0
  const leaves = [leaf([1, 2]), leaf([3, 4]), leaf([5, 6])] as const
  const [a, b, c] = leaves
  const y = checkpoint(() => {
    runs++
    return a.mul(b).add(c)
  })()
  y.sum().backward()
  expect(runs).toBe(2)
  expect(leaves.map((x) => values(x.grad))).toEqual([
    [3, 4],
    [1, 2],
    [1, 1],
  ])
  y.sum().backward()
  expect(runs).toBe(3)
})

describe('memory', () => {
  /** The bytes that the tape of y holds: all that `backward()` can reach. */
  function bytesOf(y: Tensor): number {
    const storages = new Set<Storage>()
    for (const { output, inputs } of reachable(y.node!))
      for (const { storage } of [output, ...inputs]) storages.add(storage)
    return [...storages].reduce((sum, { length }) => sum + length * 8, 0)
  }
  const chain =
    (f: (x: Tensor) => Tensor, times: number) =>
    (x: Tensor): Tensor => {
      let y = x
      for (let i = 0; i < times; i++) y = f(y)
      return y
    }
  const layer = (x: Tensor): Tensor => x.sin().tanh()

  it('64 layers in parts of 8: after the forward pass 9 tensors in place of 129', () => {
    const x = leaf(new Array<number>(1000).fill(0.5))
    const plain = chain(layer, 64)(x)
    const parts = chain(checkpoint(chain(layer, 8)), 8)(x)
    expect(bytesOf(plain)).toBe(129 * 8000)
    expect(bytesOf(parts)).toBe(9 * 8000)
    expect(values(parts)).toEqual(values(plain))
  })
})

describe('what is recorded', () => {
  it('is one node, with the tensors from outside as inputs', () => {
    const w = leaf(values(W) as number[][])
    const y = checkpoint((x: Tensor) => layer(x, w))(X)
    expect(y.node!.inputs).toEqual([w])
    expect(printTape(y)).toMatch(/checkpoint {2}0 /)
  })
  it('is one node of a vmap, too', () => {
    const rows = leaf(values(W) as number[][])
    const y = vmap(checkpoint((x: Tensor) => layer(x, W)))(rows)
    expect(tape(y).map(({ op }) => op)).toContain('checkpoint')
    const z = vmap(checkpoint((x: Tensor) => [layer(x, W), checkpoint((t: Tensor) => t.exp())(x)]))(rows)
    const ops = tape(z[0]!).map(({ op }) => op)
    expect(ops.filter((op) => op === 'checkpoint')).toHaveLength(1)
    for (const own of ['tanh', 'exp', 'matmul']) expect(ops).not.toContain(own)
  })
  it('is nothing where nothing is tracked, and in noGrad', () => {
    const w = leaf(values(W) as number[][])
    const f = checkpoint((x: Tensor) => layer(x, w))
    expect(checkpoint((x: Tensor) => x.exp())(X).node).toBe(null)
    expect(noGrad(() => f(X)).node).toBe(null)
    expect(checkpoint((x: Tensor) => layer(x, stopGradient(w)))(X).node).toBe(null)
    expect(checkpoint((x: Tensor) => noGrad(() => layer(x, w)))(X).node).toBe(null)
  })
  it('what the function returns as it is stays as it is', () => {
    const x = leaf([1, 2])
    const [same, y, z, n, text] = checkpoint((t: Tensor) => {
      const s = t.mul(2)
      return [t, s, s, t.gt(1), 'text'] as const
    })(x)
    expect(same).toBe(x)
    expect(z).toBe(y)
    expect([values(n), text]).toEqual([[false, true], 'text'])
    y.sum().backward()
    expect(values(x.grad)).toEqual([2, 2])
  })
})
