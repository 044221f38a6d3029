/** @file Checks of what a user's rules return: every message names the op and the rule. Imports walk.ts. */
import { isFloat } from '../dtype.ts'
import { describe, fail, TapegradError } from '../errors.ts'
import { checkShape, sameShape, showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { type Aval, type Node, Tensor } from '../tensor.ts'
import { reachable } from '../walk.ts'

/**
 * Calls a rule; an error then tells in which op and rule it happened, with the original as its cause. What `forward`
 * throws of its own stays as it is: the caller of the op may wait for it. A derivative is called from far away.
 */
export function guarded<R>(name: string, rule: string, f: () => R): R {
  try {
    return f()
  } catch (error) {
    if (rule === 'forward' && !(error instanceof TapegradError)) throw error
    const message = error instanceof Error ? error.message : describe(error)
    throw new TapegradError(name, `in ${rule}: ${message}`, { cause: error })
  }
}

// ── forward and shape ────────────────────────────────────────────────────────

/** What forward must return, from what `shape` said; a bare shape takes the inputs' dtype. */
export function checkDeclared(name: string, said: unknown, inputs: readonly Tensor[]): Aval {
  if (Array.isArray(said)) {
    const { dtype } = inputs.find((x) => isFloat(x.dtype)) ?? inputs[0]!
    return { shape: guarded(name, 'shape', () => checkShape(name, said)), dtype }
  }
  const { shape, dtype } = (said ?? {}) as { shape?: unknown; dtype?: Aval['dtype'] }
  if (shape === undefined || dtype === undefined) {
    fail(name, `shape returned ${describe(said)}; return an array of sizes, or { shape, dtype }`)
  }
  return { shape: guarded(name, 'shape', () => checkShape(name, shape)), dtype }
}

/** Whether one of `nodes`, all made after `moment`, read a tensor that was tracked before. */
export const readOlder = (nodes: readonly Node[], moment: number): boolean =>
  nodes.some(({ inputs }) => inputs.some(({ node }) => node !== null && node.id < moment))

/** The result of forward, which was called at the moment `start`, as an untracked tensor that nobody else holds. */
export function checkResult(
  name: string,
  result: unknown,
  inputs: readonly Tensor[],
  declared: Aval | null,
  start: number,
): Tensor {
  if (!(result instanceof Tensor)) {
    fail(
      name,
      `forward returned ${describe(result)}, expected a tensor; wrap numbers in tensor(data, { shape })`,
    )
  }
  const { node } = result
  // A transform inside of forward tracks for itself; that is nobody else's business.
  if (node !== null && (node.id < start || readOlder(reachable(node, start), start))) {
    fail(
      name,
      'forward returned a tracked tensor though its inputs are not tracked: it uses one from outside, whose gradient would be lost; pass that tensor as an input, or detach() it',
    )
  }
  const { shape, dtype } = result
  if (declared !== null) {
    if (!sameShape(shape, declared.shape))
      fail(name, `forward returned ${showShape(shape)}, shape said ${showShape(declared.shape)}`)
    if (dtype !== declared.dtype)
      fail(
        name,
        `forward returned ${dtype}, shape said ${declared.dtype}; let shape return { shape, dtype } where the dtype is not that of the inputs`,
      )
  } else {
    const floats = inputs.filter((x) => isFloat(x.dtype))
    if (isFloat(dtype) && floats.length > 0 && floats.every((x) => x.dtype !== dtype))
      fail(
        name,
        `forward returned ${dtype} for inputs of dtype ${floats[0]!.dtype}; make the result with { dtype: x.dtype }, or let shape return { shape, dtype }`,
      )
  }
  return result.detach()
}

// ── backward and jvp ─────────────────────────────────────────────────────────

/** One cotangent per input, in its shape and dtype, or null. */
export function checkCotangents(
  name: string,
  returned: unknown,
  inputs: readonly Tensor[],
): (Tensor | null)[] {
  if (!Array.isArray(returned)) {
    fail(
      name,
      `backward returned ${describe(returned)}; return an array with one cotangent per input, as in [dx]`,
    )
  }
  if (returned.length !== inputs.length) {
    fail(
      name,
      `backward returned ${count(returned.length, 'cotangent')} for ${count(inputs.length, 'input')}; return one per input, null for an input without gradient`,
    )
  }
  return inputs.map((x, i) => {
    const ct: unknown = returned[i]
    if (ct === null) return null
    if (!(ct instanceof Tensor)) {
      fail(name, `backward returned ${describe(ct)} for input ${i}; return a tensor, or null for no gradient`)
    }
    if (!isFloat(x.dtype)) {
      fail(
        name,
        `backward returned a tensor for input ${i} of dtype ${x.dtype}, which has no gradient; return null`,
      )
    }
    if (!sameShape(ct.shape, x.shape)) {
      const hint = misfit(ct.shape, x.shape)
      fail(
        name,
        `backward returned ${showShape(ct.shape)} for input ${i} of shape ${showShape(x.shape)}${hint}`,
      )
    }
    if (ct.dtype !== x.dtype) {
      fail(
        name,
        `backward returned ${ct.dtype} for input ${i} of dtype ${x.dtype}; make it with { dtype: x.dtype }`,
      )
    }
    return ct
  })
}

/** A tangent in the output's shape and dtype, or null. */
export function checkTangent(name: string, dy: unknown, output: Tensor): Tensor | null {
  if (dy === null) return null
  if (!(dy instanceof Tensor)) {
    fail(name, `jvp returned ${describe(dy)}; return the tangent of the output as a tensor, or null for zero`)
  }
  if (!sameShape(dy.shape, output.shape)) {
    const hint = misfit(dy.shape, output.shape)
    fail(name, `jvp returned ${showShape(dy.shape)} for an output of shape ${showShape(output.shape)}${hint}`)
  }
  if (dy.dtype !== output.dtype) {
    fail(
      name,
      `jvp returned ${dy.dtype} for an output of dtype ${output.dtype}; make it with { dtype: output.dtype }`,
    )
  }
  return dy
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** The usual reason for a shape that is not the wanted one. */
function misfit(shape: Shape, wanted: Shape): string {
  if (shape.length === wanted.length && shape.length > 1 && sameShape([...shape].reverse(), wanted))
    return '; it looks transposed'
  const added = shape.length - wanted.length
  const stretched = added >= 0 && wanted.every((size, i) => size === 1 || size === shape[added + i])
  return stretched ? '; sum it over the axes along which forward broadcasts' : ''
}
