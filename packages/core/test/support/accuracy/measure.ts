/** @file Measures the functions of functions.ts in ulps, at dense and at difficult points. Imports scalar.ts and the references. */
import { type Expr, generate } from '../../../src/scalar.ts'
import { SINGLE, ulps } from '../exact.ts'
import { randomFor } from '../sample.ts'
import { type Float, type Measured, type Point } from './functions.ts'

/** Evenly spread points per interval, before a function's share. */
const COUNT = 100_000

/** Finer than the 2^24 numbers of `randomFor`. */
function fineRandom(text: string): () => number {
  const random = randomFor(text)
  return () => random() + random() * 2 ** -24
}

const words: Record<
  Float,
  { readonly float: Float64Array | Float32Array; readonly bits: BigInt64Array | Int32Array }
> = (() => {
  const [double, single] = [new Float64Array(1), new Float32Array(1)]
  return {
    float64: { float: double, bits: new BigInt64Array(double.buffer) },
    float32: { float: single, bits: new Int32Array(single.buffer) },
  }
})()

/** The number `steps` places further from 0 in its format. */
function neighbour(x: number, steps: number, precision: Float): number {
  const { float, bits } = words[precision]
  float[0] = x
  if (bits instanceof BigInt64Array) bits[0]! += BigInt(steps)
  else bits[0]! += steps
  return float[0]!
}

/** A number of a random exponent between those of the bounds, within them. */
function ofMagnitude([low, high]: readonly [number, number], random: () => number): number {
  const x = low * 2 ** Math.floor(random() * (Math.log2(high) - Math.log2(low))) * (1 + random())
  return random() < 0.5 ? -x : x
}

/** The same points at each call: they come from the name. */
function pointsOf(name: string, measured: Measured, precision: Float): Point[] {
  const { evenly = [], magnitudes, around = [], without, pair, share = 1 } = measured
  const random = fineRandom(name)
  const round = precision === 'float32' ? Math.fround : (x: number): number => x
  const count = Math.round(COUNT * share)
  const make = (f: (i: number) => number): Point[] => Array.from({ length: count }, (_, i) => [round(f(i))])
  const points = pair
    ? Array.from({ length: 2 * count }, (_, i) => pair(random, i).map(round))
    : [
        ...evenly.flatMap((low, i) =>
          i % 2 === 0 ? make(() => low + random() * (evenly[i + 1]! - low)) : [],
        ),
        ...(magnitudes ? make(() => ofMagnitude(magnitudes, random)) : []),
        ...around.flatMap((x) => [-2, -1, 0, 1, 2].map((steps) => [neighbour(round(x), steps, precision)])),
      ]
  return points.filter((xs) => xs.every(Number.isFinite) && xs[0] !== 0 && !without?.(xs[0]!))
}

export function compiled(expr: Expr, arity: number, precision: Float): (...xs: number[]) => number {
  const names = ['x', 'y'].slice(0, arity)
  return generate<(...xs: number[]) => number>(
    expr,
    names,
    precision,
    names.join(),
    (statements, result) => `${statements}\nreturn ${result}`,
  )!
}

export interface Worst {
  readonly error: number
  readonly at: Point
  readonly points: number
}

/** The largest error at every `every`-th of the points, or at those given, and where it is. */
export function worstOf(
  name: string,
  measured: Measured,
  precision: Float,
  every = 1,
  given?: readonly Point[],
): Worst {
  const all = given ?? pointsOf(name, measured, precision)
  const f = compiled(measured.expr, all[0]!.length, precision)
  const format = precision === 'float32' ? SINGLE : undefined
  let [error, at, points] = [-1, all[0]!, 0]
  for (let i = 0; i < all.length; i += every, points++) {
    const xs = all[i]!
    const own = ulps(f(...xs), measured.exact(...xs), format)
    if (own > error) [error, at] = [own, xs]
  }
  return { error, at, points }
}
