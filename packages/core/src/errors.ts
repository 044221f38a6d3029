/** @file The one error class and the one way to throw it. Imports nothing. */

/** Every error that tapegrad throws on purpose: the message names the op, the facts, and the fix. */
export class TapegradError extends Error {
  override readonly name = 'TapegradError'
  /** The op or public function that refused, for example `matmul`. */
  readonly op: string
  constructor(op: string, message: string, options?: ErrorOptions) {
    super(`${op}: ${message}`, options)
    this.op = op
  }
}

/** Throws a `TapegradError` that reads `op: message`. */
export function fail(op: string, message: string): never {
  throw new TapegradError(op, message)
}

/**
 * Whether a second copy of the package made `value`. Objects of each copy answer with that copy's error class: names of
 * classes say nothing in a minified bundle, where second copies most often are.
 */
export function isForeign(value: unknown): boolean {
  const copy = (value as { '~copy'?: unknown } | null | undefined)?.['~copy']
  return copy !== undefined && copy !== TapegradError
}

/** A short text for any value a caller may have passed, for error messages. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `a function${value.name ? ` (${value.name})` : ''}`
  if (typeof value !== 'object' || value === null) return String(value)
  const shape = (value as { shape?: unknown }).shape
  const origin = isForeign(value)
    ? ' of another copy of @tapegrad/core, which this one cannot use: npm ls @tapegrad/core finds both, npm dedupe or an alias in the bundler leaves one'
    : ''
  if (Array.isArray(shape)) return `a tensor of shape ${describe(shape)}${origin}`
  if (Array.isArray(value)) {
    return value.length <= 8 && value.every((v) => typeof v !== 'object')
      ? `[${Array.from(value, describe).join(', ')}]`
      : `an array of length ${value.length}`
  }
  const name = (value as object).constructor?.name
  return name === undefined || name === 'Object' ? 'a plain object' : `a ${name}${origin}`
}

/** Throws unless `f` can be called. */
export function checkFunction(op: string, f: unknown): void {
  if (typeof f !== 'function') fail(op, `expected a function, got ${describe(f)}`)
}

/** Throws unless `options` is an object with no keys but `names`: a bare 'float64' or a misspelt key would be ignored. */
export function checkOptions<T extends object>(op: string, options: T, names: readonly string[]): T {
  // 'strides': a tensor in the wrong place.
  if (typeof options !== 'object' || options === null || Array.isArray(options) || 'strides' in options)
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

/** The option `name` if it is a boolean; a truthy 'yes' is a mistake. */
export function checkFlag(op: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') fail(op, `${name} must be true or false, got ${describe(value)}`)
  return value
}
