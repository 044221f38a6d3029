/** @file Comparison of tensors up to rounding, with a message that says where they differ. Imports create.ts, shape.ts and tensor.ts. */
import { tensor } from '../create.ts'
import type { DType, TypedArray } from '../dtype.ts'
import { checkFlag, checkOptions, describe, fail, isForeign } from '../errors.ts'
import type { NestedValues } from '../movement-types.ts'
import { checkTensor } from '../ops/operand.ts'
import { sameShape, showShape, unravel } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { Tensor } from '../tensor.ts'

/** What can be compared: a tensor, a number or boolean, nested arrays of them, a typed array. */
export type Comparable = Tensor | NestedValues | TypedArray

export interface CloseOptions {
  /** Allowed difference as a part of |expected|. By dtype unless told; 0 where only `atol` is given. */
  readonly rtol?: number
  /** Allowed difference beyond that. By dtype unless told; 0 where only `rtol` is given. */
  readonly atol?: number
  /** Whether NaN is what it should be where NaN is expected. Default true. */
  readonly equalNaN?: boolean
  /** false lets dtypes differ; the looser of their tolerances holds. Default true. */
  readonly checkDtype?: boolean
  /** What is compared, for the message. */
  readonly what?: string
}
const OPTIONS: readonly string[] = ['rtol', 'atol', 'equalNaN', 'checkDtype', 'what']

const TOLERANCES: Record<DType, { readonly rtol: number; readonly atol: number }> = {
  float32: { rtol: 1.3e-6, atol: 1e-5 },
  float64: { rtol: 1e-7, atol: 1e-7 },
  int32: { rtol: 0, atol: 0 },
  bool: { rtol: 0, atol: 0 },
}
const LOOSEST_FIRST: readonly DType[] = ['float32', 'float64', 'int32', 'bool']

interface Side {
  readonly shape: Shape
  /** null for numbers and arrays, which have none. */
  readonly dtype: DType | null
  readonly data: ArrayLike<number>
}

function sideOf(op: string, name: string, value: unknown): Side {
  if (value instanceof Tensor) return value
  if (isForeign(value)) checkTensor(op, value)
  try {
    const { shape, data } = tensor(value as NestedValues, { dtype: 'float64' })
    return { shape, dtype: null, data }
  } catch (error) {
    return fail(
      op,
      `${name} must be a tensor, a number or nested arrays, got ${describe(value)} (${(error as Error).message})`,
    )
  }
}

export interface Comparison {
  readonly close: boolean
  /** What holds: how the two differ, or how close they are. Without the name of the op. */
  readonly message: string
}

/** Compares two values element by element; only a bad argument throws. */
export function compare(op: string, actual: unknown, expected: unknown, options: CloseOptions): Comparison {
  const { equalNaN = true, checkDtype = true, what } = checkOptions(op, options, OPTIONS)
  checkFlag(op, 'equalNaN', equalNaN)
  checkFlag(op, 'checkDtype', checkDtype)
  if (what !== undefined && typeof what !== 'string') fail(op, `what must be a text, got ${describe(what)}`)
  const label = what ? `${what}: ` : ''
  const a = sideOf(op, 'actual', actual)
  const b = sideOf(op, 'expected', expected)
  const { rtol, atol } = tolerancesOf(op, options, [a.dtype, b.dtype])
  const differs = (message: string): Comparison => ({ close: false, message: `${label}${message}` })
  if (!sameShape(a.shape, b.shape))
    return differs(`shapes differ: actual ${showShape(a.shape)}, expected ${showShape(b.shape)}`)
  if (checkDtype && a.dtype !== null && b.dtype !== null && a.dtype !== b.dtype)
    return differs(
      `dtypes differ: actual ${a.dtype}, expected ${b.dtype}; convert one with to(dtype), or pass { checkDtype: false }`,
    )
  const found = search(a, b, rtol, atol, equalNaN)
  const dtype = a.dtype ?? b.dtype
  const kind = `${dtype === null ? '' : `${dtype}, `}shape ${showShape(a.shape)}`
  const tolerances = `rtol ${brief(rtol)}, atol ${brief(atol)}`
  if (found.count > 0)
    return differs(
      `${found.count} of ${count(a.data.length)} too far apart (${kind}, ${tolerances})${details(found, a, b)}`,
    )
  const largest =
    found.place < 0
      ? ''
      : `; the largest difference is ${brief(Math.abs(a.data[found.place]! - b.data[found.place]!))}${at(found.place, a.shape)}`
  return {
    close: true,
    message: `${label}all ${count(a.data.length)} close (${kind}, ${tolerances})${largest}`,
  }
}

/** Six digits at most: `1.3e-6`. */
function brief(x: number): string {
  const rounded = Number(x.toPrecision(6))
  return rounded !== 0 && rounded < 1e-3 ? rounded.toExponential() : String(rounded)
}

const count = (n: number): string => (n === 1 ? '1 element is' : `${n} elements are`)

function tolerancesOf(
  op: string,
  options: CloseOptions,
  dtypes: readonly (DType | null)[],
): { rtol: number; atol: number } {
  for (const name of ['rtol', 'atol'] as const) {
    const value = options[name]
    if (value !== undefined && !(Number.isFinite(value) && value >= 0))
      fail(op, `${name} must be a number >= 0, got ${describe(value)}`)
  }
  const { rtol, atol } = options
  if (rtol !== undefined || atol !== undefined) return { rtol: rtol ?? 0, atol: atol ?? 0 }
  return TOLERANCES[LOOSEST_FIRST.find((dtype) => dtypes.includes(dtype)) ?? 'float64']
}

interface Found {
  /** How many elements are out of range. */
  readonly count: number
  /** The element that is furthest out of range, or, where none is, the one with the largest difference; -1 for none. */
  readonly place: number
  readonly allowed: number
  /** Where NaN stands on one side alone, or on both and is not to be equal. */
  readonly nan: Record<'actual' | 'expected' | 'both', readonly number[]>
}

function search(a: Side, b: Side, rtol: number, atol: number, equalNaN: boolean): Found {
  const nan: Record<'actual' | 'expected' | 'both', number[]> = { actual: [], expected: [], both: [] }
  let [outside, place, worst, allowedThere] = [0, -1, -1, 0]
  const { length } = b.data
  for (let k = 0; k < length; k++) {
    const [x, y] = [a.data[k]!, b.data[k]!]
    if (x !== x || y !== y) {
      const both = x !== x && y !== y
      if (both && equalNaN) continue
      nan[both ? 'both' : x !== x ? 'actual' : 'expected'].push(k)
      outside++
      continue
    }
    // An infinity is close to itself alone, and equal numbers are close, whatever is allowed.
    const finite = Number.isFinite(x) && Number.isFinite(y)
    const apart = x === y ? 0 : Math.abs(x - y)
    const allowed = finite ? atol + rtol * Math.abs(y) : 0
    if (apart > allowed) {
      // Those out of range before all others, then by how far they are.
      const excess = apart / Math.max(allowed, Number.MIN_VALUE)
      if (outside === nan.actual.length + nan.expected.length + nan.both.length) worst = -1
      outside++
      if (excess > worst) [place, worst, allowedThere] = [k, excess, allowed]
    } else if (outside === 0 && apart > worst) [place, worst, allowedThere] = [k, apart, allowed]
  }
  return { count: outside, place, allowed: allowedThere, nan }
}

const at = (place: number, shape: Shape): string =>
  shape.length === 0 ? '' : ` at ${showShape(unravel(place, shape))}`

/** More places than this are only counted. */
const SHOWN = 5

function details({ count: outside, place, allowed, nan }: Found, a: Side, b: Side): string {
  const lines: string[] = []
  const { actual, expected, both } = nan
  if (outside > actual.length + expected.length + both.length) {
    const [x, y] = [a.data[place]!, b.data[place]!]
    lines.push(
      `worst${at(place, a.shape)}: actual ${x}, expected ${y}, apart by ${brief(Math.abs(x - y))}, allowed ${brief(allowed)}`,
    )
  }
  const positions = (who: string, places: readonly number[]): void => {
    if (places.length === 0) return
    const shown = places.slice(0, SHOWN).map((k) => showShape(unravel(k, a.shape)))
    const more = places.length > SHOWN ? ` and ${places.length - SHOWN} more` : ''
    lines.push(`NaN in ${who} at ${shown.join(', ')}${more}`)
  }
  positions('actual alone', actual)
  positions('expected alone', expected)
  positions('both', both)
  return lines.map((line) => `\n  ${line}`).join('')
}

/**
 * Throws unless `actual` is close to `expected`: the same shape and dtype, and |actual - expected| <= atol + rtol
 * |expected| at each element. NaN meets NaN (as in numpy.testing, unless equalNaN is false) and an infinity itself; 0 and
 * -0 are equal. Numbers and nested arrays have no dtype: they are compared as they are, with the tolerances of the other
 * side. The message names the element that is furthest out of range, how many are, and where NaN is on one side alone.
 *
 * Tolerances are those of torch.testing: float32 rtol 1.3e-6, atol 1e-5; float64 (and arrays) 1e-7 both; int32 and bool
 * exactly. For float32 that is room for some 20 roundings (6e-8 each), and for the cancellation of terms up to about 100;
 * of float64 it asks half of the digits, as derivatives by finite differences have. `atol` is made for values around 1:
 * where they are much smaller, `expectClose(a, b, { rtol })` compares by rtol alone, since either tolerance is 0 when only
 * the other one is given.
 */
export function expectClose(actual: Comparable, expected: Comparable, options: CloseOptions = {}): void {
  const { close, message } = compare('expectClose', actual, expected, options)
  if (!close) fail('expectClose', message)
}
