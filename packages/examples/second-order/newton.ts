/** @file Damped Newton and gradient descent on a loss of a flat vector. Imports core, curvature.ts and linear-algebra.ts. */
import { type Tensor, valueAndGrad } from '@tapegrad/core'
import { hessian, type Loss, numbers, vector } from './curvature.ts'
import { cholesky, length, plus, shifted, solveCholesky } from './linear-algebra.ts'

/** Where a method stands after `step` steps. */
export interface Point {
  readonly step: number
  readonly theta: Tensor
  readonly loss: number
  readonly gradient: number[]
  /** Its length. */
  readonly norm: number
}

export interface NewtonPoint extends Point {
  /** What was added to the Hessian's diagonal for the step that led here; null at the start. */
  readonly damping: number | null
  /** Systems tried and given up for that step: not positive definite, or no smaller loss. */
  readonly rejected: number
}

function pointAt(loss: Loss, theta: Tensor, step: number): Point {
  const [value, slope] = valueAndGrad(loss)(theta)
  const gradient = numbers(slope)
  return { step, theta, loss: value.item(), gradient, norm: length(gradient) }
}

/** How the damping share changes when a step fails and when it succeeds, and how small it gets. */
const SHARE = { harder: 4, easier: 1 / 4, least: 1e-3 }
/** Near the minimum two losses differ by rounding alone. */
const ROUNDING = 2 ** -50
const MOST_TRIES = 60

/**
 * Newton's method with Levenberg's damping: theta - p with (H + d I) p = gradient. d is a share of the gradient's norm, so
 * that it fades away at the minimum, where the steps become Newton's own; the share grows while H + d I is not positive
 * definite (then p might lead uphill, or to a saddle) or the loss does not fall. Ends when the norm is at most `tolerance`.
 */
export function newton(loss: Loss, start: Tensor, tolerance: number, mostSteps: number): NewtonPoint[] {
  let point: NewtonPoint = { ...pointAt(loss, start, 0), damping: null, rejected: 0 }
  const path = [point]
  let share = 1
  while (point.norm > tolerance && point.step < mostSteps) {
    const found = dampedStep(loss, point, share)
    if (found === null) break
    point = found.point
    path.push(point)
    share = Math.max(SHARE.least, found.share * SHARE.easier)
  }
  return path
}

function dampedStep(
  loss: Loss,
  from: Point,
  firstShare: number,
): { point: NewtonPoint; share: number } | null {
  const curvature = hessian(loss, from.theta)
  for (let rejected = 0, share = firstShare; rejected < MOST_TRIES; rejected++, share *= SHARE.harder) {
    const damping = share * from.norm
    const factor = cholesky(shifted(curvature, damping))
    if (factor === null) continue
    const step = solveCholesky(factor, from.gradient)
    const point = pointAt(loss, vector(plus(numbers(from.theta), step, -1)), from.step + 1)
    if (point.loss <= from.loss * (1 + ROUNDING)) return { point: { ...point, damping, rejected }, share }
  }
  return null
}

/** Gradient descent with a fixed rate. `each` sees every point. */
export function descend(
  loss: Loss,
  start: Tensor,
  {
    rate,
    tolerance,
    mostSteps,
  }: { readonly rate: number; readonly tolerance: number; readonly mostSteps: number },
  each?: (point: Point) => void,
): Point[] {
  let point = pointAt(loss, start, 0)
  const path = [point]
  while (point.norm > tolerance && point.step < mostSteps) {
    const next = point.theta.sub(vector(point.gradient.map((g) => rate * g))) as Tensor
    point = pointAt(loss, next, point.step + 1)
    path.push(point)
    each?.(point)
  }
  return path
}
