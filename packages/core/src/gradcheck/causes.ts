/**
 * @file Guesses what is wrong with a gradient from its values: each guess is a formula for the wrong value that has to
 * fit every wrong element. Imports values.ts.
 */
import type { Shape } from '../shape.ts'
import { unravel } from '../shape.ts'
import { stretchedAxes } from './values.ts'

/** A gradient that is wrong, element by element. */
export interface Evidence {
  readonly shape: Shape
  readonly input: ArrayLike<number>
  readonly analytic: Float64Array
  readonly numeric: Float64Array
  /** The wrong elements. */
  readonly wrong: readonly number[]
  /** Difference that is none, per element. */
  readonly tolerance: Float64Array
  readonly outputShape: Shape
  /** What each output adds to the true gradient by one element. */
  readonly contributions: (element: number) => Float64Array
}

/** A value that the analytic gradient may have in place of the right one. */
type Guess = (element: number) => number

/** More wrong elements than this do not make a guess any safer. */
const ENOUGH = 64

/** What is likely wrong, in words, or null. */
export function likelyCause(evidence: Evidence): string | null {
  const { analytic, numeric, tolerance } = evidence
  // An error near the tolerance fits anything.
  const wrong = evidence.wrong.filter((i) => errorAt(evidence, i) > 3 * tolerance[i]!).slice(0, ENOUGH)
  if (wrong.length === 0) return null
  const clear = { ...evidence, wrong }
  if (wrong.every((i) => analytic[i] === 0)) return 'zero gradient: nothing flows back to this input'
  if (fits(clear, (i) => -numeric[i]!)) return 'wrong sign: analytic = -numeric'
  return rearranged(clear) ?? partial(clear) ?? scaled(clear)
}

const errorAt = ({ analytic, numeric }: Evidence, i: number): number => Math.abs(analytic[i]! - numeric[i]!)

/** Whether a guess explains the error of every wrong element. */
function fits(evidence: Evidence, guess: Guess): boolean {
  const { analytic, wrong, tolerance } = evidence
  return wrong.every(
    (i) => Math.abs(analytic[i]! - guess(i)) <= Math.max(tolerance[i]!, 1e-3 * errorAt(evidence, i)),
  )
}

// ── the right values in the wrong places ─────────────────────────────────────

function rearranged(evidence: Evidence): string | null {
  const { shape, numeric, analytic, wrong, tolerance } = evidence
  // Two values that changed places are the least that a rearrangement makes wrong.
  if (wrong.length < 2) return null
  const rank = shape.length
  if (rank >= 2) {
    const [rows, columns] = [shape[rank - 2]!, shape[rank - 1]!]
    const transposed = (i: number): number => {
      const within = i % (rows * columns)
      return i - within + (within % rows) * columns + Math.floor(within / rows)
    }
    if (fits(evidence, (i) => numeric[transposed(i)]!)) return 'transposed'
  }
  for (let axis = 0; axis < rank; axis++) {
    const step = shape.slice(axis + 1).reduce((product, size) => product * size, 1)
    const flipped = (i: number): number => i + (shape[axis]! - 1 - 2 * unravel(i, shape)[axis]!) * step
    if (fits(evidence, (i) => numeric[flipped(i)]!)) return `reversed along axis ${axis}`
  }
  const had = [...analytic].sort((a, b) => a - b)
  const wanted = [...numeric].sort((a, b) => a - b)
  const slack = Math.max(...tolerance)
  return had.every((value, i) => Math.abs(value - wanted[i]!) <= slack)
    ? 'the right values in another order'
    : null
}

// ── a part of the sum ────────────────────────────────────────────────────────

/** Outputs times wrong elements that are looked at. */
const PATIENCE = 1_000_000

function partial(evidence: Evidence): string | null {
  const { outputShape, shape, wrong, tolerance } = evidence
  const outputs = outputShape.reduce((product, size) => product * size, 1)
  if (outputs < 2 || outputs * wrong.length > PATIENCE) return null
  const parts = new Map(wrong.map((i) => [i, evidence.contributions(i)]))
  const places = Array.from({ length: outputs }, (_, j) => unravel(j, outputShape))
  const stretched = stretchedAxes(shape, outputShape)
  for (let axis = 0; axis < outputShape.length; axis++) {
    // The last slice first: it is what remains when each overwrites the one before.
    for (let k = outputShape[axis]! - 1; k >= 0 && outputShape[axis]! > 1; k--) {
      if (!fits(evidence, (i) => sumWhere(parts.get(i)!, (j) => places[j]![axis] === k))) continue
      if (stretched.includes(axis))
        return `missing sum over broadcast axis ${axis}: only slice ${k} of it counts`
      const last = k === outputShape[axis]! - 1
      const fault = last ? 'overwritten instead of accumulated' : 'missing sum'
      return `${fault}: of axis ${axis} of the output, only slice ${k} counts`
    }
  }
  const single = wrong.every((i) => {
    const several = parts.get(i)!.filter((part) => Math.abs(part) > tolerance[i]!)
    return several.length > 1 && several.some((part) => fits({ ...evidence, wrong: [i] }, () => part))
  })
  return single ? 'overwritten instead of accumulated: of several outputs, only one counts' : null
}

function sumWhere(parts: Float64Array, included: (j: number) => boolean): number {
  return parts.reduce((sum, part, j) => (included(j) ? sum + part : sum), 0)
}

// ── a factor, a summand ──────────────────────────────────────────────────────

function scaled(evidence: Evidence): string | null {
  const { analytic, numeric, input, wrong } = evidence
  const factor = slope(
    wrong,
    (i) => numeric[i]!,
    (i) => analytic[i]!,
  )
  // One number is always some multiple of another: say so where the multiple is a round one.
  const known = wrong.length > 1 || Math.abs(factor - Number(factor.toPrecision(3))) < 1e-5 * Math.abs(factor)
  if (known && fits(evidence, (i) => factor * numeric[i]!))
    return `off by a factor: analytic = ${tidy(factor)} x numeric`
  const decay = slope(
    wrong,
    (i) => input[i]!,
    (i) => analytic[i]! - numeric[i]!,
  )
  if (wrong.length > 1 && fits(evidence, (i) => numeric[i]! + decay * input[i]!))
    return `off by a multiple of the input: analytic = numeric + ${tidy(decay)} x input`
  return null
}

/** c for which c x is nearest to y. */
function slope(places: readonly number[], x: Guess, y: Guess): number {
  let xy = 0
  let xx = 0
  for (const i of places) {
    xy += x(i) * y(i)
    xx += x(i) * x(i)
  }
  return xy / xx
}

/** Five digits, or as many as tell the number from 1. */
function tidy(x: number): string {
  const digits = [5, 8, 12].find((digits) => Number(x.toPrecision(digits)) !== 1) ?? 17
  return String(Number(x.toPrecision(digits)))
}
