/** @file The check of a user's op when tests define it. Imports gradcheck.ts. */
import { describe, fail, TapegradError } from '../errors.ts'
import { assertGradcheck } from '../gradcheck.ts'
import type { Tensor } from '../tensor.ts'

/** Whether a test runner is at work: the environment has VITEST, NODE_TEST_CONTEXT (node --test) or NODE_ENV=test. */
function underTest(): boolean {
  // Neither browsers nor all other engines have `process`.
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  const env = process?.env
  return env !== undefined && (!!env.VITEST || !!env.NODE_TEST_CONTEXT || env.NODE_ENV === 'test')
}

interface Subject {
  readonly name: string
  readonly check?: unknown
  readonly onceDifferentiable?: boolean
}

/**
 * Where tests run, compares the op with its derivatives at each sample, to second order unless the op is
 * onceDifferentiable, and throws the table of what is wrong. Elsewhere the samples are not even made.
 */
export function checkSamples(
  { name, check, onceDifferentiable }: Subject,
  split: (args: readonly unknown[]) => readonly [readonly Tensor[], unknown],
  op: (...args: unknown[]) => Tensor,
): void {
  if (check === undefined || !underTest()) return
  const samples: unknown = typeof check === 'function' ? check() : check
  const fits = Array.isArray(samples) && samples.length > 0 && samples.every((args) => Array.isArray(args))
  if (!fits) {
    const what = Array.isArray(samples) ? `[${samples.map(describe).join(', ')}]` : describe(samples)
    fail(
      'defineOp',
      `check of ${name} must give samples, each an array of arguments, as in [[x, y]]; got ${what}`,
    )
  }
  samples.forEach((args: readonly unknown[], i) => {
    const [inputs, params] = split(args)
    const f = (...xs: Tensor[]): Tensor => op(...xs, ...(params === undefined ? [] : [params]))
    try {
      assertGradcheck(f, inputs, { order: onceDifferentiable ? 1 : 2 })
    } catch (error) {
      if (!(error instanceof TapegradError)) throw error
      throw new TapegradError(name, `in check, sample ${i}: ${error.message}`, { cause: error })
    }
  })
}
