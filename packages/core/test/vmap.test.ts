/** @file vmap: axes, trees, nesting, what it composes with, and what it refuses. The op table checks every batch rule. */
import { describe, expect, it } from 'vitest'
import {
  Generator,
  grad,
  jvp,
  noGrad,
  rand,
  randn,
  stack,
  stopGradient,
  type Tensor,
  tensor,
  vjp,
  vmap,
  where,
} from '../src/index.ts'
import { expectClose } from './support/close.ts'
import { messageOf } from './support/messages.ts'

const generator = new Generator(3)
const f64 = { generator, dtype: 'float64' } as const
const X = randn([5, 2], f64)
const Y = randn([5, 3], f64)
const W = randn([3, 2], f64)

const loss = (w: Tensor<[3, 2]>, x: Tensor<[2]>, y: Tensor<[3]>): Tensor<[]> =>
  w.matmul(x).tanh().sub(y).square().sum()
const each = <T>(f: (b: number) => T): T[] => [0, 1, 2, 3, 4].map(f)

describe('the result is the loop over the examples', () => {
  it('per-sample gradients', () => {
    const perSample = vmap(grad(loss), { inAxes: [null, 0, 0] })(W, X, Y)
    const loop = stack(each((b) => grad(loss)(W, X.slice([b]) as Tensor<[2]>, Y.slice([b]) as Tensor<[3]>)))
    expect(perSample.shape).toEqual([5, 3, 2])
    expectClose(perSample, loop, 1e-14)
  })

  it('types follow the shapes where all axes are the first', () => {
    const rows: Tensor<[number, 3]> = vmap((x: Tensor<[2]>) => W.matmul(x))(X)
    expectClose(rows, X.matmul(W.T), 1e-15)
  })

  it('axes in and out, counted from the end too', () => {
    const f = (x: Tensor, y: Tensor): Tensor => x.mul(2).add(y.sum())
    const x = randn([2, 3, 4], f64)
    const y = randn([4, 5], f64)
    const loop = [0, 1, 2, 3].map((b) => f(x.slice([null, null, b]), y.slice([b])))
    for (const inAxes of [
      [2, 0],
      [-1, -2],
    ])
      for (const [outAxes, axis] of [
        [0, 0],
        [1, 1],
        [2, 2],
        [-1, 2],
        [-3, 0],
      ] as const) {
        const result = vmap(f, { inAxes, outAxes })(x, y)
        expectClose(result, stack(loop, axis), 1e-15)
      }
  })

  it('trees in and out', () => {
    const f = ({ a, b }: { a: Tensor; b: readonly Tensor[] }) => ({ sum: a.add(b[0]!), all: [b[1]!, a] })
    const argument = { a: X, b: [X.mul(2), Y] }
    const { sum, all } = vmap(f)(argument)
    expectClose(sum, X.mul(3), 1e-15)
    expectClose(all[0]!, Y, 0)
    expectClose(all[1]!, X, 0)
  })

  it('a result that does not depend on the examples is repeated, a constant one too', () => {
    expect(vmap((_: Tensor<[2]>) => W)(X).shape).toEqual([5, 3, 2])
    expect(vmap((_: Tensor<[2]>) => W.mul(2).sum())(X).shape).toEqual([5])
    expect(vmap((x: Tensor<[2]>) => x)(X).toArray()).toEqual(X.toArray())
  })

  it('no examples at all', () => {
    expect(vmap((x: Tensor<[2]>) => x.exp().sum())(X.slice([[0, 0]]) as Tensor<[number, 2]>).shape).toEqual([
      0,
    ])
  })

  it('nests: the product table of two vectors, and functions of functions', () => {
    const times = vmap(
      vmap((a: Tensor, b: Tensor) => a.mul(b), { inAxes: [null, 0] }),
      { inAxes: [0, null] },
    )
    expect(times(tensor([1, 2, 3]), tensor([1, 10])).toArray()).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ])
    // The inner function uses a value of the outer one, of which each example has its own.
    const inner = vmap((x: Tensor<[2]>) => vmap((row: Tensor<[2]>) => row.mul(x).sum())(W))(X)
    expectClose(inner, X.matmul(W.T), 1e-15)
  })
})

describe('derivatives', () => {
  const f = (x: Tensor): Tensor =>
    x
      .mul(x.detach())
      .sum()
      .add(
        noGrad(() => x.exp())
          .mul(x)
          .sum(),
      )
  const through = (x: Tensor): Tensor => vmap(f)(x).sum()

  it('of a vmapped function: what is cut off inside stays cut off', () => {
    const alone = grad((x: Tensor) => stack(each((b) => f(x.slice([b])))).sum() as Tensor<[]>)(X)
    expectClose(grad((x: Tensor) => through(x) as Tensor<[]>)(X), alone, 1e-15)
    const leaf = X.clone().detach()
    leaf.requiresGrad = true
    through(leaf).backward()
    expectClose(leaf.grad!, alone, 1e-15)
    const second = (x: Tensor): Tensor<[]> =>
      vmap((r: Tensor) => stopGradient(r).mul(r).mul(r).sum())(x).sum() as Tensor<[]>
    expectClose(grad(second)(X), X.square().mul(2), 1e-14)
  })

  it('grad and jvp inside and outside, in any order', () => {
    const cubes = (x: Tensor): Tensor<[]> => x.pow(3).sum() as Tensor<[]>
    const gradients = (x: Tensor): Tensor => vmap(grad(cubes))(x)
    expectClose(gradients(X), X.square().mul(3), 1e-14)
    expectClose(
      jvp(gradients, [X], [Y.slice([null, [0, 2]])])[1],
      X.mul(6).mul(Y.slice([null, [0, 2]])),
      1e-14,
    )
    const sensitivity = vmap((x: Tensor, dx: Tensor) => jvp(grad(cubes), [x], [dx])[1])
    expectClose(sensitivity(X, X), X.square().mul(6), 1e-14)
    const [, pull] = vjp(gradients, X)
    expectClose(pull(X)[0], X.square().mul(6), 1e-14)
    const twice = grad(
      (x: Tensor) => vmap((r: Tensor) => grad(cubes)(r).square().sum())(x).sum() as Tensor<[]>,
    )
    expectClose(twice(X), X.pow(3).mul(36), 1e-13)
  })

  it('of a captured tensor, the same for all examples', () => {
    const byW = grad((w: Tensor<[3, 2]>) =>
      vmap((x: Tensor<[2]>, y: Tensor<[3]>) => loss(w, x, y))(X, Y).sum(),
    )(W)
    const whole = grad((w: Tensor<[3, 2]>) => X.matmul(w.T).tanh().sub(Y).square().sum())(W)
    expectClose(byW, whole, 1e-14)
  })

  it('nothing stays connected that nobody asked for', () => {
    expect(vmap(grad((x: Tensor) => x.square().sum() as Tensor<[]>))(X).requiresGrad).toBe(false)
  })
})

describe('what it refuses', () => {
  const of = (f: (x: Tensor) => Tensor, x: Tensor = X) => messageOf(() => vmap(f)(x))
  it.each<[string, (x: Tensor) => Tensor, string]>([
    [
      'item',
      (x) => (x.sum().item() > 0 ? x : x.neg()),
      'vmap: the values of a tensor are read inside the function',
    ],
    ['data', (x) => tensor(x.data), 'vmap: the values of a tensor are read inside the function'],
    ['toArray', (x) => tensor(x.toArray() as number[]), 'where(condition, a, b) instead of if'],
    [
      'random numbers',
      (x) => x.add(rand([2], f64)),
      'vmap: the function overwrites a tensor, with assign() or by drawing random numbers',
    ],
    ['assign', (x) => x.clone().assign(1), 'vmap: the function overwrites a tensor'],
    [
      'backward',
      (x) => {
        const w = tensor([1, 2], { dtype: 'float64', requiresGrad: true })
        w.mul(x).sum().backward()
        return x
      },
      'vmap: the function calls backward()',
    ],
    ['no tensor', () => 3 as never, 'vmap: an argument is 3'],
  ])('%s inside', (_, f, message) => {
    expect(of(f)).toContain(message)
  })
  it('indices of an example that are out of range, though another example has such an element', () => {
    const rows = tensor([
      [1, 2],
      [3, 4],
    ])
    const one = vmap((x: Tensor, i: Tensor) => x.take(i, 0))
    expect(one(rows, tensor([[-1], [0]], { dtype: 'int32' })).toArray()).toEqual([[2], [3]])
    for (const index of [2, -3]) {
      const message = `take: index ${index} (number 0) is out of range`
      expect(messageOf(() => one(rows, tensor([[index], [0]], { dtype: 'int32' })))).toContain(message)
    }
  })

  it('but where chooses', () => {
    expectClose(
      vmap((x: Tensor) => where(x.sum().gt(0), x, x.neg()))(X),
      stack(
        each((b) => {
          const x = X.slice([b])
          return x.sum().item() > 0 ? x : x.neg()
        }),
      ),
      0,
    )
  })
  it.each<[string, () => unknown, string]>([
    [
      'different numbers of examples',
      () => vmap((a: Tensor, b: Tensor) => a.add(b))(X, randn([4, 2], f64)),
      'vmap: argument 1 has 4 examples along axis 0, one before it 5',
    ],
    [
      'an axis out of range',
      () => vmap((a: Tensor) => a, { inAxes: 2 })(X),
      'vmap: inAxes names axis 2 of argument 0, whose shape is [5, 2]',
    ],
    [
      'a 0-d argument',
      () => vmap((a: Tensor) => a)(tensor(1)),
      'vmap: argument 0 is a 0-d tensor, which has no axis of examples',
    ],
    [
      'no axis anywhere',
      () => vmap((a: Tensor) => a, { inAxes: null })(X),
      'vmap: no argument has an axis of examples',
    ],
    [
      'too few axes',
      () => vmap((a: Tensor, b: Tensor) => a.add(b), { inAxes: [0] })(X, X),
      'vmap: inAxes is [0], the function was called with 2 arguments',
    ],
    [
      'an axis that is none',
      () => vmap((a: Tensor) => a, { inAxes: [0.5] })(X),
      'vmap: an axis in inAxes is 0.5',
    ],
    ['a wrong outAxes', () => vmap((a: Tensor) => a, { outAxes: 3 })(X), 'vmap: axis 3 is out of range'],
    [
      'an unknown option',
      () => vmap((a: Tensor) => a, { axes: 0 } as never),
      'vmap: there is no option "axes"',
    ],
    ['no function', () => vmap(3 as never), 'vmap: expected a function, got 3'],
    ['no tensor', () => vmap((a: Tensor) => a)(3 as never), 'vmap: an argument is 3'],
  ])('%s', (_, f, message) => {
    expect(messageOf(f)).toContain(message)
  })
})
