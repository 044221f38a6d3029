/** @file grad, valueAndGrad, vjp and jvp on one level: arguments, trees, closures, results. */
import { describe, expect, it } from 'vitest'
import { grad, jvp, Tensor, tensor, valueAndGrad, vjp, where } from '../src/index.ts'
import { f64, leaf, loose, values } from './support/f64.ts'

const int32 = (value: number[]): Tensor => tensor(value, { dtype: 'int32' })
describe('grad and valueAndGrad', () => {
  it('return the gradient, with the value for valueAndGrad', () => {
    const f = (x: Tensor): Tensor => x.square().sum()
    expect(values(grad(f)(f64([1, 2])))).toEqual([2, 4])
    const [value, gradient] = valueAndGrad(f)(f64([1, 2]))
    expect([values(value), values(gradient)]).toEqual([5, [2, 4]])
  })
  it('call f once', () => {
    let calls = 0
    const f = (x: Tensor): Tensor => {
      calls++
      return x.square()
    }
    grad(f)(f64(1))
    valueAndGrad(f)(f64(1))
    expect(calls).toBe(2)
  })
  it('differentiate by the first argument unless argnums says otherwise', () => {
    const f = (a: Tensor, b: Tensor, c: Tensor): Tensor => a.mul(b).mul(c)
    const xs = [f64(2), f64(3), f64(5)] as const
    expect(values(grad(f)(...xs))).toBe(15)
    expect(values(grad(f, { argnums: 2 })(...xs))).toBe(6)
    expect(grad(f, { argnums: [2, 0] })(...xs).map(values)).toEqual([6, 15])
    expect(grad(f, { argnums: [1] })(...xs).map(values)).toEqual([10])
    expect(grad(f, { argnums: [] })(...xs)).toEqual([])
    const [value, [da]] = valueAndGrad(f, { argnums: [0] })(...xs)
    expect([values(value), values(da)]).toEqual([30, 15])
  })
  it('pass the other arguments on as they are, tensors or not', () => {
    const seen: unknown[] = []
    const f = (x: Tensor, ...rest: unknown[]): Tensor => {
      seen.push(...rest)
      return x.square()
    }
    const other = f64(1)
    grad(f)(f64(1), other, 'text', null)
    expect(seen[0]).toBe(other)
    expect(seen.slice(1)).toEqual(['text', null])
  })
  it('make the value 0-d, also where f returns [1] or [1, 1]', () => {
    const [value, gradient] = valueAndGrad((x: Tensor) => x.square())(f64([[3]]))
    expect([values(value), values(gradient)]).toEqual([9, [[6]]])
  })
  it('accept a function that returns its argument, a constant, or a tensor of the caller', () => {
    const [x, w] = [f64(3), leaf(5)]
    const results = [(x: Tensor) => x, (_: Tensor) => f64(7), (_: Tensor) => w, (_: Tensor) => x].map((f) => {
      const [value, gradient] = valueAndGrad(f)(x)
      expect([value.requiresGrad, gradient.requiresGrad]).toEqual([false, false])
      return [values(value), values(gradient)]
    })
    expect(results).toEqual([
      [3, 1],
      [7, 0],
      [5, 0],
      [3, 0],
    ])
    expect(values(w.grad)).toBe(null)
  })
  it('give zeros of the argument where the result does not depend on it', () => {
    const g = grad((x: Tensor) => x.detach().sum())(f64([[1, 2]]))
    expect([g.dtype, values(g)]).toEqual(['float64', [[0, 0]]])
  })
  it('keep the dtype of the argument: float32 stays float32', () => {
    const g = grad((x: Tensor) => x.square().sum())(tensor([1, 2]) as Tensor)
    expect(g.dtype).toBe('float32')
  })
  it('differentiate through a conversion between float dtypes', () => {
    const g = grad((x: Tensor) => x.to('float64').square().sum())(tensor([1, 2]) as Tensor)
    expect([g.dtype, values(g)]).toEqual(['float32', [2, 4]])
  })
})

describe('trees', () => {
  it('arrays and plain objects, nested: the gradient has their structure', () => {
    const f = ({ w, layers }: { w: Tensor; layers: { b: Tensor }[] }): Tensor =>
      layers.reduce((sum, { b }) => sum.add(b.mul(w)), f64(0))
    const g = grad(f)({ w: f64(2), layers: [{ b: f64(3) }, { b: f64(5) }] })
    expect([values(g.w), g.layers.map(({ b }) => values(b))]).toEqual([8, [2, 2]])
    expect(Object.keys(g)).toEqual(['w', 'layers'])
    expect(Array.isArray(g.layers)).toBe(true)
  })
  it('may be empty, and have objects without a prototype and keys like __proto__', () => {
    expect(grad((_: Tensor[]) => f64(1))([])).toEqual([])
    const bare = Object.assign(Object.create(null), { w: f64(2) }) as { w: Tensor }
    expect(values(grad((t: { w: Tensor }) => t.w.square())(bare).w)).toBe(4)
    const odd = JSON.parse('{"__proto__": 0}') as Record<string, unknown>
    Object.defineProperty(odd, '__proto__', { value: f64(3), enumerable: true })
    const g = loose(grad((t: Record<string, Tensor>) => Object.values(t)[0]!.square()))(odd)
    expect(values(Object.getOwnPropertyDescriptor(g, '__proto__')!.value)).toBe(6)
  })
  it('the same tensor in two places is two arguments', () => {
    const x = f64(3)
    expect(grad(([a, b]: [Tensor, Tensor]) => a.mul(a).mul(b))([x, x]).map(values)).toEqual([18, 9])
  })
  it('vjp and jvp take them, too', () => {
    type Weights = { w: Tensor; b: Tensor[] }
    const f = ({ w, b }: Weights, x: Tensor): Tensor => w.mul(x).add(b[0]!)
    const weights = { w: f64(2), b: [f64(3)] }
    const [y, pull] = vjp(f, weights, f64(5))
    expect(values(y)).toBe(13)
    const [dw, dx] = pull(f64(10))
    expect([values(dw.w), values(dw.b[0]!), values(dx)]).toEqual([50, 10, 20])
    const [, dy] = jvp(f, [weights, f64(5)], [{ w: f64(1), b: [f64(100)] }, f64(1000)])
    expect(values(dy)).toBe(5 + 100 + 2000)
  })
  it('jvp pairs tangents by key, in whatever order the keys stand', () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => a.mul(10).add(b)
    const [, dy] = jvp(f, [{ a: f64(0), b: f64(0) }], [{ b: f64(1), a: f64(2) }])
    expect(values(dy)).toBe(21)
  })
  it('integer leaves: grad names their path, vjp gives null, jvp does not look at their tangent', () => {
    const batch = { x: f64([1, 2]), labels: [int32([0, 1])] }
    const f = (b: typeof batch): Tensor => b.x.take(b.labels[0]!, 0).sum()
    expect(() => grad(f)(batch)).toThrow(
      "grad: argument 0, at .labels[0], is int32, which has no gradient; convert it with to('float32'), or close over it",
    )
    expect(() =>
      grad((x: Tensor, m: Tensor) => x.mul(m.to('float64')), { argnums: 1 })(f64(1), tensor(true)),
    ).toThrow('grad: argument 1 is bool, which has no gradient')
    const [, pull] = vjp(f, batch)
    const [d] = pull(f64(1))
    expect([values(d.x), d.labels]).toEqual([[1, 1], [null]])
    const dx = { x: f64([1, 10]), labels: [null] } as unknown as typeof batch
    expect(values(jvp(f, [batch], [dx])[1])).toBe(11)
  })
  it('an integer argument stays untracked inside of f', () => {
    const seen: boolean[] = []
    vjp(
      (x: Tensor, i: Tensor) => {
        seen.push(x.requiresGrad, i.requiresGrad)
        return x.take(i, 0)
      },
      f64([1, 2]),
      int32([0]),
    )
    expect(seen).toEqual([true, false])
  })
  it('an integer argument that argnums does not name is fine', () => {
    const f = (x: Tensor, i: Tensor): Tensor => x.take(i, 0).sum()
    expect(values(grad(f)(f64([1, 2]), int32([1, 1])))).toEqual([0, 2])
  })
})

describe('closures', () => {
  it('over leaves: the transform leaves them and their grad alone', () => {
    const w = leaf(3)
    const [value, g] = valueAndGrad((x: Tensor) => x.mul(w))(f64(2))
    expect([values(value), values(g), w.grad]).toEqual([6, 3, null])
    expect([value.requiresGrad, g.requiresGrad]).toEqual([false, false])
  })
  it('over tensors computed outside', () => {
    const w = leaf(3)
    const z = w.square()
    expect(values(grad((x: Tensor) => x.mul(z))(f64(2)))).toBe(9)
  })
  it('arguments that are leaves stay what they are', () => {
    const w = leaf(3)
    expect(values(grad((x: Tensor) => x.square())(w))).toBe(6)
    expect([w.requiresGrad, w.grad, w.node!.primitive]).toEqual([true, null, null])
  })
  it('the gradient by an argument is not that by the same tensor closed over', () => {
    const x = f64(3)
    expect(values(grad((y: Tensor) => y.mul(x))(x))).toBe(3)
  })
  it('backward inside of f goes through the argument to the leaf behind it', () => {
    const w = leaf(3)
    grad((x: Tensor) => {
      x.square().backward()
      return x
    })(w)
    expect(values(w.grad)).toBe(6)
  })
})

describe('createGraph', () => {
  it('connects value and gradient to the leaves behind the arguments and in closures', () => {
    const [x, w] = [leaf(2), leaf(3)]
    const [value, g] = valueAndGrad((x: Tensor) => x.square().mul(w), { createGraph: true })(x)
    g.backward() // 2 x w
    expect([values(x.grad), values(w.grad)]).toEqual([6, 4])
    value.backward()
    expect([values(x.grad), values(w.grad)]).toEqual([6 + 12, 4 + 4])
  })
  it('makes a gradient penalty for backward', () => {
    const w = leaf([1, 2])
    const penalty = grad((x: Tensor) => x.mul(w).square().sum(), { createGraph: true })(f64([1, 1]))
      .square()
      .sum()
    penalty.backward() // 4 w^4, by w: 16 w^3
    expect(values(w.grad)).toEqual([16, 128])
  })
  it('without it nothing that a transform returns carries a node', () => {
    const w = leaf([1, 2])
    const f = (x: Tensor): Tensor => x.mul(w).exp()
    const [y, pull] = vjp(f, w)
    const [y2, dy] = jvp(f, [w], [f64([1, 1])])
    const results = [...valueAndGrad((x: Tensor) => f(x).sum())(w), y, ...pull(f64([1, 1])), y2, dy]
    expect(results.map((t) => t.node)).toEqual(results.map(() => null))
    // Tracked tangents and cotangents do not get in, either.
    const tracked = leaf([1, 1])
    expect([...pull(tracked), ...jvp(f, [w], [tracked])].map((t) => t.node)).toEqual([null, null, null])
  })
})

describe('vjp', () => {
  it('pulls any number of cotangents, and again after other work', () => {
    const [y, pull] = vjp((x: Tensor, w: Tensor) => x.mul(w), f64([1, 2]), f64([3, 4]))
    expect(values(y)).toEqual([3, 8])
    const first = pull(f64([1, 0])).map(values)
    expect(first).toEqual([
      [3, 0],
      [1, 0],
    ])
    expect(pull(f64([0, 1])).map(values)).toEqual([
      [0, 4],
      [0, 2],
    ])
    grad((x: Tensor) => x.square())(f64(1))
    expect(pull(f64([1, 0])).map(values)).toEqual(first)
  })
  it('may leave the cotangent out for one element', () => {
    const [, pull] = vjp((x: Tensor) => x.square(), f64(3))
    expect(loose(pull)().map(values)).toEqual([6])
  })
  it('of a function without arguments has nothing to pull', () => {
    const [y, pull] = vjp(() => f64(1))
    expect([values(y), pull(f64(1))]).toEqual([1, []])
  })
  it('gives every argument its own', () => {
    const [, pull] = vjp((a: Tensor, _b: Tensor, c: Tensor) => a.add(c), f64(1), f64([1, 2]), f64(3))
    expect(pull(f64(5)).map(values)).toEqual([5, [0, 0], 5])
  })
  it('differentiates a function whose result is not a scalar by one chosen direction', () => {
    const [, pull] = vjp((x: Tensor) => where(x.gt(0), x.square(), x), f64([-1, 2]))
    expect(values(pull(f64([10, 10]))[0])).toEqual([10, 40])
  })
})

describe('jvp', () => {
  it('returns the value and the directional derivative', () => {
    const [y, dy] = jvp(
      (x: Tensor, w: Tensor) => x.mul(w).sum(),
      [f64([1, 2]), f64([3, 4])],
      [f64([1, 0]), f64([0, 1])],
    )
    expect([values(y), values(dy)]).toEqual([11, 3 + 2])
  })
  it('is zero where nothing moves: constants, detached values, integer results', () => {
    const of = (f: (x: Tensor) => Tensor): unknown[] => jvp(f, [f64([1, 2])], [f64([1, 1])]).map(values)
    expect(of(() => f64(7))).toEqual([7, 0])
    expect(of((x) => x.detach())).toEqual([
      [1, 2],
      [0, 0],
    ])
    expect(of((x) => x.gt(1).to('float64'))).toEqual([
      [0, 1],
      [0, 0],
    ])
    expect(of((x) => x.argmax())).toEqual([1, 0])
    expect(of((x) => x)).toEqual([
      [1, 2],
      [1, 1],
    ])
  })
})
