/** @file What examples write to: a terminal's width and colours, or a plain stream's. Imports libraries only. */
import { createColors } from 'picocolors'
import wrapAnsi from 'wrap-ansi'

export interface Terminal {
  /** Columns to fill. */
  readonly width: number
  /** Where lines can be rewritten, as a progress bar does; null where they cannot. */
  readonly rewritable: NodeJS.WritableStream | null
  /** Functions that colour text, or leave it as it is where colours are not wanted. */
  readonly colors: ReturnType<typeof createColors>
  /** Writes one or more lines as they are. */
  print(text?: string): void
  /** Writes a paragraph, wrapped at the width, its further lines indented like the first or by `hang` more. */
  paragraph(text: string, hang?: number): void
}

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const NARROWEST = 60
const WIDEST = 200
/** For pipes and files, which have no width of their own. */
const DEFAULT_WIDTH = 120

/**
 * A terminal on `stream`. Colours: only on a terminal, unless FORCE_COLOR asks for them; never with NO_COLOR
 * (no-color.org). The width is the stream's, else COLUMNS, else 120.
 */
export function terminalOn(stream: Stream, env: Readonly<Record<string, string | undefined>>): Terminal {
  const isTerminal = stream.isTTY === true
  const columns = stream.columns || Number(env.COLUMNS) || DEFAULT_WIDTH
  const width = Math.min(Math.max(Math.floor(columns), NARROWEST), WIDEST)
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const colors = createColors(!env.NO_COLOR && (forced || (isTerminal && env.TERM !== 'dumb')))
  const print = (text = ''): void => {
    stream.write(`${text}\n`)
  }
  return {
    width,
    rewritable: isTerminal && env.TERM !== 'dumb' ? (stream as NodeJS.WriteStream) : null,
    colors,
    print,
    paragraph(text, hang = 0) {
      const indent = text.length - text.trimStart().length
      const lines = wrapAnsi(text.trim(), width - indent - hang).split('\n')
      print(lines.map((line, i) => ' '.repeat(indent + (i === 0 ? 0 : hang)) + line).join('\n'))
    },
  }
}
