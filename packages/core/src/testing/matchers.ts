/**
 * @file Matchers for `expect.extend` and their types for vitest, which is not imported: any runner with Jest's matchers
 * can take them. Imports close.ts and gradcheck.ts.
 */
// Types alone: without it, what builds the declarations does not find the module that is declared on below.
import type {} from 'vitest'
import { describe, fail } from '../errors.ts'
import { type GradcheckModule, type GradcheckOptions, gradcheck } from '../gradcheck.ts'
import type { Tree } from '../tree.ts'
import { type CloseOptions, type Comparable, compare } from './close.ts'

/** What a matcher says: whether it holds, and the message for the case that it should not have (or should have). */
export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** `expect.extend(matchers)` adds `toBeCloseToTensor` and `toPassGradcheck` to what `expect(...)` returns. */
export const matchers = {
  /** `expectClose` as a matcher: `expect(actual).toBeCloseToTensor(expected, { rtol, atol })`. */
  toBeCloseToTensor(actual: unknown, expected: Comparable, options: CloseOptions = {}): MatcherResult {
    const { close, message } = compare('toBeCloseToTensor', actual, expected, options)
    return {
      pass: close,
      message: () => `toBeCloseToTensor: ${close ? 'expected a difference, but ' : ''}${message}`,
    }
  },
  /**
   * `gradcheck` as a matcher, for a function of tensors or a module: `expect(f).toPassGradcheck(inputs, { order: 2 })`.
   * Its message is the table.
   */
  toPassGradcheck(f: unknown, inputs: readonly Tree[], options: GradcheckOptions = {}): MatcherResult {
    if (!Array.isArray(inputs))
      fail(
        'toPassGradcheck',
        `takes the inputs as a list, as in toPassGradcheck([x]), got ${describe(inputs)}`,
      )
    const report = gradcheck(f as GradcheckModule, inputs, options)
    const claim = report.ok
      ? 'expected a gradient that does not pass, but it does'
      : 'the gradient does not pass'
    return { pass: report.ok, message: () => `toPassGradcheck: ${claim}\n${report}` }
  },
}

interface TensorMatchers {
  /** Passes where `expectClose(actual, expected, options)` does. */
  toBeCloseToTensor(expected: Comparable, options?: CloseOptions): void
  /** Passes where `gradcheck(f, inputs, options)` is ok; the message is its table. */
  toPassGradcheck(inputs: readonly Tree[], options?: GradcheckOptions): void
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: declarations that merge must have the same type parameters
  interface Matchers<T = any> extends TensorMatchers {}
}
