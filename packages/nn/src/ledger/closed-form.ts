/** @file Backpropagation on plain arrays, by the formulas of the textbook: what autograd is held against. Imports arrays.ts, and types of plain.ts and losses-by-formula.ts. */
import { type Rows, sum } from './arrays.ts'
import type { LossRule } from './losses-by-formula.ts'
import type { PlainLayer } from './plain.ts'

/** One step of training, as plain numbers. */
export interface Problem {
  readonly layers: readonly PlainLayer[]
  /** n0, what the first Dense layer gets: [sample][neuron]. */
  readonly inputs: Rows
  readonly loss: LossRule
  /** Learning rate; null where no step is taken. */
  readonly rate: number | null
}

/** The quantities of one layer, for each sample where not said otherwise. */
export interface LayerValues {
  readonly z: Rows
  readonly n: Rows
  readonly fPrime: Rows
  /** dL/dn, what comes back from the layer above, or from the loss. */
  readonly backprop: Rows
  /** dL/dz. */
  readonly delta: Rows
  /** What each sample adds to dL/dW and dL/db: [sample][neuron][input]. */
  readonly weightParts: readonly Rows[]
  readonly biasParts: Rows
  /** dL/dW and dL/db: the sums over the batch. */
  readonly dW: Rows
  readonly db: readonly number[]
  /** W and b after one step of gradient descent. */
  readonly W: Rows
  readonly b: readonly number[]
}

export interface Pass {
  readonly loss: number
  /** What each sample adds; null where no formula is known. */
  readonly losses: readonly number[] | null
  readonly layers: readonly LayerValues[]
}

/** What delta is computed from. At the output the loss plays the layer above: W is the identity, deltaNext dL/dn. */
export interface DeltaInputs {
  readonly z: readonly number[]
  readonly n: readonly number[]
  /** W of the layer above, [its neurons][these neurons]. */
  readonly W: Rows
  /** delta of the layer above. */
  readonly deltaNext: readonly number[]
  /** Whether this is the output layer. */
  readonly last: boolean
  /** From 0. */
  readonly sample: number
}

/** What the gradients of one sample are computed from. */
export interface GradientInputs {
  readonly delta: readonly number[]
  /** n of the layer below: what this layer got. */
  readonly input: readonly number[]
  readonly z: readonly number[]
  readonly n: readonly number[]
  /** From 0. */
  readonly sample: number
}

/** The formulas, each of which a student or a known mistake may replace. Layers count from 1. */
export interface Formulas {
  /** What each sample adds to L, from the right value. */
  loss(right: number): number
  /** dL/dn of the output, from the right value. */
  slope(right: number): number
  /** dL/dn = W^T delta of the layer above. */
  backprop(layer: number, inputs: DeltaInputs): readonly number[]
  /** delta = dL/dn * f'(z). */
  delta(
    layer: number,
    inputs: DeltaInputs,
    backprop: readonly number[],
    fPrime: readonly number[],
  ): readonly number[]
  /** delta n^T. */
  weightGradient(layer: number, inputs: GradientInputs): Rows
  /** delta. */
  biasGradient(layer: number, inputs: GradientInputs): readonly number[]
  /** One element of dL/dW or dL/db, from what each sample adds to it. */
  overBatch(parts: readonly number[]): number
}

const same = (right: number): number => right

export const RIGHT: Formulas = {
  loss: same,
  slope: same,
  backprop: (_, { W, deltaNext }) => W[0]!.map((_, j) => sum(W.map((row, k) => row[j]! * deltaNext[k]!))),
  delta: (_layer, _inputs, backprop, fPrime) => backprop.map((g, i) => g * fPrime[i]!),
  weightGradient: (_, { delta, input }) => delta.map((d) => input.map((n) => d * n)),
  biasGradient: (_, { delta }) => delta,
  overBatch: sum,
}

/** The weights above layer l (from 0), and the deltas above: at the output those of the loss. */
export function above(
  { layers, loss }: Problem,
  from: Pass,
  l: number,
  slope: Formulas['slope'],
): {
  W: Rows
  deltas: Rows
} {
  const next = layers[l + 1]
  if (next !== undefined) return { W: next.weight, deltas: from.layers[l + 1]!.delta }
  const { n } = from.layers[l]!
  const W = n[0]!.map((_, i) => n[0]!.map((_, j) => Number(i === j)))
  return { W, deltas: loss.slopes(n).map((row) => row.map(slope)) }
}

/**
 * A batch forward and backward, and one step of gradient descent:
 *
 *     z(l) = W(l) n(l-1) + b(l)             n(l) = f(z(l))
 *     delta(l) = dL/dn(l) * f'(z(l))        dL/dn(last) from the loss,  dL/dn(l) = W(l+1)^T delta(l+1)
 *     dL/dW(l) = Σ delta(l) n(l-1)^T        dL/db(l) = Σ delta(l)       over the samples of the batch
 *     W(l) <- W(l) - rate dL/dW(l)          b(l) <- b(l) - rate dL/db(l)
 *
 * Each backward formula reads what came before from `given`, a finished pass, if there is one: so a mistake shows where
 * it is made and nowhere else. Without it the formulas read their own results, and mistakes spread.
 */
export function backpropagate(problem: Problem, formulas: Formulas, given: Pass | null = null): Pass {
  const { layers, loss, rate } = problem
  const { forward, inputs } = runForward(problem)
  const results: LayerValues[] = [...forward]
  // While the pass runs downwards, `results` holds what is finished above.
  const from: Pass = given ?? { loss: 0, losses: null, layers: results }
  const step = (value: number, slope: number): number => value - (rate ?? 0) * slope

  for (let l = layers.length - 1; l >= 0; l--) {
    const { weight, bias } = layers[l]!
    const { z, n, fPrime } = forward[l]!
    const last = l === layers.length - 1
    const read = given === null ? null : given.layers[l]!
    const { W, deltas } = above(problem, from, l, formulas.slope)
    const deltaInputs = z.map((row, s): DeltaInputs => {
      return { z: row, n: n[s]!, W, deltaNext: deltas[s]!, last, sample: s }
    })
    const backprop = deltaInputs.map((own) => (last ? own.deltaNext : formulas.backprop(l + 1, own)))
    const returned = read?.backprop ?? backprop
    const delta = deltaInputs.map((own, s) => formulas.delta(l + 1, own, returned[s]!, fPrime[s]!))
    const used = read?.delta ?? delta
    const gradientInputs = used.map((own, s): GradientInputs => {
      return { delta: own, input: inputs[l]![s]!, z: z[s]!, n: n[s]!, sample: s }
    })
    const weightParts = gradientInputs.map((own) => formulas.weightGradient(l + 1, own))
    const biasParts = bias === null ? [] : gradientInputs.map((own) => formulas.biasGradient(l + 1, own))
    // Of one sample alone no parts are shown: there the parts are the gradient.
    const parts = read === null || z.length === 1 ? { weightParts, biasParts } : read
    const dW = weight.map((row, i) =>
      row.map((_, j) => formulas.overBatch(parts.weightParts.map((w) => w[i]![j]!))),
    )
    const db = (bias ?? []).map((_, i) => formulas.overBatch(parts.biasParts.map((b) => b[i]!)))
    const slopes = read ?? { dW, db }
    results[l] = {
      ...{ z, n, fPrime, backprop, delta, weightParts, biasParts, dW, db },
      W: weight.map((row, i) => row.map((w, j) => step(w, slopes.dW[i]![j]!))),
      b: (bias ?? []).map((value, i) => step(value, slopes.db[i]!)),
    }
  }
  const losses = loss.losses(forward.at(-1)!.n)?.map(formulas.loss) ?? null
  return { loss: losses === null ? Number.NaN : sum(losses), losses, layers: results }
}

const NOTHING = { backprop: [], delta: [], weightParts: [], biasParts: [], dW: [], db: [], W: [], b: [] }

/** z, n and f'(z) of every layer, and what each layer gets. */
function runForward({ layers, inputs: first }: Problem): { forward: LayerValues[]; inputs: Rows[] } {
  const inputs: Rows[] = [first]
  const forward = layers.map(({ weight, bias, activation }, l): LayerValues => {
    const z = inputs[l]!.map((input) =>
      weight.map((row, i) => sum(row.map((w, j) => w * input[j]!)) + (bias?.[i] ?? 0)),
    )
    const n = z.map((row) => activation.values(row))
    inputs.push(n)
    return { ...NOTHING, z, n, fPrime: z.map((row) => activation.derivatives(row)) }
  })
  return { forward, inputs }
}
