/**
 * @file The rows of the ledger for one layer: formulas, formulas with numbers, and the values side by side. Imports the
 * files of this folder above ledger.ts.
 */
import type { LayerValues, PlainLayer } from './closed-form.ts'
import type { FiniteDifference } from './differences.ts'
import { factor, products, short, term } from './format.ts'
import type { LayerDifferences } from './tape.ts'

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

/** What the rows of one layer are made of. */
export interface LayerContext {
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

/** One row; the difference follows from the two values. */
export function row(
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

/** z, n and f'(z). */
export function forwardGroups({
  number: l,
  layer,
  inputs,
  manual,
  autograd,
  finite,
}: LayerContext): LedgerGroup[] {
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

/** What comes back, delta, and the gradients. */
export function backwardGroups(context: LayerContext): LedgerGroup[] {
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
function errorGroup({ number: l, manual, autograd, finite, target, scale }: LayerContext): LedgerGroup {
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

function backpropGroup({
  number: l,
  above,
  deltaAbove,
  manual,
  autograd,
  finite,
}: LayerContext): LedgerGroup {
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
export function updateGroups({
  number: l,
  layer,
  rate,
  manual,
  autograd,
  finite,
}: LayerContext): LedgerGroup[] {
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
