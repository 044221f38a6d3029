/** @file The accuracy curve, as text and as SVG. Imports chart libraries and common/figure.ts. */
import type * as Asciichart from 'asciichart'
import asciichart from 'asciichart'
import { type FigureText, figure } from '../common/figure.ts'

// The module has a constant called `default`, a colour, which its types take for the default export.
const { plot } = asciichart as unknown as typeof Asciichart

/** Percent from row to row: one of the article's 20 validation rows. */
const STEP = 5
/** What asciichart puts before the curve: a label and the axis. */
const LABEL = 5
const MARGIN = LABEL + 2

/** The curve over epochs 1, 2, ... as lines of text, `width` wide. */
export function terminalChart(accuracies: readonly number[], width: number): string {
  const columns = width - MARGIN
  // Each column shows the last epoch that falls into it.
  const epochs = Array.from({ length: columns }, (_, i) => Math.ceil(((i + 1) * accuracies.length) / columns))
  // Rounded down, so that the row of 100% means all; 0.15 / 0.05 is a little below 3.
  const percent = epochs.map((epoch) => STEP * Math.floor((100 * accuracies[epoch - 1]!) / STEP + 1e-9))
  const low = Math.min(50, ...percent)
  const curve = plot(percent, {
    height: (100 - low) / STEP,
    min: low,
    max: 100,
    format: (x) => `${x.toFixed(0)}%`.padStart(LABEL),
  })
  const axis = `${' '.repeat(LABEL)} └${'─'.repeat(columns)}`
  const [first, last] = ['1', `epoch ${accuracies.length}`]
  return `${curve.replace(/ +$/gm, '')}\n${axis}\n${' '.repeat(MARGIN)}${first}${last.padStart(columns - first.length)}`
}

/** The curve as an SVG document. */
export function svgChart(accuracies: readonly number[], text: FigureText): Promise<string> {
  const points = accuracies.map((accuracy, i) => ({ epoch: i + 1, accuracy: 100 * accuracy }))
  return figure(text, (Plot) => ({
    x: { label: 'epoch', labelAnchor: 'center', labelArrow: 'none' },
    y: {
      label: 'validation accuracy (%)',
      domain: [0, 100],
      grid: true,
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    marks: [
      Plot.ruleY([0]),
      Plot.lineY(points, { x: 'epoch', y: 'accuracy', curve: 'step', stroke: '#1f6fb4', strokeWidth: 1.5 }),
    ],
  }))
}
