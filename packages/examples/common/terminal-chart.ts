/** @file A curve as lines of text. Imports asciichart. */
import type * as Asciichart from 'asciichart'
import asciichart from 'asciichart'

// The module has a constant called `default`, a colour, which its types take for the default export.
const { plot } = asciichart as unknown as typeof Asciichart

export interface ChartOptions {
  /** Columns of text, labels among them. */
  readonly width: number
  /** What the value steps through, such as `epoch`; its steps count from 1. */
  readonly step: string
  /** Least and greatest value of the axis, and how many rows lie between them. */
  readonly low: number
  readonly high: number
  readonly rows: number
  readonly format: (value: number) => string
}

/** Columns for a label, at least. */
const LABEL = 5

/** The values that the rows of a chart stand for, from `low` to `high`. */
export const rowValues = (low: number, high: number, rows: number): number[] =>
  Array.from({ length: rows + 1 }, (_, i) => low + ((high - low) * i) / rows)

/** The curve of values at the steps 1, 2, ..., which lie between `low` and `high`. */
export function terminalChart(
  values: readonly number[],
  { width, step, low, high, rows, format }: ChartOptions,
): string {
  const labels = rowValues(low, high, rows).map((value) => format(value).length)
  const label = Math.max(LABEL, ...labels)
  // A blank and the axis stand before the curve, too.
  const margin = label + 2
  const columns = width - margin
  // Each column shows the last step that falls into it.
  const steps = Array.from({ length: columns }, (_, i) => Math.ceil(((i + 1) * values.length) / columns))
  const shown = steps.map((at) => values[at - 1]!)
  const curve = plot(shown, {
    height: rows,
    min: low,
    max: high,
    format: (x) => format(x).padStart(label),
  })
  const axis = `${' '.repeat(label)} └${'─'.repeat(columns)}`
  const [first, last] = ['1', `${step} ${values.length}`]
  return `${curve.replace(/ +$/gm, '')}\n${axis}\n${' '.repeat(margin)}${first}${last.padStart(columns - first.length)}`
}

/**
 * Shares of 0 to 1 at the epochs 1, 2, ... in rows of `step` percent, from `from` percent or the least of them on. Rounded
 * down, so that the row of 100% means all.
 */
export function accuracyChart(
  accuracies: readonly number[],
  { width, step, from }: { readonly width: number; readonly step: number; readonly from: number },
): string {
  // 0.15 / 0.05 is a little below 3.
  const percent = accuracies.map((accuracy) => step * Math.floor((100 * accuracy) / step + 1e-9))
  const low = Math.min(from, ...percent)
  const rows = (100 - low) / step
  return terminalChart(percent, {
    width,
    step: 'epoch',
    low,
    high: 100,
    rows,
    format: (x) => `${x.toFixed(0)}%`,
  })
}
