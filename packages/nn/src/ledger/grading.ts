/** @file Students' own formulas, and what to say of the first wrong value. Imports closed-form.ts, mistakes.ts and rows.ts. */
import { describe, fail } from '../errors.ts'
import {
  type DeltaInputs,
  type Formulas,
  type GradientInputs,
  type Pass,
  type Problem,
} from './closed-form.ts'
import { short } from './format.ts'
import type { Rows } from './loss-rules.ts'
import { type Answer, type Bug, recognise, textOf } from './mistakes.ts'
import type { LedgerRow, Quantity } from './rows.ts'

/** Formulas of the reader's own, to be held against autograd. Layers count from 1. */
export interface OwnFormulas {
  /** delta = dL/dz of one sample. At the output the loss plays the layer above: W is the identity, deltaNext dL/dn. */
  readonly delta?: (layer: number, inputs: DeltaInputs) => readonly number[]
  /** dL/dW of one sample, [neuron][input]. */
  readonly weightGradient?: (layer: number, inputs: GradientInputs) => Rows
  /** dL/db of one sample. */
  readonly biasGradient?: (layer: number, inputs: GradientInputs) => readonly number[]
}

/** The first wrong value, in the order of the computation. */
export interface FirstWrong {
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
  /** All of it in a sentence. */
  readonly message: string
}

/** The right formulas with those of the reader in their places. */
export function withOwn(formulas: Formulas, { delta, weightGradient, biasGradient }: OwnFormulas): Formulas {
  const name = (what: string, layer: number): string => `${what}(${layer}, ...)`
  return {
    ...formulas,
    ...(delta && {
      delta: (layer, inputs) => checkVector(name('delta', layer), delta(layer, inputs), inputs.z.length),
    }),
    ...(weightGradient && {
      weightGradient(layer, inputs) {
        const rows = weightGradient(layer, inputs)
        const [neurons, columns] = [inputs.delta.length, inputs.input.length]
        if (!Array.isArray(rows) || rows.length !== neurons)
          fail('ledger', `${name('weightGradient', layer)} must give ${neurons} rows, got ${amount(rows)}`)
        return rows.map((row, i) => checkVector(`row ${i} of ${name('weightGradient', layer)}`, row, columns))
      },
    }),
    ...(biasGradient && {
      biasGradient: (layer, inputs) =>
        checkVector(name('biasGradient', layer), biasGradient(layer, inputs), inputs.delta.length),
    }),
  } satisfies Formulas
}

const amount = (x: unknown): string => (Array.isArray(x) ? `${x.length}` : describe(x))

function checkVector(name: string, values: unknown, length: number): readonly number[] {
  if (!Array.isArray(values) || values.length !== length)
    fail('ledger', `${name} must give ${length} number${length === 1 ? '' : 's'}, got ${amount(values)}`)
  const stranger = values.findIndex((value) => typeof value !== 'number')
  if (stranger >= 0)
    fail('ledger', `${name} must give numbers, got ${describe(values[stranger])} at position ${stranger}`)
  return values
}

/** What there is to say about the first wrong row. */
export function firstWrongOf(
  row: LedgerRow | undefined,
  problem: Problem,
  truth: Pass,
  isolated: Pass,
  injected: Bug | null,
): FirstWrong | null {
  if (row === undefined) return null
  const { layer, neuron, sample, quantity, manual: given, autograd: expected, id } = row
  const found = injected === null ? recognised(row, problem, truth, isolated) : [injected]
  const cause = Number.isNaN(given) ? hintOfNaN(row, problem) : found.map(textOf).join('; or ')
  return {
    ...{ layer, neuron, sample, quantity, expected, given, bug: found[0] ?? null },
    message: `${id} must be ${short(expected)}, got ${short(given)}${cause === '' ? '' : `: ${cause}`}`,
  }
}

/** Reading outside of an array gives undefined, and arithmetic with that gives NaN. */
function hintOfNaN({ layer, quantity }: LedgerRow, { layers }: Problem): string {
  const next = quantity === 'delta' && layer !== null ? layers[layer]?.weight : undefined
  const sizes = next === undefined ? '' : `; W is [${next.length}][${next[0]!.length}], W[above][here]`
  return `an index that leads out of an array gives NaN${sizes}`
}

function recognised(
  { quantity, layer, sample }: LedgerRow,
  problem: Problem,
  truth: Pass,
  isolated: Pass,
): Bug[] {
  if (layer === null || (quantity !== 'delta' && quantity !== 'dW' && quantity !== 'db')) return []
  const { delta, weightParts, biasParts } = isolated.layers[layer - 1]!
  const s = sample ?? 0
  const values = { delta: delta[s]!, dW: weightParts[s]!.flat(), db: biasParts[s] ?? [] }[quantity]
  const answer: Answer = { quantity, layer, sample: s, values }
  return recognise(answer, problem, truth)
}
