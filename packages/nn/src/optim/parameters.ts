/** @file What can be trained: the tensors that optimizers, clipping and averages take. Imports core and errors.ts. */
import { Tensor } from '@tapegrad/core/ops'
import { describe, fail, isFloat } from '../errors.ts'

/** Parameters with settings of their own; those left out are the optimizer's. */
type GroupOptions<Options> = Options & { readonly params: readonly Tensor[] }

/** What an optimizer takes: tensors, or groups of them. */
export type Params<Options> = readonly Tensor[] | readonly GroupOptions<Options>[]

/** Groups of parameters, tensors alone as one group; throws where they are none, or where a tensor is no parameter. */
export function groupsOf<Options>(op: string, params: Params<Options>): readonly GroupOptions<Options>[] {
  // A tensor by its looks: one of another copy of core is refused below, as what it is.
  const first: unknown = Array.isArray(params) ? params[0] : null
  const groups: unknown = (first as { shape?: unknown } | null | undefined)?.shape ? [{ params }] : params
  const seen = new Set<unknown>()
  for (const group of nonEmpty(op, groups, GROUPS))
    checkParameters(op, (group as { params?: unknown } | null)?.params, GROUPS, seen)
  return groups as readonly GroupOptions<Options>[]
}

const GROUPS = ', or groups { params, lr }'

/** Throws unless `params` are tensors that can be trained, none of them twice or among those `seen` before. */
export function checkParameters(op: string, params: unknown, or = '', seen = new Set<unknown>()): void {
  for (const p of nonEmpty(op, params, or)) {
    const why = whyNot(p) ?? (seen.has(p) ? 'occurs twice; list a shared parameter once' : undefined)
    if (why !== undefined) fail(op, `parameter ${seen.size} ${why}`)
    seen.add(p)
  }
}

function nonEmpty(op: string, list: unknown, or: string): readonly unknown[] {
  if (Array.isArray(list) && list.length > 0) return list
  return fail(op, `expected tensors, such as model.parameters()${or}, got ${describe(list)}`)
}

/** Why something is no parameter; undefined when it is one. */
function whyNot(p: unknown): string | undefined {
  if (!(p instanceof Tensor)) return `is ${describe(p)}, expected a tensor`
  if (!isFloat(p.dtype)) return `is ${p.dtype}; only floating-point tensors can be trained`
  const maker = p.node?.primitive
  return maker ? `was computed by ${maker.name}; only leaves can be trained` : undefined
}
