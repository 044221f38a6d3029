/** @file What a step says that it checked: a sentence exists only if it holds. Imports common/ (types only). */
import type { Terminal } from '../common/terminal.ts'

/** `what`, if every number is the expected one within `tolerance`, which is absolute; otherwise throws. */
export function close(
  what: string,
  actual: number | readonly number[],
  expected: number | readonly number[],
  tolerance: number,
): string {
  const [ours, theirs] = [actual, expected].map((values) => [values].flat()) as [number[], number[]]
  if (ours.length !== theirs.length)
    throw new Error(`${what}: there are ${ours.length} numbers, expected ${theirs.length}`)
  ours.forEach((value, i) => {
    // A NaN is never close.
    if (!(Math.abs(value - theirs[i]!) <= tolerance))
      throw new Error(`${what}: ${value} at ${i}, expected ${theirs[i]} within ${tolerance}`)
  })
  return what
}

/** `what`, if it holds; otherwise throws. */
export function holds(what: string, condition: boolean): string {
  if (!condition) throw new Error(`${what}: this does not hold`)
  return what
}

/** Prints the sentences, one a line. */
export function showChecks({ print, paragraph, colors }: Terminal, checks: readonly string[]): void {
  print(`\n  ${colors.green('Checked')}`)
  for (const check of checks) paragraph(`  ✓ ${check}`, 2)
}
