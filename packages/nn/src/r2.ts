/** @file r2, the metric of regressions. Imports core and errors.ts. */
import type { Tensor } from '@tapegrad/core/ops'
import { checkTensor, fail, sameShape, showShape } from './errors.ts'

/**
 * R², the coefficient of determination, as scikit-learn's `r2_score`: 1 - sum (target - prediction)² / sum (target -
 * mean)². 1 is perfect, 0 as good as always saying the mean, below 0 worse. Both tensors are [samples] or [samples,
 * outputs]; of several outputs the mean. For a constant target R² is 1 if the prediction is perfect, else 0.
 */
export function r2(prediction: Tensor, target: Tensor): number {
  const op = 'r2'
  for (const [name, x] of [
    ['the prediction', prediction],
    ['the target', target],
  ] as const) {
    checkTensor(op, name, x)
    if (x.dtype === 'bool') fail(op, `${name} is bool; R² is for numbers, accuracy for classes`)
    if (x.ndim !== 1 && x.ndim !== 2)
      fail(op, `${name} must be [samples] or [samples, outputs], got ${showShape(x.shape)}`)
    const bad = x.data.findIndex((value) => !Number.isFinite(value))
    if (bad >= 0) fail(op, `${name} holds ${x.data[bad]} (element ${bad})`)
  }
  if (!sameShape(prediction.shape, target.shape))
    fail(
      op,
      `the prediction is ${showShape(prediction.shape)}, the target ${showShape(target.shape)}; reshape one of them`,
    )
  const [samples = 0, outputs = 1] = target.shape
  if (samples < 2) fail(op, `needs at least two samples, got ${samples}`)
  if (outputs === 0) fail(op, `there are no outputs in data of shape ${showShape(target.shape)}`)
  const columns = (x: Tensor): number[][] => {
    const { data } = x
    return Array.from({ length: outputs }, (_, o) =>
      Array.from({ length: samples }, (_, i) => data[i * outputs + o]!),
    )
  }
  const predicted = columns(prediction)
  return sum(columns(target).map((column, o) => r2OfColumn(predicted[o]!, column))) / outputs
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

function r2OfColumn(prediction: readonly number[], target: readonly number[]): number {
  const mean = sum(target.map((y) => y / target.length))
  // Halves, whose differences do not overflow.
  const errors = sizeOf(target.map((y, i) => y / 2 - prediction[i]! / 2))
  // Rounding of the mean would make a constant target look like one with a tiny variance.
  const constant = target.every((y) => y === target[0])
  if (constant) return errors.most === 0 ? 1 : 0
  const deviations = sizeOf(target.map((y) => y / 2 - mean / 2))
  const ratio = errors.most / deviations.most
  return 1 - ratio * ratio * (errors.squares / deviations.squares)
}

/** The greatest magnitude, and the sum of squares in units of it: the squares themselves may overflow or vanish. */
function sizeOf(list: readonly number[]): { most: number; squares: number } {
  const most = list.reduce((m, x) => Math.max(m, Math.abs(x)), 0)
  return { most, squares: most === 0 ? 0 : sum(list.map((x) => (x / most) * (x / most))) }
}
