/** @file The accuracy curve, as text and as an SVG file. Imports chart libraries and common/cli.ts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type * as Asciichart from 'asciichart'
import asciichart from 'asciichart'
import { UserError } from '../common/cli.ts'

// The module has a constant called `default`, a colour, which its types take for the default export.
const { plot } = asciichart as unknown as typeof Asciichart

/** Percent from row to row: one of the article's 20 validation rows. */
const STEP = 5
/** What asciichart puts before the curve: a label and the axis. */
const LABEL = 5
const MARGIN = LABEL + 2

/** The curve over epochs 1, 2, ... as lines of text, `width` wide. */
export function terminalChart(accuracies: readonly number[], width: number): string {
  const columns = width - MARGIN
  // Each column shows the last epoch that falls into it.
  const epochs = Array.from({ length: columns }, (_, i) => Math.ceil(((i + 1) * accuracies.length) / columns))
  // Rounded down, so that the row of 100% means all; 0.15 / 0.05 is a little below 3.
  const percent = epochs.map((epoch) => STEP * Math.floor((100 * accuracies[epoch - 1]!) / STEP + 1e-9))
  const low = Math.min(50, ...percent)
  const curve = plot(percent, {
    height: (100 - low) / STEP,
    min: low,
    max: 100,
    format: (x) => `${x.toFixed(0)}%`.padStart(LABEL),
  })
  const axis = `${' '.repeat(LABEL)} └${'─'.repeat(columns)}`
  const [first, last] = ['1', `epoch ${accuracies.length}`]
  return `${curve.replace(/ +$/gm, '')}\n${axis}\n${' '.repeat(MARGIN)}${first}${last.padStart(columns - first.length)}`
}

export interface SvgText {
  readonly title: string
  readonly subtitle: string
}

/** Writes the curve as an SVG file, and its folder if need be. The libraries are loaded only now: that takes a while. */
export async function writeSvgChart(
  path: string,
  accuracies: readonly number[],
  { title, subtitle }: SvgText,
): Promise<void> {
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')])
  const { document } = parseHTML('<html><body></body></html>')
  const points = accuracies.map((accuracy, i) => ({ epoch: i + 1, accuracy: 100 * accuracy }))
  const svg = Plot.plot({
    document,
    width: 720,
    height: 420,
    marginTop: 70,
    marginRight: 30,
    marginBottom: 45,
    marginLeft: 60,
    style: { background: 'white', color: 'black', fontSize: '12px' },
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
      Plot.text([title], { frameAnchor: 'top-left', dx: -45, dy: -60, fontSize: 17, fontWeight: 'bold' }),
      Plot.text([subtitle], { frameAnchor: 'top-left', dx: -45, dy: -38, fill: '#555' }),
    ],
  })
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${svg.outerHTML}\n`)
  } catch (error) {
    throw new UserError(`${path}: the picture cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}
