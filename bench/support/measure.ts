/** @file Medians and minima of repeated runs, taken in turn, so that a noisy moment hits all rivals alike. */

export interface Rival {
  readonly name: string
  /** Runs the work `repetitions` times. */
  readonly run: () => void
}

/** Seconds of each `run`, sorted, per rival; the rivals take turns over `rounds` rounds, after a warm-up. */
function sortedTimes(rivals: readonly Rival[], rounds: number): number[][] {
  for (const { run } of rivals) for (let i = 0; i < 3; i++) run()
  const times = rivals.map(() => [] as number[])
  for (let round = 0; round < rounds; round++) {
    rivals.forEach(({ run }, i) => {
      const start = performance.now()
      run()
      times[i]!.push((performance.now() - start) / 1000)
    })
  }
  return times.map((list) => list.sort((a, b) => a - b))
}

/** Median seconds of one `run` per rival. */
export function medians(rivals: readonly Rival[], rounds = 15): number[] {
  return sortedTimes(rivals, rounds).map((list) => list[list.length >> 1]!)
}

/** The fewest seconds that one `run` took, per rival: what a busy machine disturbs least. */
export function minima(rivals: readonly Rival[], rounds = 15): number[] {
  return sortedTimes(rivals, rounds).map((list) => list[0]!)
}

/** Rows as an aligned table: the first column left, the others right. */
export function table(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [header, ...rows]
  const widths = header.map((_, c) => Math.max(...lines.map((line) => line[c]!.length)))
  const text = lines.map((line) =>
    line.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  '),
  )
  return [title, text[0]!, widths.map((w) => '-'.repeat(w)).join('  '), ...text.slice(1), ''].join('\n')
}

/** Three significant digits, in the unit that fits. */
export function duration(seconds: number): string {
  const [factor, unit] =
    seconds < 1e-6 ? [1e9, 'ns'] : seconds < 1e-3 ? [1e6, 'us'] : seconds < 1 ? [1e3, 'ms'] : [1, 's']
  return `${(seconds * factor).toPrecision(3)} ${unit}`
}

export const ratio = (ours: number, theirs: number): string => `${(ours / theirs).toFixed(2)}x`
