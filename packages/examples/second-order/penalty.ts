/** @file A gradient penalty: a fitted function that is kept flat. Imports core, nn and problem.ts. */
import { Generator, grad, gradcheck, noGrad, rand, randn, type Tensor } from '@tapegrad/core'
import { functionalCall, mse, type Sequential, SGD } from '@tapegrad/nn'
import { column, network, type Points } from './problem.ts'

/** What the points are, before noise. */
export const curve = (x: number): number => Math.sin(2 * x)
const NOISE = 0.25
const POINTS = 10
/** The fit is looked at, and its slope is penalised, from -END to END. */
export const END = 2

/** Places where the slope is penalised: an even grid. They need no targets, so there can be more than points. */
const PLACES = column(Array.from({ length: 41 }, (_, i) => -END + (2 * END * i) / 40))

/** POINTS places at random, and the curve there with noise. */
export function noisyPoints(seed: number): Points {
  const generator = new Generator(seed)
  const options = { generator, dtype: 'float64' } as const
  const x = rand([POINTS, 1], options)
    .mul(2 * END)
    .sub(END) as Tensor
  const y = x
    .mul(2)
    .sin()
    .add(randn([POINTS, 1], options).mul(NOISE)) as Tensor
  return { x, y }
}

export type Model = (x: Tensor) => Tensor

/**
 * d model / dx at each row of x [n, 1]: a row's output depends on that row alone, so the gradient of the sum holds them
 * all. With createGraph the result can be differentiated again.
 */
export const slopes = (model: Model, x: Tensor): Tensor =>
  grad((at: Tensor) => model(at).sum() as Tensor, { createGraph: true })(x)

/** The mean of (d model / dx)² over the rows of x. */
const penalty = (model: Model, x: Tensor): Tensor => slopes(model, x).square().mean() as Tensor

/** mse + strength * penalty. */
const penalised = (model: Model, { x, y }: Points, strength: number): Tensor =>
  mse(model(x), y).add(penalty(model, PLACES).mul(strength)) as Tensor

/** gradcheck of the loss by all parameters: a derivative of a derivative against differences of values. */
export function checkPenalty(model: Sequential, points: Points, strength: number) {
  const parameters = Object.fromEntries(model.namedParameters())
  return gradcheck(
    (tensors: Record<string, Tensor>) =>
      penalised((x) => functionalCall(model, tensors, x) as Tensor, points, strength),
    [parameters],
  )
}

export const HIDDEN = 20
/** Large weights at the start make a function that can turn sharply. */
const START = 3

export interface Fit {
  readonly strength: number
  readonly model: Model
  /** Mean squared error at the points. */
  readonly error: number
  /** Mean squared distance from the curve without noise, over the places. */
  readonly distance: number
  /** Root of the mean squared slope, and the steepest, over the places. */
  readonly slope: number
  readonly steepest: number
}

export const firstModel = (seed: number): Sequential => network(HIDDEN, seed, START)

/** Trains on all points at once, with momentum. */
export function fitted(
  points: Points,
  { seed, steps, strength }: { readonly seed: number; readonly steps: number; readonly strength: number },
  each?: (step: number, loss: number) => void,
): Fit {
  const network = firstModel(seed)
  const model: Model = (x) => network.call(x) as Tensor
  const optimizer = new SGD(network.parameters(), { lr: 0.01, momentum: 0.9 })
  for (let step = 1; step <= steps; step++) {
    optimizer.zeroGrad()
    const loss = strength === 0 ? mse(model(points.x), points.y) : penalised(model, points, strength)
    loss.backward()
    optimizer.step()
    each?.(step, loss.item())
  }
  const steepness = slopes(model, PLACES)
  const truth = PLACES.mul(2).sin() as Tensor
  return noGrad(() => ({
    strength,
    model: (x: Tensor) => noGrad(() => model(x)),
    error: mse(model(points.x), points.y).item(),
    distance: mse(model(PLACES), truth).item(),
    slope: Math.sqrt(steepness.square().mean().item()),
    steepest: steepness.abs().max().item(),
  }))
}
