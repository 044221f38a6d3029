/**
 * @file The derivative along a line from values alone, with an honest error. Imports choose.ts.
 *
 * Small steps drown in rounding noise, large ones leave out curvature, and no step is right for all functions. So the
 * stencil is laid at many spacings, each gives a derivative and an estimate of its error, and the most precise one
 * wins, unless a smaller spacing contradicts it: what happens farther away (a kink, a pole, another period of a sine)
 * says nothing about the derivative here.
 */
import { derivativeFrom, errorOf, type NumericDerivative, roundingError, UNKNOWN } from './choose.ts'
import type { Stencil } from './stencil.ts'
import type { Surveyor } from './surveyor.ts'

/** Spacing of a first look and the largest, per unit. */
const FIRST = 0.00390625
const LARGEST = 0.25

/** Where f is looked at: the size of the largest steps that may make sense, and of the smallest. */
export interface Range {
  readonly unit: number
  readonly finest: number
}

/** One look at a middle spacing: enough for most functions. Null unless its error is at most `goal(derivative)`. */
export function quickLook(
  surveyor: Surveyor,
  { unit }: Range,
  goal: (derivative: number) => number,
): NumericDerivative | null {
  const s = surveyor.stencil(FIRST * unit)
  if (s === null || s.flat || !(errorOf(s) <= goal(s.derivative))) return null
  return { ...UNKNOWN, value: s.derivative, noise: errorOf(s), spacing: s.spacing }
}

/** The derivative at one given spacing. */
export function lookAt(surveyor: Surveyor, spacing: number): NumericDerivative {
  const s = surveyor.stencil(spacing)
  return s === null ? UNKNOWN : derivativeFrom([s], surveyor)
}

/**
 * The derivative from all spacings that say something. A function that oscillates between the points looks noisy, until
 * they are close enough: so noise alone does not end the search, only what is known of rounding, from the tape and from
 * noise that stays the same from spacing to spacing. Where rounding is as large as what there is to see, a part of the
 * computation stands still, and what still moves tells half of the truth without any noise.
 */
export function survey(surveyor: Surveyor, { unit, finest }: Range): NumericDerivative {
  const stencils: Stencil[] = []
  const drowned: Stencil[] = []
  let expected = surveyor.rounding
  let settled = false
  for (let w = LARGEST * unit; w >= finest; w /= w > FIRST * unit ? 2 : 4) {
    const s = surveyor.stencil(w)
    if (s === null) continue
    if (w > FIRST * unit) {
      stencils.push(s)
      continue
    }
    const frozen = settled && s.noise < expected / 32
    const small = 0.1 * (Math.abs(s.derivative) + Math.abs(s.bend)) < roundingError(expected, w)
    if (frozen || small) {
      drowned.push({ ...s, noise: Math.max(s.noise, expected) })
      // One alone may be a wave that all points meet at the same place.
      if (frozen || drowned.length === 3) break
    } else {
      stencils.push(s)
      if (s.constant) break
      expected = Math.max(expected, steadyNoise(stencils))
      settled ||= s.noise > expected / 8 && s.noise < 8 * expected
    }
  }
  return derivativeFrom(stencils, surveyor, drowned, expected)
}

/**
 * The noise of the last three stencils, if it is small beside the values and hardly shrinks with the spacing, as that of
 * a kink would: then it is rounding. Else 0.
 */
function steadyNoise(stencils: readonly Stencil[]): number {
  const [far, , near] = stencils.slice(-3)
  if (near === undefined || far!.spacing < 16 * near.spacing) return 0
  const last = stencils.slice(-3)
  const noises = last.map((s) => s.noise).sort((a, b) => a - b)
  const steady = noises[2]! < 4 * noises[0]! && last.every((s) => s.noise < 0.01 * s.range)
  return steady ? noises[1]! : 0
}
