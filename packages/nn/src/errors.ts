/** @file How this package refuses: core's error class, the op's name first, then the facts, then the fix. Imports core. */
import { checkFlag, checkOptions, describe, fail, Generator, Tensor } from '@tapegrad/core/ops'

export { checkFlag, checkOptions, describe, fail }

/** `[2, 3]`. */
export const showShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** `describe` of what should be a module of this copy of the package, and that it is one of another copy. */
export const describeModule = (x: unknown): string =>
  `${describe(x)}${
    typeof (x as { stateDict?: unknown } | null | undefined)?.stateDict === 'function'
      ? ' of another copy of @tapegrad/nn, which this one cannot use: npm ls @tapegrad/nn finds both, npm dedupe or an alias in the bundler leaves one'
      : ''
  }`

/** Throws unless `x` is a tensor. */
export function checkTensor(op: string, name: string, x: unknown): asserts x is Tensor {
  if (!(x instanceof Tensor))
    fail(op, `${name} must be a tensor, got ${describe(x)}; make one with tensor(...)`)
}

/** Throws unless `x` is a tensor of float32 or float64. */
export function checkFloat(op: string, name: string, x: unknown): asserts x is Tensor {
  checkTensor(op, name, x)
  if (!isFloat(x.dtype)) fail(op, `${name} has dtype ${x.dtype}; convert it with to('float32')`)
}

/** A generator of this copy of core, or undefined for the shared one. */
export function checkGenerator(op: string, x: unknown): Generator | undefined {
  if (x === undefined || x instanceof Generator) return x
  return fail(op, `the generator must be made with new Generator(seed), got ${describe(x)}`)
}

/** A check that throws unless `fits(x)`: it says which argument should be what, and what it is. */
const check =
  (what: string, fits: (x: unknown) => boolean) =>
  (op: string, name: string, x: unknown): void => {
    if (!fits(x)) fail(op, `${name} must be ${what}, got ${describe(x)}`)
  }

export const checkFinite = /* @__PURE__ */ check('a finite number', (x) => Number.isFinite(x))
export const checkNonNegative = /* @__PURE__ */ check(
  'a finite number >= 0',
  (x) => Number.isFinite(x) && (x as number) >= 0,
)
export const checkProbability = /* @__PURE__ */ check(
  'a probability, from 0 to 1',
  (x) => typeof x === 'number' && x >= 0 && x <= 1,
)
export const checkInteger = /* @__PURE__ */ check('a whole number', (x) => Number.isInteger(x))
export const checkPositive = /* @__PURE__ */ check(
  'a finite number > 0',
  (x) => Number.isFinite(x) && (x as number) > 0,
)
export const checkCount = /* @__PURE__ */ check(
  'a whole number >= 1',
  (x) => Number.isInteger(x) && (x as number) >= 1,
)

export const checkTally = /* @__PURE__ */ check(
  'a whole number >= 0',
  (x) => Number.isInteger(x) && (x as number) >= 0,
)

/** Whether two shapes are equal. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])

/** Only floating-point tensors are trained. */
export const isFloat = (dtype: string): boolean => dtype === 'float32' || dtype === 'float64'

/** An object of the kind that `{}` makes, not an array, a tensor or another class's instance. */
export const isPlainObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && [Object.prototype, null].includes(Object.getPrototypeOf(x))
