/** @file The accuracy curve, as text and as SVG. Imports common/figure.ts and common/terminal-chart.ts. */
import { type FigureText, figure } from '../common/figure.ts'
import { terminalChart as chart } from '../common/terminal-chart.ts'

/** Percent from row to row: one of the article's 20 validation rows. */
const STEP = 5

/** The curve over epochs 1, 2, ... as lines of text, `width` wide. */
export function terminalChart(accuracies: readonly number[], width: number): string {
  // Rounded down, so that the row of 100% means all; 0.15 / 0.05 is a little below 3.
  const percent = accuracies.map((accuracy) => STEP * Math.floor((100 * accuracy) / STEP + 1e-9))
  const low = Math.min(50, ...percent)
  const rows = (100 - low) / STEP
  return chart(percent, { width, step: 'epoch', low, high: 100, rows, format: (x) => `${x.toFixed(0)}%` })
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
