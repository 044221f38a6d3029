/** @file Progress: a bar where lines can be rewritten, else a line now and then. Imports cli-progress. */
import { SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

export interface Progress {
  /** `done` of `total` are done; `note` is what to say about it. */
  update(done: number, note: string): void
  /** Takes the bar away. */
  stop(): void
}

/** Columns that a note may take. */
const NOTE = 32
const LONGEST = 30

/** Lines that say how far it is, where there is no bar. */
const LINES = 6

export function progressOf(what: string, total: number, terminal: Terminal): Progress {
  const { rewritable, print, colors, width: columns } = terminal
  if (rewritable === null) {
    const every = Math.ceil(total / LINES)
    const width = String(total).length
    return {
      update(done, note) {
        if (done % every === 0 || done === total)
          print(`  ${what} ${String(done).padStart(width)}/${total}  ${note}`)
      },
      stop: () => undefined,
    }
  }
  const around = `   ${what} ${total}/${total}  `.length + NOTE
  const bar = new SingleBar({
    format: `  {bar} ${what} {value}/{total}  {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // The last column stays free: some terminals wrap there.
    barsize: Math.max(1, Math.min(LONGEST, columns - around - 1)),
    formatBar: (share, { barsize = LONGEST }) => {
      const full = Math.round(share * barsize)
      return colors.cyan('█'.repeat(full)) + colors.dim('░'.repeat(barsize - full))
    },
    hideCursor: true,
    clearOnComplete: true,
    stream: rewritable,
  })
  bar.start(total, 0, { note: '' })
  return { update: (done, note) => bar.update(done, { note }), stop: () => bar.stop() }
}
