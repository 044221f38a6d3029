/**
 * @file The ledger: every quantity of one step of backpropagation, three times. By the closed-form formulas on plain
 * arrays, by autograd, and by finite differences, each with its formula and the formula with numbers filled in. Only
 * computes; render.ts writes. Imports core, nn and the files of this folder, but render.ts.
 */
import { TapegradError, type Tensor } from '@tapegrad/core'
import type { MSE, Sequential } from '@tapegrad/nn'
import { backpropagate, type LayerValues, type PlainLayer } from './closed-form.ts'
import type { FiniteDifference } from './differences.ts'
import { factor, products, short, term } from './format.ts'
import {
  byAutograd,
  byDifferences,
  type LayerDifferences,
  pairsOf,
  plainLayers,
  squaredErrorOf,
  vector,
} from './tape.ts'

export interface LedgerRow {
  /** `delta1[0]`, `dW2[1][0]`: quantity, layer, place. */
  readonly id: string
  /** `[0]`, `[1][0]`. */
  readonly index: string
  /** The formula with this row's numbers filled in. */
  readonly numbers: string
  readonly manual: number
  readonly autograd: number
  /** |manual - autograd|, relative to the larger of the two. */
  readonly difference: number
  /** For what is a derivative; for an updated parameter, its change. */
  readonly finite: FiniteDifference | null
  /** For an updated parameter: by how much it moved. */
  readonly change: number | null
}

export type Quantity = 'z' | 'n' | 'fPrime' | 'error' | 'backprop' | 'delta' | 'dW' | 'db' | 'W' | 'b'

export interface LedgerGroup {
  readonly quantity: Quantity
  /** The closed form, `z1 = W1 n0 + b1`. */
  readonly formula: string
  readonly rows: readonly LedgerRow[]
}

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
      const context: Context = {
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

// ── one layer ────────────────────────────────────────────────────────────────

interface Context {
  readonly number: number
  readonly last: boolean
  readonly layer: PlainLayer
  readonly above: PlainLayer | undefined
  readonly deltaAbove: readonly number[] | undefined
  readonly inputs: readonly number[]
  readonly target: readonly number[]
  readonly scale: number
  readonly rate: number
  readonly manual: LayerValues
  readonly autograd: LayerValues
  readonly finite: LayerDifferences
}

function row(
  id: string,
  index: string,
  numbers: string,
  manual: number,
  autograd: number,
  finite: FiniteDifference | null = null,
  change: number | null = null,
): LedgerRow {
  const size = Math.max(Math.abs(manual), Math.abs(autograd))
  const difference = size === 0 ? 0 : Math.abs(manual - autograd) / size
  return { id: id + index, index, numbers, manual, autograd, difference, finite, change }
}

function forwardGroups({ number: l, layer, inputs, manual, autograd, finite }: Context): LedgerGroup[] {
  const { weight, bias, activation } = layer
  const f = (z: number): string => short(activation.value(z))
  return [
    {
      quantity: 'z',
      formula: `z${l} = W${l} n${l - 1} + b${l}`,
      rows: manual.z.map((z, i) =>
        row(`z${l}`, `[${i}]`, `${products(weight[i]!, inputs)} ${term(bias[i]!)}`, z, autograd.z[i]!),
      ),
    },
    {
      quantity: 'n',
      formula: `n${l} = f(z${l}),  f(z) = ${activation.formula}`,
      rows: manual.n.map((n, i) =>
        row(`n${l}`, `[${i}]`, activation.numbers(factor(manual.z[i]!)), n, autograd.n[i]!),
      ),
    },
    {
      quantity: 'fPrime',
      formula: `f'(z${l}),  f'(z) = ${activation.derivativeFormula}`,
      rows: manual.fPrime.map((d, i) => {
        const z = manual.z[i]!
        const numbers = activation.derivativeNumbers(short(z), f, z)
        return row(`fPrime${l}`, `[${i}]`, numbers, d, autograd.fPrime[i]!, finite.fPrime[i]!)
      }),
    },
  ]
}

function backwardGroups(context: Context): LedgerGroup[] {
  const { number: l, last, inputs, manual, autograd, finite } = context
  const { delta, fPrime, backprop } = manual
  return [
    last ? errorGroup(context) : backpropGroup(context),
    {
      quantity: 'delta',
      formula: `δ${l} = dL/dz${l} = ${last ? outputSlope(context.scale) : `dL/dn${l}`} ⊙ f'(z${l})`,
      rows: delta.map((d, i) => {
        const numbers = `${factor(backprop[i]!)}·${short(fPrime[i]!)}`
        return row(`delta${l}`, `[${i}]`, numbers, d, autograd.delta[i]!, finite.delta[i]!)
      }),
    },
    {
      quantity: 'dW',
      formula: `dL/dW${l} = δ${l} n${l - 1}ᵀ`,
      rows: manual.dW.flatMap((values, i) =>
        values.map((d, j) => {
          const numbers = `${factor(delta[i]!)}·${factor(inputs[j]!)}`
          return row(`dW${l}`, `[${i}][${j}]`, numbers, d, autograd.dW[i]![j]!, finite.dW[i]![j]!)
        }),
      ),
    },
    {
      quantity: 'db',
      formula: `dL/db${l} = δ${l}`,
      // A layer without bias has no such rows on the tape.
      rows: autograd.db.map((value, i) =>
        row(`db${l}`, `[${i}]`, short(delta[i]!), manual.db[i]!, value, finite.db[i]!),
      ),
    },
  ]
}

/** dL/dyhat in terms of e = y - yhat. */
const outputSlope = (scale: number): string => (scale === 0.5 ? '-e' : `-${short(2 * scale)} e`)

/** The output layer: e = y - yhat. The tape's value of it is read off dL/dyhat. */
function errorGroup({ number: l, manual, autograd, finite, target, scale }: Context): LedgerGroup {
  const slope = -2 * scale
  return {
    quantity: 'error',
    formula: `e = y - n${l},  and dL/dn${l} = ${outputSlope(scale)}`,
    rows: manual.n.map((n, k) => {
      const difference = finite.backprop[k]!
      return row(
        'error',
        `[${k}]`,
        `${short(target[k]!)} ${term(-n)}`,
        target[k]! - n,
        autograd.backprop[k]! / slope,
        {
          ...difference,
          value: difference.value / slope,
        },
      )
    }),
  }
}

function backpropGroup({ number: l, above, deltaAbove, manual, autograd, finite }: Context): LedgerGroup {
  return {
    quantity: 'backprop',
    formula: `dL/dn${l} = W${l + 1}ᵀ δ${l + 1}`,
    rows: manual.backprop.map((g, i) => {
      const column = above!.weight.map((weights) => weights[i]!)
      const numbers = products(column, deltaAbove!)
      return row(`backprop${l}`, `[${i}]`, numbers, g, autograd.backprop[i]!, finite.backprop[i]!)
    }),
  }
}

/** W and b after one step, and by how much they moved. */
function updateGroups({ number: l, layer, rate, manual, autograd, finite }: Context): LedgerGroup[] {
  const updated = (
    name: string,
    index: string,
    old: number,
    slope: number,
    values: [manual: number, autograd: number],
    difference: FiniteDifference,
  ): LedgerRow => {
    const numbers = `${short(old)} - ${short(rate)}·${factor(slope)}`
    return row(
      name + l,
      index,
      numbers,
      ...values,
      { ...difference, value: -rate * difference.value },
      -rate * slope,
    )
  }
  return [
    {
      quantity: 'W',
      formula: `W${l} ← W${l} - α dL/dW${l}`,
      rows: manual.W.flatMap((values, i) =>
        values.map((value, j) =>
          updated(
            'W',
            `[${i}][${j}]`,
            layer.weight[i]![j]!,
            manual.dW[i]![j]!,
            [value, autograd.W[i]![j]!],
            finite.dW[i]![j]!,
          ),
        ),
      ),
    },
    {
      quantity: 'b',
      formula: `b${l} ← b${l} - α dL/db${l}`,
      rows: autograd.b.map((value, i) =>
        updated('b', `[${i}]`, layer.bias[i]!, manual.db[i]!, [manual.b[i]!, value], finite.db[i]!),
      ),
    },
  ]
}

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
