/** @file Figures of this half: δ on its way back, the gradients on the network, the cost. Imports common/ and forward/. */
import { figure } from '../../common/figure.ts'
import { axis, COLORS } from '../chart.ts'
import { type Arrow, type Circle, draw } from '../drawing.ts'
import type { PlainLayer } from '../network.ts'
import { type Quantities, type Sample, slopeOf } from './plain.ts'

const ROWS = [145, 265, 385] as const
const MIDDLE = ROWS[1]
const RADIUS = 42

/** Four significant digits, zeros at the end included. */
const four = (x: number): string => x.toPrecision(4)

/** δ(3) and δ(2) of a network with one output, from right to left. */
export function deltaFigure(
  network: readonly PlainLayer[],
  { y }: Sample,
  { h, delta, J }: Quantities,
): Promise<string> {
  const node = (x: number, at: number, text: string): Circle => ({
    ...{ x, y: at, text },
    radius: RADIUS,
    kind: 'node',
  })
  const cost: Circle = { ...node(630, MIDDLE, `J =\n${four(J)}`), kind: 'input' }
  const output = node(390, MIDDLE, `δ1(3)\n${four(delta[3]![0]!)}`)
  const hidden = delta[2]!.map((value, j) => node(110, ROWS[j]!, `δ${j + 1}(2)\n${four(value)}`))
  const answer = h[3]![0]!
  const slopes = h[2]!.map((value, j) => ({
    x: 110,
    y: ROWS[j]! + RADIUS + 12,
    text: `f'(z${j + 1}(2)) = ${four(slopeOf(value))}`,
  }))
  return draw(
    {
      title: 'δ on its way back through 3-3-1',
      subtitle: "from J to the output to the hidden nodes: times the weight on the way, times f' in the node",
    },
    {
      circles: [cost, output, ...hidden],
      arrows: [
        { from: cost, to: output, label: `-(${y[0]} - ${four(answer)})`, at: 0.5 },
        ...hidden.map(
          (to, j): Arrow => ({
            ...{ from: output, to, at: 0.55 },
            label: `w1${j + 1}(2) = ${network[1]!.weight[0]![j]}`,
          }),
        ),
      ],
      captions: [
        ...slopes,
        { x: 390, y: MIDDLE + RADIUS + 12, text: `f'(z1(3)) = ${four(slopeOf(answer))}` },
        ...['δ(2)', 'δ(3)', 'cost'].map((text, i) => ({ x: [110, 390, 630][i]!, y: 88, text })),
      ],
    },
    460,
  )
}

/** dJ/dw on every arrow of a 3-3-1 network, δ in its nodes. */
export function gradientFigure({ x }: Sample, { delta, h, dW }: Quantities): Promise<string> {
  const rows = [145, 285, 425] as const
  const columns = [90, 425, 640] as const
  const circle = (at: number, row: number, text: string, kind: Circle['kind']): Circle => ({
    ...{ x: at, y: row, text, kind },
    radius: RADIUS,
  })
  const inputs = x.map((value, j) => circle(columns[0], rows[j]!, `h${j + 1}(1)\n${value}`, 'input'))
  const hidden = delta[2]!.map((value, i) =>
    circle(columns[1], rows[i]!, `δ${i + 1}(2)\n${four(value)}`, 'node'),
  )
  const output = circle(columns[2], rows[1], `δ1(3)\n${four(delta[3]![0]!)}`, 'node')
  const [first, second] = [dW[1]!, dW[2]!]
  const below = hidden.map(({ x: at, y: row }, j) => ({
    ...{ x: at, y: row + RADIUS + 12 },
    text: `h${j + 1}(2) = ${four(h[2]![j]!)}`,
  }))
  return draw(
    {
      title: 'The gradient on 3-3-1: dJ/dw_ij(l) = h_j(l) δ_i(l+1)',
      subtitle:
        'on each arrow: the output where it starts, times the δ where it ends; dJ/db is that δ itself',
    },
    {
      circles: [...inputs, ...hidden, output],
      arrows: [
        ...hidden.flatMap((to, i) =>
          inputs.map((from, j): Arrow => ({ from, to, label: four(first[i]![j]!), at: 0.25 })),
        ),
        ...hidden.map((from, j): Arrow => ({ from, to: output, label: four(second[0]![j]!), at: 0.45 })),
      ],
      captions: [
        ...below,
        ...['layer 1', 'layer 2', 'layer 3'].map((text, i) => ({ x: columns[i]!, y: 88, text })),
      ],
    },
    500,
  )
}

/** The cost after each step, on a logarithmic axis. */
export function costFigure(costs: readonly number[], subtitle: string): Promise<string> {
  const points = costs.map((cost, step) => ({ step, cost }))
  return figure({ title: 'The cost falls', subtitle }, (Plot) => ({
    x: axis('step'),
    y: { ...axis('mean cost J'), type: 'log', grid: true, ticks: 6, tickFormat: '~g' },
    marks: [Plot.lineY(points, { x: 'step', y: 'cost', stroke: COLORS[0], strokeWidth: 1.5 })],
  }))
}
