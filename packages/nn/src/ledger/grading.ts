/** @file Students' own formulas, and what to say of the first wrong value. Imports closed-form.ts, mistakes.ts, recognising.ts and rows.ts. */
import { describe, fail } from '../errors.ts'
import type { Rows } from './arrays.ts'
import type { DeltaInputs, Formulas, GradientInputs, Pass, Problem } from './closed-form.ts'
import { short } from './format.ts'
import { type Bug, explanationOf } from './mistakes.ts'
import { type Graded, isGraded, recognise } from './recognising.ts'
import type { LedgerRow, Quantity } from './rows.ts'

/** Formulas of the reader's own, to be held against autograd. Layers count from 1; all arrays are copies. */
export interface OwnFormulas {
  /** delta = dL/dz of one sample. At the output the loss plays the layer above: W is the identity, deltaNext dL/dn. */
  readonly delta?: (layer: number, inputs: DeltaInputs) => ArrayLike<number>
  /** dL/dW of one sample, [neuron][input]. */
  readonly weightGradient?: (layer: number, inputs: GradientInputs) => ArrayLike<ArrayLike<number>>
  /** dL/db of one sample. */
  readonly biasGradient?: (layer: number, inputs: GradientInputs) => ArrayLike<number>
}

/** The first wrong value, in the order of the computation. */
export interface FirstWrong {
  /** The row's id: `delta2[0], sample 1`. */
  readonly id: string
  /** From 1; null for the loss. */
  readonly layer: number | null
  /** From 0. */
  readonly neuron: number | null
  /** From 0; null for what belongs to the whole batch. */
  readonly sample: number | null
  readonly quantity: Quantity
  /** By autograd. */
  readonly expected: number
  readonly given: number
  /** The known mistake that gives just these values; null if there is none. */
  readonly bug: Bug | null
  /** All of them: two mistakes may give the same values. */
  readonly bugs: readonly Bug[]
  /** Why, as far as is known: the mistakes in words, what the function threw. */
  readonly cause: string | null
  /** All of it in a sentence. */
  readonly message: string
}

/** What students' functions threw: an answer of NaN, with the text of the error. By quantity and layer. */
export type Thrown = Map<string, string>

const SLIPS = [TypeError, RangeError, ReferenceError] as const

const keyOf = (quantity: Graded, layer: number): string => `${quantity} ${layer}`

/** A copy, as deep as arrays and plain objects of numbers go. */
function copyOf<T>(x: T): T {
  if (Array.isArray(x)) return x.map(copyOf) as T
  if (typeof x !== 'object' || x === null) return x
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, copyOf(value)])) as T
}

/** The formulas with those of the reader in their places. */
export function withOwn(formulas: Formulas, own: OwnFormulas, thrown: Thrown): Formulas {
  const { delta, weightGradient, biasGradient } = own
  /** Runs a student's function on copies of its inputs: what it writes into them changes nothing here. */
  const ask = <Inputs, R>(
    quantity: Graded,
    f: (layer: number, inputs: Inputs) => unknown,
    layer: number,
    inputs: Inputs,
    check: (answer: unknown) => R,
    nothing: R,
  ): R => {
    let answer: unknown
    try {
      answer = f(layer, copyOf(inputs))
    } catch (error) {
      // What slips in arithmetic on arrays throw is a wrong answer; all else is thrown on purpose.
      if (!SLIPS.some((kind) => error instanceof kind)) throw error
      thrown.set(keyOf(quantity, layer), `${error}`)
      return nothing
    }
    return check(answer)
  }
  const nothing = (length: number): number[] => new Array<number>(length).fill(Number.NaN)
  return {
    ...formulas,
    ...(delta && {
      delta(layer, inputs) {
        const { length } = inputs.z
        const check = (answer: unknown) => vector(`delta(${layer}, ...)`, answer, length)
        return ask('delta', delta, layer, inputs, check, nothing(length))
      },
    }),
    ...(weightGradient && {
      weightGradient(layer, inputs) {
        const [neurons, columns] = [inputs.delta.length, inputs.input.length]
        const check = (answer: unknown) => matrix(`weightGradient(${layer}, ...)`, answer, neurons, columns)
        const empty = inputs.delta.map(() => nothing(columns))
        return ask<GradientInputs, Rows>('dW', weightGradient, layer, inputs, check, empty)
      },
    }),
    ...(biasGradient && {
      biasGradient(layer, inputs) {
        const { length } = inputs.delta
        const check = (answer: unknown) => vector(`biasGradient(${layer}, ...)`, answer, length)
        return ask('db', biasGradient, layer, inputs, check, nothing(length))
      },
    }),
  } satisfies Formulas
}

const isList = (x: unknown): x is ArrayLike<unknown> =>
  Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView))

const amount = (x: unknown): string => (isList(x) ? `${x.length}` : describe(x))

function vector(name: string, answer: unknown, length: number): readonly number[] {
  if (!isList(answer) || answer.length !== length)
    fail('ledger', `${name} must give ${length} number${length === 1 ? '' : 's'}, got ${amount(answer)}`)
  const values = Array.from(answer)
  const stranger = values.findIndex((value) => typeof value !== 'number')
  if (stranger >= 0)
    fail('ledger', `${name} must give numbers, got ${describe(values[stranger])} at position ${stranger}`)
  return values as number[]
}

function matrix(name: string, answer: unknown, rows: number, columns: number): Rows {
  if (!isList(answer) || answer.length !== rows)
    fail('ledger', `${name} must give ${rows} row${rows === 1 ? '' : 's'}, got ${amount(answer)}`)
  return Array.from(answer, (row, i) => vector(`row ${i} of ${name}`, row, columns))
}

/** What there is to say about the first wrong row. */
export function firstWrongOf(
  row: LedgerRow | undefined,
  problem: Problem,
  truth: Pass,
  own: Formulas,
  thrown: Thrown,
  injected: Bug | null,
): FirstWrong | null {
  if (row === undefined) return null
  const { layer, neuron, sample, quantity, manual: given, autograd: expected, id } = row
  const graded = isGraded(quantity) && layer !== null
  const known = graded ? recognise(quantity, layer - 1, sample ?? 0, problem, truth, own) : []
  const bugs = known.length === 0 && injected !== null ? [injected] : known
  const error = graded ? thrown.get(keyOf(quantity, layer)) : undefined
  const causes = [
    ...(error === undefined ? [] : [`the function threw ${error}`]),
    ...(bugs.length > 0 ? [bugs.map(explanationOf).join('; or ')] : graded ? hintOfNaN(row, problem) : []),
  ]
  const cause = causes.length === 0 ? null : causes.join('; ')
  const values = `${id} must be ${short(expected)}, got ${short(given)}`
  const message = cause === null ? values : `${values}: ${cause}`
  return { id, layer, neuron, sample, quantity, expected, given, bug: bugs[0] ?? null, bugs, cause, message }
}

/** Reading outside of an array gives undefined, and arithmetic with that gives NaN, or an error. */
function hintOfNaN({ layer, quantity, manual }: LedgerRow, { layers }: Problem): string[] {
  if (!Number.isNaN(manual)) return []
  const next = quantity === 'delta' ? layers[layer!]?.weight : undefined
  const sizes = next === undefined ? '' : `; W is [${next.length}][${next[0]!.length}], W[above][here]`
  return [`NaN may come from an index that leads out of an array${sizes}`]
}
