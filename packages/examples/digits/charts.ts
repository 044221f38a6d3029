/** @file The cost and accuracy curves, as text and as SVG. Imports common/figure.ts, common/terminal-chart.ts. */
import { type FigureText, figure } from '../common/figure.ts'
import { rowValues, terminalChart } from '../common/terminal-chart.ts'
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
    format: labelsOf(rowValues(low, high, ROWS)),
  })
}

/** Writes what a row of a logarithmic axis stands for: 2 digits, or as many as tell each row from the next. */
function labelsOf(logs: readonly number[]): (log: number) => string {
  const format = (digits: number) => (log: number) => (10 ** log).toPrecision(digits)
  // Costs change by 0.2% from row to row at least, so four digits always do.
  const enough = [2, 3].find((digits) => new Set(logs.map(format(digits))).size === logs.length)
  return format(enough ?? 4)
}

export interface Curve {
  readonly name: string
  readonly costs: readonly number[]
}

const COLORS = ['#1f6fb4', '#c2491d']
/** Points of a curve that a figure of this size can show. */
const POINTS = 500

const centered = { labelAnchor: 'center', labelArrow: 'none' } as const

/** Whole steps at 1, 2 or 5 times a power of ten, at most ten of them. */
function stepTicks(count: number): number[] {
  const power = 10 ** Math.floor(Math.log10(count))
  const step = Math.max(
    1,
    [0.1, 0.2, 0.5, 1].map((share) => share * power).find((each) => count / each <= 10)!,
  )
  return Array.from({ length: Math.floor(count / step) }, (_, i) => (i + 1) * step)
}

/** The axis of the steps 1, 2, ... */
const steps = (count: number) => ({
  // Also a single step needs an axis.
  domain: [1, Math.max(2, count)],
  ticks: stepTicks(count),
  tickFormat: (step: number) => step.toLocaleString('en'),
  ...centered,
})

/** 1, 2 and 5 times powers of ten, those that the curves reach. */
function ticksOf(curves: readonly Curve[]): number[] {
  const costs = curves.flatMap((curve) => curve.costs)
  const low = costs.reduce((a, b) => Math.min(a, b))
  const high = costs.reduce((a, b) => Math.max(a, b))
  const ticks = [-4, -3, -2, -1, 0, 1].flatMap((power) =>
    [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
  )
  return ticks.filter((tick) => tick >= low && tick <= high)
}

/** Costs over the iterations, on a logarithmic axis, each curve with its name at its end. */
export function costFigure(curves: readonly Curve[], text: FigureText): Promise<string> {
  const lines = curves.map(({ name, costs }) => {
    const every = Math.ceil(costs.length / POINTS)
    const points = costs.map((cost, i) => ({ name, iteration: i + 1, cost }))
    return points.filter((_, i) => i % every === 0 || i === costs.length - 1)
  })
  return figure(text, (Plot) => ({
    marginRight: 120,
    x: { label: 'iteration', ...steps(Math.max(...curves.map(({ costs }) => costs.length))) },
    y: {
      label: 'cost J, logarithmic axis',
      type: 'log',
      grid: true,
      ticks: ticksOf(curves),
      tickFormat: String,
      ...centered,
    },
    color: { domain: curves.map(({ name }) => name), range: COLORS },
    marks: [
      Plot.line(lines.flat(), { x: 'iteration', y: 'cost', z: 'name', stroke: 'name', strokeWidth: 1.5 }),
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
  const low = Math.floor(Math.min(...points.map(({ accuracy }) => accuracy), 99))
  return figure(text, (Plot) => ({
    marginRight: 120,
    x: { label: 'epoch', ...steps(ends.length) },
    y: { label: 'read right (%)', domain: [low, 100], grid: true, ...centered },
    color: { domain: names, range: COLORS },
    marks: [
      Plot.line(points, { x: 'epoch', y: 'accuracy', z: 'name', stroke: 'name', strokeWidth: 1.5 }),
      // Not markers of the line: their ids differ from figure to figure.
      Plot.dot(points, { x: 'epoch', y: 'accuracy', fill: 'name', r: 2.5 }),
      ...points.slice(-2).map((point, i) =>
        Plot.text([point], {
          x: 'epoch',
          y: 'accuracy',
          text: 'name',
          fill: 'name',
          textAnchor: 'start',
          dx: 8,
          // Both often end near 100%.
          dy: i === 0 ? -7 : 7,
        }),
      ),
    ],
  }))
}
