/** @file How this package refuses: core's error class, the op's name first, then the facts, then the fix. Imports core. */
import { checkFlag, checkOptions, describe, fail, Tensor } from '@tapegrad/core/ops'

export { checkFlag, checkOptions, describe, fail }

/** `[2, 3]`. */
export const showShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** `describe` of what should be a module of this copy of the package, and that it is one of another copy. */
export const describeModule = (x: unknown): string =>
  `${describe(x)}${
    typeof (x as { stateDict?: unknown } | null | undefined)?.stateDict === 'function'
      ? ' of another copy of @tapegrad/nn, which this one cannot use (npm ls @tapegrad/nn finds both, npm dedupe or an alias in the bundler leaves one)'
      : ''
  }`

/** Throws unless `x` is a tensor. */
export function checkTensor(op: string, name: string, x: unknown): asserts x is Tensor {
  if (!(x instanceof Tensor))
    fail(op, `${name} must be a tensor, got ${describe(x)}; make one with tensor(...)`)
}

/** Throws unless `x` is a finite number >= 0. */
export function checkNonNegative(op: string, name: string, x: unknown): void {
  if (!(Number.isFinite(x) && (x as number) >= 0))
    fail(op, `${name} must be a finite number >= 0, got ${describe(x)}`)
}

/** Throws unless `x` is a finite number. */
export function checkFinite(op: string, name: string, x: unknown): void {
  if (!Number.isFinite(x)) fail(op, `${name} must be a finite number, got ${describe(x)}`)
}

/** Throws unless `x` is a whole number >= 1. */
export function checkCount(op: string, name: string, x: unknown): void {
  if (!(Number.isInteger(x) && (x as number) >= 1))
    fail(op, `${name} must be a whole number >= 1, got ${describe(x)}`)
}

/** Whether two shapes are equal. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])

/** Only floating-point tensors are trained. */
export const isFloat = (dtype: string): boolean => dtype === 'float32' || dtype === 'float64'
