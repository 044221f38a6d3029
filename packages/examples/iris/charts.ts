/** @file The accuracy curve, as text and as SVG. Imports common/figure.ts and common/terminal-chart.ts. */
import { type FigureText, figure } from '../common/figure.ts'
import { accuracyChart } from '../common/terminal-chart.ts'

/** The curve over epochs 1, 2, ... as lines of text, `width` wide. A row is one of the article's 20 validation rows. */
export const terminalChart = (accuracies: readonly number[], width: number): string =>
  accuracyChart(accuracies, { width, step: 5, from: 50 })

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
