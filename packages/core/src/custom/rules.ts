/**
 * @file The derivatives of a user's op: runs its rules, finds those that leave the tape, and derives backward from jvp
 * and jvp from backward. Imports autodiff.ts, walk.ts and returned.ts.
 */
import { grad } from '../autodiff.ts'
import { isFloat } from '../dtype.ts'
import { fail } from '../errors.ts'
import { add, mul, slice, stack, sum } from '../ops/index.ts'
import { cast, constantLike } from '../ops/memory.ts'
import { type BatchRule, type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { apply, currentLevel, keepsGraph } from '../tape.ts'
import { filledTensor, Node, type Tensor } from '../tensor.ts'
import { reachable } from '../walk.ts'
import { checkCotangents, checkTangent, guarded, readOlder } from './returned.ts'

interface Context {
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  readonly params: unknown
}
/** What the user wrote; what it returns is checked. */
export interface Rules {
  readonly name: string
  readonly backward?: (ct: Tensor, context: Context) => unknown
  readonly jvp?: (dxs: readonly Tensor[], context: Context) => unknown
  readonly onceDifferentiable?: boolean
}
/** Cotangents of all inputs, null for one without gradient. */
export type Backward = (ct: Tensor, context: Context) => readonly (Tensor | null)[]
/** The tangent of the output from those of the inputs, null for one that does not move. */
export type Forward = (dxs: readonly (Tensor | null)[], context: Context) => Tensor | null

const orZeros = (dxs: readonly (Tensor | null)[], { inputs }: Context): readonly Tensor[] =>
  dxs.map((dx, i) => dx ?? constantLike(inputs[i]!, 0))

/** The op over a batch, one example after the other: whatever it computes, it need not know of batches. */
export function loopOverBatch<Params>(self: () => Primitive<Params>): BatchRule<Params> {
  return (inputs, batched, params, size) => {
    const example = (b: number): Tensor =>
      apply(
        self(),
        inputs.map((x, i) => (batched[i] ? slice(x, [b]) : x)),
        params,
      )
    if (size > 0) return stack(Array.from({ length: size }, (_, b) => example(b)))
    const blank = inputs.map((x, i) => (batched[i] ? filledTensor(x.shape.slice(1), x.dtype, 0) : x))
    const { shape, dtype } = apply(self(), blank, params)
    return filledTensor([0, ...shape], dtype, 0)
  }
}

// ── rules that leave the tape ────────────────────────────────────────────────

const identity = /* @__PURE__ */ primitive({
  name: 'alias',
  shape: ([x]) => x!,
  kernel: ([x]) => x!.detach(),
  vjp: [(ct) => ct],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

/** `x` under a name of its own on the tape, recorded even where `x` is not tracked. */
function named(x: Tensor): Tensor {
  const result = x.detach()
  result.node = new Node(identity, [x], undefined, result, currentLevel())
  return result
}

interface Cut {
  readonly name: string
  readonly message: string
}

/** The first input, connected to the others by a derivative that cannot be had: asking for it throws. */
const cutPrimitive: Primitive<Cut> = /* @__PURE__ */ primitive<Cut>({
  name: 'onceDifferentiable',
  shape: ([d]) => d!,
  kernel: ([d]) => d!.detach(),
  vjp: (_ct, _inputs, _out, { name, message }) => fail(name, message),
  jvp: (_dxs, _inputs, _out, { name, message }) => fail(name, message),
  batch: /* @__PURE__ */ loopOverBatch(() => cutPrimitive),
  saves: SAVES_NOTHING,
})

const FIX =
  'write it in tensor ops and it has derivatives of every order, or set onceDifferentiable: true if first ones are enough'

/**
 * What a rule returned, which is linear in its `seeds` (ct, or the dxs). If it is not connected to them on the tape, it
 * was computed outside of it, by loops over typed arrays most likely: its own derivative would silently be zero.
 */
function connected(d: Tensor, seeds: readonly Tensor[], sources: readonly Tensor[], cut: Cut): Tensor {
  const first = seeds[0]!.node!.id
  const made = d.node === null ? [] : reachable(d.node, first)
  if (!made.some((node) => seeds.some((seed) => seed.node === node))) {
    return apply(cutPrimitive, [d, ...sources], cut)
  }
  // Connected to nothing but seeds that are not tracked themselves: a constant.
  return readOlder(made, first) ? d : d.detach()
}

/** The user's backward, checked and watched. */
function ownBackward({ name, backward }: Rules): Backward {
  return (ct, context) => {
    const watched = keepsGraph(true)
    const seed = watched ? named(ct) : ct
    const returned = guarded(name, 'backward', () => backward!(seed, context))
    const cts = checkCotangents(name, returned, context.inputs)
    if (!watched) return cts
    return cts.map((d, i) => {
      const message = `backward is once-differentiable: what it returned for input ${i} is not computed from ct by tensor ops, so its derivative is unknown; ${FIX} (return null for an input without gradient)`
      return d && connected(d, [seed], [ct, ...context.inputs], { name, message })
    })
  }
}

/** The user's jvp, checked and watched. */
function ownJvp({ name, jvp }: Rules): Forward {
  return (dxs, context) => {
    const watched = keepsGraph(true)
    const given = orZeros(dxs, context)
    const seeds = watched ? given.map((dx) => (isFloat(dx.dtype) ? named(dx) : dx)) : given
    const returned = guarded(name, 'jvp', () => jvp!(seeds, context))
    const dy = checkTangent(name, returned, context.output)
    if (!watched || dy === null) return dy
    const message = `jvp is once-differentiable: what it returned is not computed from the dxs by tensor ops, so its derivative is unknown; ${FIX}`
    const floats = seeds.filter((dx) => dx.node !== null)
    return connected(dy, floats, [...context.inputs, ...given], { name, message })
  }
}

// ── rules that are declared to leave the tape ────────────────────────────────

const declared = (rule: string): string =>
  `${rule} is once-differentiable, as the op's definition says: there are no derivatives of what it returns; for higher orders write it in tensor ops and drop onceDifferentiable`

/** Backward as an op of its own, opaque to the tape: one result per input. */
function opaqueBackward({ name, backward }: Rules): Backward {
  // All results of one call of the user's function: the calls for one cotangent pass the same array.
  const results = new WeakMap<readonly Tensor[], readonly (Tensor | null)[]>()
  const refuse = (): never => fail(name, declared('backward'))
  const self: Primitive<{ index: number; params: unknown }> = primitive<{ index: number; params: unknown }>({
    name: `${name}.backward`,
    shape: ([, , ...inputs], { index }) => inputs[index]!,
    kernel: (all, { index, params }) => {
      let cts = results.get(all)
      if (cts === undefined) {
        const [ct, output, ...inputs] = all.map((x) => x.detach()) as [Tensor, Tensor, ...Tensor[]]
        const returned = guarded(name, 'backward', () => backward!(ct, { inputs, output, params }))
        cts = checkCotangents(name, returned, inputs)
        results.set(all, cts)
      }
      return cts[index]?.detach() ?? constantLike(all[index + 2]!, 0)
    },
    vjp: refuse,
    jvp: refuse,
    batch: loopOverBatch(() => self),
    saves: SAVES_NOTHING,
  })
  return (ct, { inputs, output, params }) => {
    // The output depends on nothing but the inputs; tracked, it would lead forward mode through the op itself.
    const all = [ct, output.detach(), ...inputs]
    return inputs.map((x, index) => (isFloat(x.dtype) ? apply(self, all, { index, params }) : null))
  }
}

/** Jvp as an op of its own, opaque to the tape. */
function opaqueJvp({ name, jvp }: Rules): Forward {
  const refuse = (): never => fail(name, declared('jvp'))
  const self: Primitive<{ params: unknown }> = primitive<{ params: unknown }>({
    name: `${name}.jvp`,
    shape: ([output]) => output!,
    kernel: (all, { params }) => {
      const [output, ...rest] = all.map((x) => x.detach()) as [Tensor, ...Tensor[]]
      const inputs = rest.slice(0, rest.length / 2)
      const dxs = rest.slice(rest.length / 2)
      const returned = guarded(name, 'jvp', () => jvp!(dxs, { inputs, output, params }))
      return checkTangent(name, returned, output)?.detach() ?? constantLike(output, 0)
    },
    vjp: refuse,
    jvp: refuse,
    batch: loopOverBatch(() => self),
    saves: SAVES_NOTHING,
  })
  return (dxs, context) => {
    const { inputs, output, params } = context
    return apply(self, [output.detach(), ...inputs, ...orZeros(dxs, context)], { params })
  }
}

// ── the rule that the user did not write ─────────────────────────────────────

const dot = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b))

/** J dx from ct -> J^T ct: that is linear in ct, so its own gradient, contracted with dx, is J dx wherever ct is. */
function jvpFrom(backward: Backward): Forward {
  return (dxs, context) => {
    const { dtype } = context.output
    const contracted = (ct: Tensor): Tensor =>
      backward(ct, context).reduce<Tensor>(
        (total, d, i) => {
          const dx = dxs[i]
          return d && dx ? add(total, cast(dot(d, dx), dtype)) : total
        },
        filledTensor([], dtype, 0),
      )
    return grad(contracted, { createGraph: true })(constantLike(context.output, 0))
  }
}

/** J^T ct from dx -> J dx, likewise. */
function backwardFrom(jvp: Forward): Backward {
  return (ct, context) => {
    const { inputs } = context
    const floats = inputs.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []))
    const contracted = (moving: readonly Tensor[]): Tensor => {
      const dxs = inputs.map((_, i) => moving[floats.indexOf(i)] ?? null)
      const dy = jvp(dxs, context)
      return dy === null ? filledTensor([], ct.dtype, 0) : dot(dy, ct)
    }
    const zeros = floats.map((i) => constantLike(inputs[i]!, 0))
    const cts = grad(contracted, { createGraph: true })(zeros)
    return inputs.map((_, i) => cts[floats.indexOf(i)] ?? null)
  }
}

/** Both rules, from the one or two that the user wrote. */
export function bothRules(rules: Rules): { backward: Backward; jvp: Forward } {
  const { name, onceDifferentiable } = rules
  const own = rules.backward && (onceDifferentiable ? opaqueBackward : ownBackward)(rules)
  const ownForward = rules.jvp && (onceDifferentiable ? opaqueJvp : ownJvp)(rules)
  const missing = (mode: string, rule: string, other: string) => (): never =>
    fail(
      name,
      `${mode} mode needs a ${rule}: none can be derived from ${other}, which is once-differentiable`,
    )
  return {
    backward: own ?? (onceDifferentiable ? missing('reverse', 'backward', 'jvp') : backwardFrom(ownForward!)),
    jvp: ownForward ?? (onceDifferentiable ? missing('forward', 'jvp', 'backward') : jvpFrom(own!)),
  }
}
