/** @file Truth: logic on bool tensors, tests of numbers, any and all, and whether two tensors are close. Imports define.ts and reduce.ts. */
import type { TypedArray } from '../dtype.ts'
import { checkOptions, describe, fail } from '../errors.ts'
import type { Expr } from '../scalar.ts'
import { broadcastShapes } from '../shape.ts'
import type { Broadcastable, Shape } from '../shape-types.ts'
import { withTracer } from '../tape.ts'
import type { Aval, Tensor } from '../tensor.ts'
import { broadcastTo, type Reduction } from './broadcast.ts'
import { type Binary, binary, type Unary, unary } from './define.ts'
import { cast } from './memory.ts'
import { checkSameDType, checkTensor, lift, type Operand } from './operand.ts'
import { reducing } from './reduce.ts'

function checkBool(op: string, x: Aval): void {
  if (x.dtype !== 'bool') fail(op, `needs bool, got ${x.dtype}; compare first, as in x.ne(0)`)
}

// ── elementwise ──────────────────────────────────────────────────────────────

const logical = (name: string, expr: Expr): Binary =>
  binary(name, { expr, d: [null, null], check: checkBool, result: 'bool' })

/** a and b, of bool tensors; a number must be 0 or 1. */
export const logicalAnd: Binary = /* @__PURE__ */ logical('logicalAnd', (s, x, y) =>
  s.and(s.ne(x!, 0), s.ne(y!, 0)),
)

/** a or b (or both), of bool tensors; a number must be 0 or 1. */
export const logicalOr: Binary = /* @__PURE__ */ logical('logicalOr', (s, x, y) =>
  s.or(s.ne(x!, 0), s.ne(y!, 0)),
)

const test = (name: string, expr: Expr, check: (op: string, x: Aval) => void): Unary =>
  unary(name, { expr, d: [null], check, result: 'bool' })

/** Whether x is false, of a bool tensor. */
export const logicalNot: Unary = /* @__PURE__ */ test('logicalNot', (s, x) => s.eq(x!, 0), checkBool)

/** Whether x is NaN; of int32 and bool never. Dtype bool. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name in NumPy and PyTorch
export const isNaN: Unary = /* @__PURE__ */ test(
  'isNaN',
  (s, x) => s.ne(x!, x!),
  () => {},
)

/** Whether x is neither NaN nor infinite; of int32 and bool always. Dtype bool. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name in NumPy and PyTorch
export const isFinite: Unary = /* @__PURE__ */ test(
  'isFinite',
  (s, x) => (s.precision === 'int32' || s.precision === 'bool' ? s.eq(x!, x!) : s.lt(s.abs(x!), Infinity)),
  () => {},
)

// ── reductions ───────────────────────────────────────────────────────────────

/** Stops at the first element that decides; the answer of none is the other one. */
const search = (name: string, decisive: 0 | 1): Reduction =>
  reducing(name, {
    fold: (data, start, count, step) => {
      for (let i = 0, p = start; i < count; i++, p += step) if (data[p] === decisive) return decisive
      return 1 - decisive
    },
    check: checkBool,
    result: 'bool',
  })

/** Whether any element over `axis` (one, several, or all) of a bool tensor is true; false for no elements. */
export const any: Reduction = /* @__PURE__ */ search('any', 1)

/** Whether all elements over `axis` (one, several, or all) of a bool tensor are true; true for no elements. */
export const all: Reduction = /* @__PURE__ */ search('all', 0)

// ── closeness ────────────────────────────────────────────────────────────────

export interface AllCloseOptions {
  /** How far apart numbers may be, relative to those of the second tensor; 1e-5 unless told. */
  readonly rtol?: number
  /** How far apart any numbers may be; 1e-8 unless told. */
  readonly atol?: number
}

const ALL_CLOSE_OPTIONS: readonly string[] = ['rtol', 'atol']

function checkTolerance(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value < Infinity))
    fail('allClose', `${name} must be a number >= 0, got ${describe(value)}`)
  return value
}

/**
 * Whether |a - b| <= atol + rtol |b| for all elements, in float64, with NumPy broadcasting: a boolean. NaN is close to
 * nothing, an infinity to itself alone; tensors without elements are close.
 */
export function allClose<A extends Shape, B extends Shape = A>(
  a: Tensor<A>,
  b: number | Broadcastable<A, B, Tensor<B>>,
  options?: AllCloseOptions,
): boolean
export function allClose(a: Tensor, b: Operand, options: AllCloseOptions = {}): boolean {
  checkTensor('allClose', a)
  const other = lift('allClose', b, a)
  checkSameDType('allClose', a, other)
  const given = checkOptions('allClose', options, ALL_CLOSE_OPTIONS)
  const rtol = checkTolerance('rtol', given.rtol ?? 1e-5)
  const atol = checkTolerance('atol', given.atol ?? 1e-8)
  const shape = broadcastShapes('allClose', a.shape, other.shape)
  const numbers = (x: Tensor): TypedArray => broadcastTo(cast(x.detach(), 'float64'), shape).data
  // Values are read here: inside a function that is being traced this still serves tensors from outside of it.
  const [x, y] = withTracer(null, () => [numbers(a), numbers(other)])
  for (let i = 0; i < x.length; i++) {
    // Equality first: the difference of equal infinities is NaN.
    if (x[i] === y[i]) continue
    const difference = Math.abs(x[i]! - y[i]!)
    if (!(difference < Infinity && difference <= atol + rtol * Math.abs(y[i]!))) return false
  }
  return true
}
