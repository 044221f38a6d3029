/**
 * @file Random programs of smooth ops on shared intermediate values: derivatives of the first and second order in all
 * modes, copies instead of views, and a batch of examples.
 */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { jvp, vjp } from '../../src/autodiff.ts'
import { tensor } from '../../src/create.ts'
import {
  add,
  broadcastTo,
  clone,
  concat,
  exp,
  flip,
  linear,
  logSoftmax,
  logsumexp,
  matmul,
  mean,
  mul,
  pad,
  permute,
  prod,
  reshape,
  sigmoid,
  sin,
  slice,
  softmax,
  softplus,
  square,
  stack,
  sub,
  sum,
  take,
  tanh,
  transpose,
  unsqueeze,
  variance,
  where,
} from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { vmap } from '../../src/vmap.ts'
import { checked } from '../support/checking.ts'
import { expectClose } from '../support/close.ts'
import { checkDerivatives, direction, type Fn } from '../support/differences.ts'
import { LAYOUTS, type Layout, place } from '../support/layouts.ts'
import { type Plain, sizeOf } from '../support/plain.ts'
import { randomFor, uniform } from '../support/sample.ts'

/** One step: which op, on which earlier values, and a number for its details. */
interface Step {
  readonly op: number
  readonly a: number
  readonly b: number
  readonly detail: number
}

type Op = (x: Tensor, y: Tensor, detail: number) => Tensor

const axisOf = (x: Tensor, detail: number): number => detail % Math.max(x.ndim, 1)
const alongAxis =
  (f: (x: Tensor, axis: number) => Tensor): Op =>
  (x, _, detail) =>
    x.ndim === 0 ? tanh(x) : f(x, axisOf(x, detail))
const isEven = (detail: number): boolean => detail % 2 === 0

/** y brought to a shape that broadcasts with x: its mean, or along x's last axis. */
const beside = (x: Tensor, y: Tensor, detail: number): Tensor => {
  const last = x.shape[x.ndim - 1] ?? 1
  const flat = reshape(y, [-1])
  return isEven(detail) || flat.shape[0]! < last ? mean(y) : slice(flat, [[0, last]])
}

const OPS: readonly Op[] = [
  (x) => sin(x),
  (x) => sigmoid(x),
  (x) => exp(mul(x, 0.5)),
  (x) => softplus(x),
  (x) => square(x),
  (x, y, d) => add(x, beside(x, y, d)),
  (x, y, d) => sub(beside(x, y, d), x),
  (x, y, d) => mul(x, beside(x, y, d)),
  (x) => mul(x, x),
  alongAxis((x, axis) => softmax(x, axis)),
  alongAxis((x, axis) => mul(logSoftmax(x, axis), 0.3)),
  alongAxis((x, axis) => logsumexp(x, axis, { keepdims: true })),
  alongAxis((x, axis) => sum(x, axis)),
  alongAxis((x, axis) => mean(x, axis, { keepdims: true })),
  alongAxis((x, axis) => variance(x, axis, { keepdims: true })),
  alongAxis((x, axis) => prod(x, axis)),
  alongAxis((x, axis) => flip(x, axis)),
  alongAxis((x, axis) => concat([x, flip(x, axis), x], axis)),
  alongAxis((x, axis) => take(x, [0, -1, 0], axis)),
  alongAxis((x, axis) => slice(x, x.shape.map((_, a) => (a === axis ? [-1, null, -2] : null)) as never)),
  alongAxis((x, axis) => slice(x, x.shape.map((_, a) => (a === axis ? 0 : null)) as never)),
  (x, _, d) => pad(x, x.shape.map((_, a) => [(d + a) % 2, (d >> 1) % 2] as const) as never, 0.25) as Tensor,
  (x, _, d) => permute(x, x.shape.map((_, a) => (a + d) % x.ndim) as never) as Tensor,
  (x) => reshape(x, [-1]),
  (x, _, d) => unsqueeze(x, d % (x.ndim + 1)),
  (x) => broadcastTo(unsqueeze(x, 0), [2, ...x.shape] as never),
  (x) => stack([x, x], x.ndim) as Tensor,
  (x) => (x.ndim < 2 ? x : matmul(x, transpose(x, -1, -2))),
  (x) => (x.ndim === 0 ? x : matmul(reshape(x, [-1]), reshape(x, [-1]))),
  (x, y) => {
    const [rows, weight] = [reshape(x, [-1, 1]), reshape(y, [-1, 1])]
    return linear(slice(rows, [[0, 3]]), slice(weight, [[0, 3]]))
  },
  (x, y, d) => where(tensor(isEven(d)), x, beside(x, y, 0)),
]

const steps = fc.array(
  fc.record({ op: fc.nat(OPS.length - 1), a: fc.nat(), b: fc.nat(), detail: fc.nat(11) }),
  { minLength: 1, maxLength: 7 },
)

/** More elements than this, or axes, are averaged away: a step may double a value. */
const LARGEST = 60

/** All values are kept near 0 by tanh; the result is one number in which each of them takes part. */
function program(list: readonly Step[], between: (x: Tensor) => Tensor = (x) => x): Fn {
  return (...xs) => {
    const pool = [...xs]
    for (const { op, a, b, detail } of list) {
      const y = OPS[op]!(pool[a % pool.length]!, pool[b % pool.length]!, detail)
      pool.push(between(tanh(y.size > LARGEST || y.ndim > 4 ? mean(y) : y)))
    }
    return pool.reduce<Tensor>(
      (total, x, i) => add(total, mul(mean(x), 1 / (i + 1))),
      tensor(0, { dtype: 'float64' }),
    )
  }
}

const SHAPES = [[2, 3], [3], [2, 1, 2], []]
const inputsFor = (count: number, layout: Layout, seed: string): Tensor[] =>
  SHAPES.slice(0, count).map((shape, i) => {
    const repeats = layout === 'repeated' || layout === 'constant'
    const data = uniform(-1, 1)(randomFor(`${seed} ${i}`), sizeOf(shape))
    const x: Plain = { shape, data }
    return place(x, 'float64', repeats ? 'sliced' : layout)
  })

const inputs = fc.record({
  count: fc.integer({ min: 1, max: 4 }),
  layout: fc.constantFrom<Layout>(...LAYOUTS),
  seed: fc.nat(),
})

describe('random programs', () => {
  it('have the right derivatives to second order in all modes', () => {
    fc.assert(
      fc.property(steps, inputs, (list, { count, layout, seed }) => {
        const xs = inputsFor(count, layout, `${seed}`)
        checked(() => checkDerivatives(program(list), xs, 2, randomFor(`${seed}`), layout, 'program'))
      }),
      { numRuns: 100 },
    )
  })

  it('compute the same on copies as on views', () => {
    fc.assert(
      fc.property(steps, inputs, (list, { count, layout, seed }) => {
        const xs = inputsFor(count, layout, `${seed}`)
        const [y, pull] = vjp(program(list), ...xs)
        const [z, pullCopies] = vjp(program(list, clone), ...xs)
        // The order of sums may depend on strides.
        expectClose(y, z, 1e-13, 'value', 1)
        const ct = tensor(1, { dtype: 'float64' })
        pull(ct).forEach((d, i) => {
          expectClose(d, pullCopies(ct)[i]!, 1e-12, `cotangent ${i}`, 1)
        })
      }),
      { numRuns: 100 },
    )
  })

  it('and their gradients work on batches', () => {
    fc.assert(
      fc.property(steps, inputs, fc.nat(14), (list, { count, layout, seed }, choice) => {
        const examples = [0, 1, 2].map((b) => inputsFor(count, layout, `${seed} ${b}`))
        const batched = examples[0]!.map((_, i) => (((choice + 1) >> i) & 1) === 1)
        if (!batched.includes(true)) return
        const own = examples.map((xs) => xs.map((x, i) => (batched[i] ? x : examples[0]![i]!)))
        const all = batched.map((some, i) => (some ? stack(own.map((xs) => xs[i]!)) : examples[0]![i]!))
        const f = program(list)
        const directions = examples[0]!.map((x) => direction(x.shape, randomFor(`${seed}`)))
        const derivative: Fn = (...xs) => jvp(f, xs, directions)[1]
        const gradient: Fn = (...xs) => {
          const cts = vjp(f, ...xs)[1](tensor(1, { dtype: 'float64' }))
          return concat(cts.map((ct) => reshape(ct, [-1])))
        }
        for (const g of [f, derivative, gradient]) {
          const loop = stack(own.map((xs) => g(...xs)))
          expectClose(
            vmap(g, { inAxes: batched.map((some) => (some ? 0 : null)) })(...all),
            loop,
            1e-12,
            'batch',
            1,
          )
        }
      }),
      { numRuns: 100 },
    )
  })
})
