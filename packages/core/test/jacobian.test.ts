/** @file jacobian, hessian and hvp against closed forms, finite differences and one another. */
import { expectClose as expectWithin } from '@tapegrad/core/testing'
import { describe, expect, it } from 'vitest'
import {
  Generator,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  randn,
  stack,
  type Tensor,
  tensor,
  vmap,
} from '../src/index.ts'
import { expectClose } from './support/close.ts'
import { messageOf } from './support/messages.ts'

const f64 = { generator: new Generator(5), dtype: 'float64' } as const
const A = randn([3, 4], f64)
const x = randn([4], f64)
const v = randn([4], f64)
const MODES = ['reverse', 'forward'] as const

describe.each(MODES)('jacobian, mode %s', (mode) => {
  it('of a linear map is its matrix', () => {
    expectClose(jacobian((x: Tensor<[4]>) => A.matmul(x), { mode })(x), A, 1e-15)
  })
  it('of an elementwise function is diagonal', () => {
    const J = jacobian((x: Tensor<[4]>) => x.exp(), { mode })(x)
    expect(J.shape).toEqual([4, 4])
    const diagonal = Array.from(x.data, (v, i) => Array.from(x.data, (_, j) => (i === j ? Math.exp(v) : 0)))
    expectWithin(J, diagonal, { atol: 0.5e-14 })
  })
  it('has the shapes of result and argument, of any rank, size 0 and 0-d too', () => {
    const J = jacobian((m: Tensor) => m.square().sum(1), { mode })(A)
    expect(J.shape).toEqual([3, 3, 4])
    for (let i = 0; i < 3; i++)
      for (let k = 0; k < 3; k++)
        expectClose(J.slice([i, k]), A.slice([k]).mul(i === k ? 2 : 0), 1e-15, '', 1)
    expect(jacobian((m: Tensor) => m.sum(), { mode })(A).shape).toEqual([3, 4])
    expect(jacobian((s: Tensor) => s.mul(x), { mode })(tensor(2, { dtype: 'float64' })).toArray()).toEqual(
      x.toArray(),
    )
    expect(jacobian((m: Tensor) => m.slice([[0, 0]]), { mode })(A).shape).toEqual([0, 4, 3, 4])
  })
  it('of trees has their structure', () => {
    const f = ({ W, b }: { W: Tensor; b: readonly Tensor[] }) => W.matmul(b[0]!).mul(b[1]!)
    const tree = { W: A, b: [x, randn([3], f64)] }
    const J = jacobian(f, { mode })(tree) as unknown as { W: Tensor; b: Tensor[] }
    expectClose(J.b[0]!, A.mul((tree.b[1] as Tensor).unsqueeze(1) as Tensor), 1e-14)
    expect(J.W.shape).toEqual([3, 3, 4])
    expectClose(J.W.slice([1, 1]), x.mul(tree.b[1]!.slice([1])), 1e-14)
    expect(J.b[1]!.shape).toEqual([3, 3])
  })
  it('is by the first argument: further ones are constants, and need not be tensors', () => {
    const f = (x: Tensor<[4]>, m: Tensor<[3, 4]>, factor: number): Tensor<[3]> => m.matmul(x).mul(factor)
    const J: Tensor<[3, 4]> = jacobian(f, { mode })(x, A as Tensor<[3, 4]>, 2)
    expectClose(J, A.mul(2), 1e-15)
    // @ts-expect-error The second argument is missing.
    expect(() => jacobian(f, { mode })(x)).toThrow()
    // A tracked constant stays tracked: a transform around sees it.
    const total = (m: Tensor<[3, 4]>): Tensor<[]> => jacobian(f, { mode })(x, m, 2).square().sum()
    expectClose(grad(total)(A as Tensor<[3, 4]>), A.mul(8), 1e-14)
    // Int32 constants have no derivatives.
    const pick = (x: Tensor<[4]>, i: Tensor<[number]>): Tensor => x.take(i, 0)
    expect(jacobian(pick, { mode })(x, tensor([2], { dtype: 'int32' })).toArray()).toEqual([[0, 0, 1, 0]])
  })
  it('is differentiable, and works inside of vmap', () => {
    // d/dx of sum of squares of the Jacobian of x², which is diag(2x): 8x.
    const f = (x: Tensor): Tensor<[]> =>
      jacobian((y: Tensor) => y.square(), { mode })(x)
        .square()
        .sum() as Tensor<[]>
    expectClose(grad(f)(x), x.mul(8), 1e-14)
    const rows = stack([x, v])
    const all = vmap((r: Tensor) => jacobian((y: Tensor) => y.sin(), { mode })(r) as Tensor)(rows)
    for (const b of [0, 1])
      expectClose(all.slice([b]), jacobian((y: Tensor) => y.sin(), { mode })(rows.slice([b])), 1e-15)
  })
})

describe('both modes', () => {
  it('agree', () => {
    const f = (x: Tensor): Tensor => A.matmul(x.tanh()).softmax(0)
    expectClose(jacobian(f, { mode: 'forward' })(x), jacobian(f)(x), 1e-14)
  })
})

const loss = (x: Tensor): Tensor<[]> => A.matmul(x).tanh().square().sum().add(x.pow(3).sum()) as Tensor<[]>

describe('hessian', () => {
  it('of a quadratic form is its matrix, symmetrized', () => {
    const Q = randn([4, 4], f64)
    const H = hessian((x: Tensor<[4]>) => x.mul(Q.matmul(x)).sum())(x)
    expectClose(H, Q.add(Q.T), 1e-14)
  })
  it('is symmetric, and the difference of gradients', () => {
    const H = hessian(loss)(x) as Tensor
    expectClose(H, H.T, 1e-13)
    const h = 1e-5
    for (let j = 0; j < 4; j++) {
      const unit = tensor(new Float64Array(4).fill(0).map((_, i) => Number(i === j)))
      const difference = grad(loss)(x.add(unit.mul(h)))
        .sub(grad(loss)(x.sub(unit.mul(h))))
        .div(2 * h)
      // h² f'''' is 1e-10 here, rounding 1e-16 / h = 1e-11.
      expectClose(H.slice([j]), difference, 1e-8)
    }
  })
  it('is by the first argument: further ones are constants', () => {
    const f = (x: Tensor<[4]>, w: Tensor<[4]>, p: number): Tensor<[]> => x.pow(p).mul(w).sum()
    const H: Tensor<[4, 4]> = hessian(f)(x as Tensor<[4]>, v as Tensor<[4]>, 3)
    // d²/dx² of w x³ is 6 w x.
    const diagonal = jacobian((y: Tensor) => y.mul(v).mul(x).mul(6))(x) as Tensor
    expectClose(H, diagonal, 1e-14)
    // @ts-expect-error The other arguments are missing.
    expect(() => hessian(f)(x)).toThrow()
  })
  it('of trees has a block for each pair', () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }): Tensor<[]> => a.mul(b.square()).sum() as Tensor<[]>
    const H = hessian(f)({ a: x, b: v }) as unknown as Record<'a' | 'b', Record<'a' | 'b', Tensor>>
    const diagonal = (d: Tensor): Tensor => jacobian((y: Tensor) => y.mul(d))(x) as Tensor
    expectClose(H.a.a, diagonal(x.mul(0)), 0, '', 1)
    expectClose(H.a.b, diagonal(v.mul(2)), 1e-15)
    expectClose(H.b.a, diagonal(v.mul(2)), 1e-15)
    expectClose(H.b.b, diagonal(x.mul(2)), 1e-15)
  })
})

describe('hvp', () => {
  it('is the Hessian times the vector', () => {
    expectClose(hvp(loss, x, v), (hessian(loss)(x) as Tensor).matmul(v), 1e-13)
  })
  it('of trees, in their structure', () => {
    const f = ([a, b]: readonly [Tensor, Tensor]): Tensor<[]> => a.mul(b.square()).sum() as Tensor<[]>
    const [da, db] = hvp(f, [x, v], [v, x])
    // H (u, w) = (2 b w, 2 b u + 2 a w).
    expectClose(da, v.mul(x).mul(2), 1e-15)
    expectClose(db, v.square().mul(2).add(x.square().mul(2)), 1e-15)
  })
  it('leaves nothing connected, and can be differentiated', () => {
    expect(hvp(loss, x, v).requiresGrad).toBe(false)
    const cubic = (x: Tensor): Tensor<[]> => x.pow(3).sum() as Tensor<[]>
    const along = (x: Tensor): Tensor<[]> => hvp(cubic, x, v).sum() as Tensor<[]>
    expectClose(grad(along)(x), v.mul(6), 1e-14)
    expectClose(jvp((x: Tensor) => hvp(cubic, x, v), [x], [v])[1], v.square().mul(6), 1e-14)
  })
})

describe('what they refuse', () => {
  it.each<[string, () => unknown, string]>([
    [
      'a mode that is none',
      () => jacobian((x: Tensor) => x, { mode: 'both' as never }),
      "jacobian: mode must be 'reverse' or 'forward', got \"both\"",
    ],
    [
      'an unknown option',
      () => jacobian((x: Tensor) => x, { modes: 1 } as never),
      'jacobian: there is no option "modes"',
    ],
    ['no function', () => hessian(3 as never), 'hessian: expected a function, got 3'],
    [
      'integers',
      () => jacobian((x: Tensor) => x)(tensor([1], { dtype: 'int32' })),
      'jacobian: the argument is int32, which has no derivatives',
    ],
    [
      'a result that is no tensor',
      () => jacobian((() => 3) as never)(x),
      'jacobian: the function must return a tensor, it returned 3',
    ],
    [
      'a result that is a tree',
      () => jacobian(((x: Tensor) => [x, x]) as never)(x),
      'jacobian: the function must return a tensor, it returned an array of length 2',
    ],
    [
      'the same, forward',
      () => jacobian(((x: Tensor) => [x, x]) as never, { mode: 'forward' })(x),
      'jacobian: the function must return a tensor, it returned an array of length 2',
    ],
    [
      'a result of booleans',
      () => jacobian((x: Tensor) => x.gt(0))(x),
      'jacobian: the function must return a floating-point tensor, it returned bool',
    ],
    [
      'a loss of many elements',
      () => hessian(((x: Tensor) => x) as never)(x),
      'grad: the function must return one element',
    ],
    ['another structure', () => hvp(loss as never, [x], { v } as never), 'hvp:'],
    [
      'another shape',
      () => hvp(loss, x, A),
      'hvp: the vector must have the structure, shapes and dtypes of x; where x has a float64 tensor of shape [4], it has a tensor of shape [3, 4]',
    ],
  ])('%s', (_, f, message) => {
    expect(messageOf(f)).toContain(message)
  })
})
