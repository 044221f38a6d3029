/**
 * @file Which of several stencils to believe: the one with the smallest error that no smaller spacing contradicts, and
 * a kink that several of them see. Imports stencil.ts and surveyor.ts.
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
export const UNKNOWN: NumericDerivative = /* @__PURE__ */ (() => ({
  value: Number.NaN,
  noise: Number.NaN,
  spacing: Number.NaN,
  constant: false,
  kink: null,
  jump: false,
}))()

/** Rounding is taken as this many standard deviations. */
const CAUTION = 6
/** What noise of the values makes of a derivative. */
export const roundingError = (noise: number, spacing: number): number =>
  (CAUTION * DERIVATIVE_NOISE * noise) / spacing
/** Estimated error of a derivative. */
export const errorOf = (s: Stencil): number => s.truncation + roundingError(s.noise, s.spacing)

const bendError = ({ bendTruncation, noise, spacing }: Stencil): number =>
  bendTruncation + (CAUTION * BEND_NOISE * noise) / spacing

/** Chooses among stencils, and those at spacings where rounding is as large as what there is to see. */
export function derivativeFrom(
  stencils: readonly Stencil[],
  surveyor: Surveyor,
  drowned: readonly Stencil[] = [],
  expected = 0,
): NumericDerivative {
  const all = [...stencils, ...drowned].sort((s, t) => s.spacing - t.spacing)
  if (all.length === 0) return UNKNOWN
  // Rounding makes steps, too: small ones, and at the smallest spacings alone.
  const jumps = ({ step, range, rounding }: Stencil): boolean =>
    step && range > 100 * Math.max(expected, rounding)
  const jump = all.length >= 5 && all.slice(0, 5).every(jumps)
  if (jump) return { ...UNKNOWN, spacing: all[0]!.spacing, jump }
  const floor = drowned.length === 0 ? 0 : loudest(surveyor, drowned[0]!.spacing, expected)
  const telling = withSharedNoise(
    all.filter((s) => !s.flat),
    floor,
  )
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
  const bend = bendOf(telling, floor)
  const kink = bend === 0 ? null : { left: derivative - bend / 2, right: derivative + bend / 2 }
  return { ...UNKNOWN, value: derivative, noise: errorOf(chosen), spacing, kink }
}

function stillDerivative(s: Stencil, surveyor: Surveyor): NumericDerivative {
  const noise = errorOf(s) + surveyor.unseen(s.spacing)
  return { ...UNKNOWN, value: s.derivative, noise, spacing: s.spacing, constant: s.constant }
}

/**
 * The noise where rounding shows best, near a spacing at which it is as large as the differences. At odd spacings: steps
 * of the others may by chance be whole multiples of a value's last digit and show none. For the same reason the stencils'
 * disagreement counts as well as the noise of each. What is `expected` of rounding is too high at worst.
 */
function loudest(surveyor: Surveyor, spacing: number, expected: number): number {
  const heard = [0.23, 0.37, 0.61, 0.83, 1].flatMap((part) => surveyor.stencil(part * spacing) ?? [])
  const derivatives = heard.map((s) => s.derivative).sort((a, b) => a - b)
  const middle = derivatives[derivatives.length >> 1] ?? 0
  let noises = 0
  let disagreement = 0
  for (const { noise, derivative, spacing: w, constant } of heard) {
    const [own, apart] = [constant ? expected : noise, (derivative - middle) * w]
    noises += own * own
    disagreement += apart * apart
  }
  return Math.min(Math.sqrt(Math.max(noises, disagreement) / heard.length), 8 * expected)
}

/**
 * Rounding noise does not depend on the spacing, but a single estimate of it may be far too small by chance, or at a
 * large spacing consist of curvature: the median of three, smaller spacings included, is neither.
 */
function withSharedNoise(stencils: readonly Stencil[], floor: number): Stencil[] {
  return stencils.map((s, i) => {
    const some = stencils.slice(Math.max(0, i - 2), i + 1).map(({ noise }) => noise)
    const noise = some.sort((a, b) => a - b)[some.length >> 1]!
    return { ...s, noise: Math.max(noise, s.rounding, floor) }
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
 * The difference of the one-sided derivatives, 0 unless several spacings show the same one and no smaller spacing
 * contradicts it: strong curvature looks like a kink from afar, but goes as the step shrinks.
 */
function bendOf(all: readonly Stencil[], floor: number): number {
  // To the noise estimate a kink looks like noise, but like one that shrinks with the step.
  let quietest = Number.POSITIVE_INFINITY
  const stencils = all.map((s) => {
    quietest = Math.min(quietest, s.noise)
    return { ...s, noise: Math.max(quietest, s.rounding, floor) }
  })
  const agrees = (s: Stencil, t: Stencil, slack: number): boolean =>
    Math.abs(s.bend - t.bend) <= slack + 0.2 * Math.abs(s.bend)
  const seen = stencils.filter((s) => Math.abs(s.bend) > 3 * bendError(s))
  let best: Stencil | null = null
  for (const s of seen) {
    const supported = seen.filter((t) => agrees(s, t, 0)).length >= 3
    const contradicted = stencils.some(
      (t) => t.spacing < s.spacing && !agrees(s, t, 2 * (bendError(s) + bendError(t))),
    )
    if (supported && !contradicted && (best === null || bendError(s) < bendError(best))) best = s
  }
  return best?.bend ?? 0
}
