/**
 * @file The comparison: analytic against numeric derivative, input by input, and a verdict for each. Imports values.ts and
 * numeric.ts.
 */
import type { Shape } from '../shape.ts'
import { noGrad } from '../tape.ts'
import { lookAt, type NumericDerivative, quickLook, type Range, survey, UNKNOWN } from './numeric.ts'
import { type GradcheckMode, type GradcheckVerdict, short } from './report.ts'
import { cotangentValues, float64, type Leaf, largestOf, type Subject } from './subject.ts'
import { Surveyor } from './surveyor.ts'
import {
  alongProbes,
  apart,
  forwardGradients,
  lineOf,
  outputsOf,
  type Probe,
  probesOf,
  reverseGradients,
} from './values.ts'

export interface CheckOptions {
  readonly modes: readonly GradcheckMode[]
  readonly eps: 'auto' | number
  readonly rtol: number
  /** Random directions per input, or null for each element. */
  readonly directions: number | null
}

/** What is known about the gradient by one input. */
export interface LeafCheck {
  readonly leaf: Leaf
  readonly probes: readonly Probe[]
  /** By mode, one value per probe. */
  readonly analytic: ReadonlyMap<GradcheckMode, Float64Array>
  readonly numeric: readonly NumericDerivative[]
  /** Largest gradient of this input: what precision is measured by. */
  readonly scale: number
  readonly verdicts: ReadonlyMap<GradcheckMode, readonly GradcheckVerdict[]>
  /** What is known without looking at values: one text for all probes. */
  readonly finding: string | null
  readonly outputShape: Shape
  /** What each output adds to the numeric derivative along probe number i. */
  readonly contributions: (i: number) => Float64Array
}

/** Compares the gradients of a function by all its inputs. */
export function checkSubject(subject: Subject, options: CheckOptions): LeafCheck[] {
  const { leaves, f } = subject
  const evaluate = (): Float64Array => outputsOf(noGrad(() => f(...leaves.map(({ tensor }) => tensor)))).data
  const { shape, data: center } = outputsOf(noGrad(() => f(...leaves.map(({ tensor }) => tensor))))
  const cotangent = cotangentValues(center.length, 0)
  let unsteady = apart(center, evaluate())
  const pull = (): (Float64Array | string)[] =>
    options.modes.includes('reverse') ? reverseGradients(subject, float64(cotangent, shape)) : []
  const gradients = pull()
  pull().forEach((again, i) => {
    const before = gradients[i]!
    if (typeof again !== 'string' && typeof before !== 'string')
      unsteady = Math.max(unsteady, apart(before, again))
  })
  const sound = (): boolean => unsteady === 0 && center.every(Number.isFinite)

  const checks = leaves.map((leaf, i): LeafCheck => {
    const probes = probesOf(leaf, options.directions, i)
    const surveyor = (k: number): Surveyor => new Surveyor(lineOf(subject, i, probes[k]!), center, cotangent)
    const analytic = new Map<GradcheckMode, Float64Array>()
    const gradient = gradients[i]
    if (gradient instanceof Float64Array) analytic.set('reverse', alongProbes(gradient, probes))
    else if (gradient !== undefined) analytic.set('reverse', new Float64Array(probes.length).fill(Number.NaN))
    if (options.modes.includes('forward'))
      analytic.set('forward', forwardGradients(subject, i, probes, cotangent))
    const numeric = sound()
      ? differentiate(surveyor, probes, leaf, analytic, options)
      : probes.map(() => UNKNOWN)
    const scale = scaleOf(numeric)
    const verdicts = new Map(
      [...analytic].map(([mode, values]) => [
        mode,
        numeric.map((n, k) => judge(values[k]!, n, scale, options.rtol)),
      ]),
    )
    const finding = typeof gradient === 'string' ? gradient : null
    if (finding !== null)
      verdicts.set(
        'reverse',
        probes.map(() => 'wrong'),
      )
    const contributions = (k: number): Float64Array => surveyor(k).contributions(numeric[k]!.spacing)
    return { leaf, probes, analytic, numeric, scale, verdicts, finding, outputShape: shape, contributions }
  })
  // A function with hidden state may need more calls to show it.
  unsteady = Math.max(unsteady, apart(center, evaluate()))
  if (unsteady > 0) {
    const finding = `two evaluations at the same point differ by ${short(unsteady)}: random numbers or state in f?`
    return checks.map((check) => withVerdict(check, 'nondeterministic', finding))
  }
  if (sound()) return checks
  return checks.map((check) => withVerdict(check, 'non-finite', 'f is not finite at these inputs'))
}

function withVerdict(check: LeafCheck, verdict: GradcheckVerdict, finding: string): LeafCheck {
  const verdicts = new Map([...check.analytic.keys()].map((mode) => [mode, check.probes.map(() => verdict)]))
  return { ...check, verdicts, finding }
}

/** The numeric derivatives along all probes: a quick look where that is enough, a survey where it is not. */
function differentiate(
  surveyor: (k: number) => Surveyor,
  probes: readonly Probe[],
  leaf: Leaf,
  analytic: ReadonlyMap<GradcheckMode, Float64Array>,
  { eps, rtol }: CheckOptions,
): NumericDerivative[] {
  if (eps !== 'auto') return probes.map((_, k) => lookAt(surveyor(k), eps))
  let scale = 0
  const goal = (derivative: number): number => 0.05 * rtol * Math.max(scale, Math.abs(derivative))
  const surveyed = new Set<number>()
  const thorough = (k: number): NumericDerivative => {
    surveyed.add(k)
    return survey(surveyor(k), rangeOf(leaf, probes[k]!))
  }
  const numeric = probes.map((probe, k) => {
    const found = quickLook(surveyor(k), rangeOf(leaf, probe), goal) ?? thorough(k)
    scale = Math.max(scale, scaleOf([found]))
    return found
  })
  // Nobody is accused on a quick look.
  return numeric.map((n, k) => {
    const passes = [...analytic.values()].every((values) => judge(values[k]!, n, scale, rtol) === 'pass')
    return passes || surveyed.has(k) ? n : thorough(k)
  })
}

/** Powers of two, so that most steps are exact. The unit is 1, or the size of what moves if that is more. */
function rangeOf({ tensor }: Leaf, { along }: Probe): Range {
  const size = typeof along === 'number' ? Math.abs(tensor.data[along]!) : largestOf(tensor)
  const unit = size > 1 && Number.isFinite(size) ? 2 ** Math.ceil(Math.log2(size)) : 1
  // A logarithm near 0 wants steps below its argument.
  return { unit, finest: Math.min(unit * 2 ** -50, size > 0 ? size * 2 ** -40 : unit) }
}

/** The largest gradient of an input, by the numeric values: analytic ones may be anything. */
function scaleOf(numeric: readonly NumericDerivative[]): number {
  let most = 0
  for (const { value, kink } of numeric) {
    if (!Number.isFinite(value)) continue
    most = Math.max(
      most,
      ...(kink === null ? [Math.abs(value)] : [Math.abs(kink.left), Math.abs(kink.right)]),
    )
  }
  return most
}

/**
 * The rule: |analytic - numeric| <= rtol * scale + noise passes, where the noise is below rtol * scale. Where it is
 * above, its estimate decides too much: only what is far outside of it is called wrong.
 */
export function judge(
  analytic: number,
  numeric: NumericDerivative,
  scale: number,
  rtol: number,
): GradcheckVerdict {
  const { value, noise, kink, jump, constant } = numeric
  if (!Number.isFinite(analytic)) return 'non-finite'
  if (jump) return 'kink'
  if (!Number.isFinite(value)) return 'non-finite'
  const tolerance = rtol * scale
  if (kink !== null && Math.abs(kink.right - kink.left) > tolerance) {
    // Any slope between the two sides is a fair answer.
    const slack = tolerance + noise
    const low = Math.min(kink.left, kink.right) - slack
    const high = Math.max(kink.left, kink.right) + slack
    return low <= analytic && analytic <= high ? 'kink' : 'wrong'
  }
  if (constant && analytic === 0) return 'pass'
  const error = Math.abs(analytic - value)
  if (noise > tolerance) return error > tolerance + 10 * noise ? 'wrong' : 'noise-limited'
  return error <= tolerance + noise ? 'pass' : 'wrong'
}
