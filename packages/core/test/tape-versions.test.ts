/** @file Versions: a backward pass that needs a value since overwritten says so, and one that does not goes on. */
import { describe, expect, it } from 'vitest'
import { flip, grad, jvp, TapegradError, type Tensor } from '../src/index.ts'
import { f64, leaf, values } from './support/f64.ts'

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('versions', () => {
  it('grow with each assign, for all views and detached copies at once', () => {
    const x = f64([1, 2, 3])
    const [view, cut] = [x.slice([[0, 2]]), x.detach()]
    const first = x.storage.version
    x.assign(1)
    const second = x.storage.version
    view.assign(2)
    const third = cut.storage.version
    cut.assign(3)
    expect(second).toBeGreaterThan(first)
    expect(third).toBeGreaterThan(second)
    expect(x.storage.version).toBeGreaterThan(third)
  })
  it('do not change when an assign is refused', () => {
    const x = f64([1, 2])
    const { version } = x.storage
    expect(() => x.assign(f64([1, 2, 3]) as never)).toThrow(TapegradError)
    expect(x.storage.version).toBe(version)
  })
})

describe('backward after an assign', () => {
  /** An op that still needs the value of its first input, its second input, or its output. */
  const needs: [string, string, (x: Tensor, w: Tensor) => [Tensor, Tensor]][] = [
    ['mul', 'input 1', (x, w) => [x.mul(w), w]],
    ['mul', 'input 0', (x, w) => [w.mul(x), w]],
    ['square', 'input 0', (_, w) => [w.square(), w]],
    ['matmul', 'input 0', (x, w) => [w.matmul(x), w]],
    ['div', 'input 1', (x, w) => [x.div(w), w]],
    ['sin', 'input 0', (_, w) => [w.sin(), w]],
  ]
  it.each(needs)('%s, whose %s was overwritten, throws and names itself', (name, which, make) => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])]
    const [y, target] = make(x, w)
    target.assign(0)
    expect(() => y.sum().backward()).toThrow(TapegradError)
    expect(() => y.sum().backward()).toThrow(
      `backward: the ${which} of ${name}([2]${['mul', 'matmul', 'div'].includes(name) ? ', [2]' : ''}) was overwritten by assign() after ${name} ran, and its gradient needs the old value; call backward before assign, or assign to a clone()`,
    )
    expect([w.grad, x.grad]).toEqual([null, null])
  })
  it.each<[string, (w: Tensor) => Tensor]>([
    ['exp', (w) => w.exp()],
    ['sqrt', (w) => w.sqrt()],
  ])('%s, whose output was overwritten, throws', (name, f) => {
    const w = leaf([3, 4])
    const y = f(w)
    y.detach().assign(0)
    expect(() => y.sum().backward()).toThrow(`backward: the output of ${name}([2]) was overwritten`)
  })
  it('notices an assign through a view and through detach', () => {
    for (const part of [
      (w: Tensor) => w.detach(),
      (w: Tensor) => w.detach().slice([0]),
      (w: Tensor) => flip(w.detach()),
    ]) {
      const w = leaf([3, 4])
      const y = w.square().sum()
      part(w).assign(0)
      expect(() => y.backward()).toThrow('the input 0 of square([2]) was overwritten')
    }
  })
  it('notices that the memory under a saved view was overwritten', () => {
    const [c, w] = [f64([1, 2, 3]), leaf([1, 1])]
    const y = w.mul(c.slice([[0, 2]])).sum()
    c.assign(0)
    expect(() => y.backward()).toThrow('the input 1 of mul([2], [2]) was overwritten')
  })
  it('works where the overwritten value is not needed', () => {
    const w = leaf([3, 4])
    const y = w.add(w).sub(1).mul(2).reshape([2, 1]).sum()
    const e = w.exp()
    w.assign(0)
    y.backward()
    expect(values(w.grad)).toEqual([4, 4])
    w.grad = null
    e.sum().backward() // reads its output, not w
    expect(values(w.grad)).toEqual(f64([3, 4]).exp().toArray())
  })
  it('works for a product whose other factor is not tracked', () => {
    const [w, c] = [leaf([3, 4]), f64([10, 20])]
    const y = w.mul(c).matmul(c)
    w.assign(0)
    y.backward()
    expect(values(w.grad)).toEqual([100, 400])
    const f = (x: Tensor): Tensor => {
      const held = leaf(3)
      const product = held.mul(x.detach())
      held.assign(0)
      return product.add(x)
    }
    expect(values(jvp(f, [f64(2)], [f64(1)])[1])).toBe(1)
  })
  it('works where only the other input is needed', () => {
    const [w, c] = [leaf([3, 4]), f64([10, 20])]
    const y = w.div(c).sum() // needs c and the output; dc is not asked for
    w.assign(0)
    y.backward()
    expect(values(w.grad)).toEqual([0.1, 0.05])
  })
  it('works for what was computed after the assign', () => {
    const w = leaf([3, 4])
    w.assign(f64([1, 2]))
    w.square().sum().backward()
    expect(values(w.grad)).toEqual([2, 4])
  })
  it('holds within one graph: before and after the assign', () => {
    const w = leaf(3)
    const before = w.mul(2)
    w.assign(5)
    before.add(w.square()).backward()
    expect(values(w.grad)).toBe(12)
  })
  it('does not mistake a neighbour on the slab', () => {
    const [x, y] = [f64(range(20)).clone(), f64(range(20)).clone()]
    const w = leaf(1)
    const z = w.mul(x).sum()
    y.assign(0)
    z.backward()
    expect(values(w.grad)).toBe(190)
  })
  it('is noticed by grad and by jvp where f assigns to what it has read', () => {
    const f = (x: Tensor): Tensor => {
      const c = f64(2)
      const y = x.mul(c)
      c.assign(0)
      return y
    }
    expect(() => grad(f)(f64(1))).toThrow('the input 1 of mul([], []) was overwritten')
    expect(() => jvp(f, [f64(1)], [f64(1)])).toThrow('the input 1 of mul([], []) was overwritten')
  })
  it('state that f assigns and reads afresh is no problem', () => {
    const count = f64(0)
    const f = (x: Tensor): Tensor => x.mul(count.assign(count.add(1)).clone())
    expect([values(grad(f)(f64(1))), values(grad(f)(f64(1)))]).toEqual([1, 2])
  })
})
