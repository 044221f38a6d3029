/** @file The cost and accuracy curves, as text and as SVG. Imports common/figure.ts, common/terminal-chart.ts. */
import { type FigureText, figure } from '../common/figure.ts'
import { terminalChart } from '../common/terminal-chart.ts'
import type { EpochEnd } from './recipe.ts'

/** Rows of the curve of a cost. */
const ROWS = 12

/** The cost over the iterations 1, 2, ... on a logarithmic axis. */
export function costChart(costs: readonly number[], width: number): string {
  const logs = costs.map(Math.log10)
  const low = Math.min(...logs)
  // A curve needs some height, also where nothing was learned.
  const high = Math.max(...logs, low + 0.01)
  return terminalChart(logs, {
    width,
    step: 'iteration',
    low,
    high,
    rows: ROWS,
    format: (x) => (10 ** x).toPrecision(2),
  })
}

export interface Curve {
  readonly name: string
  readonly costs: readonly number[]
}

const COLORS = ['#1f6fb4', '#c2491d']
/** Points of a curve that a figure of this size can show. */
const POINTS = 500

const centered = { labelAnchor: 'center', labelArrow: 'none' } as const

/** Costs over the iterations, on a logarithmic axis, each curve with its name at its end. */
export function costFigure(curves: readonly Curve[], text: FigureText): Promise<string> {
  const lines = curves.map(({ name, costs }) => {
    const every = Math.ceil(costs.length / POINTS)
    const points = costs.map((cost, i) => ({ name, iteration: i + 1, cost }))
    return points.filter((_, i) => i % every === 0 || i === costs.length - 1)
  })
  return figure(text, (Plot) => ({
    marginRight: 120,
    x: { label: 'iteration', ...centered },
    y: { label: 'cost J, logarithmic axis', type: 'log', grid: true, ticks: 5, tickFormat: 'r', ...centered },
    color: { domain: curves.map(({ name }) => name), range: COLORS },
    marks: [
      Plot.line(lines.flat(), { x: 'iteration', y: 'cost', stroke: 'name', strokeWidth: 1.5 }),
      Plot.text(
        lines.map((points) => points.at(-1)!),
        { x: 'iteration', y: 'cost', text: 'name', fill: 'name', textAnchor: 'start', dx: 6 },
      ),
    ],
  }))
}

/** Accuracies of the recipe over its epochs. */
export function accuracyFigure(ends: readonly EpochEnd[], text: FigureText): Promise<string> {
  const names = ['training images', 'test images'] as const
  const points = ends.flatMap(({ epoch, train, test }) => [
    { epoch, name: names[0], accuracy: 100 * train },
    { epoch, name: names[1], accuracy: 100 * test },
  ])
  return figure(text, (Plot) => ({
    marginRight: 120,
    x: { label: 'epoch', ...centered },
    y: { label: 'read right (%)', grid: true, ...centered },
    color: { domain: names, range: COLORS },
    marks: [
      Plot.line(points, { x: 'epoch', y: 'accuracy', stroke: 'name', strokeWidth: 1.5, marker: 'dot' }),
      Plot.text(points.slice(-2), {
        x: 'epoch',
        y: 'accuracy',
        text: 'name',
        fill: 'name',
        textAnchor: 'start',
        dx: 8,
        // Both often end near 100%.
        dy: (({ name }: { name: string }) => (name === names[0] ? -6 : 6)) as never,
      }),
    ],
  }))
}
