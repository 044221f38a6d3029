/** @file defineOp: a user's op as a primitive. Imports custom/ and what that imports. */
import { checkDeclared, checkResult, guarded } from './custom/returned.ts'
import { type Backward, bothRules, loopOverBatch, type Rules } from './custom/rules.ts'
import { checkSamples } from './custom/samples.ts'
import { describe, fail, isForeign } from './errors.ts'
import { constantLike } from './ops/memory.ts'
import { checkTensor } from './ops/operand.ts'
import { type Primitive, type Pullback, primitive } from './primitive.ts'
import type { Shape } from './shape-types.ts'
import { tick } from './storage.ts'
import { activeTracer, apply, keepsGraph, withTracer } from './tape.ts'
import { type Aval, Tensor } from './tensor.ts'

/** An op's signature: tensors, then at most one argument of another kind. */
export type OpSignature = (...args: never[]) => Tensor

/** The tensors among the arguments. */
type OpInputs<Args extends readonly unknown[]> = Args extends readonly Tensor[]
  ? Args
  : Args extends readonly [infer Head extends Tensor, ...infer Rest]
    ? [Head, ...OpInputs<Rest>]
    : Args extends readonly [...infer Inputs extends readonly Tensor[], unknown]
      ? Inputs
      : []

/** The last argument, if it is no tensor. */
type OpParams<Args extends readonly unknown[]> = Args extends readonly Tensor[]
  ? undefined
  : Args extends readonly [Tensor, ...infer Rest]
    ? OpParams<Rest>
    : Args extends readonly [...Tensor[], infer Params]
      ? Params
      : Args[0]

/** One cotangent per input, or null. */
type OpCotangents<Inputs extends readonly Tensor[]> = {
  readonly [K in keyof Inputs]: Inputs[K] | null
}

/** What the derivatives are taken at. */
export interface OpContext<F extends OpSignature> {
  readonly inputs: OpInputs<Parameters<F>>
  readonly output: ReturnType<F>
  readonly params: OpParams<Parameters<F>>
}

export interface OpDefinition<F extends OpSignature> {
  /** What errors, printing and the tape call the op. */
  readonly name: string
  /**
   * Shape of the result, or shape and dtype, from the arguments' `shape` and `dtype` alone. Without it the shape is that
   * of what `forward` returns; with it `forward` is held to it, and the op can be traced without running it.
   */
  readonly shape?: (...args: Parameters<F>) => Shape | Aval
  /** The result, by tensor ops or by loops over `x.data`. The tensors it gets are not tracked. */
  readonly forward: F
  /**
   * One cotangent dL/dx per input from the cotangent `ct` = dL/doutput, or null for an input without gradient (always
   * for int32 and bool). Written in tensor ops it is differentiable itself.
   */
  readonly backward?: (ct: ReturnType<F>, context: OpContext<F>) => OpCotangents<OpInputs<Parameters<F>>>
  /** The tangent of the output from one tangent per input, zeros where an input does not move; null stands for zero. */
  readonly jvp?: (dxs: OpInputs<Parameters<F>>, context: OpContext<F>) => ReturnType<F> | null
  /**
   * Which values `backward` and `jvp` read, by default all. Overwriting one with `assign` before they run is an error;
   * name fewer to allow it.
   */
  readonly saves?: { readonly inputs?: readonly number[]; readonly output?: boolean }
  /** `backward` and `jvp` are loops over numbers, not tensor ops: second derivatives throw, and neither is derived from the other. */
  readonly onceDifferentiable?: boolean
  /**
   * Samples of arguments, `[[x, y], [x2, y2, params]]`, on which gradcheck compares the derivatives with forward as soon
   * as the op is defined, to second order unless `onceDifferentiable`; what is wrong is thrown as a table. Only where
   * tests run, that is where the environment has VITEST, NODE_TEST_CONTEXT or NODE_ENV=test: else it costs nothing.
   */
  readonly check?: readonly Parameters<F>[] | (() => readonly (readonly unknown[])[])
}

/**
 * An op of your own: what `forward` computes, with derivatives that you write as `backward` (reverse mode), `jvp`
 * (forward mode), or both; the missing one is derived. The result is a function of the type of `forward`.
 *
 * ```ts
 * const swish = defineOp({
 *   name: 'swish',
 *   forward: (x: Tensor) => mul(x, sigmoid(x)),
 *   backward: (ct, { inputs: [x], output }) => {
 *     const s = sigmoid(x)
 *     return [mul(ct, add(s, mul(output, sub(1, s))))]
 *   },
 *   check: () => [[randn([2, 3])]],
 * })
 * const y = swish(x)
 * ```
 *
 * What the rules return is checked; errors name the op and the rule. A rule whose result leaves the tape is found where
 * a second derivative would need it, and throws.
 */
export function defineOp<F extends (...inputs: Tensor[]) => Tensor>(definition: OpDefinition<F>): F
export function defineOp<F extends OpSignature>(definition: OpDefinition<F>): F
export function defineOp(definition: OpDefinition<OpSignature>): OpSignature {
  const checked = checkDefinition(definition)
  const { name } = checked
  // One record per number of inputs: a record says which inputs its rules read.
  const records: Primitive<unknown>[] = []
  const op = (...args: unknown[]): Tensor => {
    const [inputs, params] = splitArguments(name, args)
    const record = (records[inputs.length] ??= primitiveFor(checked, inputs.length))
    return apply(record, inputs, params)
  }
  Object.defineProperty(op, 'name', { value: name })
  checkSamples(checked, (args) => splitArguments(name, args), op)
  return op
}

// ── definition and call ──────────────────────────────────────────────────────

/** The definition, as far as it is known once its fields have been looked at. */
interface Definition extends Rules {
  readonly shape?: (...args: unknown[]) => unknown
  readonly forward: (...args: unknown[]) => unknown
  readonly saves?: { readonly inputs?: readonly number[]; readonly output?: boolean }
  readonly check?: unknown
}

const FIELDS: readonly string[] = [
  'name',
  'shape',
  'forward',
  'backward',
  'jvp',
  'saves',
  'onceDifferentiable',
  'check',
]

function checkDefinition(definition: unknown): Definition {
  if (typeof definition !== 'object' || definition === null)
    fail('defineOp', `expected a plain object { name, forward, backward }, got ${describe(definition)}`)
  const fields = definition as Record<string, unknown>
  const { name, saves } = fields
  if (typeof name !== 'string' || name === '')
    fail('defineOp', `the name must be a text that is not empty, got ${describe(name)}`)
  for (const field of Object.keys(fields)) {
    if (!FIELDS.includes(field))
      fail('defineOp', `${name} has the field ${describe(field)}; the fields are ${FIELDS.join(', ')}`)
  }
  for (const rule of ['forward', 'shape', 'backward', 'jvp']) {
    const value = fields[rule]
    if (typeof value !== 'function' && (value !== undefined || rule === 'forward'))
      fail('defineOp', `${rule} of ${name} must be a function, got ${describe(value)}`)
  }
  if (fields.backward === undefined && fields.jvp === undefined) {
    fail(
      'defineOp',
      `${name} has neither backward nor jvp; write one of them (backward: () => [null] where there is no gradient)`,
    )
  }
  const inputs: unknown = (saves as Definition['saves'])?.inputs ?? []
  if (!Array.isArray(inputs) || !inputs.every((i) => Number.isInteger(i) && i >= 0))
    fail(
      'defineOp',
      `saves.inputs of ${name} must be an array of positions of inputs, got ${describe(inputs)}`,
    )
  return fields as unknown as Definition
}

/** The tensors of a call, and what comes after them. */
function splitArguments(name: string, args: readonly unknown[]): [readonly Tensor[], unknown] {
  const last = args[args.length - 1]
  const hasParams = args.length > 0 && !(last instanceof Tensor) && !isForeign(last)
  const inputs = (hasParams ? args.slice(0, -1) : args).map((x, i) => {
    if (!(x instanceof Tensor) && !isForeign(x))
      fail(
        name,
        `argument ${i} is ${describe(x)}; tensors come first, then at most one argument of another kind`,
      )
    return checkTensor(name, x)
  })
  if (inputs.length === 0) fail(name, `expected a tensor as first argument, got ${describe(last)}`)
  if (!hasParams) return [inputs, undefined]
  // On the tape params are constants: a gradient to one would be lost without a word.
  for (const [key, value] of typeof last === 'object' && last !== null ? Object.entries(last) : []) {
    if (value instanceof Tensor && value.node !== null)
      fail(name, `params.${key} is a tracked tensor, to which no gradient would flow; pass it as an input`)
  }
  return [inputs, last]
}

// ── the primitive ────────────────────────────────────────────────────────────

function primitiveFor(definition: Definition, arity: number): Primitive<unknown> {
  const { name, shape, forward, saves = {} } = definition
  const positions = Array.from({ length: arity }, (_, i) => i)
  for (const i of saves.inputs ?? []) {
    if (i >= arity) fail(name, `saves names input ${i}, but there are ${arity}, counted from 0`)
  }
  const withParams = (inputs: readonly Tensor[], params: unknown): unknown[] =>
    params === undefined ? [...inputs] : [...inputs, params]

  const run = (inputs: readonly Tensor[], params: unknown, declared: Aval | null): Tensor => {
    const plain = inputs.map((x) => x.detach())
    const start = tick()
    const result = guarded(name, 'forward', () => forward(...withParams(plain, params)))
    return checkResult(name, result, inputs, declared, start)
  }
  // Without `shape` only a run tells the shape; the kernel, which `apply` calls next, takes over its result.
  let ahead: { readonly inputs: readonly unknown[]; readonly result: Tensor } | null = null
  const inferred = (inputs: readonly Tensor[], params: unknown): Aval => {
    // What is traced has no numbers: zeros of its shape stand in.
    if (activeTracer()?.valueless) {
      const blank = inputs.map((x) => constantLike(x, 0))
      return withTracer(null, () => run(blank, params, null))
    }
    const result = run(inputs, params, null)
    ahead = { inputs, result }
    return result
  }

  const rules = bothRules(definition)
  const self: Primitive<unknown> = primitive<unknown>({
    name,
    shape: (inputs, params) => {
      const tensors = inputs as readonly Tensor[]
      if (shape === undefined) return inferred(tensors, params)
      const said = guarded(name, 'shape', () => shape(...withParams(tensors, params)))
      return checkDeclared(name, said, tensors)
    },
    kernel: (inputs, params, out) => {
      const done = ahead
      ahead = null
      return done?.inputs === inputs ? done.result : run(inputs, params, shape === undefined ? null : out)
    },
    vjp: pullbacks(rules.backward),
    jvp: (dxs, inputs, output, params) => rules.jvp(dxs, { inputs, output, params }),
    batch: loopOverBatch(() => self),
    saves: { inputs: saves.inputs ?? positions, output: saves.output ?? true },
  })
  return self
}

/** Calls backward once for all inputs: the walk asks for the cotangent of each in turn. */
function pullbacks(backward: Backward): Pullback<unknown> {
  interface Answer {
    readonly output: Tensor
    readonly recording: boolean
    readonly cts: readonly (Tensor | null)[]
    /** The input that asked last: one that asks again belongs to another walk. */
    index: number
  }
  // Weak, so that an answer goes when its walk is over.
  const answers = new WeakMap<Tensor, Answer>()
  return (ct, inputs, output, params, index) => {
    const recording = keepsGraph(true)
    let answer = answers.get(ct)
    if (answer?.output !== output || answer.recording !== recording || answer.index >= index) {
      answer = { output, recording, cts: backward(ct, { inputs, output, params }), index }
      if (inputs.length > 1) answers.set(ct, answer)
    }
    answer.index = index
    return answer.cts[index] ?? constantLike(inputs[index]!, 0)
  }
}
