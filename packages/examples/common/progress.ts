/** @file Progress: a bar where lines can be rewritten, else a line now and then. Imports cli-progress. */
import { SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

export interface Progress {
  /** `done` of `total` are done; `note` is what to say about it. */
  update(done: number, note: string): void
  /** Takes the bar away. */
  stop(): void
}

/** Lines that say how far it is, where there is no bar. */
const LINES = 6

export function progressOf(what: string, total: number, { rewritable, print, colors }: Terminal): Progress {
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
  const bar = new SingleBar({
    format: `  {bar} ${what} {value}/{total}  {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    formatBar: (share, { barsize = 30 }) => {
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
