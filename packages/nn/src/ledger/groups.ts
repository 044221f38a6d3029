/** @file The groups of rows of one layer up to delta: formulas, and formulas with numbers. Imports closed-form.ts, format.ts and judge.ts. */
import { above, RIGHT } from './closed-form.ts'
import { factor, minus, products, term } from './format.ts'
import { inputsOf, type Place, rowsFrom } from './judge.ts'
import type { LedgerGroup } from './rows.ts'

/** z, n and f'(z). */
export function forwardGroups(at: Place): LedgerGroup[] {
  const { problem, manual, finite, l } = at
  const { weight, bias, activation } = problem.layers[l]!
  const { z } = manual.layers[l]!
  const inputs = inputsOf(at)
  const noise = at.noise.layers[l]!
  const k = l + 1
  const plusBias = (i: number): string => (bias === null ? '' : ` ${term(bias[i]!)}`)
  return [
    {
      quantity: 'z',
      formula: `z${k} = W${k} n${l}${bias === null ? '' : ` + b${k}`}`,
      rows: rowsFrom(at, {
        quantity: 'z',
        noise: noise.z,
        select: (values) => values.z,
        numbers: (s, i) => `${products(weight[i]!, inputs[s]!)}${plusBias(i)}`,
      }),
    },
    {
      quantity: 'n',
      formula: `n${k} = f(z${k}),  f(z) = ${activation.formula}`,
      rows: rowsFrom(at, {
        quantity: 'n',
        noise: noise.n,
        select: (values) => values.n,
        numbers: (s, i) => activation.numbers(z[s]!, i),
      }),
    },
    {
      quantity: 'fPrime',
      formula: `f'(z${k}),  f'(z) = ${activation.derivativeFormula}`,
      rows: rowsFrom(at, {
        quantity: 'fPrime',
        noise: noise.fPrime,
        select: (values) => values.fPrime,
        numbers: (s, i) => activation.derivativeNumbers(z[s]!, i),
        finite: finite[l]!.fPrime,
      }),
    },
  ]
}

/** What comes back, and delta. */
export function deltaGroups(at: Place): LedgerGroup[] {
  const { problem, manual, finite, l } = at
  const { backprop, fPrime } = manual.layers[l]!
  const k = l + 1
  const last = k === problem.layers.length
  return [
    ...(last && problem.loss.error !== null ? [errorGroup(at, problem.loss.error)] : []),
    last ? outputGroup(at) : backpropGroup(at),
    {
      quantity: 'delta',
      formula: `δ${k} = dL/dz${k} = dL/dn${k} ⊙ f'(z${k})`,
      rows: rowsFrom(at, {
        quantity: 'delta',
        select: (values) => values.delta,
        numbers: (s, i) => `${factor(backprop[s]![i]!)}·${factor(fPrime[s]![i]!)}`,
        finite: finite[l]!.delta,
        noise: at.noise.layers[l]!.delta,
      }),
    },
  ]
}

/** The output layer: e = y - n. */
function errorGroup(
  at: Place,
  { targets, slope }: { targets: readonly (readonly number[])[]; slope: number },
): LedgerGroup {
  const { manual, finite, l } = at
  const { n } = manual.layers[l]!
  return {
    quantity: 'error',
    formula: `e = y - n${l + 1}`,
    rows: rowsFrom(at, {
      quantity: 'error',
      noise: slope === 0 ? at.noise.layers[l]!.n : at.noise.layers[l]!.backprop / Math.abs(slope),
      select: (values) => values.n.map((row, s) => row.map((value, i) => targets[s]![i]! - value)),
      numbers: (s, i) => minus(targets[s]![i]!, n[s]![i]!),
      ...(slope !== 0 && {
        finite: finite[l]!.backprop.map((row) => row.map((d) => ({ ...d, value: d.value / slope }))),
      }),
    }),
  }
}

/** The output layer: dL/dn from the loss. */
function outputGroup(at: Place): LedgerGroup {
  const { problem, manual, finite, l } = at
  const { n } = manual.layers[l]!
  return {
    quantity: 'backprop',
    formula: problem.loss.slopeFormula(l + 1),
    rows: rowsFrom(at, {
      quantity: 'backprop',
      noise: at.noise.layers[l]!.backprop,
      select: (values) => values.backprop,
      numbers: (s, i) => problem.loss.slopeNumbers(n[s]!, s, i),
      finite: finite[l]!.backprop,
    }),
  }
}

/** A hidden layer: dL/dn from the layer above. */
function backpropGroup(at: Place): LedgerGroup {
  const { problem, manual, finite, l } = at
  const { W, deltas } = above(problem, manual, l, RIGHT.slope)
  const column = (i: number): number[] => W.map((weights) => weights[i]!)
  return {
    quantity: 'backprop',
    formula: `dL/dn${l + 1} = W${l + 2}ᵀ δ${l + 2}`,
    rows: rowsFrom(at, {
      quantity: 'backprop',
      select: (values) => values.backprop,
      numbers: (s, i) => products(column(i), deltas[s]!),
      finite: finite[l]!.backprop,
      noise: at.noise.layers[l]!.backprop,
    }),
  }
}
