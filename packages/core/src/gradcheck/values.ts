/**
 * @file What is compared: values of f along lines, and its derivatives in reverse and in forward mode, as plain numbers.
 * Imports autodiff.ts and subject.ts.
 */
import { jvp, vjp } from '../autodiff.ts'
import { isFloat } from '../dtype.ts'
import { describe, fail } from '../errors.ts'
import { constantLike } from '../ops/memory.ts'
import { type Shape, sameShape, showShape, unravel } from '../shape.ts'
import { noGrad } from '../tape.ts'
import { Tensor } from '../tensor.ts'
import { fillUniform } from '../threefry.ts'
import type { GradcheckMode } from './report.ts'
import { float64, type Leaf, type Subject } from './subject.ts'
import type { Line } from './surveyor.ts'

/** One way to move an input. */
export interface Probe {
  /** Position of the element that moves, or the number of a random direction. */
  readonly index: readonly number[]
  /** The place of the one element that moves, or how much each element does. */
  readonly along: number | Float64Array
}

/** The elements of an input one by one, or some random directions of length 1. */
export function probesOf({ tensor }: Leaf, directions: number | null, seed: number): Probe[] {
  const { shape, size } = tensor
  if (directions === null)
    return Array.from({ length: size }, (_, i) => ({ index: unravel(i, shape), along: i }))
  if (size === 0) return []
  return Array.from({ length: directions }, (_, k) => {
    const along = new Float64Array(size)
    fillUniform([0x646972, seed, 0, k], along)
    return { index: [k], along: along.map((u) => (u < 0.5 ? -1 : 1) / Math.sqrt(size)) }
  })
}

/** The axes of `out` along which broadcasting repeats an input of this shape; none if it does not broadcast to `out`. */
export function stretchedAxes(shape: Shape, out: Shape): number[] {
  const extra = out.length - shape.length
  const fit = extra >= 0 && shape.every((size, i) => size === 1 || size === out[extra + i])
  return fit ? out.flatMap((size, i) => (size > 1 && (i < extra || shape[i - extra] === 1) ? [i] : [])) : []
}

/** The result of f as plain numbers; throws unless f returns a floating-point tensor. */
export function outputsOf(y: unknown): { shape: Shape; data: Float64Array } {
  if (!(y instanceof Tensor)) fail('gradcheck', `f must return a tensor, it returned ${describe(y)}`)
  if (!isFloat(y.dtype)) fail('gradcheck', `f must return a floating-point tensor, it returned ${y.dtype}`)
  // A copy: f may return its input.
  return { shape: y.shape, data: Float64Array.from(y.data) }
}

/** f along a probe through input number `leaf`. */
export function lineOf({ leaves, f }: Subject, leaf: number, { along }: Probe): Line {
  const tensors = leaves.map(({ tensor }) => tensor)
  const { shape, data } = tensors[leaf]!
  return (t) => {
    const moved = Float64Array.from(data)
    if (typeof along === 'number') moved[along]! += t
    else for (let i = 0; i < moved.length; i++) moved[i]! += t * along[i]!
    tensors[leaf] = float64(moved, shape)
    try {
      const { data: y } = outputsOf(noGrad(() => f(...tensors)))
      return y.every(Number.isFinite) ? y : null
    } catch {
      // f works at the inputs themselves; a step may lead out of its domain.
      return null
    }
  }
}

// ── analytic derivatives ─────────────────────────────────────────────────────

/** The derivatives by one input, one per probe. */
export interface Derivatives {
  readonly byMode: ReadonlyMap<GradcheckMode, Float64Array>
  /** What is wrong with the shape of the gradient, if it is not its input's; its values are NaN then. */
  readonly misshapen: string | null
}

/** Derivatives of <cotangent, f> by all inputs, along the probes of each. */
export function derivativesOf(
  subject: Subject,
  probes: readonly (readonly Probe[])[],
  cotangent: Tensor,
  modes: readonly GradcheckMode[],
): Derivatives[] {
  const gradients = modes.includes('reverse') ? reverseGradients(subject, cotangent) : []
  return subject.leaves.map((_, i) => {
    const byMode = new Map<GradcheckMode, Float64Array>()
    const gradient = gradients[i]
    if (gradient instanceof Float64Array) byMode.set('reverse', alongProbes(gradient, probes[i]!))
    else if (gradient !== undefined)
      byMode.set('reverse', new Float64Array(probes[i]!.length).fill(Number.NaN))
    if (modes.includes('forward')) byMode.set('forward', forwardGradients(subject, i, probes[i]!, cotangent))
    return { byMode, misshapen: typeof gradient === 'string' ? gradient : null }
  })
}

/** The gradients of <cotangent, f> by one vjp. One that lacks its input's shape says so instead. */
function reverseGradients({ leaves, f }: Subject, cotangent: Tensor): (Float64Array | string)[] {
  const [, pull] = vjp(f, ...leaves.map(({ tensor }) => tensor))
  return pull(cotangent).map((gradient, i) => {
    const { shape } = leaves[i]!.tensor
    return sameShape(gradient.shape, shape)
      ? Float64Array.from(gradient.data)
      : wrongShape(gradient.shape, shape)
  })
}

function wrongShape(got: Shape, shape: Shape): string {
  const facts = `the gradient has shape ${showShape(got)}, its input ${showShape(shape)}`
  const axes = stretchedAxes(shape, got)
  if (axes.length > 0) return `missing sum over broadcast axis ${axes.join(', ')}: ${facts}`
  return sameShape([...got].reverse(), shape) ? `transposed: ${facts}` : facts
}

/** The gradient along each probe. */
function alongProbes(gradient: Float64Array, probes: readonly Probe[]): Float64Array {
  return Float64Array.from(probes, ({ along }) =>
    typeof along === 'number' ? gradient[along]! : dot(gradient, along),
  )
}

/** <cotangent, derivative of f along the probe>, by one jvp per probe. */
function forwardGradients(
  { leaves, f }: Subject,
  leaf: number,
  probes: readonly Probe[],
  cotangent: Tensor,
): Float64Array {
  const tensors = leaves.map(({ tensor }) => tensor)
  const tangents = tensors.map((x) => constantLike(x, 0))
  const ct = Float64Array.from(cotangent.data)
  return Float64Array.from(probes, ({ along }) => {
    const { shape, size } = tensors[leaf]!
    const data = typeof along === 'number' ? new Float64Array(size) : along
    if (typeof along === 'number') data[along] = 1
    tangents[leaf] = float64(data, shape)
    return dot(outputsOf(jvp(f, tensors, tangents)[1]).data, ct)
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

// ── comparing ────────────────────────────────────────────────────────────────

/** Largest difference; 0 only if all values are the same, NaN included. */
export function apart(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let most = 0
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue
    const difference = Math.abs(a[i]! - b[i]!)
    // Infinity here and NaN there.
    most = Math.max(most, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference)
  }
  return most
}

/** The largest difference in what two calls of `derivativesOf` found. */
export function derivativesApart(a: readonly Derivatives[], b: readonly Derivatives[]): number {
  let most = 0
  a.forEach(({ byMode }, i) => {
    for (const [mode, values] of byMode) most = Math.max(most, apart(values, b[i]!.byMode.get(mode)!))
  })
  return most
}

/** The same function at inputs a few roundings away, in random directions. */
export function jittered({ leaves, f }: Subject, seed: number): Subject {
  return {
    f,
    leaves: leaves.map(({ path, tensor }, i) => {
      const shift = new Float64Array(tensor.size)
      fillUniform([0x6a6974, seed, i, 0], shift)
      const data = shift.map((u, k) => tensor.data[k]! * (1 + (2 * u - 1) * 2 ** -49))
      return { path, tensor: float64(data, tensor.shape) }
    }),
  }
}
