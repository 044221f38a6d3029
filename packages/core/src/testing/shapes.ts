/** @file Arbitraries of shapes, and of shapes that broadcast. Imports errors.ts, shape.ts and fast-check.ts. */
import type { Arbitrary } from 'fast-check'
import { checkOptions, describe, fail } from '../errors.ts'
import { MAX_RANK } from '../shape.ts'
import { fastCheck } from './fast-check.ts'

/** How many axes, and how long each. */
export interface ShapeArbOptions {
  /** Default 0. */
  readonly minRank?: number
  /** Default 4. */
  readonly maxRank?: number
  /** Default 1; 0 draws empty tensors, too. */
  readonly minSide?: number
  /** Default 4. */
  readonly maxSide?: number
}
export const SHAPE_OPTIONS: readonly string[] = ['minRank', 'maxRank', 'minSide', 'maxSide']

/** The bounds with their defaults: a bound that is given moves the default of the other one out of its way. */
export function boundsOf(op: string, options: ShapeArbOptions): Required<ShapeArbOptions> {
  const bound = (name: keyof ShapeArbOptions, most: number): number | undefined => {
    const value = options[name]
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= most))
      fail(op, `${name} must be a whole number from 0 to ${most}, got ${describe(value)}`)
    return value
  }
  const pair = (least: number | undefined, most: number | undefined, low: number): [number, number] => {
    const first = least ?? Math.min(low, most ?? low)
    return [first, most ?? Math.max(4, first)]
  }
  const [minRank, maxRank] = pair(bound('minRank', MAX_RANK), bound('maxRank', MAX_RANK), 0)
  const [minSide, maxSide] = pair(bound('minSide', 2 ** 31 - 1), bound('maxSide', 2 ** 31 - 1), 1)
  if (minRank > maxRank) fail(op, `minRank ${minRank} is above maxRank ${maxRank}`)
  if (minSide > maxSide) fail(op, `minSide ${minSide} is above maxSide ${maxSide}`)
  return { minRank, maxRank, minSide, maxSide }
}

/** Shapes within the bounds: for the arbitraries that have checked them. */
export function shapesWithin(op: string, bounds: Required<ShapeArbOptions>): Arbitrary<number[]> {
  const fc = fastCheck(op)
  const { minRank, maxRank, minSide, maxSide } = bounds
  return fc.array(fc.integer({ min: minSide, max: maxSide }), { minLength: minRank, maxLength: maxRank })
}

/** Shapes: 0 to 4 axes of 1 to 4 elements, unless told. Shrinks to fewer axes, then to shorter ones. */
export function shapeArb(options: ShapeArbOptions = {}): Arbitrary<number[]> {
  checkOptions('shapeArb', options, SHAPE_OPTIONS)
  return shapesWithin('shapeArb', boundsOf('shapeArb', options))
}

export interface BroadcastableShapesArbOptions<N extends number = number> extends ShapeArbOptions {
  /** How many shapes. Default 2. */
  readonly count?: N
}

/** N arrays of numbers: a tuple where N is a literal. */
type Shapes<N extends number, Out extends number[][] = []> = number extends N
  ? number[][]
  : Out['length'] extends N
    ? Out
    : Shapes<N, [...Out, number[]]>

/** Shapes that broadcast, and what they broadcast to. */
export interface BroadcastableShapes<N extends number = number> {
  readonly shapes: Shapes<N>
  readonly result: number[]
}

const MOST_SHAPES = 32

/**
 * Shapes that broadcast under NumPy's rules, and the shape of the result: axes align at the right, size 1 stretches. A
 * shape within the bounds is drawn first; each of the `count` shapes then loses any number of its leading axes and has
 * any of the others replaced by 1. No shape is special: all of them may have 1 (or nothing) where the result has 1 (or
 * nothing), and the first may be the one that stretches. `minSide` to `maxSide` bound the sizes besides that 1,
 * `maxRank` bounds every shape and `minRank` those that lose no axis. Shrinks to equal shapes with few and short axes.
 */
export function broadcastableShapesArb<const N extends number = 2>(
  options: BroadcastableShapesArbOptions<N> = {},
): Arbitrary<BroadcastableShapes<N>> {
  const op = 'broadcastableShapesArb'
  const count: number = checkOptions(op, options, [...SHAPE_OPTIONS, 'count']).count ?? 2
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_SHAPES))
    fail(op, `count must be a whole number from 1 to ${MOST_SHAPES}, got ${describe(count)}`)
  const bounds = boundsOf(op, options)
  const { maxRank } = bounds
  const fc = fastCheck(op)
  // As many as there can be axes, so that a shorter shape does not draw the cuts anew: it shrinks on its own.
  const cuts = fc.record({
    missing: fc.nat(maxRank),
    ones: fc.array(fc.boolean(), { minLength: maxRank, maxLength: maxRank }),
  })
  return fc
    .record({
      whole: shapesWithin(op, bounds),
      cuts: fc.array(cuts, { minLength: count, maxLength: count }),
    })
    .map(({ whole, cuts }) => {
      const shapes = cuts.map(({ missing, ones }) =>
        whole.map((size, axis) => (ones[axis] ? 1 : size)).slice(missing % (whole.length + 1)),
      )
      const rank = Math.max(...shapes.map(({ length }) => length))
      const result = Array.from({ length: rank }, (_, axis) => {
        const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
        return sizes.find((size) => size !== 1) ?? 1
      })
      return { shapes: shapes as unknown[] as Shapes<N>, result }
    })
}
