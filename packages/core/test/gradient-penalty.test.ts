/** @file Losses that contain gradients (createGraph), and where gradients are stopped: against closed forms and finite differences. */
import { describe, expect, it } from 'vitest'
import { checkpoint, grad, stopGradient, type Tensor, valueAndGrad, vjp } from '../src/index.ts'
import { expectClose } from './support/close.ts'
import { f64, leaf, values } from './support/f64.ts'
import { messageOf } from './support/messages.ts'

type Scalar = Tensor<[]>
type Rows = readonly (readonly number[])[]
const INPUTS = [
  [0.5, -1.2],
  [1.5, 0.3],
  [-0.7, 0.9],
]
const WEIGHTS = [
  [0.4, -0.8],
  [1.1, 0.3],
  [-0.6, 0.7],
]
const OUT = [0.9, -0.5, 1.3]

/** The critic of a WGAN: a number for each row of x. */
const critic = (w: Tensor, v: Tensor, x: Tensor): Tensor => x.matmul(w.T).tanh().matmul(v)

/** mean over rows of (|dD/dx| - 1)^2, in loops: dD/dx_j is the sum over i of v_i (1 - tanh^2(w_i x)) w_ij. */
function penaltyByLoops(w: Rows, v: readonly number[]): number {
  let total = 0
  for (const x of INPUTS) {
    const slopes = w.map((row, i) => {
      const h = Math.tanh(row.reduce((sum, wij, j) => sum + wij * x[j]!, 0))
      return v[i]! * (1 - h * h)
    })
    const squares = x.map((_, j) => w.reduce((sum, row, i) => sum + slopes[i]! * row[j]!, 0) ** 2)
    total += (Math.sqrt(squares.reduce((sum, s) => sum + s, 0)) - 1) ** 2
  }
  return total / INPUTS.length
}

/** Its derivatives by each weight, by central differences: exact to h^2 = 1e-10 and rounding, 1e-16 / h = 1e-11. */
function differences(): { w: number[][]; v: number[] } {
  const h = 1e-5
  const moved = (i: number, j: number, by: number): number[][] =>
    WEIGHTS.map((row, a) => row.map((x, b) => (a === i && b === j ? x + by : x)))
  const movedOut = (i: number, by: number): number[] => OUT.map((x, a) => (a === i ? x + by : x))
  return {
    w: WEIGHTS.map((row, i) =>
      row.map(
        (_, j) => (penaltyByLoops(moved(i, j, h), OUT) - penaltyByLoops(moved(i, j, -h), OUT)) / (2 * h),
      ),
    ),
    v: OUT.map(
      (_, i) =>
        (penaltyByLoops(WEIGHTS, movedOut(i, h)) - penaltyByLoops(WEIGHTS, movedOut(i, -h))) / (2 * h),
    ),
  }
}

const penaltyOf = (gradient: Tensor): Scalar =>
  gradient.square().sum(1).sqrt().sub(1).square().mean() as Scalar

describe('the gradient penalty of a WGAN', () => {
  /** Ways to write it. Each returns the penalty and its gradients by w and v. */
  const ways: Record<string, () => [Tensor, Tensor, Tensor]> = {
    'grad with createGraph, then backward': () => {
      const [w, v] = [leaf(WEIGHTS), leaf(OUT)]
      const slope = grad((x: Tensor) => critic(w, v, x).sum() as Scalar, { createGraph: true })
      const penalty = penaltyOf(slope(f64(INPUTS)))
      penalty.backward()
      return [penalty, w.grad!, v.grad!]
    },
    'valueAndGrad with createGraph, then backward': () => {
      const [w, v] = [leaf(WEIGHTS), leaf(OUT)]
      const run = valueAndGrad((x: Tensor) => critic(w, v, x).sum() as Scalar, { createGraph: true })
      const [value, gradient] = run(f64(INPUTS))
      // The value stays connected, too: here it comes in and goes out again.
      const penalty = penaltyOf(gradient).add(value.sub(value)) as Scalar
      penalty.backward()
      return [penalty, w.grad!, v.grad!]
    },
    'backward with createGraph, then backward': () => {
      const [w, v, x] = [leaf(WEIGHTS), leaf(OUT), leaf(INPUTS)]
      critic(w, v, x).sum().backward(null, { createGraph: true })
      const gradient = x.grad!
      w.grad = null
      v.grad = null
      const penalty = penaltyOf(gradient)
      penalty.backward()
      return [penalty, w.grad!, v.grad!]
    },
    'grad of grad, which needs no createGraph': () => {
      const loss = (w: Tensor, v: Tensor): Scalar =>
        penaltyOf(grad((x: Tensor) => critic(w, v, x).sum() as Scalar)(f64(INPUTS)))
      const [penalty, [dw, dv]] = valueAndGrad(loss, { argnums: [0, 1] })(f64(WEIGHTS), f64(OUT))
      return [penalty, dw, dv]
    },
    'with the critic in a checkpoint': () => {
      const [w, v] = [leaf(WEIGHTS), leaf(OUT)]
      const again = checkpoint((x: Tensor) => critic(w, v, x))
      const slope = grad((x: Tensor) => again(x).sum() as Scalar, { createGraph: true })
      const penalty = penaltyOf(slope(f64(INPUTS)))
      penalty.backward()
      return [penalty, w.grad!, v.grad!]
    },
  }
  it.each(Object.entries(ways))('%s', (_, way) => {
    const [penalty, dw, dv] = way()
    expectClose(penalty, f64(penaltyByLoops(WEIGHTS, OUT)), 1e-14)
    const expected = differences()
    expectClose(dw, f64(expected.w), 1e-8)
    expectClose(dv, f64(expected.v), 1e-8)
  })

  it('of a linear critic w x is (|w| - 1)^2, with the gradient 2 (|w| - 1) w / |w|', () => {
    const w = leaf([3, 4])
    const slope = grad((x: Tensor) => x.matmul(w).sum() as Scalar, { createGraph: true })
    penaltyOf(slope(f64(INPUTS))).backward()
    // |w| = 5: 2 * 4 * w / 5, but for a rounding or two.
    expectClose(w.grad!, f64([4.8, 6.4]), 1e-15)
  })

  it('without createGraph it is a number without gradient, and that is an error', () => {
    const [w, v] = [leaf(WEIGHTS), leaf(OUT)]
    const penalty = penaltyOf(grad((x: Tensor) => critic(w, v, x).sum() as Scalar)(f64(INPUTS)))
    expect(penalty.node).toBe(null)
    expect(messageOf(() => penalty.backward())).toContain('backward: this tensor is not tracked')
  })
})

describe('stopGradient', () => {
  it('holds a factor still: d(x stop(x))/dx = x, and the same in forward mode and higher orders', () => {
    const f = (x: Tensor): Scalar => x.mul(stopGradient(x)).sum() as Scalar
    const x = f64([2, 3])
    expect(values(grad(f)(x))).toEqual([2, 3])
    expect(values(grad((t: Tensor) => grad(f)(t).sum() as Scalar)(x))).toEqual([0, 0])
    expect(values(vjp((t: Tensor) => stopGradient(t), x)[1](x)[0])).toEqual([0, 0])
  })
  it('lets a target stand still: the loss against a copy of itself', () => {
    const w = leaf([1, 2])
    const prediction = w.mul(3)
    const target = stopGradient(prediction.mul(2))
    expect(target.node).toBe(null)
    prediction.sub(target).square().sum().backward()
    // d/dw (3 w - t)^2 = 6 (3 w - t), t = 6 w.
    expect(values(w.grad)).toEqual([-18, -36])
  })
  it('straight through a step: the value of round, the gradient of the identity', () => {
    const x = leaf([0.4, 1.6])
    const y = x.add(stopGradient(x.round().sub(x)))
    expect(values(y)).toEqual([0, 2])
    y.mul(f64([5, 7]))
      .sum()
      .backward()
    expect(values(x.grad)).toEqual([5, 7])
  })
})
