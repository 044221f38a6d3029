/** @file Tracing: what a function does is the list of its primitives and assigns, and replaying the list does the same. */
import { describe, expect, it } from 'vitest'
import {
  concat,
  grad,
  jvp,
  noGrad,
  stack,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  where,
} from '../src/index.ts'
import { activeTracer, apply, withTracer } from '../src/tape.ts'
import { f64, leaf, values } from './support/f64.ts'
import { trace } from './support/tracing.ts'

const sines = (shape: number[], phase: number): Tensor =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1 + i + 5 * phase)),
    { shape },
  )
const all = (xs: readonly Tensor[]): unknown[] => xs.map(values)

/** A loss that runs through most families of ops. */
function loss(w: Tensor, b: Tensor, x: Tensor): Tensor {
  const z = x.matmul(w.T).add(b)
  const a = concat([z.sigmoid(), where(z.gt(0), z.square(), z.exp())], 1)
  const picked = a.take(tensor([0, 2, 2], { dtype: 'int32' }), 1).reshape([-1])
  const windows = stack([picked.slice([[0, -1]]), picked.slice([[1, null]]).flip()], 0)
  return windows
    .softmax(1)
    .max(0)
    .mul(picked.slice([[1, null]]))
    .sum()
    .add(a.variance().log())
    .add(
      z
        .pad(
          [
            [1, 0],
            [0, 1],
          ],
          2,
        )
        .prod(),
    )
}

const [w, b, x] = [sines([2, 3], 1), sines([2], 2), sines([4, 3], 3)]
const other = [sines([2, 3], 4), sines([2], 5), sines([4, 3], 6)] as const

describe('a trace', () => {
  it.each<[string, (w: Tensor, b: Tensor, x: Tensor) => readonly Tensor[]]>([
    ['of the loss', (w, b, x) => [loss(w, b, x)]],
    ['of its gradient', (w, b, x) => [grad(loss)(w, b, x)]],
    [
      'of value and gradients',
      (w, b, x) => {
        const [value, gradients] = valueAndGrad(loss, { argnums: [0, 1, 2] })(w, b, x)
        return [value, ...gradients]
      },
    ],
    ['of a Hessian times a vector', (w, b, x) => jvp((w: Tensor) => grad(loss)(w, b, x), [w], [w])],
    [
      'of a gradient of a gradient',
      (w, b, x) => [grad((w: Tensor) => grad(loss)(w, b, x).square().sum())(w)],
    ],
    [
      'of a pullback',
      (w, b, x) => {
        const [y, pull] = vjp((w: Tensor, x: Tensor) => x.matmul(w.T).add(b).tanh(), w, x)
        return [y, ...pull(y)]
      },
    ],
    [
      'of backward, on a copy that is a leaf',
      (w, b, x) => {
        const p = w.detach()
        p.requiresGrad = true
        loss(p, b, x).backward()
        loss(p, b, x).backward()
        return [p.grad!]
      },
    ],
    ['under noGrad', (w, b, x) => noGrad(() => [loss(w, b, x).neg()])],
  ])('%s replays to the same bits, on the traced inputs and on others', (_, f) => {
    const { replay, names } = trace(f, w, b, x)
    expect(names.length).toBeGreaterThan(3)
    expect(all(replay(w, b, x))).toEqual(all(f(w, b, x)))
    expect(all(replay(...other))).toEqual(all(f(...other)))
  })
  it('reads no values, and changes none', () => {
    const before = all([w, b, x])
    const { names } = trace((w, b, x) => [grad(loss)(w, b, x)], w, b, x)
    expect(all([w, b, x])).toEqual(before)
    expect(names).toContain('matmul')
    expect(() => trace((w) => [f64(w.item())], f64(1))).toThrow('value 0 has no memory')
    expect(() => trace((w) => [f64(Number(w.data[0]))], f64(1))).toThrow('value 0 has no memory')
  })
  it('ends where the function ends, also by an exception; traces nest', () => {
    expect(() =>
      trace(() => {
        throw new RangeError('mine')
      }),
    ).toThrow(new RangeError('mine'))
    expect(activeTracer()).toBe(null)
    expect(values(f64(1).add(1))).toBe(2)
    const names: string[] = []
    const outer = trace((x) => {
      names.push(...trace((y) => [y.exp()], x).names)
      return [x.neg()]
    }, f64(1))
    expect([names, outer.names]).toEqual([['exp'], ['neg']])
  })
  it('sees only primitives, through the one door', () => {
    const seen: string[] = []
    withTracer(
      {
        emit: (p, inputs, params, out) => {
          seen.push(p.name)
          return p.kernel(inputs, params, out)
        },
        assign: () => {},
      },
      () => f64([1, 2]).mean(),
    )
    expect(seen).toEqual(['sum', 'div'])
    expect(typeof apply).toBe('function')
  })
})

describe('assign in a trace', () => {
  const train =
    (p: { w: Tensor; m: Tensor }) =>
    (x: Tensor, y: Tensor): readonly Tensor[] => {
      const [value, g] = valueAndGrad((w: Tensor) => x.matmul(w).sub(y).square().sum())(p.w)
      p.m.assign(p.m.mul(0.9).add(g))
      p.w.assign(p.w.sub(p.m.mul(0.05)))
      return [value]
    }
  const state = (): { w: Tensor; m: Tensor } => ({ w: leaf([1, 2, 3]), m: f64([0, 0, 0]) })
  const batches = [1, 2, 3, 4].map((i) => [sines([4, 3], i), sines([4], i + 10)] as const)

  it('is an effect: nothing changes while tracing, each replay is one step', () => {
    const [eager, traced] = [state(), state()]
    const step = trace(train(traced), ...batches[0]!)
    expect(values(traced.w)).toEqual([1, 2, 3])
    expect(step.names.filter((name) => name === 'assign')).toEqual(['assign', 'assign'])
    for (const batch of batches) {
      expect(all(step.replay(...batch))).toEqual(all(train(eager)(...batch)))
      expect(all([traced.w, traced.m])).toEqual(all([eager.w, eager.m]))
    }
  })
  it('is ordered: reads before and after, through views, and of a broadcast value', () => {
    const run =
      (c: Tensor) =>
      (x: Tensor): readonly Tensor[] => {
        const view = c.slice([[1, 3]])
        const before = c.add(0)
        c.assign(x)
        const between = view.add(0)
        view.assign(view.flip().mul(10))
        c.assign(c.add(c.flip()))
        c.slice([[0, 1]]).assign(x.sum().mul(100))
        return [before, between, c.add(0), view.mul(1)]
      }
    const [eager, traced] = [f64([1, 2, 3]), f64([1, 2, 3])]
    const { replay } = trace(run(traced), f64([0, 0, 0]))
    for (const x of [f64([4, 5, 6]), f64([7, 8, 9])]) {
      expect(all(replay(x))).toEqual(all(run(eager)(x)))
      expect(values(traced)).toEqual(values(eager))
    }
  })
  it('on a value of the trace itself', () => {
    const run = (x: Tensor): readonly Tensor[] => {
      const copy = x.clone()
      copy.slice([0]).assign(9)
      return [copy, x]
    }
    const { replay } = trace(run, f64([1, 2]))
    expect(all(replay(f64([3, 4])))).toEqual([
      [9, 4],
      [3, 4],
    ])
  })
  it('counts as an overwrite for backward within the trace', () => {
    const c = leaf(2)
    expect(() =>
      trace((x) => {
        const y = x.mul(c).exp()
        const z = y.mul(c)
        c.assign(x)
        z.backward()
        return [z]
      }, f64(1)),
    ).toThrow('the input 1 of mul([], []) was overwritten')
  })
  it('makes the same mistakes errors as outside', () => {
    const repeated = f64([1, 2]).broadcastTo([2, 2])
    expect(() => trace((x) => [repeated.assign(x)], f64(1))).toThrow('assign: axis 0 of the target repeats')
    expect(() => trace((x) => [f64([1, 2]).assign(x)], f64([1, 2, 3]))).toThrow(
      "assign: a value of shape [3] does not fit the target's shape [2]",
    )
    expect(() => trace((x) => [x.matmul(x)], f64([[1, 2, 3]]))).toThrow('matmul: [1, 3] @ [1, 3]')
  })
})
