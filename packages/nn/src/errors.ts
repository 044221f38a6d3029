/** @file How this package refuses: core's error class, the op's name first, then the facts, then the fix. Imports core. */
import { TapegradError, Tensor } from '@tapegrad/core/ops'

/** Throws a `TapegradError` that reads `op: message`. */
export function fail(op: string, message: string): never {
  throw new TapegradError(op, message)
}

/** `[2, 3]`. */
export const showShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** A short text for any value a caller may have passed. */
export function describe(value: unknown): string {
  if (value instanceof Tensor) return `a tensor of shape ${showShape(value.shape)}`
  if (Array.isArray(value)) return `an array of length ${value.length}`
  if (typeof value === 'function') return `the function ${value.name}`
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

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

/** Throws unless `options` is an object with no keys but `names`: a misspelt key would be ignored. */
export function checkOptions<T extends object>(op: string, options: T, names: readonly string[]): T {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || 'shape' in options)
    fail(op, `options must be a plain object, as in { ${names[0]}: value }, got ${describe(options)}`)
  for (const key in options) {
    if (!names.includes(key))
      fail(
        op,
        `there is no option ${describe(key)}; ${names.length === 1 ? 'the only one is' : 'there are'} ${names.join(', ')}`,
      )
  }
  return options
}

/** Throws unless `value` is a boolean: a truthy 'no' is a mistake. */
export function checkFlag(op: string, name: string, value: unknown): void {
  if (typeof value !== 'boolean') fail(op, `${name} must be true or false, got ${describe(value)}`)
}
