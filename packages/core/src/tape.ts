/** @file The one door: every op call passes `apply`. Recording, noGrad, levels of transforms, tracers. Imports tensor.ts. */
import { isFloat } from './dtype.ts'
import { describe, fail } from './errors.ts'
import type { AnyPrimitive, Primitive } from './primitive.ts'
import { type Aval, Node, Tensor } from './tensor.ts'

/**
 * Stands in for eager evaluation. Three install one today: vmap, to see the ops of a function before it replays them
 * on stacks, checkpoint, to see what a function reads and overwrites, and detectAnomaly, to see results; the last two
 * extend Onlooker, which computes. A compiler is to be built on it.
 */
export interface Tracer {
  /** Returns the op's result: computed, or (vmap) a fresh tensor that stands for it. */
  emit(primitive: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval): Tensor
  /** Gives `target` the values of `value`, or notes that it has them from here on. */
  assign(target: Tensor, value: Tensor): void
  /** Is told when `backward()` is about to write gradients. Used by vmap and checkpoint, which refuse. */
  backward?(): void
  /** Set, by vmap, where results have no values yet. Used by detectAnomaly, checkpoint and defineOp, which look. */
  readonly valueless?: boolean
  /** The record of a result, in the place of one that keeps everything; undefined: no other. Used by checkpoint. */
  record?(inputs: readonly Tensor[], result: Tensor, level: number): Node | undefined
  /**
   * Runs a part of the function, a checkpoint; `again` makes one of the part where it runs later. Used by vmap, so that
   * checkpoints inside of it are ones in the replay.
   */
  segment?(run: () => Tensor[], again: (f: () => Tensor[]) => () => Tensor[]): Tensor[]
  /**
   * Where in the program an op stands that a tracer inside of this one emits later; `output` stands for its result.
   * This and `emitFrom` are used by detectAnomaly, for the ops of a vmap.
   */
  origin?(output: Tensor): unknown
  /** Runs `f`, which emits the op. */
  emitFrom?<R>(origin: unknown, f: () => R): R
}

let tracer: Tracer | null = null
/** Number of transforms that are running now, one inside the other. */
let level = 0
/**
 * An op records when an input's level, cut to the current one, is at least this. `noGrad` raises it above the current
 * level, hence above every input there is. In `noGrad(() => grad((x) => grad((y) => ...)(x))(a))`, (level, floor) are
 *   (0, 1) in noGrad: parameters, which are of level 0, are constants here and in all that follows;
 *   (1, 1) in the function of x: ops on x, of level 1, record;
 *   (2, 1) in the function of y: ops on y, of level 2, record, and those on x alone as well;
 *   (1, 1) in the pullbacks by y, back in the function of x: they record, since the outer grad is to see them;
 *   (0, 1) in the pullbacks by x, back in noGrad: nothing records.
 */
let floor = 0

/** shape -> kernel (or trace) -> record. The only function that runs primitives. */
export function apply<Params>(
  primitive: Primitive<Params>,
  inputs: readonly Tensor[],
  params: Params,
): Tensor {
  const out = primitive.shape(inputs, params)
  const result =
    tracer === null ? primitive.kernel(inputs, params, out) : tracer.emit(primitive, inputs, params, out)
  let deepest = -1
  for (let i = 0; i < inputs.length; i++) {
    const node = inputs[i]!.node
    if (node !== null && node.level > deepest) deepest = node.level
  }
  // Rules meet the nodes of a transform that has ended, and user code may keep a tensor from inside one.
  if (deepest > level) deepest = level
  if (deepest >= floor && isFloat(result.dtype))
    result.node = record(primitive, inputs, params, result, deepest)
  return result
}

/** The node of a result: how it was made. */
export function record(
  primitive: AnyPrimitive,
  inputs: readonly Tensor[],
  params: unknown,
  result: Tensor,
  deepest: number,
): Node {
  return tracer?.record?.(inputs, result, deepest) ?? new Node(primitive, inputs, params, result, deepest)
}

/** Runs `f` with `t` in place of the kernels (null: with the kernels); tracers nest. */
export function withTracer<R>(t: Tracer | null, f: () => R): R {
  const outer = tracer
  tracer = t
  try {
    return f()
  } finally {
    tracer = outer
  }
}

/** The tracer that is at work, if any. */
export const activeTracer = (): Tracer | null => tracer

/** How many transforms run now; inputs of a transform are aliases at its own level. */
export const currentLevel = (): number => level

function withState<R>(newLevel: number, newFloor: number, op: string, f: () => R): R {
  const outerLevel = level
  const outerFloor = floor
  level = newLevel
  floor = newFloor
  let result: R
  try {
    result = f()
  } finally {
    level = outerLevel
    floor = outerFloor
  }
  refuseLater(op, result)
  return result
}

/** An async function or a generator would go on when `op` is over. */
export function refuseLater(op: string, result: unknown): void {
  if (typeof result !== 'object' || result === null || result instanceof Tensor) return
  const isAsync = typeof (result as { then?: unknown }).then === 'function'
  // The error below tells what is wrong; a rejection of the abandoned promise must not end the process first.
  if (isAsync) Promise.resolve(result).catch(() => {})
  if (isAsync || /^\[object (Async)?Generator\]$/.test(Object.prototype.toString.call(result)))
    fail(
      op,
      `the function is ${isAsync ? 'async' : 'a generator'}: its body goes on when ${op} is over; ${isAsync ? 'await outside of it' : 'run it inside'}`,
    )
}

/**
 * Runs `f` without recording: what it computes is untracked. A transform called inside still differentiates with
 * respect to its own inputs.
 */
export function noGrad<R>(f: () => R): R {
  if (typeof f !== 'function')
    fail('noGrad', `expected a function, got ${describe(f)}; write noGrad(() => ...)`)
  return withState(level, level + 1, 'noGrad', f)
}

/** Runs functions with recording as it stands now, whenever that is. */
export function recordingAsNow(op: string): <R>(f: () => R) => R {
  const [thenLevel, thenFloor] = [level, floor]
  return (f) => withState(thenLevel, thenFloor, op, f)
}

/** Runs `f` one level deeper: ops on tensors aliased at that level record, even inside `noGrad`. */
export function enterTransform<R>(op: string, f: () => R): R {
  return withState(level + 1, floor, op, f)
}

/**
 * Whether rules that run now must be differentiable themselves, and results stay connected: an enclosing transform is
 * recording, or the caller asked for it (`createGraph`). Never inside `noGrad`.
 */
export const keepsGraph = (createGraph: boolean): boolean => level >= floor && (createGraph || level > 0)

/**
 * Runs `f`, a pullback or pushforward, with recording as it stands (`keep`) or off. A rule may call transforms: they
 * record for themselves either way, and hand on what they recorded only where this walk does, as inside a transform.
 */
export function runRules<R>(keep: boolean, f: () => R): R {
  return keep
    ? withState(Math.max(level, 1), floor, 'pullback', f)
    : withState(level, level + 1, 'pullback', f)
}

/**
 * What a transform hands back. If `keep`, the value stays connected, brought down to the level outside the transform;
 * otherwise it is cut off, so that training steps never chain.
 */
export function leaveTransform(alias: AnyPrimitive, x: Tensor, keep: boolean): Tensor {
  if (x.node === null) return x
  if (!keep) return x.detach()
  if (x.node.level <= level) return x
  const lowered = x.detach()
  lowered.node = new Node(alias, [x], undefined, lowered, level)
  return lowered
}
