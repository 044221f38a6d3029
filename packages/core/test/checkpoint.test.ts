/** @file checkpoint: its derivatives are those of the function, in every mix of transforms, and reach what it closes over. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  detectAnomaly,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  noGrad,
  stack,
  type Tensor,
  vjp,
  vmap,
} from '../src/index.ts'
import { layer, W, X } from './support/checkpoint.ts'
import { expectClose, expectSame, scaleOf } from './support/close.ts'
import { checkDerivatives, type Fn } from './support/differences.ts'
import { f64 } from './support/f64.ts'
import { compose, matrixArb, stepsArb } from './support/random-function.ts'
import { randomFor } from './support/sample.ts'

const U = f64([-0.2, 0.7, 0.4])
type Scalar = Tensor<[]>
const total =
  (f: Fn): ((x: Tensor) => Scalar) =>
  (x) =>
    f(x).square().sum() as Scalar

/** How a function can be made to compute again: whole, in parts, inside of one another, with several results. */
const WAYS: Record<string, (f: Fn) => Fn> = {
  whole: (f) => checkpoint(f),
  nested: (f) => checkpoint((...xs: Tensor[]) => checkpoint(f)(...xs.map((x) => x.mul(1)))),
  'closing over all':
    (f) =>
    (...xs) =>
      checkpoint(() => f(...xs))(),
  'one of a list':
    (f) =>
    (...xs) => {
      const [a, { b }] = checkpoint((list: readonly Tensor[]) => {
        const y = f(...list)
        return [y.exp(), { b: y, n: list[0]!.gt(0) }] as const
      })(xs)
      return a.log().sub(b).add(b)
    },
  'with a result of another dtype':
    (f) =>
    (...xs) => {
      const [a, b] = checkpoint((...ys: Tensor[]) => [
        f(...ys),
        f(...ys)
          .mean()
          .to('float32'),
      ])(...xs)
      return b!.to('float64').mul(0).add(a!)
    },
}

describe.each(Object.entries(WAYS))('%s', (_, again) => {
  it('is right to third order in every mix of modes', () => {
    const f: Fn = (x, w) => again(layer)(x!.cos(), w!).mul(x!)
    const orders = checkDerivatives(f, [X, W], 3, randomFor('checkpoint'), 'contiguous', 'checkpoint')
    expect(orders).toEqual({ forward: 3, reverse: 3 })
  })

  it('is the function itself under every transform', () => {
    const f: Fn = (x) => layer(x, W)
    const g: Fn = (x) => again(layer)(x!, W)
    const rows = stack([X, U, X.mul(U)]) as Tensor
    const forms: Record<string, (h: Fn) => Tensor> = {
      value: (h) => h(X),
      jacobian: (h) => jacobian(h)(X) as Tensor,
      'jacobian forward': (h) => jacobian(h, { mode: 'forward' })(X) as Tensor,
      hessian: (h) => hessian(total(h))(X) as Tensor,
      hvp: (h) => hvp(total(h), X, U),
      vmap: (h) => vmap(h)(rows),
      'vmap of grad': (h) => vmap(grad(total(h)))(rows),
      'grad of vmap': (h) => grad((xs: Tensor) => vmap(h)(xs).square().sum() as Scalar)(rows),
      'vmap of hessian': (h) => vmap(hessian(total(h)) as Fn)(rows),
      'vmap of vmap': (h) => vmap(vmap(h))(stack([rows, rows.neg()]) as Tensor),
      'grad of vmap of grad': (h) =>
        grad(
          (xs: Tensor) =>
            vmap(grad(total(h)))(xs)
              .square()
              .sum() as Scalar,
        )(rows),
      'jvp of vmap': (h) => jvp((xs: Tensor) => vmap(h)(xs), [rows], [rows.cos()])[1],
      'with anomalies looked for': (h) => detectAnomaly(() => grad(total(h))(X)),
      'inside of noGrad': (h) => noGrad(() => grad(total(h))(X)),
      'pulled by many': (h) => vmap((ct: Tensor) => vjp(h, X)[1](ct)[0])(rows),
    }
    for (const [what, form] of Object.entries(forms)) {
      // The same products, summed in another order at most.
      expectClose(form(g), form(f), 1e-13, what)
    }
  })
})

it('random functions with a checkpoint in the middle, closed over and nested', () => {
  const parts = fc.tuple(stepsArb, stepsArb, stepsArb, stepsArb)
  fc.assert(
    fc.property(parts, matrixArb, matrixArb, ([first, second, third, last], x, y) => {
      const through =
        (again: (f: Fn) => Fn): Fn =>
        (a, b) => {
          const h = compose(first)(a!, b!)
          const middle: Fn = (p) => {
            const q = compose(second)(p!, b!)
            return again((r) => compose(third)(r!, h))(q).add(q)
          }
          return compose(last)(again(middle)(h), a!)
        }
      const plain = through((f) => f)
      const twice = through((f) => checkpoint(f))
      const objective =
        (f: Fn): ((a: Tensor, b: Tensor) => Scalar) =>
        (a, b) =>
          f(a, b).sin().sum() as Scalar
      const forms: ((f: Fn) => readonly Tensor[])[] = [
        (f) => [f(x, y)],
        (f) => grad(objective(f), { argnums: [0, 1] })(x, y),
        (f) => jvp(f, [x, y], [y, x]),
        (f) => jvp((a: Tensor) => grad(objective(f))(a, y), [x], [y]),
        (f) => [grad((b: Tensor) => grad(objective(f))(x, b).square().sum() as Scalar)(y)],
      ]
      for (const [k, form] of forms.entries()) {
        const expected = form(plain)
        if (!expected.every((t) => t.isFinite().all().item<boolean>())) return
        // Summed in another order; the terms may be larger than their sum, as is the case with softmax.
        form(twice).forEach((t, i) => {
          expectClose(t, expected[i]!, 1e-9, `form ${k}, ${i}`, Math.max(1, scaleOf(...expected)))
        })
      }
    }),
    { numRuns: 60 },
  )
})

describe('with grad and vjp', () => {
  it('reaches a tensor of an outer transform that the function closes over', () => {
    const f = (again: (h: Fn) => Fn): Tensor =>
      grad((w: Tensor) => {
        const inner = (x: Tensor): Scalar =>
          again((t) => layer(t!, w))(x)
            .square()
            .sum() as Scalar
        return grad(inner)(X).square().sum() as Scalar
      })(W)
    expectClose(
      f((h) => checkpoint(h)),
      f((h) => h),
      1e-13,
    )
  })

  it('reaches what only a transform inside of the function reads, whatever becomes of the result', () => {
    const cube = (t: Tensor): Scalar => t.pow(3).sum() as Scalar
    for (const use of [(g: Tensor): Tensor => g, (g: Tensor): Tensor => g.mul(2)]) {
      const gradient = grad((x: Tensor) => checkpoint(() => use(grad(cube)(x)))().sum() as Scalar)
      // d(3 x^2)/dx = 6 x, but for a rounding.
      expectClose(gradient(X), use(X.mul(6)), 1e-15)
    }
    // The value of the function inside comes with that function's tape.
    const value = (x: Tensor): Scalar => checkpoint(() => vjp(cube, x)[0])()
    expectClose(grad(value)(X), X.square().mul(3), 1e-15)
  })

  it('one pull after another', () => {
    const [y, pull] = vjp(
      checkpoint((x: Tensor, w: Tensor) => layer(x, w)),
      X,
      W,
    )
    expectSame(y, layer(X, W))
    const expected = vjp((x: Tensor, w: Tensor) => layer(x, w), X, W)[1]
    for (const ct of [U, U, X])
      pull(ct).forEach((d, i) => {
        expectClose(d, expected(ct)[i]!, 1e-13)
      })
  })
})
