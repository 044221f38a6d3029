/** @file Metrics of classifiers. Imports core and errors.ts. */
import { argmax, ge, type Tensor, tensor, to } from '@tapegrad/core/ops'
import { checkCount, checkOptions, checkTensor, describe, fail, isFloat, showShape } from './errors.ts'

/**
 * Classes as whole numbers, [samples]: from int32 or bool [samples] as they are; from scores [samples, classes] the
 * greatest; from probabilities of one class, [samples] or [samples, 1], 1 where at least 0.5.
 */
function classesOf(op: string, name: string, x: Tensor): Int32Array {
  checkTensor(op, name, x)
  if (x.size === 0) fail(op, `${name} of shape ${showShape(x.shape)} is empty`)
  const single = x.ndim === 1 || (x.ndim === 2 && x.shape[1] === 1)
  if (!single && (x.ndim !== 2 || !isFloat(x.dtype)))
    fail(
      op,
      `${name} must be classes [samples] (int32) or scores [samples, classes], got ${x.dtype} ${showShape(x.shape)}`,
    )
  const bad = isFloat(x.dtype)
    ? x.data.findIndex((value) => (single ? !(value >= 0 && value <= 1) : Number.isNaN(value)))
    : -1
  if (bad >= 0)
    fail(
      op,
      single
        ? `${name} holds ${x.data[bad]}, which is not a probability; class numbers must be int32, logits go through sigmoid() first`
        : `${name} holds NaN in row ${Math.floor(bad / x.shape[1]!)}`,
    )
  const classes = !single ? argmax(x, 1) : isFloat(x.dtype) ? ge(x, 0.5) : x
  return to(classes as Tensor, 'int32').data as Int32Array
}

function pairs(op: string, prediction: Tensor, target: Tensor): [Int32Array, Int32Array] {
  const predicted = classesOf(op, 'the prediction', prediction)
  const actual = classesOf(op, 'the target', target)
  if (predicted.length !== actual.length)
    fail(op, `${predicted.length} predictions for ${actual.length} targets`)
  return [predicted, actual]
}

/**
 * Share of right predictions, 0 to 1. Prediction and target are classes (int32 [samples]), scores or one-hot rows
 * ([samples, classes], the greatest counts), or probabilities of one class ([samples] or [samples, 1], 1 from 0.5 on).
 */
export function accuracy(prediction: Tensor, target: Tensor): number {
  const [predicted, actual] = pairs('accuracy', prediction, target)
  return predicted.reduce((right, c, i) => right + (c === actual[i] ? 1 : 0), 0) / predicted.length
}

/** Counts of samples by actual class (row) and predicted class (column). */
export class ConfusionMatrix {
  /** [classes, classes], int32. */
  readonly counts: Tensor<[number, number]>
  readonly labels: readonly string[]

  constructor(counts: Tensor<[number, number]>, labels: readonly string[]) {
    this.counts = counts
    this.labels = labels
    // For console.log in Node. Not a method: a key that is computed when the class is made would keep bundlers from
    // dropping the class.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => this.toString() })
  }

  /** The share of samples on the diagonal. */
  get accuracy(): number {
    const rows = this.toArray()
    return sum(rows.map((row, i) => row[i]!)) / sum(rows.flat())
  }

  toArray(): number[][] {
    return this.counts.toArray() as number[][]
  }

  /** A table with a row for each actual class, a column for each predicted one, and sums. */
  toString(): string {
    const rows = this.toArray().map((row) => [...row, sum(row)])
    const bottom = rows[0]!.map((_, c) => sum(rows.map((row) => row[c]!)))
    const head = ['actual \\ predicted', ...this.labels, 'total']
    const body = [...rows, bottom].map((row, r) => [this.labels[r] ?? 'total', ...row.map(String)])
    const widths = head.map((title, c) => Math.max(title.length, ...body.map((row) => row[c]!.length)))
    const line = (cells: readonly string[]): string =>
      cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ')
    const rule = '─'.repeat(line(head).length)
    return [line(head), rule, ...body.slice(0, -1).map(line), rule, line(body.at(-1)!)].join('\n')
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

export interface ConfusionOptions {
  /** Number of classes; found in the data when left out. */
  readonly classes?: number
  /** Names of the classes, in order. */
  readonly labels?: readonly string[]
}

/** A table of 64 MB. */
const MOST_CLASSES = 4096

/** Counts how often samples of each class were taken for each class; prediction and target as for `accuracy`. */
export function confusionMatrix(
  prediction: Tensor,
  target: Tensor,
  options: ConfusionOptions = {},
): ConfusionMatrix {
  const op = 'confusionMatrix'
  const { labels, classes } = checkOptions(op, options, ['classes', 'labels'])
  const { counts, size } = countsOf(op, prediction, target, classes ?? labels?.length)
  if (labels !== undefined && (!Array.isArray(labels) || labels.length !== size))
    fail(op, `expected ${size} labels, one for each class, got ${describe(labels)}`)
  return new ConfusionMatrix(
    tensor(counts, { shape: [size, size] }),
    labels ?? Array.from({ length: size }, (_, c) => `${c}`),
  )
}

/** Samples by actual class (row) and predicted class (column); as many classes as there are when it is not said. */
function countsOf(
  op: string,
  prediction: Tensor,
  target: Tensor,
  classes: number | undefined,
): { counts: Int32Array; size: number } {
  const [predicted, actual] = pairs(op, prediction, target)
  const highest = [predicted, actual].reduce((most, list) => list.reduce((a, b) => Math.max(a, b), most), 0)
  const columns = [prediction, target].map((x) => (x.ndim === 2 && x.shape[1]! > 1 ? x.shape[1]! : 0))
  const size = classes ?? Math.max(highest + 1, ...columns)
  checkCount(op, 'classes', size)
  if (size > MOST_CLASSES)
    fail(op, `${size} classes are more than ${MOST_CLASSES}; number the classes from 0 without gaps`)
  for (const list of [predicted, actual])
    for (const c of list)
      if (c < 0 || c >= size) fail(op, `class ${c} is out of range for ${size} classes, 0 to ${size - 1}`)
  const counts = new Int32Array(size * size)
  predicted.forEach((p, i) => {
    counts[actual[i]! * size + p]!++
  })
  return { counts, size }
}

/** How the scores of the classes become one: see `precisionRecallF1`. */
export type Average = 'macro' | 'micro' | 'weighted' | 'none'

export interface ScoreOptions<A extends Average = Average> {
  /** Default 'macro'. */
  readonly average?: A
  /** Number of classes, all of which count for 'macro' then; by default those count that occur in the data. */
  readonly classes?: number
}

export interface Scores {
  /** Share of the predictions of a class that are right: tp / (tp + fp). */
  readonly precision: number
  /** Share of the samples of a class that are found: tp / (tp + fn). */
  readonly recall: number
  /** Harmonic mean of both: 2 tp / (2 tp + fp + fn). */
  readonly f1: number
}

/** Scores of each class, in the order of their numbers. */
export interface ClassScores {
  readonly precision: readonly number[]
  readonly recall: readonly number[]
  readonly f1: readonly number[]
  /** Samples of each class. */
  readonly support: readonly number[]
}

const AVERAGES: readonly string[] = ['macro', 'micro', 'weighted', 'none']

/**
 * Precision, recall and F1, as scikit-learn's `precision_recall_fscore_support` with the same `average`; prediction and
 * target as for `accuracy`. 'macro' is the mean over the classes that occur in prediction or target (with `classes`: over
 * all of them), 'weighted' the mean weighted by the samples of each class, 'micro' counts all classes together (which
 * makes all three the accuracy), 'none' gives the numbers of each class. A share of nothing is 0: the precision of a class
 * that is never predicted, the recall of one that no sample has. F1 of averages is the average of F1, not F1 of the
 * averages.
 */
export function precisionRecallF1(
  prediction: Tensor,
  target: Tensor,
  options: ScoreOptions<'none'> & { readonly average: 'none' },
): ClassScores
export function precisionRecallF1(
  prediction: Tensor,
  target: Tensor,
  options?: ScoreOptions<'macro' | 'micro' | 'weighted'>,
): Scores
export function precisionRecallF1(
  prediction: Tensor,
  target: Tensor,
  options: ScoreOptions = {},
): Scores | ClassScores {
  const op = 'precisionRecallF1'
  const { average = 'macro', classes } = checkOptions(op, options, ['average', 'classes'])
  if (!AVERAGES.includes(average))
    fail(op, `average must be one of ${AVERAGES.join(', ')}, got ${describe(average)}`)
  const { counts, size } = countsOf(op, prediction, target, classes)
  const [right, actual, predicted] = [nothing(size), nothing(size), nothing(size)]
  counts.forEach((count, i) => {
    const [row, column] = [Math.floor(i / size), i % size]
    if (row === column) right[row]! += count
    actual[row]! += count
    predicted[column]! += count
  })
  if (average === 'micro') return scoresOf(sum(right), sum(predicted), sum(actual))
  const scores = right.map((tp, c) => scoresOf(tp, predicted[c]!, actual[c]!))
  const pick = (name: keyof Scores): number[] => scores.map((score) => score[name])
  const [precision, recall, f1] = [pick('precision'), pick('recall'), pick('f1')]
  if (average === 'none') return { precision, recall, f1, support: actual }
  const weights = actual.map((count, c) =>
    average === 'weighted' ? count : classes !== undefined || count + predicted[c]! > 0 ? 1 : 0,
  )
  const mean = (values: number[]): number => sum(values.map((v, c) => v * weights[c]!)) / sum(weights)
  return { precision: mean(precision), recall: mean(recall), f1: mean(f1) }
}

const nothing = (size: number): number[] => new Array<number>(size).fill(0)

/** Right ones among so many predictions of a class, and among so many samples of it. */
function scoresOf(right: number, predicted: number, actual: number): Scores {
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
  return {
    precision: share(right, predicted),
    recall: share(right, actual),
    f1: share(2 * right, predicted + actual),
  }
}
