/** @file Settings of layers over images: how sizes are checked, and how a layer is shown. Imports errors.ts. */
import { describe, fail } from '../errors.ts'

/** One whole number for both axes, or [height, width]. */
export type Pair = number | readonly [height: number, width: number]

/** The setting `name` for each of `rank` axes: one whole number for all of them or, for two, a pair. */
export function sizesOf(op: string, name: string, value: unknown, least: 0 | 1, rank: number): number[] {
  // Not value.every, which skips holes.
  const sizes = rank > 1 && Array.isArray(value) ? Array.from<unknown>(value) : new Array(rank).fill(value)
  if (sizes.length !== rank || !sizes.every((size) => Number.isInteger(size) && size >= least))
    fail(
      op,
      `${name} must be a whole number >= ${least}${rank > 1 ? ', or a pair [height, width] of them' : ''}, got ${describe(value)}`,
    )
  return sizes
}

/** A setting, what it is, and what it is unless told. */
export type Setting = readonly [name: string, value: unknown, unlessTold: unknown]

/** `Conv2d(3, 8, 3, { padding: 1 })`: the code that makes the layer, settings left out that are as they are unless told. */
export function shown(kind: string, values: readonly unknown[], settings: readonly Setting[]): string {
  const told = settings.flatMap(([name, value, unlessTold]) =>
    literal(value) === literal(unlessTold) ? [] : [`${name}: ${literal(value)}`],
  )
  return `${kind}(${[...values.map(literal), ...(told.length > 0 ? [`{ ${told.join(', ')} }`] : [])].join(', ')})`
}

const literal = (value: unknown): string =>
  Array.isArray(value) ? `[${value.join(', ')}]` : typeof value === 'string' ? `'${value}'` : `${value}`
