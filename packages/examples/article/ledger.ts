/**
 * @file The ledger: every quantity of one step of backpropagation, three times. By the closed-form formulas on plain
 * arrays, by autograd, and by finite differences, each with its formula and the formula with numbers filled in. Only
 * computes; render.ts writes. Imports core, nn and the files of this folder, but render.ts.
 */
import { TapegradError, type Tensor } from '@tapegrad/core'
import type { MSE, Sequential } from '@tapegrad/nn'
import { backpropagate } from './closed-form.ts'
import { short, term } from './format.ts'
import {
  backwardGroups,
  forwardGroups,
  type LayerContext,
  type LedgerGroup,
  type LedgerRow,
  row,
  updateGroups,
} from './groups.ts'
import { byAutograd, byDifferences, pairsOf, plainLayers, squaredErrorOf, vector } from './tape.ts'

export interface LedgerLayer {
  /** From 1. */
  readonly number: number
  readonly activation: string
  readonly inputs: readonly number[]
  /** Before the step. */
  readonly weight: readonly (readonly number[])[]
  readonly bias: readonly number[]
  readonly forward: readonly LedgerGroup[]
  readonly backward: readonly LedgerGroup[]
}

export interface Ledger {
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly rate: number
  readonly loss: LedgerRow
  readonly lossFormula: string
  readonly layers: readonly LedgerLayer[]
}

export interface LedgerOptions {
  /** A squared error; the article's is `new MSE({ reduction: 'sum', scale: 0.5 })`. */
  readonly loss: MSE
  /** Learning rate of the step that the last rows describe. */
  readonly rate: number
}

/**
 * The ledger of `model` (Dense layers, each with at most one activation, in float64) at one sample: x is [in], y is
 * [out]. The model, its gradients included, stays as it was.
 */
export function ledger(model: Sequential, x: Tensor, y: Tensor, { loss, rate }: LedgerOptions): Ledger {
  if (x.ndim !== 1 || y.ndim !== 1)
    throw new TapegradError(
      'ledger',
      `x and y must be vectors, one sample; they are [${x.shape}] and [${y.shape}]`,
    )
  for (const { dtype } of [x, y, ...model.parameters()])
    if (dtype !== 'float64')
      throw new TapegradError(
        'ledger',
        `needs float64, got ${dtype}; convert with model.to('float64') and x.to('float64')`,
      )

  const layers = plainLayers(pairsOf(model))
  const squaredError = squaredErrorOf(loss, y.size)
  const manual = backpropagate(layers, vector(x), vector(y), squaredError, rate)
  const autograd = byAutograd(model, x, y, loss, rate)
  const finite = byDifferences(model, x, y, loss)
  const yhat = manual.layers.at(-1)!.n
  const { scale } = squaredError

  return {
    x: vector(x),
    y: vector(y),
    rate,
    lossFormula: `L = ${scale === 0.5 ? '½' : short(scale)} Σ (ŷ - y)²`,
    loss: row('loss', '', `${short(scale)}·(${sumOfSquares(yhat, vector(y))})`, manual.loss, autograd.loss),
    layers: layers.map((layer, l) => {
      const inputs = l === 0 ? vector(x) : manual.layers[l - 1]!.n
      const context: LayerContext = {
        number: l + 1,
        last: l === layers.length - 1,
        layer,
        above: layers[l + 1],
        deltaAbove: manual.layers[l + 1]?.delta,
        inputs,
        target: vector(y),
        scale,
        rate,
        manual: manual.layers[l]!,
        autograd: autograd.layers[l]!,
        finite: finite[l]!,
      }
      return {
        number: l + 1,
        activation: layer.activation.name,
        inputs,
        weight: layer.weight,
        bias: layer.bias,
        forward: forwardGroups(context),
        backward: [...backwardGroups(context), ...updateGroups(context)],
      }
    }),
  }
}

const sumOfSquares = (yhat: readonly number[], y: readonly number[]): string =>
  yhat.map((value, k) => `(${short(value)} ${term(-y[k]!)})²`).join(' + ')

// ── summary ──────────────────────────────────────────────────────────────────

/** All rows, in the order of the computation. */
export function rowsOf({ layers, loss }: Ledger): LedgerRow[] {
  const groups = [
    ...layers.flatMap((layer) => layer.forward),
    ...layers.toReversed().flatMap((layer) => layer.backward),
  ]
  return [...groups.flatMap((group) => group.rows), loss]
}

export interface Agreement {
  /** The row where manual and autograd differ most, relatively. */
  readonly manual: LedgerRow
  /** The derivative whose finite difference is farthest from autograd, and how far, relatively. */
  readonly finite: { readonly row: LedgerRow; readonly relative: number }
  /** The derivative for which finite differences can reach the fewest digits. */
  readonly fewestDigits: LedgerRow
}

/** How well the three columns agree, over all rows. Updated parameters are left out: they hide the error of their change. */
export function agreementOf(whole: Ledger): Agreement {
  const rows = rowsOf(whole)
  const derivatives = rows.filter((r) => r.finite !== null && r.change === null)
  const distance = ({ finite, autograd }: LedgerRow): number =>
    autograd === 0 ? Math.abs(finite!.value) : Math.abs(finite!.value / autograd - 1)
  const worst = <T>(list: readonly T[], measure: (item: T) => number): T =>
    list.reduce((a, b) => (measure(b) > measure(a) ? b : a))
  const finite = worst(derivatives, distance)
  return {
    manual: worst(rows, (r) => r.difference),
    finite: { row: finite, relative: distance(finite) },
    fewestDigits: worst(derivatives, (r) => -(r.finite!.digits ?? 16)),
  }
}
