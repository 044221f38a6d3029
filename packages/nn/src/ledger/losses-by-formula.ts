/** @file The losses whose formulas are known: value and slope, each with its formula. Imports core (types only), losses.ts, arrays.ts and format.ts. */
import type { Tensor } from '@tapegrad/core/ops'
import type { CrossEntropyOptions, LossOptions } from '../losses.ts'
import { largestOf, type Rows, rowsOf, sum } from './arrays.ts'
import { factor, minus, short, sumOf, term } from './format.ts'

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
  /** By how much a slope changes at most per change of n. */
  readonly curvature: number
  /** The largest magnitude, besides that of n, that a slope is made of. */
  readonly terms: number
  /** The factor ½ and the 1/N, as the numbers that L grows by when they are forgotten; 1 where there is none. */
  readonly half: number
  readonly mean: number
}

/** How the factors before the sum are written: `½ `, `(1/6) `, `-3·(1/2) `. */
function coefficient(scale: number, count: number): string {
  const size = Math.abs(scale)
  const parts = [
    ...(size === 1 ? [] : [size === 0.5 ? '½' : short(size)]),
    ...(count === 1 ? [] : [`(1/${count})`]),
  ]
  return `${scale < 0 ? '-' : ''}${parts.length === 0 ? '' : `${parts.join('·')} `}`
}

const times = (c: number, text: string): string => (c === 1 ? text : `${short(c)}·(${text})`)

/** L = c Σ (n - y)², dL/dn = 2 c (n - y). */
export function squaredError(
  { reduction = 'mean', scale = 1 }: LossOptions,
  y: Tensor,
  shape: readonly number[],
): LossRule {
  const count = reduction === 'mean' ? y.size : reduction === 'batchMean' ? y.shape[0]! : 1
  const c = scale / count
  const targets = rowsOf(y.data, shape.at(-1)!)
  return {
    formula: `L = ${coefficient(scale, count)}Σ (ŷ - y)²`,
    losses: (outputs) => outputs.map((row, s) => c * sum(row.map((n, i) => (n - targets[s]![i]!) ** 2))),
    lossNumbers: (output, s) => times(c, sumOf(output.map((n, i) => `(${minus(n, targets[s]![i]!)})²`))),
    slopes: (outputs) => outputs.map((row, s) => row.map((n, i) => 2 * c * (n - targets[s]![i]!))),
    slopeFormula: (l) => `dL/dn${l} = ${c === 0.5 ? '-e' : `${short(-2 * c)} e`}`,
    slopeNumbers: (output, s, i) => times(2 * c, minus(output[i]!, targets[s]![i]!)),
    error: { targets, slope: -2 * c },
    curvature: 2 * Math.abs(c),
    terms: largestOf(targets),
    half: scale === 0.5 ? 2 : 1,
    mean: count,
  }
}

/** L = -c Σ q log softmax(n), with probabilities q; dL/dn = c (softmax(n) Σq - q). */
export function logLikelihood(
  { reduction = 'mean', scale = 1, labelSmoothing = 0 }: CrossEntropyOptions,
  y: Tensor,
  shape: readonly number[],
): LossRule {
  const neurons = shape.at(-1)!
  const count = reduction !== 'sum' && shape.length > 1 ? shape[0]! : 1
  const c = scale / count
  const hard =
    y.dtype === 'int32'
      ? Array.from(y.data, (k) => Array.from({ length: neurons }, (_, i) => Number(i === k)))
      : rowsOf(y.data, neurons)
  const smooth = labelSmoothing / neurons
  // Of probabilities that do not sum to 1 the smoothed share is spread all the same.
  const targets = hard.map((row) => row.map((q) => (1 - labelSmoothing) * q + smooth))
  const totals = targets.map(sum)
  const whole = totals.every((total) => Math.abs(total - 1) < 1e-12)
  const logs = (row: readonly number[]): number[] => {
    const largest = Math.max(...row)
    const log = Math.log(sum(row.map((n) => Math.exp(n - largest))))
    return row.map((n) => n - largest - log)
  }
  const smoothed = labelSmoothing === 0 ? '' : `, y ← ${short(1 - labelSmoothing)} y + ${short(smooth)}`
  return {
    formula: `L = ${coefficient(-scale, count)}Σ y log softmax(ŷ)${smoothed}`,
    losses: (outputs) =>
      outputs.map(
        (row, s) => -c * sum(logs(row).map((log, i) => (targets[s]![i] === 0 ? 0 : targets[s]![i]! * log))),
      ),
    lossNumbers(output, s) {
      const log = logs(output)
      const terms = targets[s]!.flatMap((q, i) => {
        if (q === 0) return []
        return [`${q === 1 ? '' : `${factor(q)}·`}${logText(log[i]!)}`]
      })
      return times(-c, terms.length === 0 ? '0' : sumOf(terms))
    },
    slopes: (outputs) =>
      outputs.map((row, s) => logs(row).map((log, i) => c * (Math.exp(log) * totals[s]! - targets[s]![i]!))),
    slopeFormula: (l) =>
      `dL/dn${l} = ${c === 1 ? '' : `${short(c)} `}(softmax(n${l})${whole ? '' : ' Σy'} - y)`,
    slopeNumbers(output, s, i) {
      const p = Math.exp(logs(output)[i]!)
      const q = targets[s]![i]!
      return times(c, whole ? minus(p, q) : `${short(p)}·${factor(totals[s]!)} ${term(-q)}`)
    },
    error: null,
    curvature: Math.abs(c) * Math.max(0, ...totals.map(Math.abs)),
    terms: 1,
    half: scale === 0.5 ? 2 : 1,
    mean: count,
  }
}

/** `log 0.25`; where the probability is too near to 0 or to 1 for that, its value. */
const logText = (log: number): string =>
  log < -300 || log > -1e-4 ? factor(log) : `log ${short(Math.exp(log))}`
