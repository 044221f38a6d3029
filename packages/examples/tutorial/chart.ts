/** @file What the tutorial's charts have in common: colours, named axes, a legend. Imports Plot (types only). */
import type * as Plot from '@observablehq/plot'

/** Told apart by people who see red and green alike, too. */
export const COLORS = ['#1f6fb4', '#c8580a', '#5b3a8e'] as const

/** An axis with its name in the middle, without an arrow. */
export const axis = (label: string) => ({ label, labelAnchor: 'center', labelArrow: 'none' }) as const

/** Points of the function over [from, to], ends included. */
export function curve(f: (x: number) => number, from: number, to: number): { x: number; y: number }[] {
  const pieces = 200
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const x = from + ((to - from) * i) / pieces
    return { x, y: f(x) }
  })
}

/** One line for each name, in the order of COLORS, at the top left of the chart. */
export const legend = (library: typeof Plot, names: readonly string[]): Plot.Markish[] =>
  names.flatMap((name, i) => {
    const place = { frameAnchor: 'top-left', dy: 14 + 18 * i } as const
    return [
      library.dot([0], { ...place, dx: 16, r: 5, fill: COLORS[i]! }),
      library.text([name], { ...place, dx: 28, dy: 8 + 18 * i, fontSize: 13 }),
    ]
  })
