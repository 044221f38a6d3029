/**
 * @file Backpropagation on plain arrays with loops, by the tutorial's formulas. Imports network.ts of the tutorial; no
 * tensors: it is what autograd is held against.
 */
import { forwardByLoops, type PlainLayer } from '../network.ts'

type Vector = readonly number[]
type Matrix = readonly Vector[]

export interface Sample {
  readonly x: Vector
  readonly y: Vector
}

/** dJ/dW and dJ/db, counted as in the notation: dW[1] is dJ/dW(1); what is not there, as dW[0], is empty. */
export interface Gradient {
  readonly dW: readonly Matrix[]
  readonly db: readonly Vector[]
}

/** What both passes compute for one sample, counted as in the notation: z[2] is z(2), h[1] is x. */
export interface Quantities extends Gradient {
  /** The cost J = 1/2 |y - h(nl)|². */
  readonly J: number
  readonly z: readonly Vector[]
  readonly h: readonly Vector[]
  /** dJ/dz. */
  readonly delta: readonly Vector[]
  /** dJ/dh. */
  readonly dh: readonly Vector[]
}

/** f'(z) from f = f(z). */
export const slopeOf = (f: number): number => f * (1 - f)

const sumOf = (values: Vector): number => values.reduce((sum, value) => sum + value, 0)

/** Both passes for one sample. */
export function backpropagate(network: readonly PlainLayer[], { x, y }: Sample): Quantities {
  const passed = forwardByLoops(network, x)
  const z = [[], [], ...passed.map((layer) => layer.z)]
  const h = [[], x, ...passed.map((layer) => layer.h)]
  const last = network.length + 1
  const delta: Vector[] = [[], []]
  const dh: Vector[] = [[]]
  dh[last] = h[last]!.map((value, i) => -(y[i]! - value))
  for (let l = last; l > 1; l--) {
    const { weight } = network[l - 2]!
    delta[l] = dh[l]!.map((slope, i) => slope * slopeOf(h[l]![i]!))
    dh[l - 1] = h[l - 1]!.map((_, j) => sumOf(delta[l]!.map((value, i) => weight[i]![j]! * value)))
  }
  const J = 0.5 * sumOf(h[last]!.map((value, i) => (y[i]! - value) ** 2))
  const upper = delta.slice(2)
  const dW = [[], ...upper.map((values, k) => values.map((d) => h[k + 1]!.map((value) => value * d)))]
  return { J, z, h, delta, dh, dW, db: [[], ...upper] }
}

/** The mean over samples of J and of its gradient: one sample after the other, added up. */
export function meanGradient(
  network: readonly PlainLayer[],
  samples: readonly Sample[],
): Gradient & { readonly J: number } {
  let J = 0
  const dW = [[], ...network.map(({ weight }) => weight.map((row) => row.map(() => 0)))]
  const db = [[], ...network.map(({ bias }) => bias.map(() => 0))]
  for (const sample of samples) {
    const one = backpropagate(network, sample)
    J += one.J / samples.length
    for (const [l, rows] of dW.entries()) {
      for (const [i, row] of rows.entries()) {
        for (const j of row.keys()) row[j]! += one.dW[l]![i]![j]! / samples.length
        db[l]![i]! += one.db[l]![i]! / samples.length
      }
    }
  }
  return { J, dW, db }
}

/** W(l) - alpha dJ/dW(l) and b(l) - alpha dJ/db(l). */
export const descend = (network: readonly PlainLayer[], { dW, db }: Gradient, alpha: number): PlainLayer[] =>
  network.map(({ weight, bias }, k) => ({
    weight: weight.map((row, i) => row.map((w, j) => w - alpha * dW[k + 1]![i]![j]!)),
    bias: bias.map((b, i) => b - alpha * db[k + 1]![i]!),
  }))
