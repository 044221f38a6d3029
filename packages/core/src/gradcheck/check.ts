/**
 * @file The comparison: analytic against numeric derivative, input by input, and a verdict for each. Imports values.ts,
 * numeric.ts and judge.ts.
 */
import type { Shape } from '../shape.ts'
import { noGrad } from '../tape.ts'
import { type NumericDerivative, UNKNOWN } from './choose.ts'
import { judge, scaleOf } from './judge.ts'
import { lookAt, quickLook, type Range, survey } from './numeric.ts'
import { type GradcheckMode, type GradcheckVerdict, short } from './report.ts'
import { roundingOf } from './rounding.ts'
import { cotangentValues, float64, type Leaf, largestOf, type Subject } from './subject.ts'
import { Surveyor } from './surveyor.ts'
import {
  apart,
  type Derivatives,
  derivativesApart,
  derivativesOf,
  jittered,
  lineOf,
  outputsOf,
  type Probe,
  probesOf,
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
  /** Why no derivative of the function can be compared at all. */
  readonly obstacle: string | null
  /** What is wrong with the shape of the gradient that reverse mode gave. */
  readonly misshapen: string | null
  readonly outputShape: Shape
  /** What each output adds to the numeric derivative along probe number i. */
  readonly contributions: (i: number) => Float64Array
}

/** Compares the gradients of a function by all its inputs. */
export function checkSubject(subject: Subject, options: CheckOptions): LeafCheck[] {
  const { leaves, f } = subject
  const run = () => outputsOf(noGrad(() => f(...leaves.map(({ tensor }) => tensor))))
  const { shape, data: center } = run()
  const cotangent = cotangentValues(center.length, 0)
  const probes = leaves.map((leaf, i) => probesOf(leaf, options.directions, i))
  const derive = (of: Subject): Derivatives[] =>
    derivativesOf(of, probes, float64(cotangent, shape), options.modes)

  const derivatives = derive(subject)
  let unsteady = Math.max(apart(center, run().data), derivativesApart(derivatives, derive(subject)))
  const finite = center.every(Number.isFinite)
  const rounding = roundingOf(subject, cotangent)
  const nearby = once(() => [1, 2].map((seed) => derive(jittered(subject, seed))))

  const checks = leaves.map((leaf, i): LeafCheck => {
    const { byMode, misshapen } = derivatives[i]!
    const leafProbes = probes[i]!
    const surveyor = (k: number): Surveyor =>
      new Surveyor(lineOf(subject, i, leafProbes[k]!), center, cotangent, rounding)
    const analyticNoise = once(() => largestChange(i, derivatives, nearby()))
    const numeric =
      finite && unsteady === 0
        ? differentiate(surveyor, leafProbes, leaf, byMode, options, analyticNoise)
        : leafProbes.map(() => UNKNOWN)
    const scale = scaleOf(numeric)
    const verdicts = new Map<GradcheckMode, readonly GradcheckVerdict[]>()
    for (const [mode, values] of byMode) {
      const bad = mode === 'reverse' && misshapen !== null
      verdicts.set(
        mode,
        numeric.map((n, k) => (bad ? 'wrong' : judge(values[k]!, n, scale, options.rtol, analyticNoise))),
      )
    }
    return {
      leaf,
      probes: leafProbes,
      analytic: byMode,
      numeric,
      scale,
      verdicts,
      obstacle: null,
      misshapen,
      outputShape: shape,
      contributions: (k) => surveyor(k).contributions(numeric[k]!.spacing),
    }
  })
  // A function with hidden state may need more calls to show it.
  unsteady = Math.max(unsteady, apart(center, run().data))
  if (unsteady > 0) {
    const obstacle = `two runs at the same point differ by ${short(unsteady)}: random numbers or state?`
    return checks.map((check) => obstructed(check, 'nondeterministic', obstacle))
  }
  return finite
    ? checks
    : checks.map((check) => obstructed(check, 'non-finite', 'f is not finite at these inputs'))
}

function obstructed(check: LeafCheck, verdict: GradcheckVerdict, obstacle: string): LeafCheck {
  const verdicts = new Map([...check.verdicts.keys()].map((mode) => [mode, check.probes.map(() => verdict)]))
  return { ...check, verdicts, obstacle }
}

function once<T>(f: () => T): () => T {
  let result: { readonly value: T } | null = null
  return () => {
    result ??= { value: f() }
    return result.value
  }
}

/** How much the derivatives by one input change a few roundings away: what rounding makes of them. */
function largestChange(leaf: number, here: readonly Derivatives[], nearby: readonly Derivatives[][]): number {
  return Math.max(...nearby.map((there) => derivativesApart([here[leaf]!], [there[leaf]!])))
}

/** The numeric derivatives along all probes: a quick look where that is enough, a survey where it is not. */
function differentiate(
  surveyor: (k: number) => Surveyor,
  probes: readonly Probe[],
  leaf: Leaf,
  analytic: ReadonlyMap<GradcheckMode, Float64Array>,
  { eps, rtol }: CheckOptions,
  analyticNoise: () => number,
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
  const passes = (n: NumericDerivative, k: number): boolean =>
    [...analytic.values()].every((values) => judge(values[k]!, n, scale, rtol, analyticNoise) === 'pass')
  return numeric.map((n, k) => (surveyed.has(k) || passes(n, k) ? n : thorough(k)))
}

/** Powers of two, so that most steps are exact. The unit is 1, or the size of what moves if that is more. */
function rangeOf({ tensor }: Leaf, { along }: Probe): Range {
  const size = typeof along === 'number' ? Math.abs(tensor.data[along]!) : largestOf(tensor)
  let unit = 1
  if (size < Infinity) while (unit < size) unit *= 2
  // A logarithm near 0 wants steps below its argument.
  const finest = size > 0 ? Math.max(size * 2 ** -40, unit * 2 ** -90) : unit
  return { unit, finest: Math.min(unit * 2 ** -50, finest) }
}
