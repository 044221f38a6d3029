/** @file Figures as SVG text, drawn by Observable Plot without a browser, and saved. Imports chart libraries and files.ts. */
import type * as Plot from '@observablehq/plot'
import { saveText } from './files.ts'

export interface FigureText {
  readonly title: string
  readonly subtitle: string
}

const MARGINS = { marginTop: 70, marginRight: 30, marginBottom: 45, marginLeft: 60 }

/**
 * What Plot makes of the options, with a title and a line below it, as an SVG document. `options` gets the library, which
 * is loaded only now: that takes a while.
 */
export async function figure(
  { title, subtitle }: FigureText,
  options: (library: typeof Plot) => Plot.PlotOptions,
): Promise<string> {
  const [library, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')])
  const { document } = parseHTML('<html><body></body></html>')
  const { marks = [], style, ...rest } = options(library)
  const { marginLeft } = { ...MARGINS, ...rest }
  // Once, above the first of several panels.
  const heading = { frameAnchor: 'top-left', facetAnchor: 'top', dx: 15 - marginLeft } as const
  const svg = library.plot({
    document,
    width: 720,
    height: 420,
    ...MARGINS,
    ...rest,
    style: { background: 'white', color: 'black', fontSize: '12px', ...(style as object) },
    marks: [
      ...marks,
      library.text([title], { ...heading, dy: -60, fontSize: 17, fontWeight: 'bold' }),
      library.text([subtitle], { ...heading, dy: -38, fill: '#555' }),
    ],
  })
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return `${svg.outerHTML}\n`
}

/** Writes a picture, and its folder if need be. */
export const savePicture = (path: string, svg: string): void => saveText(path, svg, 'picture')
