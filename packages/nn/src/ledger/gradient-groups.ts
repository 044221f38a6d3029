/** @file The groups of rows of one layer after delta: gradients, their sums over the batch, the step. Imports format.ts and judge.ts. */
import { largestOf, type Rows } from './arrays.ts'
import type { FiniteDifference } from './differences.ts'
import { factor, short, sumOf } from './format.ts'
import { inputsOf, type Place, rowsFrom } from './judge.ts'
import type { LedgerGroup } from './rows.ts'

/** dL/dW and dL/db, for each sample and for the batch, and the step where one is taken. */
export function gradientGroups(at: Place): LedgerGroup[] {
  const { problem, l } = at
  const { bias } = problem.layers[l]!
  // Of a product d n: the error of d times n, that of n times d.
  const { delta } = at.noise.layers[l]!
  const ofInputs = l === 0 ? 0 : at.noise.layers[l - 1]!.n
  const noise =
    delta * Math.max(1, largestOf(inputsOf(at))) + ofInputs * largestOf(at.autograd.layers[l]!.delta)
  return [
    ...weightGroups(at, noise),
    ...(bias === null ? [] : biasGroups(at, noise)),
    ...(problem.rate === null ? [] : updateGroups(at, problem.rate, noise)),
  ]
}

/** dL/dW of each sample, and their sum as a step of its own. */
function weightGroups(at: Place, noise: number): LedgerGroup[] {
  const { manual, finite, l } = at
  const k = l + 1
  const { delta, weightParts } = manual.layers[l]!
  const inputs = inputsOf(at)
  const samples = weightParts.length
  const product =
    (s: number) =>
    (i: number, j: number): string =>
      `${factor(delta[s]![i]!)}·${factor(inputs[s]![j]!)}`
  const whole = {
    quantity: 'dW' as const,
    indices: 'neuron, input' as const,
    noise: noise * samples,
    select: ({ dW }: { dW: Rows }) => dW,
    finite: finite[l]!.dW,
  }
  if (samples === 1)
    return [
      {
        quantity: 'dW',
        formula: `dL/dW${k} = δ${k} n${l}ᵀ`,
        rows: rowsFrom(at, { ...whole, numbers: product(0) }),
      },
    ]
  const parts = weightParts.flatMap((_, s) =>
    rowsFrom(at, {
      quantity: 'dW',
      indices: 'neuron, input',
      sample: s,
      noise,
      select: (values) => values.weightParts[s]!,
      numbers: product(s),
      finite: finite[l]!.weightParts[s]!,
    }),
  )
  const terms = (i: number, j: number): string => sumOf(weightParts.map((part) => factor(part[i]![j]!)))
  return [
    { quantity: 'dW', formula: `dL/dW${k} of each sample = δ${k} n${l}ᵀ`, rows: parts },
    {
      quantity: 'dW',
      formula: `dL/dW${k} = Σ over the ${samples} samples`,
      rows: rowsFrom(at, { ...whole, numbers: terms }),
    },
  ]
}

/** dL/db of each sample, and their sum as a step of its own. */
function biasGroups(at: Place, noise: number): LedgerGroup[] {
  const { manual, finite, l } = at
  const k = l + 1
  const { delta, biasParts } = manual.layers[l]!
  const samples = biasParts.length
  const whole = {
    quantity: 'db' as const,
    indices: 'neuron' as const,
    noise: noise * samples,
    select: ({ db }: { db: readonly number[] }): Rows => [db],
    finite: [finite[l]!.db] as readonly (readonly FiniteDifference[])[],
  }
  const single = (s: number, i: number): string => short(delta[s]![i]!)
  if (samples === 1)
    return [
      { quantity: 'db', formula: `dL/db${k} = δ${k}`, rows: rowsFrom(at, { ...whole, numbers: single }) },
    ]
  return [
    {
      quantity: 'db',
      formula: `dL/db${k} of each sample = δ${k}`,
      rows: rowsFrom(at, {
        quantity: 'db',
        select: (values) => values.biasParts,
        numbers: single,
        finite: finite[l]!.biasParts,
        noise,
      }),
    },
    {
      quantity: 'db',
      formula: `dL/db${k} = Σ over the ${samples} samples`,
      rows: rowsFrom(at, { ...whole, numbers: (_, i) => sumOf(biasParts.map((part) => factor(part[i]!))) }),
    },
  ]
}

/** W and b after one step, and by how much they moved. */
function updateGroups(at: Place, rate: number, noise: number): LedgerGroup[] {
  const { problem, manual, finite, l } = at
  const { weight, bias } = problem.layers[l]!
  const { dW, db } = manual.layers[l]!
  const k = l + 1
  const moved = (rows: readonly (readonly FiniteDifference[])[]) =>
    rows.map((row) => row.map((d) => ({ ...d, value: -rate * d.value })))
  const step = (old: number, slope: number): string => `${short(old)} - ${short(rate)}·${factor(slope)}`
  const tolerated = Math.abs(rate) * noise * problem.inputs.length
  const groups: LedgerGroup[] = [
    {
      quantity: 'W',
      formula: `W${k} ← W${k} - α dL/dW${k}`,
      rows: rowsFrom(at, {
        quantity: 'W',
        indices: 'neuron, input',
        noise: tolerated,
        select: (values) => values.W,
        change: ({ dW }) => dW.map((row) => row.map((slope) => -rate * slope)),
        numbers: (i, j) => step(weight[i]![j]!, dW[i]![j]!),
        finite: moved(finite[l]!.dW),
      }),
    },
  ]
  if (bias === null) return groups
  return [
    ...groups,
    {
      quantity: 'b',
      formula: `b${k} ← b${k} - α dL/db${k}`,
      rows: rowsFrom(at, {
        quantity: 'b',
        indices: 'neuron',
        noise: tolerated,
        select: (values) => [values.b],
        change: ({ db }) => [db.map((slope) => -rate * slope)],
        numbers: (_, i) => step(bias[i]!, db[i]!),
        finite: moved([finite[l]!.db]),
      }),
    },
  ]
}
