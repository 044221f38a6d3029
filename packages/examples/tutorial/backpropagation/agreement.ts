/** @file Comparisons that throw, told as sentences for `showChecks`. Imports core. */
import { assertGradcheck, type Tensor } from '@tapegrad/core'

/** Numbers in arrays in arrays. */
type Nested = number | readonly Nested[]

/** Some 4,000 roundings of float64: no number here takes more than a few hundred operations. */
const ROUNDING = 1e-12

function flat(values: Nested): number[] {
  return typeof values === 'number' ? [values] : values.flatMap(flat)
}

/** `what`, with the largest difference, each relative to the larger of its two numbers; throws when that is no rounding. */
export function agreement(what: string, mine: Nested, other: Nested, tolerance = ROUNDING): string {
  const [a, b] = [flat(mine), flat(other)]
  if (a.length !== b.length) throw new Error(`${what}: ${a.length} numbers, but ${b.length} to compare with`)
  let difference = 0
  for (const [i, value] of a.entries()) {
    const size = Math.max(Math.abs(value), Math.abs(b[i]!))
    const relative = size === 0 ? 0 : Math.abs(value - b[i]!) / size
    // Written so that NaN does not pass.
    if (!(relative <= tolerance)) throw new Error(`${what}: number ${i} is ${value}, but ${b[i]}`)
    difference = Math.max(difference, relative)
  }
  const numbers = a.length === 1 ? '' : `${a.length} numbers, `
  return `${what}: ${numbers}${difference === 0 ? 'equal' : `within ${difference.toExponential(1)}, relative`}`
}

/** The slopes of f by each input, from values of f alone; throws if autograd's are others. */
export const finiteDifferences = (f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): number[] =>
  assertGradcheck(f, [...inputs], { modes: ['reverse'] }).rows.map(({ numeric }) => numeric)
