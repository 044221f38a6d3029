/** @file Evaluates polynomials in the scalar algebra. Imports scalar.ts only. */
import type { Scalar } from '../scalar.ts'

/**
 * c0 + c1 x + c2 x^2 + ... by Estrin's scheme: neighbours are paired, then pairs of pairs, so that the chain
 * of dependent operations grows with the logarithm of the degree.
 */
export function polynomial<T>(s: Scalar<T>, x: T, coefficients: readonly number[]): T {
  let terms: readonly (T | number)[] = coefficients
  for (let power = x; terms.length > 1; power = s.mul(power, power)) {
    const low = terms.filter((_, i) => i % 2 === 0)
    const high = terms.filter((_, i) => i % 2 === 1)
    terms = low.map((term, i) => (i < high.length ? s.add(term, s.mul(high[i]!, power)) : term))
  }
  return terms[0] as T
}
