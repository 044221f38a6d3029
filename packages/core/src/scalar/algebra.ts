/** @file The scalar algebra: the operations of which elementwise bodies consist. Imports errors.ts only. */
import { fail } from '../errors.ts'

/** What kind of values an expression works on. */
export type Precision = 'float64' | 'float32' | 'int32' | 'bool'

/** A plain function that an expression calls for the rare arguments its own operations do not serve. */
export interface SlowPath {
  /** A JavaScript identifier, unique among slow paths. */
  readonly name: string
  readonly run: (...xs: number[]) => number
}

/**
 * A builder for scalar computations. `T` is whatever stands for a value: a number, a name in generated
 * source, a local of a WebAssembly function. Masks, the results of comparisons, are values of their own kind
 * and go into `and`, `or`, `not`, `select` and `indicator` only. Every operation rounds to the builder's precision:
 * float32 operations to float32, int32 operations wrap as two's complement; bool has comparisons, `select`,
 * `min` and `max`. A plain number stands for a constant, rounded to the precision as well.
 */
export interface Scalar<T> {
  readonly precision: Precision
  constant(value: number): T
  add(a: T | number, b: T | number): T
  sub(a: T | number, b: T | number): T
  mul(a: T | number, b: T | number): T
  /** Floats only. */
  div(a: T | number, b: T | number): T
  neg(a: T): T
  abs(a: T): T
  /** Floats only. */
  sqrt(a: T): T
  floor(a: T): T
  /** The nearest integer, halves to the even one; keeps the sign of zero. */
  nearest(a: T): T
  /** IEEE 754-2019 minimum: NaN if either is NaN, and -0 is below +0. */
  min(a: T | number, b: T | number): T
  /** IEEE 754-2019 maximum: NaN if either is NaN, and -0 is below +0. */
  max(a: T | number, b: T | number): T
  eq(a: T | number, b: T | number): T
  ne(a: T | number, b: T | number): T
  lt(a: T | number, b: T | number): T
  le(a: T | number, b: T | number): T
  gt(a: T | number, b: T | number): T
  ge(a: T | number, b: T | number): T
  and(a: T, b: T): T
  or(a: T, b: T): T
  not(a: T): T
  /** `a` where the mask holds, else `b`; both are computed. */
  select(mask: T, a: T | number, b: T | number): T
  /**
   * 1 where the mask holds, else 0. A product with it is several times faster in JavaScript than an
   * unpredictable select.
   */
  indicator(mask: T): T
  /** x 2^n, rounded once, for an integral n in [-2044, 2046] and |x| in [1/2, 2]. float64 only. */
  scale(x: T | number, n: T): T
  /**
   * The integral k with |x| / 2^k in [a, 2a), a = 0.70710659 (high word 0x3fe6a09e), for a normal x; some
   * number for any other x. float64 only.
   */
  exponent(x: T): T
  /** x / 2^exponent(x), exactly, for a normal x; some number for any other x. float64 only. */
  mantissa(x: T): T
  /**
   * A mask: is bit `position` (0 to 30) of the integral n set, in two's complement; |n| < 2^31. float64 only.
   */
  bit(n: T, position: number): T
  /**
   * Runs `body` in float64 on the exactly widened numbers and rounds its result, if not a mask, once to this precision:
   * to the nearest float32, or cut to an int32. Not of bool.
   */
  inFloat64(body: (wide: Scalar<T>, ...xs: T[]) => T, ...xs: T[]): T
  /**
   * Where the mask holds `slow.run(...xs)`, else `otherwise`; elsewhere the call costs nothing. float64 only.
   */
  rare(mask: T, slow: SlowPath, xs: readonly T[], otherwise: T): T
}

/** An elementwise body: generic over what a value is, so that it can only be built from the algebra. */
export type Expr = <T>(s: Scalar<T>, ...xs: T[]) => T

/** A constant as a value of the precision: floats are rounded to it. */
export function constantOf(precision: Precision, value: number): number {
  if (precision === 'float64') return value
  if (precision === 'float32') return Math.fround(value)
  if (value !== (value | 0)) fail('constant', `${value} is no ${precision} value; use a whole number`)
  return value | 0
}
