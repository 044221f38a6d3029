/**
 * @file checkpoint: a function whose intermediate values are not kept but computed again in the backward pass. Imports
 * checkpoint/ and walk.ts.
 *
 * 1. First run (`runFirst`): the function under a FirstRun, which notes what it reads and copies what it overwrites.
 * 2. Forget: nodes of this run hold nothing; the tensors of the result that are tracked become one, `packed`.
 * 3. Node (`run`): one on the tape, from the tensors read to `y`, the values of `packed`; the result is cut out of y.
 * 4. Second run (`rerunWith`), when a gradient comes to the node: the same call under a SecondRun, with a tape, memory
 *    set back, and stand-ins, which are leaves, for the nodes of the tensors read. It must do what the first did.
 * 5. Cotangents (`cotangents`): a walk from the new result to the stand-ins; `tangent` goes the other way. All is let go.
 */
import { mapTensors, pack, tensorsIn, unpack } from './checkpoint/results.ts'
import { FirstRun, failForgotten, SecondRun, StandIn } from './checkpoint/runs.ts'
import { checkFunction, describe, fail } from './errors.ts'
import { type AnyPrimitive, primitive, SAVES_NOTHING } from './primitive.ts'
import { showShape } from './shape.ts'
import { tick } from './storage.ts'
import { activeTracer, record, recordingAsNow, withTracer } from './tape.ts'
import type { Aval, Node, Tensor } from './tensor.ts'
import { asForward, currentWalk, isWanted, pathBetween, pullback, pushforward } from './walk.ts'

// ── the node ─────────────────────────────────────────────────────────────────

/** Runs the function again, tape and all, and hands its result to `use`, with a stand-in for each tensor read. */
type Rerun = <R>(use: (again: Tensor, standIns: readonly (Node | null)[]) => R) => R

/** `y` is what the first run gave, `secondCall` gives it again. */
function rerunWith(first: FirstRun, secondCall: () => Tensor, y: Tensor): Rerun {
  const end = tick()
  const { reads, valueless } = first
  return (use) => {
    // Inside vmap this run has values all the same, if the first one had.
    const inside = activeTracer()?.valueless && !valueless ? null : activeTracer()
    const second = withTracer(inside, () => new SecondRun(first, end))
    // Their cotangents are those of the node.
    const nodes = reads.map((x) => x.node)
    const standIns = reads.map((x) => x.node && new StandIn(x, x.node))
    try {
      reads.forEach((x, k) => {
        x.node = standIns[k]!
      })
      return second.asBefore(() => {
        const again = asForward(() => withTracer(second, secondCall))
        // What the function differentiates begins at aliases of its own; no walk over that comes here.
        if (standIns.some((node) => node && node.mark > 0))
          fail(
            'checkpoint',
            'the function calls the pull() of a vjp from outside, and reads what that differentiates, so it cannot run again for the gradient; call vjp inside of the function, or pull() outside of it',
          )
        second.read([again])
        const unknown = second.reads.find(({ node }) => node!.id < end)
        if (unknown !== undefined)
          failDifferent(`reads a tracked tensor of shape ${showShape(unknown.shape)} only now`)
        if (!second.valueless && y.storage.version < end) checkSame(y, again)
        return use(again, standIns)
      })
    } finally {
      reads.forEach((x, k) => {
        x.node = nodes[k]!
      })
    }
  }
}

const failDifferent = (what: string): never =>
  fail(
    'checkpoint',
    `run again for the gradient, the function ${what}; both runs must do the same, so draw random numbers with rand, randn or a Generator, not Math.random, and do not read variables that change`,
  )

/** The same bits are promised everywhere, so anything else is another computation. */
function checkSame(y: Tensor, again: Tensor): void {
  const [a, b] = [y.data, again.data]
  for (let i = 0; i < a.length; i++)
    if (!Object.is(a[i], b[i])) failDifferent(`returns another value, ${b[i]} in place of ${a[i]}`)
}

/** What goes on the tape: pullback and forward rule run the function again. */
function primitiveFor(rerun: Rerun): AnyPrimitive {
  const answers = new WeakMap<readonly Node[], readonly (Tensor | null)[]>()
  return primitive<unknown>({
    name: 'checkpoint',
    shape: ([x]) => x!,
    kernel: failForgotten,
    // One run for all inputs: the walk asks for the cotangent of each in turn.
    vjp: (ct, inputs, _out, _params, index) => {
      const walk = currentWalk()
      const wanted = inputs.map((_, k) => isWanted(k))
      const cts = answers.get(walk) ?? cotangents(rerun, ct, wanted)
      // Large cotangents are not to wait here for the end of the walk.
      if (wanted.lastIndexOf(true) > index) answers.set(walk, cts)
      else answers.delete(walk)
      return cts[index] ?? null
    },
    jvp: (dxs) => tangent(rerun, dxs),
    batch: failForgotten,
    saves: SAVES_NOTHING,
  })
}

function cotangents(rerun: Rerun, ct: Tensor, wanted: readonly boolean[]): (Tensor | null)[] {
  return rerun((again, standIns) => {
    const targets = standIns.map((node, k) => (wanted[k] ? node : null))
    const found = new Map<Node, Tensor>()
    const path = pathBetween(
      again.node,
      targets.filter((node) => node !== null),
    )
    if (path.length > 0)
      pullback(path, ct, (node, d) => {
        if (node.primitive === null) found.set(node, d)
      })
    return targets.map((node) => (node && found.get(node)) ?? null)
  })
}

function tangent(rerun: Rerun, dxs: readonly (Tensor | null)[]): Tensor | null {
  return rerun((again, standIns) => {
    const tangents = new Map<Node, Tensor>()
    standIns.forEach((node, k) => {
      const dx = dxs[k]
      if (node && dx) tangents.set(node, dx)
    })
    const path = pathBetween(again.node, [...tangents.keys()])
    const places = path.map((node) => tangents.get(node) ?? null)
    return path.length === 0 ? null : pushforward(path, places)
  })
}

// ── the transform ────────────────────────────────────────────────────────────

/**
 * The same function, on less memory: what it computes on the way is not kept for the backward pass but computed again
 * there. It costs a second run of f; what stays is the result, and the tensors from outside that f reads. Use it on
 * parts: 64 layers in 8 checkpoints take 29 tensors at the peak in place of 132 (`pnpm bench checkpoint`). Arguments
 * and results may be arrays and plain objects of tensors; gradients reach the tensors that f closes over, too, such
 * as the parameters of a module. Derivatives of any order, in both modes, inside and outside of vmap, and of
 * checkpoints within checkpoints are those of f.
 *
 * Both runs must do the same. What f overwrites (`assign`, random generators, running statistics) is set back for the
 * second run, which leaves it alone: so dropout repeats its mask, and nothing is counted twice. Where the runs differ
 * (Math.random, variables that changed, parameters overwritten before `backward()`) there is an error. f may not call
 * `backward()`, nor the pull of a vjp outside of it whose inputs or values between it reads; `retainGrad()` inside of f
 * has no effect, `onGrad` has.
 */
export function checkpoint<P extends readonly unknown[], R>(f: (...args: P) => R): (...args: P) => R {
  checkFunction('checkpoint', f)
  return (...args) => run(f as unknown as (...args: unknown[]) => unknown, args) as R
}

/** Runs functions with recording as it was when the checkpoint was called. */
type AsThen = <R>(f: () => R) => R

const copyOf = (value: readonly unknown[]): unknown[] => mapTensors(value, (x) => x) as unknown[]

/** A function of its own: what else it closed over would stay as long as the node. */
function callOf(f: (...args: unknown[]) => unknown, args: readonly unknown[]): () => unknown {
  // Copies: lists may change before the second run, and f may change them.
  const kept = copyOf(args)
  return () => f(...copyOf(kept))
}

function run(f: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown {
  const call = callOf(f, args)
  const asThen = recordingAsNow('checkpoint')
  const first = new FirstRun()
  const { result, tracked, packed, secondCall } = runFirst(first, call, asThen)
  if (packed === null) return result
  first.read([packed])
  const y = packed.detach()
  const level = Math.min(packed.node!.level, first.level)
  y.node = record(primitiveFor(rerunWith(first, secondCall, y)), first.reads, undefined, y, level)
  const outputs = unpack(y, tracked)
  return mapTensors(result, (x) => outputs[tracked.indexOf(x)] ?? x)
}

interface FirstResult {
  readonly result: unknown
  /** The tensors of the result that f computed from tracked ones, and all of these as one. */
  readonly tracked: readonly Tensor[]
  readonly packed: Tensor | null
  /** Calls the function again, with recording as it was in the first run, for a result packed like the first. */
  readonly secondCall: () => Tensor
}

function runFirst(first: FirstRun, call: () => unknown, asThen: AsThen): FirstResult {
  let result: unknown
  let tensors: Tensor[] = []
  let tracked: Tensor[] = []
  let packed: Tensor | null = null
  const whole = (): Tensor[] =>
    withTracer(first, () => {
      result = asThen(call)
      tensors = tensorsIn(result)
      if (tensors.length === 0)
        fail(
          'checkpoint',
          `the function must return a tensor, or arrays or plain objects of tensors, it returned ${describe(result)}`,
        )
      tracked = [...new Set(tensors)].filter(({ node }) => node?.primitive && node.id > first.start)
      if (tracked.length === 0) return tensors
      packed = pack(tracked)
      return [packed, ...tensors.filter((x) => !tracked.includes(x))]
    })
  const outer = activeTracer()
  if (outer?.segment === undefined) whole()
  else outer.segment(whole, checkpoint)
  const places = tracked.map((x) => tensors.indexOf(x))
  return { result, tracked, packed, secondCall: secondCallOf(call, asThen, places, tensors) }
}

/** What is needed of the first run's results is their shapes: they themselves may go. */
function secondCallOf(
  call: () => unknown,
  asThen: AsThen,
  places: readonly number[],
  tensors: readonly Aval[],
): () => Tensor {
  const avals = tensors.map(({ shape, dtype }) => ({ shape, dtype }))
  return () =>
    asThen(() => {
      const again = tensorsIn(call())
      const show = (list: readonly Aval[]): string =>
        list.map(({ shape, dtype }) => `${dtype} ${showShape(shape)}`).join(', ')
      if (show(again) !== show(avals)) failDifferent(`returns ${show(again)} in place of ${show(avals)}`)
      return pack(places.map((place) => again[place]!))
    })
}
