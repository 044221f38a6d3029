/** @file What an op is: one record. Types only, but for the function that gives all records one hidden class. Imports tensor.ts. */
import type { Expr } from './scalar.ts'
import type { Aval, Tensor } from './tensor.ts'

/**
 * Cotangent of input number `index`, given the cotangent `ct` of the output: dL/dx from dL/dout. Written in
 * differentiable ops, so that derivatives of derivatives follow. null: none flows there, in this call.
 */
export type Pullback<Params> = (
  ct: Tensor,
  inputs: readonly Tensor[],
  out: Tensor,
  params: Params,
  index: number,
) => Tensor | null

/** Tangent of the output from the tangents of the inputs (null: that input does not move). */
type ForwardRule<Params> = (
  dxs: readonly (Tensor | null)[],
  inputs: readonly Tensor[],
  out: Tensor,
  params: Params,
) => Tensor | null

/**
 * The op over a batch: those inputs with `batched[i]` carry one more axis, the batch, at position 0. Returns the
 * output with the batch at axis 0. Calls `apply` or differentiable ops.
 */
export type BatchRule<Params> = (
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  params: Params,
  size: number,
) => Tensor

export interface Primitive<Params = undefined> {
  readonly name: string
  /** Shape and dtype of the result. All validation happens here, so that eager and traced runs share it. */
  readonly shape: (inputs: readonly Aval[], params: Params) => Aval
  /** Computes the result as a fresh Tensor object; movement ops return a view on their input's storage. */
  readonly kernel: (inputs: readonly Tensor[], params: Params, out: Aval) => Tensor
  /** One pullback per input (null: not differentiable in it), or one for all inputs of a variadic op. */
  readonly vjp: readonly (Pullback<Params> | null)[] | Pullback<Params>
  /**
   * `linear`: the op itself, applied to the tangents. `multilinear`: the sum, over the inputs that move, of the op with
   * that input replaced by its tangent. In both, inputs whose vjp is null (indices, masks) pass through unchanged.
   * `diagonal`: each Jacobian is its own transpose, so it is the sum of the pullbacks, given tangents for cotangents.
   */
  readonly jvp: 'linear' | 'multilinear' | 'diagonal' | ForwardRule<Params>
  /**
   * `elementwise`: put the batch axis in front of every input and apply. `shiftAxes`: the same, after `shift` has moved
   * the axes named in params by one.
   */
  readonly batch: 'elementwise' | 'shiftAxes' | BatchRule<Params>
  /** For `batch: 'shiftAxes'`: params for inputs with one more leading axis of `size`. */
  readonly shift?: (params: Params, size: number) => Params
  /** Which values the pullbacks read. Overwriting one of them before `backward` is an error that names the op. */
  readonly saves: { readonly inputs: readonly number[]; readonly output: boolean }
  /**
   * Scalar body of an elementwise op, of which its kernel is made. Here only tests read it; a compiler is to put the
   * bodies of several ops into one loop.
   */
  readonly expr?: Expr
}

/** A primitive whose params are not known to the reader: the tape treats them as opaque. */
// biome-ignore lint/suspicious/noExplicitAny: params of different ops meet on one tape; each op reads only its own
export type AnyPrimitive = Primitive<any>

/** Saved values, in the words in which ops state them. */
export const SAVES_NOTHING = { inputs: [], output: false } as const
export const SAVES_OUTPUT = { inputs: [], output: true } as const
export const SAVES_FIRST = { inputs: [0], output: false } as const
export const SAVES_FIRST_AND_OUTPUT = { inputs: [0], output: true } as const
export const SAVES_BOTH = { inputs: [0, 1], output: false } as const

/** A record with every field in one order: all primitives share a hidden class, which keeps `apply` fast. */
export function primitive<Params = undefined>(p: Primitive<Params>): Primitive<Params> {
  return {
    name: p.name,
    shape: p.shape,
    kernel: p.kernel,
    vjp: p.vjp,
    jvp: p.jvp,
    batch: p.batch,
    shift: p.shift as NonNullable<typeof p.shift>,
    saves: p.saves,
    expr: p.expr as Expr,
  }
}
