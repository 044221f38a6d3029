/** @file checkpoint: derivatives inside of checkpoints, of functions with checkpoints, of third and fourth order. */
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  concat,
  grad,
  hessian,
  jvp,
  ones,
  stack,
  type Tensor,
  tape,
  vjp,
  vmap,
} from '../src/index.ts'
import { W } from './support/checkpoint.ts'
import { expectClose, scaleOf } from './support/close.ts'
import { f64, leaf, values } from './support/f64.ts'
import { messageOf } from './support/messages.ts'

type Scalar = Tensor<[]>
/** A function of an argument, to a number. */
type Objective = (x: Tensor) => Scalar
type Wrap = (f: Objective) => Objective

const X = f64([0.3, -0.6, 0.9])
const U = f64([0.7, 0.4, -1.1])
const dot = (a: Tensor, b: Tensor): Scalar => a.mul(b).sum() as Scalar
const again: Wrap = (f) => checkpoint(f)
const asIs: Wrap = (f) => f

/** The derivative along U: of a function that is only read by the transform. */
const DERIVATIVES: Record<string, Wrap> = {
  grad: (f) => (x) => dot(grad(f, { createGraph: true })(x), U),
  vjp: (f) => (x) => dot(vjp(f, x)[1](ones([], { dtype: 'float64' }) as Scalar)[0], U),
  jvp: (f) => (x) => jvp(f, [x], [U])[1],
}
const NAMES = Object.keys(DERIVATIVES)
const TRIPLES = NAMES.flatMap((a) => NAMES.flatMap((b) => NAMES.map((c) => [a, b, c])))
const MASKS = Array.from({ length: 16 }, (_, mask) => [0, 1, 2, 3].map((k) => (mask >> k) % 2 === 1))

/** The function, a checkpoint or not, then each derivative of the one before, a checkpoint or not. */
function nest(names: readonly string[], checkpoints: readonly boolean[], w: Tensor): Objective {
  const wrap = (k: number): Wrap => (checkpoints[k] ? again : asIs)
  const f = wrap(0)((x) => dot(w.matmul(x).tanh(), x.sin()))
  return names.reduce((g, name, k) => wrap(k + 1)(DERIVATIVES[name]!(g)), f)
}

type Make = (w: Tensor) => Objective
const rowsOf = (dx: Tensor, dw: Tensor): Tensor => concat([dx.reshape([1, 3]), dw], 0)
/** What becomes of it: values and gradients, by the argument and by the tensor that the function closes over. */
const FORMS: Record<string, (make: Make) => Tensor> = {
  value: (make) => make(W)(X),
  'by the argument': (make) => grad(make(W))(X),
  'by the argument, forward': (make) => jvp(make(W), [X], [U])[1],
  'by a captured tensor': (make) => grad((w: Tensor) => make(w)(X))(W),
  'by a captured tensor, forward': (make) => jvp((w: Tensor) => make(w)(X), [W], [W.cos()])[1],
  'by both': (make) => {
    const [dx, dw] = grad((x: Tensor, w: Tensor) => make(w)(x), { argnums: [0, 1] })(X, W)
    return rowsOf(dx, dw)
  },
  'of examples': (make) => vmap(grad(make(W)))(stack([X, U, X.mul(U)])),
}

/** By leaves, which the outermost derivative reaches only if that is a grad with createGraph. */
const LEAVES: Record<string, (make: Make) => Tensor> = {
  backward: (make) => {
    const [x, w] = [leaf(values(X) as number[]), leaf(values(W) as number[][])]
    make(w)(x).backward()
    return rowsOf(x.grad!, w.grad!)
  },
  'backward with createGraph, and once more': (make) => {
    const [x, w] = [leaf(values(X) as number[]), leaf(values(W) as number[][])]
    make(w)(x).backward(null, { createGraph: true })
    const [dx, dw] = [x.grad!, w.grad!]
    x.grad = w.grad = null
    const product = checkpoint(() => make(w)(x).mul(dot(dx, U)).add(dot(dw, dw)))()
    product.backward()
    return rowsOf(x.grad!, w.grad!)
  },
}

/** Against the same without checkpoints, which test/autodiff-* hold to be right. */
function compare(forms: typeof FORMS, names: readonly string[], order: number): void {
  for (const [what, form] of Object.entries(forms)) {
    const expected = form((w) => nest(names, [], w))
    expect(scaleOf(expected), what).toBeGreaterThan(1e-3)
    // The same products, summed in another order at most.
    for (const mask of MASKS.filter((mask) => mask.slice(order + 1).every((on) => !on)))
      expectClose(
        form((w) => nest(names, mask, w)),
        expected,
        1e-12,
        `${what}, checkpoints ${mask}`,
      )
  }
}

describe('every mix of derivatives, a checkpoint around each or not', () => {
  it.each(TRIPLES)('%s, then %s, then %s', (...names) => {
    compare(FORMS, names.slice(0, 2), 2)
    compare(FORMS, names, 3)
    if (names[1] === 'grad') compare(LEAVES, names.slice(0, 2), 2)
    if (names[2] === 'grad') compare(LEAVES, names, 3)
  })
})

describe('what only a derivative inside of the function reads', () => {
  const wrap: [string, (f: (...xs: Tensor[]) => Tensor) => (...xs: Tensor[]) => Scalar][] = [
    ['checkpoint', (f) => checkpoint((...xs: Tensor[]) => f(...xs).sum() as Scalar)],
    [
      'no checkpoint',
      (f) =>
        (...xs) =>
          f(...xs).sum() as Scalar,
    ],
  ]
  const [x, w] = [f64([1, 2]), f64([3, 5])]
  it.each(wrap)('has its gradient: %s inside', (_, ck) => {
    const cube = ck((t) => t!.pow(3))
    const weighted = (v: Tensor): Objective => ck((t) => t!.square().mul(v))
    for (const d of [
      grad((t: Tensor) => checkpoint(() => grad(cube)(t).sum() as Scalar)())(x),
      grad(checkpoint((t: Tensor) => grad(cube)(t).sum() as Scalar))(x),
    ])
      expect(values(d)).toEqual([6, 12]) // 6 x
    const hessianOf = hessian(checkpoint((t: Tensor) => grad(cube)(t).sum() as Scalar))
    expect(values(hessianOf(x))).toEqual([
      [6, 0],
      [0, 6],
    ])
    const byW = grad((v: Tensor) => checkpoint((t: Tensor) => grad(weighted(v))(t).sum() as Scalar)(x))
    expect(values(byW(w))).toEqual([2, 4]) // 2 x
    const v = leaf([3, 5])
    checkpoint((t: Tensor) => grad(weighted(v), { createGraph: true })(t).sum())(x).backward()
    expect(values(v.grad)).toEqual([2, 4])
    // Beside another that is read at once.
    const both = checkpoint((t: Tensor, u: Tensor) => grad(cube)(t).sum().add(u.sum()) as Scalar)
    expect(grad(both, { argnums: [0, 1] })(x, w).map(values)).toEqual([
      [6, 12],
      [1, 1],
    ])
    const ofExamples = grad(
      (ts: Tensor) => checkpoint((us: Tensor) => vmap(grad(cube))(us))(ts).sum() as Scalar,
    )
    expect(values(ofExamples(stack([x, w]) as Tensor))).toEqual([
      [6, 12],
      [18, 30],
    ])
  })

  it('is an error where that derivative was begun outside', () => {
    const rules: Record<string, (t: Tensor) => Tensor> = {
      'reads the argument': (t) => t.pow(3),
      'reads the result': (t) => t.exp(),
      'reads a value between': (t) => t.mul(2).exp().mul(3),
    }
    for (const [what, f] of Object.entries(rules))
      for (const g of [f, checkpoint(f)]) {
        const objective = (t: Tensor): Scalar => {
          const [, pull] = vjp(g, t)
          return checkpoint((ct: Tensor) => pull(ct)[0])(w).sum() as Scalar
        }
        const said =
          'checkpoint: the function calls the pull() of a vjp from outside, and reads what that differentiates'
        expect(
          messageOf(() => grad(objective)(x)),
          what,
        ).toContain(said)
        // No values here whose difference between the runs would tell.
        expect(
          messageOf(() => vmap(grad(objective))(stack([x, w]) as Tensor)),
          what,
        ).toContain(said)
        const deeper = (u: Tensor): Tensor => {
          const [, pull] = vjp(g, x)
          return grad(
            (s: Tensor) =>
              grad(
                (ct: Tensor) =>
                  checkpoint((c: Tensor) => pull(c)[0])(ct)
                    .mul(s)
                    .sum() as Scalar,
              )(u).sum() as Scalar,
          )(u)
        }
        expect(
          messageOf(() => deeper(w)),
          what,
        ).toContain(said)
      }
    // One that reads nothing of what it differentiates can run again.
    const [, pull] = vjp((t: Tensor) => t.mul(2).add(t), x)
    expect(values(grad((ct: Tensor) => checkpoint(() => pull(ct)[0].square())().sum() as Scalar)(w))).toEqual(
      [54, 90],
    )
  })

  it('may be printed meanwhile', () => {
    const last: unknown[] = []
    const printed = (t: Tensor): Scalar => {
      const y = t.square()
      last.push(tape(y).at(-1)!.op)
      return grad((u: Tensor) => {
        last.push(tape(u.mul(y)).at(-1)!.op)
        return u.mul(y).sum() as Scalar
      })(w).sum() as Scalar
    }
    expect(values(grad(checkpoint(printed))(x))).toEqual([2, 4])
    expect(last).toEqual(['checkpoint', 'mul', 'square', 'mul'])
  })

  it('is an error where it comes past the result of a checkpoint inside', () => {
    const leaking = checkpoint((t: Tensor) => {
      let inside: Tensor | undefined
      checkpoint(() => {
        inside = t.square()
        return f64([0])
      })()
      return inside!.sum() as Scalar
    })
    expect(messageOf(() => grad(leaking)(x))).toContain('return that value, too')
  })
})
