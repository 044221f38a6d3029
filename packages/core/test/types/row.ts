/**
 * @file Rows of the shape tables: results of a typed op, and their shape. The compiler compares each expected shape with
 * the type (types.test.ts compiles the tables), shapes.test.ts compares it with the shape at run time.
 */
import type { Shape, Tensor } from '../../src/index.ts'
import type { Equal } from './equal.ts'

export interface Row {
  readonly results: readonly Tensor[]
  readonly expected: Shape
}

/** Complains at `expected` unless it is exactly the shape in the type of the results. */
export function row<S extends Shape, const E extends Shape>(
  expected: readonly [...E] & (Equal<readonly [...S], readonly [...E]> extends true ? unknown : { typed: S }),
  ...results: readonly Tensor<S>[]
): Row {
  return { results, expected }
}

/** A dimension whose size types do not know. */
export const unknown = (size: number): number => size
/** A shape of which types do not even know the rank. */
export const gradual = (...shape: number[]): number[] => shape
