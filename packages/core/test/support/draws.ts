/** @file What arbitraries draw and shrink to, the same in every run. Imports fast-check and vitest. */
import fc, { type Arbitrary } from 'fast-check'
import { expect } from 'vitest'

/** Draws from one seed. */
export const draws = <T>(arb: Arbitrary<T>, numRuns = 500): T[] => fc.sample(arb, { numRuns, seed: 1 })

/** What is left of a failure after shrinking, from several seeds. */
export function smallest<T>(arb: Arbitrary<T>, holds: (x: T) => boolean): T[] {
  return [1, 2, 3, 4, 5].map((seed) => {
    const { failed, counterexample } = fc.check(fc.property(arb, holds), { seed, numRuns: 2000 })
    expect(failed).toBe(true)
    return counterexample![0]
  })
}
