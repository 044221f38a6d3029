/** @file Drawings of nodes and networks: circles, arrows, a number on each arrow. Imports common/figure.ts and chart.ts. */
import { type FigureText, figure } from '../common/figure.ts'
import { COLORS } from './chart.ts'

/** Where an arrow begins or ends: pixels from the top left, and how far from there the arrow keeps. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly radius: number
}

/** A circle with one or two lines of text in it. */
export interface Circle extends Place {
  readonly text: string
  readonly kind: 'input' | 'node' | 'bias'
}

export interface Arrow {
  readonly from: Circle
  readonly to: Place
  readonly label: string
  /** Where on the way from centre to centre the label stands, 0 to 1. */
  readonly at: number
}

interface Caption {
  readonly x: number
  readonly y: number
  readonly text: string
}

export interface Drawing {
  readonly circles: readonly Circle[]
  readonly arrows: readonly Arrow[]
  readonly captions: readonly Caption[]
}

const INK = '#222'
const FILLS = { input: '#e8f0f8', node: '#ece8f4', bias: '#fbeee4' } as const
const BIAS = COLORS[1]
const colorOf = ({ from }: Arrow): string => (from.kind === 'bias' ? BIAS : INK)

const between = (a: number, b: number, share: number): number => a + (b - a) * share
/** A point on an arrow's line, so many pixels from the start of it. */
function along({ from, to }: Arrow, pixels: number): { x: number; y: number } {
  const share = pixels / Math.hypot(to.x - from.x, to.y - from.y)
  return { x: between(from.x, to.x, share), y: between(from.y, to.y, share) }
}

export function draw(
  text: FigureText,
  { circles, arrows, captions }: Drawing,
  height: number,
): Promise<string> {
  // Arrows go from rim to rim.
  const lines = arrows.map((arrow) => {
    const { from, to } = arrow
    const length = Math.hypot(to.x - from.x, to.y - from.y)
    const [start, end] = [along(arrow, from.radius), along(arrow, length - to.radius - 2)]
    return { x1: start.x, y1: start.y, x2: end.x, y2: end.y, color: colorOf(arrow) }
  })
  const labels = arrows.map((arrow) => ({
    x: between(arrow.from.x, arrow.to.x, arrow.at),
    y: between(arrow.from.y, arrow.to.y, arrow.at),
    text: arrow.label,
    color: colorOf(arrow),
  }))
  return figure(text, (Plot) => ({
    height,
    x: { type: 'identity', axis: null },
    y: { type: 'identity', axis: null },
    marks: [
      Plot.arrow(lines, {
        ...{ x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2' },
        stroke: (line: (typeof lines)[number]) => line.color,
        strokeWidth: 1,
        strokeOpacity: 0.6,
        headLength: 9,
      }),
      Plot.text(labels, {
        ...{ x: 'x', y: 'y', text: 'text' },
        fill: (label: (typeof labels)[number]) => label.color,
        stroke: 'white',
        strokeWidth: 9,
        fontSize: 12,
      }),
      ...circles.map(({ x, y, radius, kind }) =>
        Plot.dot([0], {
          ...{ x, y, r: radius, fill: FILLS[kind] },
          stroke: kind === 'bias' ? BIAS : INK,
        }),
      ),
      Plot.text(circles, { x: 'x', y: 'y', text: 'text', fontSize: 12 }),
      Plot.text(captions, { x: 'x', y: 'y', text: 'text', fontSize: 13, fill: '#555' }),
    ],
  }))
}
