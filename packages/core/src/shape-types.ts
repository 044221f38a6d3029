/**
 * @file Shapes as types, erased at run time: broadcasting, matmul, axes and the other shape rules of shape.ts, with
 * compile-time messages. Imports the type Shape of shape.ts.
 *
 * 1. A dimension is a literal, which the compiler checks, or `number`, which is checked at run time.
 * 2. `number` is gradual: compatible with every dimension, both ways. `Shape` is the gradual shape: compatible with all.
 * 3. Types recurse over the rank, never over the value of a dimension; what needs arithmetic becomes `number`.
 * 4. Conditions compare boxes, `{ x: X } extends { x: Y }`: those settle at once even where X and Y are type
 *    parameters, so generic code can call these operations; `[X] extends [Y]` would stay open.
 * 5. A check is the type of the parameter, `MatMulable<A, B, Tensor<B>>`: the parameter's own type when the shapes fit,
 *    else a message. The compiler then reports at the argument. Messages stand in the false branch, where they cost
 *    nothing until there is a mistake.
 */

import type { Shape } from './shape.ts'

export type { Shape }

/** A dimension to compare: a literal stays, `number` becomes `any`. This line is rule 2. */
// biome-ignore lint/suspicious/noExplicitAny: `any` is what makes a dimension gradual
export type Gradual<N> = number extends N ? any : N

/** What the phantom field `'~shape'` of a tensor holds. Never annotate the variance of S: that turns rule 2 off. */
export type Dims<S extends Shape> = number extends S['length']
  ? // biome-ignore lint/suspicious/noExplicitAny: the gradual shape
    any
  : { readonly [K in keyof S]: Gradual<S[K]> }

/** `[2, ?, 4]`: a shape as messages show it. */
export type Show<S extends Shape> = number extends S['length'] ? '[...]' : `[${ShowEach<S>}]`
type ShowEach<S extends Shape> = S extends readonly [infer H extends number, ...infer R extends Shape]
  ? R extends readonly []
    ? ShowDim<H>
    : `${ShowDim<H>}, ${ShowEach<R>}`
  : ''
type ShowDim<N extends number> = number extends N ? '?' : `${N}`

/** `Ok` where S has one element, as far as types know, else a message. */
export type OneElement<S extends Shape, Ok> = number extends S['length']
  ? Ok
  : { x: Gradual<S[number]> } extends { x: 1 }
    ? Ok
    : `the function must return one element, it returned shape ${Show<S>}; reduce it with sum() or mean(), or use vjp`

// Broadcasting: axes align at the right, size 1 stretches.

/** Shape of `a + b`. */
export type Broadcast<A extends Shape, B extends Shape> = { x: A; y: B } extends { x: B; y: A }
  ? A
  : number extends A['length'] | B['length']
    ? Shape
    : BroadcastEach<A, B, []>

type BroadcastEach<A extends Shape, B extends Shape, Out extends Shape> = A extends readonly [
  ...infer AI extends Shape,
  infer X extends number,
]
  ? B extends readonly [...infer BI extends Shape, infer Y extends number]
    ? BroadcastEach<AI, BI, [BroadcastDim<X, Y>, ...Out]>
    : [...A, ...Out]
  : [...B, ...Out]

/** Of `number` and a literal other than 1, the literal: whatever the other is, it must be that or 1. */
type BroadcastDim<X extends number, Y extends number> = { x: X; y: Y } extends { x: Y; y: X } | { x: X; y: 1 }
  ? X
  : [X] extends [1]
    ? Y
    : number extends X
      ? Y
      : X

/** `Ok` where A and B broadcast, else a message. */
export type Broadcastable<A extends Shape, B extends Shape, Ok> = { x: A; y: B } extends { x: B; y: A }
  ? Ok
  : number extends A['length'] | B['length']
    ? Ok
    : BroadcastCheck<A, B, A, B, Ok, [0]>

/** Walks AI and BI from the right; A and B are kept for the message, Pos counts the axes. */
export type BroadcastCheck<
  AI extends Shape,
  BI extends Shape,
  A extends Shape,
  B extends Shape,
  Ok,
  Pos extends 0[],
> = AI extends readonly [...infer AJ extends Shape, infer X extends number]
  ? BI extends readonly [...infer BJ extends Shape, infer Y extends number]
    ? { x: Gradual<X>; y: Gradual<Y> } extends { x: Gradual<Y> } | { y: Gradual<X> } | { x: 1 } | { y: 1 }
      ? BroadcastCheck<AJ, BJ, A, B, Ok, [...Pos, 0]>
      : `shapes ${Show<A>} and ${Show<B>} do not broadcast: sizes ${X} and ${Y} differ at axis -${Pos['length']}; neither is 1`
    : Ok
  : Ok

// Matrix products: NumPy's rules, 1-D operands included; leading axes broadcast.

/** Shape of `a @ b`. */
export type MatMul<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? Shape
  : A extends readonly [...infer P extends Shape, infer M extends number, unknown]
    ? B extends readonly [...infer Q extends Shape, unknown, infer N extends number]
      ? [...Broadcast<P, Q>, M, N]
      : [...P, M]
    : B extends readonly [...infer Q extends Shape, unknown, infer N extends number]
      ? [...Q, N]
      : []

/** `Ok` where the inner sizes agree and the leading axes broadcast, else a message. */
export type MatMulable<A extends Shape, B extends Shape, Ok> = number extends A['length'] | B['length']
  ? Ok
  : A extends readonly [...infer P extends Shape, infer K extends number]
    ? B extends
        | readonly [...infer Q extends Shape, infer L extends number, unknown]
        | readonly [infer L extends number]
      ? { x: Gradual<K>; y: Gradual<L> } extends { x: Gradual<L> } | { y: Gradual<K> }
        ? P extends readonly [...infer R extends Shape, unknown]
          ? BroadcastCheck<R, Q, A, B, Ok, [0, 0, 0]>
          : Ok
        : `matmul: ${Show<A>} @ ${Show<B>}: inner sizes ${K} and ${L} differ${TransposeHint<A, B>}`
      : `matmul: ${Show<A>} @ ${Show<B>}: a 0-d operand has no inner axis; use mul`
    : `matmul: ${Show<A>} @ ${Show<B>}: a 0-d operand has no inner axis; use mul`

/** The likely fix, where a transpose would make the sizes meet. */
type TransposeHint<A extends Shape, B extends Shape> = B extends readonly [...Shape, unknown, Last<A>]
  ? '; transpose the right operand, as in a.matmul(b.T)'
  : A extends readonly [...Shape, Inner<B>, unknown]
    ? '; transpose the left operand, as in a.T.matmul(b)'
    : ''
type Last<S extends Shape> = S extends readonly [...Shape, infer N extends number] ? N : never
type Inner<S extends Shape> = S extends readonly [...Shape, infer N extends number, unknown] ? N : S[0]

/** Shape of `linear(x, weight)`, x W^T: [..., in] and [out, in] make [..., out]. */
export type Affine<S extends Shape, W extends Shape> = S extends readonly [...infer B extends Shape, unknown]
  ? [...B, W[0]]
  : Shape

/** `Ok` where the last size of S is that of the weight [out, in], else a message. */
export type AffineArg<S extends Shape, W extends Shape, Ok> = number extends S['length'] | W['length']
  ? Ok
  : { x: W['length']; y: Gradual<Last<S>>; z: Gradual<W[1]> } extends
        | { x: 2; y: Gradual<W[1]> }
        | { x: 2; z: Gradual<Last<S>> }
    ? Ok
    : `linear: input ${Show<S>} does not end in ${ShowDim<W[1]>}, the inputs of weight ${Show<W>} = [out, in]`

// Axes count from the left, or, when negative, from the end.

/** For each rank up to 6: the legal axes and the position each one means. Above that, an axis is any `number`. */
interface Positions {
  0: Record<never, never>
  1: { 0: 0; [-1]: 0 }
  2: { 0: 0; 1: 1; [-1]: 1; [-2]: 0 }
  3: { 0: 0; 1: 1; 2: 2; [-1]: 2; [-2]: 1; [-3]: 0 }
  4: { 0: 0; 1: 1; 2: 2; 3: 3; [-1]: 3; [-2]: 2; [-3]: 1; [-4]: 0 }
  5: { 0: 0; 1: 1; 2: 2; 3: 3; 4: 4; [-1]: 4; [-2]: 3; [-3]: 2; [-4]: 1; [-5]: 0 }
  6: { 0: 0; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; [-1]: 5; [-2]: 4; [-3]: 3; [-4]: 2; [-5]: 1; [-6]: 0 }
}

/** What a reduction takes: one axis, or several; undefined is all. */
export type Axes = number | readonly number[] | undefined

/** The axes of S: `0 | 1 | -1 | -2` for two. */
export type Axis<S extends Shape> = S['length'] extends keyof Positions
  ? keyof Positions[S['length']] & number
  : number

/** Positions from the left of all the axes in the union X; `number` where unknown. */
export type AtEach<S extends Shape, X> = number extends X
  ? number
  : S['length'] extends keyof Positions
    ? X extends keyof Positions[S['length']]
      ? Positions[S['length']][X] & number
      : number
    : number

/** Axis X of S as a position from the left; `number` if unknown, also where X is one of several. */
export type At<S extends Shape, X, All = X> = X extends unknown
  ? { x: All } extends { x: X }
    ? AtEach<S, X>
    : number
  : never

/** The dimension at axis X. */
export type DimAt<S extends Shape, X> = number extends At<S, X> ? number : S[At<S, X>]

/** Check of one axis: X where S has it, or where X is just some `number`; else a message. */
export type AxisArg<S extends Shape, X> = number extends X
  ? X
  : { x: X } extends { x: Axis<S> }
    ? X
    : NoAxis<S, X>

/** Check of an optional axis, or of a list of axes. */
export type AxesArg<S extends Shape, X> = { x: X } extends { x: Axis<S> | readonly Axis<S>[] | undefined }
  ? X
  : X extends readonly unknown[]
    ? { readonly [K in keyof X]: AxisArg<S, X[K]> }
    : AxisArg<S, X>

/** Check of a place for a new axis: an axis of a shape one longer. */
export type NewAxisArg<S extends Shape, X> = AxisArg<[...S, 1], X>

type NoAxis<S extends Shape, X> = `${X & number}` extends `${string}.${string}`
  ? `axis must be a whole number, got ${X & number}`
  : S['length'] extends 0
    ? `axis ${X & number} of a 0-d tensor; it has no axes`
    : `axis ${X & number} is out of range for ${S['length']} axes; use -${S['length']} to ${At<S, -1>}`

/** The first I dimensions of S. */
export type Head<S extends Shape, I extends number, Out extends Shape = []> = Out['length'] extends I
  ? Out
  : S extends readonly [infer H extends number, ...infer R extends Shape]
    ? Head<R, I, [...Out, H]>
    : Out

/** What follows the first I dimensions of S. */
type Tail<S extends Shape, I extends number, Pos extends 0[] = []> = Pos['length'] extends I
  ? S
  : S extends readonly [unknown, ...infer R extends Shape]
    ? Tail<R, I, [...Pos, 0]>
    : []

/** What follows position I of S. */
export type After<S extends Shape, I extends number> =
  Tail<S, I> extends readonly [unknown, ...infer R extends Shape] ? R : []

/** S with V at position I (at several, if I is a union). */
export type SetAt<S extends Shape, I extends number, V extends number> = number extends I
  ? Shape
  : { [K in keyof S]: K extends `${I}` ? V : S[K] }

/** S without position I (without several, if I is a union). */
export type RemoveAt<S extends Shape, I extends number, Pos extends 0[] = []> = S extends readonly [
  infer H extends number,
  ...infer R extends Shape,
]
  ? Pos['length'] extends I
    ? RemoveAt<R, I, [...Pos, 0]>
    : [H, ...RemoveAt<R, I, [...Pos, 0]>]
  : []

/** S with V put in before position I. */
export type InsertAt<S extends Shape, I extends number, V extends number> = number extends I
  ? Shape
  : [...Head<S, I>, V, ...Tail<S, I>]

/** Shape of `sum(axis, { keepdims })`: X is undefined (all axes), one axis, or a list of axes. */
export type Reduce<S extends Shape, X, Keep> = boolean extends Keep
  ? Shape
  : { x: X; keep: Keep } extends { x: undefined; keep: false }
    ? []
    : number extends S['length']
      ? Shape
      : { x: X } extends { x: undefined }
        ? { [K in keyof S]: 1 }
        : ReduceAt<S, { x: X } extends { x: readonly (infer Y)[] } ? AtEach<S, Y> : At<S, X>, Keep>
type ReduceAt<S extends Shape, I extends number, Keep> = number extends I
  ? Shape
  : Keep extends true
    ? SetAt<S, I, 1>
    : RemoveAt<S, I>
