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

/** Columns for a label. */
const LABEL = 5
/** What stands before the curve: a blank and the axis, too. */
const MARGIN = LABEL + 2

/** The curve of values at the steps 1, 2, ..., which lie between `low` and `high`. */
export function terminalChart(
  values: readonly number[],
  { width, step, low, high, rows, format }: ChartOptions,
): string {
  const columns = width - MARGIN
  // Each column shows the last step that falls into it.
  const steps = Array.from({ length: columns }, (_, i) => Math.ceil(((i + 1) * values.length) / columns))
  const shown = steps.map((at) => values[at - 1]!)
  const curve = plot(shown, {
    height: rows,
    min: low,
    max: high,
    format: (x) => format(x).padStart(LABEL),
  })
  const axis = `${' '.repeat(LABEL)} └${'─'.repeat(columns)}`
  const [first, last] = ['1', `${step} ${values.length}`]
  return `${curve.replace(/ +$/gm, '')}\n${axis}\n${' '.repeat(MARGIN)}${first}${last.padStart(columns - first.length)}`
}
