/**
 * @file Exponents, mantissas and rounding of float64 numbers in plain JavaScript, for the scalar algebra.
 * Imports nothing.
 */

/** Where 2^0 stands in `powers`. */
export const ZEROTH_POWER = 1074
/** 2^-1074 to 2^1023. */
export const powers: Float64Array = /* @__PURE__ */ tableOfPowers()
const float = /* @__PURE__ */ new Float64Array(1)
const words = /* @__PURE__ */ new Int32Array(float.buffer)

/** By doubling: `**` need not be exact on every engine. */
function tableOfPowers(): Float64Array {
  const table = new Float64Array(2098)
  for (let i = 0, power = Number.MIN_VALUE; i < table.length; i++, power *= 2) table[i] = power
  return table
}

/** The nearest integer, halves to the even one: adding 2^52 leaves no fraction bits. */
export function nearest(a: number): number {
  const magnitude = Math.abs(a)
  if (!(magnitude < 2 ** 52)) return a
  const rounded = magnitude + 2 ** 52 - 2 ** 52
  return a < 0 || Object.is(a, -0) ? -rounded : rounded
}

/** x 2^n in two exact factors, of which only the second product can round. */
export function scale(x: number, n: number): number {
  const k = n | 0
  const half = k >> 1
  return x * powers[half + ZEROTH_POWER]! * powers[k - half + ZEROTH_POWER]!
}

/** Without the sign, so that every number gives an exponent for which the table has the mantissa's factor. */
export function exponent(x: number): number {
  float[0] = x
  return ((words[1]! & 0x7fffffff) - 0x3fe6a09e) >> 20
}

/** x / 2^exponent(x). */
export function mantissa(x: number): number {
  return x * powers[ZEROTH_POWER - exponent(x)]!
}
