/** @file Misread images, as text and as a sheet in SVG. Imports common/figure.ts, csv.ts and recipe.ts (types). */
import { type FigureText, figure } from '../common/figure.ts'
import { INK, SIDE } from './csv.ts'
import type { Misread } from './recipe.ts'

// ── text ─────────────────────────────────────────────────────────────────────

const SHADES = [' ', '░', '▒', '▓', '█']
/** Columns of text for a pixel: letters are about twice as high as wide. */
const WIDE = 2
const GAP = '    '

/** Columns of text for an image. */
const EACH = SIDE * WIDE

/** How many images stand side by side in so many columns. */
export const fitting = (width: number): number => Math.floor((width + GAP.length) / (EACH + GAP.length))

/** Images side by side, as many as fit, each with what it is and what it was taken for. */
export function textPictures(misread: readonly Misread[], width: number): string {
  const shown = misread.slice(0, fitting(width))
  const lines = Array.from({ length: SIDE }, (_, row) =>
    shown.map(({ pixels }) =>
      pixels
        .slice(row * SIDE, (row + 1) * SIDE)
        .map((value) => SHADES[Math.ceil((value / INK) * (SHADES.length - 1))]!.repeat(WIDE))
        .join(''),
    ),
  )
  const captions = shown.map(({ digit, predicted, probability }) =>
    `${digit} read as ${predicted} ${(100 * probability).toFixed(0)}%`.padEnd(EACH),
  )
  return [...lines, captions].map((cells) => cells.join(GAP).trimEnd()).join('\n')
}

// ── SVG ──────────────────────────────────────────────────────────────────────

/** Images of a sheet. */
export const MOST = 64
const ACROSS = 8
/** Pixels between images, and what the caption takes below one. */
const SPACE = 4
const CAPTION = 2
/** Units of the picture to a pixel of an image. */
const SCALE = 7

const grey = (value: number): string => {
  const level = Math.round(255 * (1 - value / INK))
  return `rgb(${level},${level},${level})`
}

/** A contact sheet: each image with its digit and what it was taken for. */
export function contactSheet(misread: readonly Misread[], text: FigureText): Promise<string> {
  const shown = misread.slice(0, MOST).map((image, i) => ({
    ...image,
    left: (i % ACROSS) * (SIDE + SPACE),
    top: Math.floor(i / ACROSS) * (SIDE + SPACE + CAPTION),
  }))
  const inked = shown.flatMap(({ pixels, left, top }) =>
    pixels.flatMap((value, i) =>
      value === 0 ? [] : [{ value, x: left + (i % SIDE), y: top + Math.floor(i / SIDE) }],
    ),
  )
  const across = ACROSS * (SIDE + SPACE) - SPACE
  const down = Math.max(1, Math.ceil(shown.length / ACROSS)) * (SIDE + SPACE + CAPTION) - SPACE
  const margins = { marginTop: 75, marginRight: 20, marginBottom: 15, marginLeft: 20 }
  return figure(text, (Plot) => ({
    ...margins,
    width: across * SCALE + margins.marginLeft + margins.marginRight,
    height: down * SCALE + margins.marginTop + margins.marginBottom,
    x: { axis: null, domain: [0, across] },
    y: { axis: null, domain: [0, down], reverse: true },
    marks: [
      Plot.rect(inked, {
        x1: 'x',
        x2: ({ x }) => x + 1,
        y1: 'y',
        y2: ({ y }) => y + 1,
        fill: ({ value }) => grey(value),
        // Without it thin white lines show between the pixels.
        shapeRendering: 'crispEdges',
      }),
      Plot.rect(shown, {
        x1: 'left',
        x2: ({ left }) => left + SIDE,
        y1: 'top',
        y2: ({ top }) => top + SIDE,
        stroke: '#999',
        fill: 'none',
      }),
      Plot.text(shown, {
        x: ({ left }) => left + SIDE / 2,
        y: ({ top }) => top + SIDE + CAPTION / 2 + 0.3,
        text: ({ digit, predicted }) => `${digit} read as ${predicted}`,
      }),
    ],
  }))
}
