/**
 * @file The derivative along a line from values alone, with an honest error. Imports stencil.ts and surveyor.ts.
 *
 * Small steps drown in rounding noise, large ones leave out curvature, and no step is right for all functions. So the
 * stencil is laid at many spacings, each gives a derivative and an estimate of its error, and the most precise one
 * wins, unless a smaller spacing contradicts it: what happens farther away (a kink, a pole, another period of a sine)
 * says nothing about the derivative here.
 */
import { BEND_NOISE, DERIVATIVE_NOISE, type Stencil } from './stencil.ts'
import type { Surveyor } from './surveyor.ts'

export interface NumericDerivative {
  /** NaN where f is finite at no step. */
  readonly value: number
  /** Estimate of its error: what extrapolation leaves out, and the rounding of f's values. */
  readonly noise: number
  /** Distance of the points that gave it. */
  readonly spacing: number
  /** f gave the same values at all these points. */
  readonly constant: boolean
  /** The derivatives to the left and to the right, where they differ however small the step. */
  readonly kink: { readonly left: number; readonly right: number } | null
  /** As `kink`, and the values themselves jump. */
  readonly jump: boolean
}

/** Where f is finite at no step, or was not looked at. */
export const UNKNOWN: NumericDerivative = {
  value: Number.NaN,
  noise: Number.NaN,
  spacing: Number.NaN,
  constant: false,
  kink: null,
  jump: false,
}

/** Rounding is taken as this many standard deviations. */
const CAUTION = 6
/** Spacing of a first look and the largest, per unit. */
const FIRST = 2 ** -8
const LARGEST = 2 ** -2

/** Where f is looked at: the size of the largest steps that may make sense, and of the smallest. */
export interface Range {
  readonly unit: number
  readonly finest: number
}

const rounding = ({ noise, spacing }: Stencil): number => (CAUTION * DERIVATIVE_NOISE * noise) / spacing
const bendRounding = ({ noise, spacing }: Stencil): number => (CAUTION * BEND_NOISE * noise) / spacing
const errorOf = (s: Stencil): number => s.truncation + rounding(s)

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
 * The derivative from all spacings that say something. None is left out for noise: a function that oscillates between
 * the points looks like noise, until the points are close enough.
 */
export function survey(surveyor: Surveyor, { unit, finest }: Range): NumericDerivative {
  const stencils: Stencil[] = []
  for (let w = LARGEST * unit; w >= finest; w /= w > FIRST * unit ? 2 : 4) {
    const s = surveyor.stencil(w)
    if (s !== null) stencils.push(s)
    if (w <= FIRST * unit && s !== null && s.flat && !s.step) break
  }
  return derivativeFrom(stencils.reverse(), surveyor)
}

/** Chooses among stencils, in order of growing spacing. */
function derivativeFrom(all: readonly Stencil[], surveyor: Surveyor): NumericDerivative {
  if (all.length === 0) return UNKNOWN
  // Rounding makes steps, too, at the smallest spacings; these go on.
  const jump = all.length >= 5 && all.slice(0, 5).every((s) => s.step)
  if (jump) return { ...UNKNOWN, spacing: all[0]!.spacing, jump }
  const telling = withSharedNoise(all.filter((s) => !s.flat))
  const chosen = mostPrecise(telling)
  const still = all.findLast((s) => s.constant) ?? (chosen === null ? all.at(-1)! : null)
  if (still !== null) {
    // A function that does not move nearby but does so far away: a relu that is off (then the far estimate does not
    // settle), or one so small beside its own rounding that only large steps show it (then it does).
    const unmoved = stillDerivative(still, surveyor)
    if (chosen === null || errorOf(chosen) > Math.max(0.01 * Math.abs(chosen.derivative), unmoved.noise))
      return unmoved
  }
  if (chosen === null) return UNKNOWN
  const { derivative, spacing } = chosen
  const bend = bendOf(telling)
  const kink = bend === 0 ? null : { left: derivative - bend / 2, right: derivative + bend / 2 }
  return { value: derivative, noise: errorOf(chosen), spacing, constant: false, kink, jump }
}

function stillDerivative(s: Stencil, surveyor: Surveyor): NumericDerivative {
  const noise = errorOf(s) + surveyor.unseen(s.spacing)
  return { ...UNKNOWN, value: s.derivative, noise, spacing: s.spacing, constant: s.constant }
}

/**
 * Rounding noise does not depend on the spacing, but a single estimate of it may be far too small by chance, or at a
 * large spacing consist of curvature: the median of all smaller spacings, and of five at least, is neither.
 */
function withSharedNoise(stencils: readonly Stencil[]): Stencil[] {
  const noises = stencils.map((s) => s.noise)
  return stencils.map((s, i) => {
    const some = noises.slice(0, Math.max(i + 1, 5)).sort((a, b) => a - b)
    return { ...s, noise: Math.max(some[some.length >> 1]!, s.rounding) }
  })
}

/** The smallest error, among the stencils that no smaller one contradicts. */
function mostPrecise(stencils: readonly Stencil[]): Stencil | null {
  let best: Stencil | null = null
  stencils.forEach((s, i) => {
    const contradicted = stencils
      .slice(0, i)
      .some((t) => Math.abs(s.derivative - t.derivative) > 2 * (errorOf(s) + errorOf(t)))
    if (!contradicted && (best === null || errorOf(s) < errorOf(best))) best = s
  })
  return best
}

/**
 * The difference of the one-sided derivatives, 0 unless it stays as the step shrinks. Strong curvature looks like a
 * kink from afar, so the two smallest spacings decide at which rounding would not hide it.
 */
function bendOf(stencils: readonly Stencil[]): number {
  const largest = Math.max(0, ...stencils.map((s) => Math.abs(s.bend)))
  const [near, far] = stencils.filter((s) => bendRounding(s) <= 0.05 * largest)
  if (near === undefined) return 0
  const size = Math.abs(near.bend)
  if (size <= 3 * (near.bendTruncation + bendRounding(near))) return 0
  // The power of the step with which it goes: 1 where f is smooth, 1/2 for |x|^1.5, 0 for a kink.
  const power =
    far === undefined ? 0 : Math.log(size / Math.abs(far.bend)) / Math.log(near.spacing / far.spacing)
  return power > 0.25 ? 0 : near.bend
}
