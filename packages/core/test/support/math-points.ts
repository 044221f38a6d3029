/**
 * @file The functions of math.ts compiled, and points to test them at. Imports math.ts, scalar.ts, exact.ts.
 */
import * as math from '../../src/math.ts'
import { type Expr, emitJavaScript, type Precision, type Scalar } from '../../src/scalar.ts'
import { fromBits, neighbour, toBits } from './exact.ts'

export type Body = <T>(s: Scalar<T>, x: T) => T

export const bodies: Record<string, Body> = {
  exp: math.exp,
  log: math.log,
  log1p: math.log1p,
  sin: math.sin,
  cos: math.cos,
  tan: math.tan,
  expm1: math.expm1,
  sinh: math.sinh,
  cosh: math.cosh,
  tanh: math.tanh,
  atan: math.atan,
  asin: math.asin,
  acos: math.acos,
  erf: math.erf,
  normalCdf: math.normalCdf,
  sigmoid: math.sigmoid,
  sigmoidDerivative: math.sigmoidDerivative,
  softplus: math.softplus,
}

/** The body as generated source, compiled. */
export function generate(body: Body, precision: Precision): (x: number) => number {
  const expr: Expr = (s, x) => body(s, x!)
  const { statements, result, environment } = emitJavaScript(expr, ['x'], precision)
  return new Function(...Object.keys(environment), `return (x) => {\n${statements}\nreturn ${result}\n}`)(
    ...Object.values(environment),
  )
}

/** A deterministic generator (xorshift) of numbers in [0, 1), so that each run sees the same points. */
function source(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Numbers in [0, 1). */
export const random = source(20240229)
/** make(0), make(1) ... */
export const times = (count: number, make: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => make(i))
/** Evenly from low to high. */
export const uniform = (low: number, high: number, count: number) =>
  times(count, () => low + (high - low) * random())
/**
 * Evenly over the bit patterns from low to high, 0 < low < high, so over exponents; with both signs if asked.
 */
export function anyMagnitude(low: number, high: number, count: number, signs = false): number[] {
  const [first, last] = [toBits(low), toBits(high)]
  const width = Number((last - first) >> 20n)
  return times(count, () => {
    const x = fromBits(
      first + (BigInt(Math.floor(random() * width)) << 20n) + BigInt(Math.floor(random() * 2 ** 20)),
    )
    return signs && random() < 0.5 ? -x : x
  })
}

/** The double and its `steps` neighbours on either side. */
export const around = (x: number, steps: number): number[] =>
  times(2 * steps + 1, (i) => neighbour(x, i - steps))
