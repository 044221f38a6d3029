/** @file The paths of gradient descent on the curve: from afar, and near the minimum. Imports chart.ts, quartic.ts, common/figure.ts. */
import { figure } from '../../common/figure.ts'
import { axis, COLORS, curve } from '../chart.ts'
import { curveAt } from './quartic.ts'

const on = (x: number): { x: number; y: number } => ({ x, y: curveAt(x) })

/** The first steps of the paths from 6 and from 6.5, on the whole curve. */
export const farFigure = (paths: readonly (readonly number[])[]): Promise<string> =>
  figure(
    {
      title: 'The first step decides',
      subtitle: `x⁴ - 3x³ + 2 at rate 0.01: from 6 to ${paths[0]![1]!.toFixed(2)}, from 6.5 to ${paths[1]![1]!.toFixed(2)}`,
    },
    (Plot) => ({
      x: { ...axis('x'), domain: [-1.5, 7] },
      y: { ...axis('f(x)'), domain: [-50, 1000], grid: true },
      marks: [
        Plot.line(curve(curveAt, -1.5, 6.55), { x: 'x', y: 'y', stroke: '#888', strokeWidth: 1.5 }),
        ...paths.flatMap((path, i) => {
          const [start, next] = [on(path[0]!), on(path[1]!)]
          const color = COLORS[i]!
          return [
            Plot.arrow([0], {
              ...{ x1: start.x, y1: start.y, x2: next.x, y2: next.y },
              ...{ stroke: color, strokeWidth: 1.5, headLength: 9, insetStart: 6, insetEnd: 6 },
            }),
            Plot.dot([start, next], { x: 'x', y: 'y', r: 4.5, fill: color }),
            Plot.text([start], {
              ...{ x: 'x', y: 'y', text: [`start ${path[0]}`], fill: color, fontSize: 13 },
              ...{ dx: -12, dy: -10, textAnchor: 'end' },
            }),
          ]
        }),
      ],
    }),
  )

/** All points near the minimum; the last path is the one that stays where it is. */
export function nearFigure(paths: readonly (readonly number[])[]): Promise<string> {
  const [left, right] = [-1, 3]
  const [six, far, zero] = paths as [readonly number[], readonly number[], readonly number[]]
  const notes = [
    {
      path: six,
      note: `from 6: ${six.length - 1} steps, to ${six.at(-1)!.toFixed(6)}`,
      dx: -12,
      dy: 18,
      at: six.at(-1)!,
    },
    {
      path: far,
      note: `from 6.5: ${far.length - 1} steps, to ${far.at(-1)!.toFixed(4)}`,
      dx: 12,
      dy: -12,
      at: far[1]!,
    },
  ] as const
  return figure(
    {
      title: 'Where it ends: at the minimum, or where the slope is flat',
      subtitle: 'x⁴ - 3x³ + 2 near its minimum at 2.25; each dot is a step, the ring an end',
    },
    (Plot) => ({
      x: { ...axis('x'), domain: [left, right] },
      y: { ...axis('f(x)'), domain: [-8, 6], grid: true },
      marks: [
        Plot.line(curve(curveAt, left, right), { x: 'x', y: 'y', stroke: '#888', strokeWidth: 1.5 }),
        ...notes.flatMap(({ path, note, dx, dy, at }, i) => [
          Plot.dot(path.slice(1).map(on), { x: 'x', y: 'y', r: 3, fill: COLORS[i]!, fillOpacity: 0.7 }),
          Plot.dot([on(path.at(-1)!)], { x: 'x', y: 'y', r: 8, stroke: COLORS[i]!, strokeWidth: 2 }),
          Plot.text([on(at)], {
            ...{ x: 'x', y: 'y', text: [note], dx, dy, fill: COLORS[i]!, fontSize: 13 },
            textAnchor: dx < 0 ? 'middle' : 'start',
          }),
        ]),
        Plot.dot(zero.slice(0, 1).map(on), { x: 'x', y: 'y', r: 4, symbol: 'square', fill: COLORS[2] }),
        Plot.text([on(zero[0]!)], {
          ...{ x: 'x', y: 'y', text: ['from 0: stays; level, no minimum'], fill: COLORS[2], fontSize: 13 },
          ...{ dx: 10, dy: -14, textAnchor: 'start' },
        }),
      ],
    }),
  )
}
