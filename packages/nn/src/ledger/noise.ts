/** @file The rounding errors that right values carry, layer by layer: what is within them is not called wrong. Imports closed-form.ts (types only) and arrays.ts. */
import { largestOf, type Rows, sum } from './arrays.ts'
import type { Pass, Problem } from './closed-form.ts'

/** Absolute errors of the quantities of one layer. */
interface LayerNoise {
  readonly z: number
  readonly n: number
  readonly fPrime: number
  readonly backprop: number
  readonly delta: number
}

export interface Noise {
  readonly layers: readonly LayerNoise[]
  readonly loss: number
}

/** A few roundings of a number of size 1: 16 times 2^-53. */
const ROUNDINGS = 1.7763568394002505e-15
/** Below this float64 has fewer digits than elsewhere, or none: 2^-1000. */
const TINY = 9.332636185032189e-302

/**
 * Bounds, to first order. A sum is off by the rounding errors of its terms, however much they cancel, and by the errors
 * of what went into it. A student's f' = n (1 - n) is off by a rounding error of 1, delta by that times what comes back,
 * and what comes back further down by that times the weights.
 */
export function noiseOf({ layers, inputs, loss }: Problem, { layers: values }: Pass): Noise {
  const forward: Pick<LayerNoise, 'z' | 'n' | 'fPrime'>[] = []
  layers.forEach(({ weight, bias }, l) => {
    const below = l === 0 ? inputs : values[l - 1]!.n
    const reach = Math.max(...weight.map((row) => sum(row.map(Math.abs))))
    const terms = reach * largestOf(below) + largestOf(bias === null ? [] : [bias])
    const { n, fPrime } = values[l]!
    const slope = largestOf(fPrime)
    const z = TINY + ROUNDINGS * terms + reach * (forward[l - 1]?.n ?? 0)
    forward.push({
      z,
      n: TINY + z * slope + ROUNDINGS * largestOf(n),
      fPrime: z + ROUNDINGS * Math.max(1, slope),
    })
  })

  const output = values.at(-1)!
  const ofOutput = forward.at(-1)!.n
  const ofSlope = loss.curvature * (ofOutput + ROUNDINGS * (largestOf(output.n) + loss.terms))
  const result: LayerNoise[] = []
  for (let l = layers.length - 1; l >= 0; l--) {
    const { backprop, fPrime } = values[l]!
    const above = layers[l + 1]
    const columns = above === undefined ? 0 : columnReach(above.weight)
    const back =
      above === undefined
        ? TINY + ofSlope
        : TINY + columns * (result[l + 1]!.delta + ROUNDINGS * largestOf(values[l + 1]!.delta))
    const delta = back * largestOf(fPrime) + forward[l]!.fPrime * largestOf(backprop) + TINY
    result[l] = { ...forward[l]!, backprop: back, delta }
  }
  const slopes = sum(output.backprop.flat().map(Math.abs))
  const count = output.n.flat().length
  return { layers: result, loss: TINY + slopes * ofOutput + count * ofSlope }
}

/** The largest column sum of |W|: by so much the transpose can make the largest number larger. */
const columnReach = (weight: Rows): number =>
  Math.max(...weight[0]!.map((_, j) => sum(weight.map((row) => Math.abs(row[j]!)))))
