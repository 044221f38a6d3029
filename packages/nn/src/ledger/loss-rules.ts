/** @file Losses in closed form: value and slope, each with its formula. Imports core, losses.ts and format.ts. */
import { grad, type Tensor, tensor } from '@tapegrad/core/ops'
import { describe, fail, showShape } from '../errors.ts'
import {
  CrossEntropy,
  type CrossEntropyOptions,
  crossEntropy,
  type LossOptions,
  MSE,
  mse,
} from '../losses.ts'
import { Module } from '../module.ts'
import { factor, short, sumOf, term } from './format.ts'

/** A loss, as a function of prediction and target or as a module. */
export type Loss =
  | ((prediction: Tensor, target: Tensor) => Tensor)
  | (Module & { call(prediction: Tensor, target: Tensor): Tensor })

/** [sample][neuron]. */
export type Rows = readonly (readonly number[])[]

/** A loss L at one target: what each sample adds to it, and dL/dn of the output n of the last layer. */
export interface LossRule {
  readonly formula: string
  /** What each sample adds to L; null where no formula is known. */
  losses(outputs: Rows): readonly number[] | null
  lossNumbers(output: readonly number[], sample: number): string
  /** dL/dn. */
  slopes(outputs: Rows): Rows
  slopeFormula(layer: number): string
  slopeNumbers(output: readonly number[], sample: number, neuron: number): string
  /** Where L is a squared error, e = y - n is a quantity of its own: its targets, and dL/dn in units of e. */
  readonly error: { readonly targets: Rows; readonly slope: number } | null
  /** The factor ½ and the 1/N, as the numbers that L grows by when they are forgotten; 1 where there is none. */
  readonly half: number
  readonly mean: number
}

/** Runs a loss and makes sure that it is one number. */
export function lossOf(loss: unknown): (prediction: Tensor, target: Tensor) => Tensor {
  if (!(loss instanceof Module) && typeof loss !== 'function')
    fail(
      'ledger',
      `loss must be a loss module or a function (prediction, target) => scalar, got ${describe(loss)}`,
    )
  const run = loss instanceof Module ? (loss as MSE).call.bind(loss) : (loss as typeof mse)
  return (prediction, target) => {
    const value = run(prediction as never, target as never) as Tensor
    if (value?.ndim !== 0)
      fail(
        'ledger',
        `the loss must be one number, got ${value?.shape ? `shape ${showShape(value.shape)}` : describe(value)}; sum it or take its mean`,
      )
    return value
  }
}

/** The rule of `loss` at target y, for predictions of `shape`: [neurons] or [samples, neurons]. */
export function lossRuleOf(loss: Loss, y: Tensor, shape: readonly number[]): LossRule {
  if (loss === (mse as unknown)) return squaredError({}, y, shape)
  if (loss === (crossEntropy as unknown)) return logLikelihood({}, y, shape)
  if (loss instanceof MSE) return squaredError(loss.options, y, shape)
  if (loss instanceof CrossEntropy) return logLikelihood(loss.options, y, shape)
  return ruleByTape(loss, y, shape)
}

const neuronsOf = (shape: readonly number[]): number => shape.at(-1)!
const samplesOf = (shape: readonly number[]): number => (shape.length === 1 ? 1 : shape[0]!)

/** Row-major values as rows of `columns` each. */
export function rowsOf(values: ArrayLike<number>, columns: number): number[][] {
  const flat = Array.from(values)
  return Array.from({ length: flat.length / columns }, (_, s) => flat.slice(s * columns, (s + 1) * columns))
}

/** How the factors before the sum are written: `½ `, `(1/6) `, `3·(1/2) `. */
function coefficient(scale: number, count: number): string {
  const parts = [
    ...(scale === 1 ? [] : [scale === 0.5 ? '½' : short(scale)]),
    ...(count === 1 ? [] : [`(1/${count})`]),
  ]
  return parts.length === 0 ? '' : `${parts.join('·')} `
}

const times = (c: number, text: string): string => (c === 1 ? text : `${short(c)}·(${text})`)

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

// ── squared error ────────────────────────────────────────────────────────────

/** L = c Σ (n - y)², dL/dn = 2 c (n - y). */
function squaredError(
  { reduction = 'mean', scale = 1 }: LossOptions,
  y: Tensor,
  shape: readonly number[],
): LossRule {
  const count = reduction === 'mean' ? y.size : 1
  const c = scale / count
  const targets = rowsOf(y.data, neuronsOf(shape))
  return {
    formula: `L = ${coefficient(scale, count)}Σ (ŷ - y)²`,
    losses: (outputs) => outputs.map((row, s) => c * sum(row.map((n, i) => (n - targets[s]![i]!) ** 2))),
    lossNumbers: (output, s) =>
      times(c, sumOf(output.map((n, i) => `(${short(n)} ${term(-targets[s]![i]!)})²`))),
    slopes: (outputs) => outputs.map((row, s) => row.map((n, i) => 2 * c * (n - targets[s]![i]!))),
    slopeFormula: (l) => `dL/dn${l} = ${c === 0.5 ? '-e' : `-${short(2 * c)} e`}`,
    slopeNumbers: (output, s, i) => times(2 * c, `${short(output[i]!)} ${term(-targets[s]![i]!)}`),
    error: { targets, slope: -2 * c },
    half: scale === 0.5 ? 2 : 1,
    mean: count,
  }
}

// ── cross-entropy ────────────────────────────────────────────────────────────

/** L = -c Σ q log softmax(n), with probabilities q; dL/dn = c (softmax(n) Σq - q). */
function logLikelihood(
  { reduction = 'mean', scale = 1, labelSmoothing = 0 }: CrossEntropyOptions,
  y: Tensor,
  shape: readonly number[],
): LossRule {
  const neurons = neuronsOf(shape)
  const count = reduction === 'mean' ? samplesOf(shape) : 1
  const c = scale / count
  const hard =
    y.dtype === 'int32'
      ? Array.from(y.data, (k) => Array.from({ length: neurons }, (_, i) => Number(i === k)))
      : rowsOf(y.data, neurons)
  const smooth = labelSmoothing / neurons
  const targets = hard.map((row) => row.map((q) => (1 - labelSmoothing) * q + smooth))
  const logs = (row: readonly number[]): number[] => {
    const largest = Math.max(...row)
    const log = largest + Math.log(sum(row.map((n) => Math.exp(n - largest))))
    return row.map((n) => n - log)
  }
  const probability = (row: readonly number[], i: number): number => Math.exp(logs(row)[i]!)
  return {
    formula: `L = -${coefficient(scale, count)}Σ y log softmax(ŷ)`,
    losses: (outputs) =>
      outputs.map(
        (row, s) => -c * sum(logs(row).map((log, i) => (targets[s]![i] ? targets[s]![i]! * log : 0))),
      ),
    lossNumbers: (output, s) => {
      const terms = targets[s]!.flatMap((q, i) =>
        q === 0 ? [] : [`${q === 1 ? '' : `${short(q)}·`}log ${short(probability(output, i))}`],
      )
      return times(-c, sumOf(terms))
    },
    slopes: (outputs) =>
      outputs.map((row, s) => {
        const total = sum(targets[s]!)
        return logs(row).map((log, i) => c * (Math.exp(log) * total - targets[s]![i]!))
      }),
    slopeFormula: (l) => `dL/dn${l} = ${c === 1 ? '' : `${short(c)} `}(softmax(n${l}) - y)`,
    slopeNumbers: (output, s, i) => times(c, `${short(probability(output, i))} ${term(-targets[s]![i]!)}`),
    error: null,
    half: scale === 0.5 ? 2 : 1,
    mean: count,
  }
}

// ── any other loss ───────────────────────────────────────────────────────────

/** A loss whose formula is not known: its slope is the tape's, of the loss alone. */
function ruleByTape(loss: Loss, y: Tensor, shape: readonly number[]): LossRule {
  const name = loss instanceof Module ? loss.toString() : loss.name || 'loss'
  const run = lossOf(loss)
  return {
    formula: `L = ${name}: its formula is not known here`,
    losses: () => null,
    lossNumbers: () => '',
    slopes(outputs) {
      const prediction = tensor(Float64Array.from(outputs.flat()), { shape })
      const slopes = grad((p: Tensor) => run(p, y))(prediction) as Tensor
      return rowsOf(slopes.data, neuronsOf(shape))
    },
    slopeFormula: (l) => `dL/dn${l} by the tape: the formula of ${name} is not known here`,
    slopeNumbers: (output, _, i) => `slope at ${factor(output[i]!)}`,
    error: null,
    half: 1,
    mean: 1,
  }
}
