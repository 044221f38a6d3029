/** @file Numbers in a few digits and rows in columns, for people. Imports nothing. */

/** Four significant digits: `0.6931`, `1.235e-7`; whole numbers as they are. */
export const shortNumber = (x: number): string =>
  Number.isInteger(x) ? `${x}` : `${Number(x.toPrecision(4))}`

/** Rows as lines, in columns, numbers at the right; a rule below the first. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, c) => cell.padStart(widths[c]!))
      .join('  ')
      .trimEnd(),
  )
  return [lines[0], '─'.repeat(lines[0]!.length), ...lines.slice(1)].join('\n')
}

/** `7 s`, `3 min 5 s`, `2 h 10 min`. */
export function showSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
