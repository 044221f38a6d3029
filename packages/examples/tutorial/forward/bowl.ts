/** @file Gradient descent in two dimensions, with contours. Imports core, the step's helpers and common/figure.ts. */
import { grad, type Tensor } from '@tapegrad/core'
import { figure } from '../../common/figure.ts'
import { axis, COLORS } from '../chart.ts'
import { close, holds, showChecks } from '../check.ts'
import { list, numbersTable, short } from '../format.ts'
import { double } from '../network.ts'
import type { Step } from '../step.ts'

type Point = readonly [number, number]

/** f(x, y) = (x² + 10 y²) / 2: ten times as steep in y as in x. */
const CURVATURES: Point = [1, 10]
const START: Point = [-9, 1.2]
const STEPS = 20
const RATES = [
  { rate: 0.02, name: 'too small' },
  { rate: 0.18, name: 'good' },
  { rate: 0.205, name: 'too large' },
] as const

const bowlAt = (x: number, y: number): number => (CURVATURES[0] * x ** 2 + CURVATURES[1] * y ** 2) / 2
const slopeByAutograd = grad((p: Tensor) => p.square().mul(double(CURVATURES)).sum().div(2))

/** STEPS steps, with the gradient by autograd. */
function descend(rate: number): Point[] {
  let p = double(START)
  const path: Point[] = [START]
  for (let k = 0; k < STEPS; k++) {
    p = p.sub(slopeByAutograd(p).mul(rate))
    path.push(Array.from(p.data) as unknown as Point)
  }
  return path
}

/** What a step multiplies x and y by. */
const factorsOf = (rate: number): Point => [1 - rate * CURVATURES[0], 1 - rate * CURVATURES[1]]

export const bowlStep: Step = {
  title: 'Gradient descent in two dimensions, with contours',
  ours: true,
  async run({ terminal, figure: save }) {
    const { paragraph, print } = terminal
    const paths = RATES.map(({ rate }) => descend(rate))
    paragraph(
      `  f(x, y) = ½ (x² + 10 y²), a bowl that is ten times as steep in y as in x; its minimum is 0 at (0, 0). The gradient (x, 10 y) stands at right angles to the contour through the point. ` +
        `From ${list(START)}, ${STEPS} steps:`,
    )
    print()
    numbersTable(
      terminal,
      ['rate', '', 'x times', 'y times', 'x ends at', 'y ends at', 'f ends at'],
      RATES.map(({ rate, name }, r) => {
        const [end, factors] = [paths[r]!.at(-1)!, factorsOf(rate)]
        return [
          String(rate),
          name,
          ...factors.map((x) => short(x, 4)),
          ...end.map((x) => x.toFixed(4)),
          bowlAt(...end).toFixed(4),
        ]
      }),
      2,
    )
    print()
    paragraph(
      '  Here a step multiplies x by 1 - rate and y by 1 - 10 rate. Too small: x takes its time. Good: y overshoots, changes its sign at each step, and shrinks all the same. ' +
        'Too large: from 2/10 = 0.2 on, y grows. The steepest direction sets the limit for the rate, the flattest one has to live with it.',
    )
    const first = Array.from(slopeByAutograd(double(START)).data)
    const [small, good, large] = paths.map((path) => path.map((p) => bowlAt(...p))) as [
      number[],
      number[],
      number[],
    ]
    const falls = (costs: readonly number[]): boolean => costs.slice(1).every((cost, k) => cost < costs[k]!)
    showChecks(terminal, [
      close(`autograd's gradient at ${list(START)} is (x, 10 y) = [-9, 12]`, first, [-9, 12], 1e-14),
      ...RATES.map(({ rate }, r) =>
        close(
          `rate ${rate}: after k steps it is at (x (1 - rate)^k, y (1 - 10 rate)^k), for all k`,
          paths[r]!.flat(),
          paths[r]!.flatMap((_, k) => factorsOf(rate).map((factor, i) => START[i]! * factor ** k)),
          1e-13,
        ),
      ),
      holds(
        'f falls at every step of the small and of the good rate; the good one ends lower',
        falls(small) && falls(good) && good.at(-1)! < small.at(-1)!,
      ),
      holds(
        'at the rate that is too large f ends higher than it was halfway',
        large.at(-1)! > large[STEPS / 2]!,
      ),
    ])
    save('descent-contours', await bowlFigure(paths))
  },
}

/** Levels of f; the last one passes just outside of START. */
const CONTOURS = [0.5, 2, 5, 10, 20, 33, 48]

/** The ellipse where f is `level`. */
function contour(level: number): { x: number; y: number; level: number }[] {
  const pieces = 180
  const [a, b] = CURVATURES.map((curvature) => Math.sqrt((2 * level) / curvature)) as [number, number]
  return Array.from({ length: pieces + 1 }, (_, k) => {
    const angle = (2 * Math.PI * k) / pieces
    return { x: a * Math.cos(angle), y: b * Math.sin(angle), level }
  })
}

const bowlFigure = (paths: readonly (readonly Point[])[]): Promise<string> =>
  figure(
    {
      title: 'The same bowl, three step sizes',
      subtitle: `contours of ½ (x² + 10 y²); ${STEPS} steps from (${START.join(', ')}), the ring at the minimum`,
    },
    (Plot) => {
      const panels = RATES.map(({ rate, name }) => `rate ${rate}: ${name}`)
      const points = paths.flatMap((path, r) => path.map(([x, y]) => ({ x, y, panel: panels[r]! })))
      const [left, right, low, high] = [-10, 10, -3.4, 3.4]
      const place = { x: 'x', y: 'y', fy: 'panel', stroke: COLORS[0] } as const
      return {
        height: 800,
        x: { ...axis('x'), domain: [left, right] },
        y: { ...axis('y'), domain: [low, high], ticks: 5 },
        fy: { domain: panels, axis: null, padding: 0.12 },
        marks: [
          Plot.line(CONTOURS.flatMap(contour), {
            x: 'x',
            y: 'y',
            z: 'level',
            stroke: '#999',
            strokeWidth: 1,
          }),
          Plot.line(points, { ...place, strokeWidth: 1.5 }),
          Plot.dot(points, { x: 'x', y: 'y', fy: 'panel', r: 3, fill: COLORS[0] }),
          Plot.dot([0], { x: 0, y: 0, r: 6, stroke: COLORS[1], strokeWidth: 2 }),
          Plot.text(panels, {
            fy: (panel: string) => panel,
            text: (panel: string) => panel,
            ...{ frameAnchor: 'top-right', dx: -8, dy: 8, fontSize: 13, fontWeight: 'bold' },
            ...{ stroke: 'white', strokeWidth: 6, fill: 'black' },
          }),
          Plot.frame({ stroke: '#ccc' }),
        ],
      }
    },
  )
