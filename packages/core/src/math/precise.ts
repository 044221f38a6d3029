/** @file What rounding loses, in the scalar algebra. Imports scalar.ts only. */
import type { Scalar } from '../scalar.ts'

/**
 * a b - p for the rounded product p, exactly (Dekker), where neither it nor the parts of a and b leave the range of
 * normal numbers. float64 only.
 */
export function productError<T>(s: Scalar<T>, a: T, b: T, p: T): T {
  // The upper 26 bits of a number; the rest has 26 bits as well, so that all four products are exact.
  const upper = (x: T): T => {
    const wide = s.mul(x, 2 ** 27 + 1)
    return s.sub(wide, s.sub(wide, x))
  }
  const [aHigh, bHigh] = [upper(a), upper(b)]
  const [aLow, bLow] = [s.sub(a, aHigh), s.sub(b, bHigh)]
  const rest = s.sub(s.sub(s.sub(p, s.mul(aHigh, bHigh)), s.mul(aLow, bHigh)), s.mul(aHigh, bLow))
  return s.sub(s.mul(aLow, bLow), rest)
}
