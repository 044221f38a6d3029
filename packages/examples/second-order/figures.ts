/** @file The two figures: how the methods converge, and the fitted curves. Imports common/figure.ts and types. */
import type { Tensor } from '@tapegrad/core'
import { type FigureText, figure } from '../common/figure.ts'
import type { Point } from './newton.ts'
import { curve, END, type Fit } from './penalty.ts'
import { column, type Points } from './problem.ts'

const BLUE = '#1f6fb4'
const ORANGE = '#c8530a'
const GREY = '#888'

interface Line {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
  readonly color: string
  readonly dashed?: true
}

const axis = (label: string) => ({ label, labelAnchor: 'center', labelArrow: 'none' }) as const

/** Of gradient descent's many points so many are drawn. */
const DRAWN = 400

/** The gradient's norm over the steps, both axes logarithmic. */
export function convergenceFigure(
  newton: readonly Point[],
  descent: readonly Point[],
  text: FigureText,
): Promise<string> {
  const last = descent.at(-1)!.step
  const wanted = new Set(Array.from({ length: DRAWN }, (_, i) => Math.round(last ** (i / (DRAWN - 1)))))
  const lineOf = (path: readonly Point[]): Line['points'] =>
    path
      // Without the start, and without a norm of 0: they have no logarithms.
      .filter(({ step, norm }) => step > 0 && norm > 0 && norm < Infinity)
      .map(({ step, norm }) => ({ x: step, y: norm }))
  const lines: Line[] = [
    { name: 'damped Newton', points: lineOf(newton), color: BLUE },
    {
      name: 'gradient descent',
      points: lineOf(descent.filter(({ step }) => wanted.has(step))),
      color: ORANGE,
    },
  ]
  return figure(text, (Plot) => ({
    marginBottom: 55,
    marginLeft: 70,
    x: { ...axis('step'), type: 'log', tickFormat: (step: number) => step.toLocaleString('en'), ticks: 5 },
    y: {
      ...axis('length of the gradient'),
      type: 'log',
      nice: true,
      grid: true,
      ticks: 8,
      tickFormat: powerOfTen,
    },
    marks: [
      ...lines.map(({ points, color }) =>
        Plot.line(points, { x: 'x', y: 'y', stroke: color, strokeWidth: 1.75 }),
      ),
      Plot.dot(lines[0]!.points, { x: 'x', y: 'y', fill: BLUE, r: 3 }),
      ...lines.map(({ name, points, color }) =>
        Plot.text([points[Math.floor(0.75 * points.length)]!], {
          x: 'x',
          y: 'y',
          text: [name],
          fill: color,
          fontWeight: 'bold',
          textAnchor: 'end',
          dx: -12,
          dy: 12,
        }),
      ),
    ],
  }))
}

const powerOfTen = (value: number): string => {
  const exponent = Math.round(Math.log10(value))
  return `1e${exponent}`
}

/** The data, the curve that they come from, and the fits. */
export function fitFigure(points: Points, fits: readonly Fit[], text: FigureText): Promise<string> {
  const places = Array.from({ length: 161 }, (_, i) => -END + (2 * END * i) / 160)
  const zip = (x: readonly number[], y: ArrayLike<number>): Line['points'] =>
    x.map((value, i) => ({ x: value, y: y[i]! }))
  const values = (x: Tensor): number[] => Array.from(x.data)
  const colors = [ORANGE, BLUE]
  const lines: Line[] = [
    { name: 'sin 2x', points: zip(places, places.map(curve)), color: GREY, dashed: true },
    ...fits.map(({ strength, model }, i) => ({
      name: strength === 0 ? 'without penalty' : `with penalty, λ = ${strength}`,
      points: zip(places, model(column(places)).data),
      color: colors[i]!,
    })),
  ]
  return figure(text, (Plot) => ({
    x: axis('x'),
    y: { ...axis('y'), grid: true },
    color: { legend: false, domain: lines.map(({ name }) => name), range: lines.map(({ color }) => color) },
    marks: [
      ...lines.map(({ points, color, dashed }) =>
        Plot.line(points, {
          x: 'x',
          y: 'y',
          stroke: color,
          strokeWidth: 1.75,
          ...(dashed && { strokeDasharray: '5,4' }),
        }),
      ),
      Plot.dot(zip(values(points.x), values(points.y)), { x: 'x', y: 'y', fill: 'black', r: 4 }),
      ...lines.map(({ name, color }, i) =>
        Plot.text([name], {
          frameAnchor: 'top-right',
          dx: 0,
          dy: -60 + 15 * i,
          fill: color,
          fontWeight: 'bold',
        }),
      ),
    ],
  }))
}
