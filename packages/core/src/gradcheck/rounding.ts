/** @file How far the values of f are rounded, from the sizes of all values on its tape. Imports walk.ts, stencil.ts and subject.ts. */
import { enterTransform, runRules } from '../tape.ts'
import type { Node, Tensor } from '../tensor.ts'
import { pullback, reachable } from '../walk.ts'
import { hypotenuse } from './stencil.ts'
import { float64, type Subject } from './subject.ts'

const EPSILON = 2.220446049250313e-16

/** f on its own tape: leaves that are tracked, and the result. */
export function recorded({ leaves, f }: Subject): { tracked: readonly Tensor[]; y: Tensor } {
  const tracked = leaves.map(({ tensor }) => {
    const x = tensor.detach()
    x.requiresGrad = true
    return x
  })
  // Inside a transform, so that derivatives that f itself takes stay on the tape.
  return { tracked, y: enterTransform('gradcheck', () => f(...tracked)) }
}

/**
 * Estimated standard deviation of the rounding error of <cotangent, f>: each value v on the tape is rounded by about
 * 1e-16 |v|, and reaches the result multiplied by its own cotangent. 0 where there is no tape; an op counts by its
 * result, whatever happens inside.
 */
export function roundingOf(subject: Subject, cotangent: Float64Array): number {
  let size = 0
  try {
    const { y } = recorded(subject)
    if (y.node === null) return 0
    const nodes = reachable(y.node)
    runRules(false, () =>
      pullback(nodes, float64(cotangent, y.shape), (node, ct) => {
        size = hypotenuse(size, sizeOf(node, ct))
      }),
    )
  } catch {
    // A rule that is missing or broken: what is known so far has to do.
  }
  return Number.isFinite(size) ? (EPSILON / 4) * size : 0
}

/** Length of the vector of values times cotangents; 0 for a view, which computes nothing. */
function sizeOf({ primitive, inputs, output }: Node, ct: Tensor): number {
  if (primitive === null || inputs.some(({ storage }) => storage === output.storage)) return 0
  const values = output.data
  const cts = ct.data
  let size = 0
  for (let i = 0; i < values.length; i++) size = hypotenuse(size, values[i]! * cts[i]!)
  return size
}
