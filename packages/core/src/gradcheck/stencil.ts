/**
 * @file Nine values of a function along a line, and what they tell about it at the middle: its derivative, how far
 * that can be trusted, the noise of its values, and whether its slope jumps. Pure arithmetic. Imports nothing.
 */

/** Points to each side of the middle. */
export const REACH = 4

/** What values at x - 4w, ..., x, ..., x + 4w tell of f at x. */
export interface Stencil {
  /** w, the distance between neighbouring points. */
  readonly spacing: number
  /** The derivative, by central differences at w, 2w, 3w and 4w extrapolated to step 0. */
  readonly derivative: number
  /** How much the largest step changed the derivative: more than what the extrapolation leaves out. */
  readonly truncation: number
  /** Right derivative minus left derivative, extrapolated to step 0: 0 for a smooth f, as small as w gets. */
  readonly bend: number
  readonly bendTruncation: number
  /** Standard deviation of the values' errors, from differences of high order. */
  readonly noise: number
  /** What the rounding of the outputs alone makes of it, at least. */
  readonly rounding: number
  /** Largest value minus smallest value. */
  readonly range: number
  /** Whether the values differ too little to show their noise: a constant, or a few steps of rounding. */
  readonly flat: boolean
  /** Whether all nine values are the same. */
  readonly constant: boolean
  /** Whether the values change in the middle alone. */
  readonly step: boolean
}

// With D(h) = (f(x + h) - f(x - h)) / 2h = f' + c2 h² + c4 h⁴ + ..., extrapolating D(w), D(2w), D(3w) to h = 0 leaves
// an error of order w⁶, and D(4w) as well one of order w⁸. Written out per pair of values f(x + kw) - f(x - kw):
const WEIGHTS_OF_SIX = /* @__PURE__ */ (() => [3 / 4, -3 / 20, 1 / 60])()
const WEIGHTS_OF_EIGHT = /* @__PURE__ */ (() => [4 / 5, -1 / 5, 4 / 105, -1 / 280])()
/** How much larger the noise of `derivative * spacing` is than that of one value. */
export const DERIVATIVE_NOISE = 1.17

// The same for B(h) = (f(x + h) - 2 f(x) + f(x - h)) / h = bend + c1 h + c3 h³ + ..., per second difference:
const BEND_OF_THREE = /* @__PURE__ */ (() => [5 / 2, -1, 1 / 6])()
const BEND_OF_FOUR = /* @__PURE__ */ (() => [14 / 5, -7 / 5, 2 / 5, -1 / 20])()
/** How much larger the noise of `bend * spacing` is than that of one value. */
export const BEND_NOISE = 5.7

/** Reads a stencil. `values[k + 4]` is f(x + k w) - f(x): differences, so that a large constant part does not round. */
export function readStencil(values: Float64Array, spacing: number, rounding: number): Stencil {
  const odd = (k: number): number => values[REACH + k]! - values[REACH - k]!
  const even = (k: number): number => values[REACH + k]! + values[REACH - k]!
  const derivative = combine(WEIGHTS_OF_EIGHT, odd) / spacing
  const bend = combine(BEND_OF_FOUR, even) / spacing
  const distinct = new Set(values).size
  return {
    spacing,
    derivative,
    truncation: Math.abs(derivative - combine(WEIGHTS_OF_SIX, odd) / spacing),
    bend,
    bendTruncation: Math.abs(bend - combine(BEND_OF_THREE, even) / spacing),
    noise: Math.max(noiseOf(values), rounding),
    rounding,
    range: Math.max(...values) - Math.min(...values),
    flat: distinct <= 3,
    constant: distinct === 1,
    step: isStep(values),
  }
}

/** A jump of f at x, seen from any distance, or a slope that is steeper than the spacing shows. */
function isStep(values: Float64Array): boolean {
  let inner = 0
  let outer = 0
  for (let i = 1; i < values.length; i++) {
    const change = Math.abs(values[i]! - values[i - 1]!)
    if (i === REACH || i === REACH + 1) inner = Math.max(inner, change)
    else outer = Math.max(outer, change)
  }
  return outer < 0.01 * inner
}

function combine(weights: readonly number[], term: (k: number) => number): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * term(i + 1)
  return sum
}

/** Differences of this order and above are noise alone, for a function that is smooth at this spacing. */
const LOWEST_ORDER = 5

/**
 * Standard deviation of independent errors in equally spaced values of a smooth function. A difference of order k of
 * such errors has the variance (2k)! / (k!)² times theirs, and that of the function itself goes to 0 like w to the k.
 * The largest of several orders: one difference may be small by chance. Source: R. W. Hamming, Introduction to
 * Applied Numerical Analysis, 1971, chapter 6; Moré and Wild, Estimating computational noise, SIAM J. Sci. Comput.
 * 33 (2011).
 */
function noiseOf(values: Float64Array): number {
  const size = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  if (size === 0) return 0
  // Of size 1, so that squares neither overflow nor vanish.
  const differences = values.map((x) => x / size)
  let largest = 0
  let growth = 1
  for (let order = 1; order < values.length; order++) {
    const count = values.length - order
    let squares = 0
    for (let i = 0; i < count; i++) {
      const difference = differences[i + 1]! - differences[i]!
      differences[i] = difference
      squares += difference * difference
    }
    growth *= (4 * order - 2) / order
    if (order >= LOWEST_ORDER) largest = Math.max(largest, Math.sqrt(squares / count / growth))
  }
  return largest * size
}

/** sqrt(a^2 + b^2), in the same bits on every engine, which Math.hypot does not have. */
export function hypotenuse(a: number, b: number): number {
  const top = Math.max(Math.abs(a), Math.abs(b))
  if (!(top > 0 && top < Infinity)) return top
  const [x, y] = [a / top, b / top]
  return top * Math.sqrt(x * x + y * y)
}
