/**
 * @file The shape of einsum's result as a type, and checks of a literal equation. Imports movement-types.ts and
 * shape-types.ts.
 *
 * An operand becomes a union of pairs [label, size]. As at run time (ops/einsum.ts) the axes of an ellipsis have labels
 * too: `.1`, `.2`, ... counted from the right; `...` is one of which types do not know the rank.
 */
import type { ShapeIn } from './movement-types.ts'
import type { Broadcast, Gradual, Shape, Show } from './shape-types.ts'
import type { Tensor } from './tensor.ts'

// ── reading the equation ─────────────────────────────────────────────────────

/** The equation without spaces. */
type Text<E extends string> = E extends `${infer A} ${infer B}` ? Text<`${A}${B}`> : E

type Split<X extends string, Out extends string[] = []> = X extends `${infer H},${infer R}`
  ? Split<R, [...Out, H]>
  : [...Out, X]

type Chars<X extends string, Out extends string[] = []> = X extends `${infer H}${infer R}`
  ? Chars<R, [...Out, H]>
  : Out

type Left<X extends string> = X extends `${infer I}->${string}` ? I : X
type Right<X extends string> = X extends `${string}->${infer O}` ? O : Implicit<X>

/** The ellipsis, then in alphabetic order the labels that stand once. */
type Implicit<X extends string> = X extends `${string}...${string}`
  ? `...${Once<X, Alphabet>}`
  : Once<X, Alphabet>
type Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
type Once<
  X extends string,
  Letters extends string,
  Out extends string = '',
> = Letters extends `${infer C}${infer R}`
  ? Once<
      X,
      R,
      X extends `${string}${C}${infer Y}` ? (Y extends `${string}${C}${string}` ? Out : `${Out}${C}`) : Out
    >
  : Out

// ── labels and sizes ─────────────────────────────────────────────────────────

/** The labels of the axes of an operand, null where the rank is wrong. */
type Labels<X extends string, S extends Shape> = X extends `${infer L}...${infer R}`
  ? number extends S['length']
    ? [...Chars<L>, '...', ...Chars<R>]
    : Rest<S, [...Chars<L>, ...Chars<R>]> extends infer D
      ? D extends Shape
        ? [...Chars<L>, ...Dots<D>, ...Chars<R>]
        : null
      : never
  : number extends S['length']
    ? Chars<X>
    : { x: Chars<X>['length'] } extends { x: S['length'] }
      ? Chars<X>
      : null

/** S without as many dimensions as there are letters; null if it has fewer. */
type Rest<S extends Shape, Letters extends string[]> = Letters extends [string, ...infer R extends string[]]
  ? S extends readonly [unknown, ...infer T extends Shape]
    ? Rest<T, R>
    : null
  : S
type Dots<D extends Shape> = D extends readonly [unknown, ...infer R extends Shape]
  ? [`.${D['length']}`, ...Dots<R>]
  : []

type Pairs<L, S extends Shape> = L extends readonly string[]
  ? {
      [K in keyof L]: readonly [L[K], number extends S['length'] ? number : K extends keyof S ? S[K] : never]
    }[number]
  : never
type AllPairs<Parts extends string[], T extends readonly Tensor[]> = {
  [K in keyof T]: K extends keyof Parts
    ? Pairs<Labels<Parts[K] & string, ShapeIn<T[K]>>, ShapeIn<T[K]>>
    : never
}

/** The size of label C in one operand. No `extends number`, which would leave type parameters open. */
type Find<P, C> = P extends readonly [C, infer N] ? N : never

/**
 * The size of label C in all operands, as broadcasting has it. Whether an operand has C is asked of its labels, which
 * are known even where a size is a type parameter.
 */
type Size<C, P extends readonly unknown[], Out extends Shape = []> = P extends readonly [infer H, ...infer R]
  ? C extends Found<H>
    ? Size<C, R, Broadcast<Out, [Find<H, C> & number]>>
    : Size<C, R, Out>
  : Out extends readonly [infer N extends number]
    ? N
    : number
type Sizes<L, P extends readonly unknown[]> = { [K in keyof L]: Size<L[K], P> }

/** The labels of the longest ellipsis. */
type AllDots<Found, Out extends string[] = []> = `.${[...Out, 0]['length']}` extends Found
  ? AllDots<Found, [`.${[...Out, 0]['length']}`, ...Out]>
  : Out
type Found<P> = P extends readonly [infer C, unknown] ? C : never

// ── what the op uses ─────────────────────────────────────────────────────────

/** Shape of `einsum(equation, ...tensors)`. */
export type EinsumOf<E extends string, T extends readonly Tensor[]> = { x: string } extends { x: E }
  ? Shape
  : number extends T['length']
    ? Shape
    : AllPairs<Split<Left<Text<E>>>, T> extends infer P extends readonly unknown[]
      ? OutputOf<Right<Text<E>>, P>
      : Shape
type OutputOf<O extends string, P extends readonly unknown[]> = O extends `${infer L}...${infer R}`
  ? '...' extends Found<P[number]>
    ? Shape
    : Sizes<[...Chars<L>, ...AllDots<Found<P[number]>>, ...Chars<R>], P>
  : Sizes<Chars<O>, P>

/** Check of the equation: E where it can be read and has as many operands as the call, else a message. */
export type EquationArg<E extends string, T extends readonly Tensor[]> = { x: string } extends { x: E }
  ? E
  : number extends T['length']
    ? E
    : [NoLabel<Text<E>>] extends [never]
      ? { x: Split<Left<Text<E>>>['length'] } extends { x: T['length'] }
        ? [OutputProblem<Chars<OutputLetters<Text<E>>>, Text<E>>] extends [never]
          ? [Hidden<Text<E>, T>] extends [never]
            ? E
            : Hidden<Text<E>, T>
          : OutputProblem<Chars<OutputLetters<Text<E>>>, Text<E>>
        : `einsum: '${Text<E>}' has ${Split<Left<Text<E>>>['length']} operands, the call has ${T['length']}`
      : `einsum: '${NoLabel<Text<E>>}' in '${Text<E>}' is no label; labels are letters, and ... is an ellipsis`

/** The first symbol that is no label, never if there is none. Upper and lower case differ in letters alone. */
type NoLabel<X extends string> = X extends `...${infer R}` | `->${infer R}` | `,${infer R}`
  ? NoLabel<R>
  : X extends `${infer H}${infer R}`
    ? Uppercase<H> extends Lowercase<H>
      ? H
      : NoLabel<R>
    : never

/** The letters of an output that is written. */
type OutputLetters<X extends string> = X extends `${string}->${infer O}`
  ? O extends `${infer L}...${infer R}`
    ? `${L}${R}`
    : O
  : ''
type OutputProblem<O extends string[], X extends string> = O extends [
  infer C extends string,
  ...infer R extends string[],
]
  ? Left<X> extends `${string}${C}${string}`
    ? C extends R[number]
      ? `einsum: the output of '${X}' has '${C}' twice`
      : OutputProblem<R, X>
    : `einsum: the output of '${X}' has '${C}', which is in no operand`
  : never

/** A message where axes of an ellipsis are not in the output, else never. */
type Hidden<X extends string, T extends readonly Tensor[]> = X extends `${string}...${string}->${infer O}`
  ? O extends `${string}...${string}`
    ? never
    : AllDots<Found<AllPairs<Split<Left<X>>, T>[number]>> extends infer D extends [string, ...string[]]
      ? `einsum: the output of '${X}' has no ellipsis, that of the operands has axes: ${D['length']}`
      : never
  : never

/** Check of the operands: each tensor's own type where it fits the equation and those before it, else a message. */
export type OperandArgs<E extends string, T extends readonly Tensor[]> = { x: string } extends { x: E }
  ? T
  : number extends T['length']
    ? T
    : EachOperand<Split<Left<Text<E>>>, AllPairs<Split<Left<Text<E>>>, T>, T>
type EachOperand<Parts extends string[], P extends readonly unknown[], T extends readonly Tensor[]> = {
  [K in keyof T]: K extends keyof Parts & keyof P
    ? Operand<Parts[K] & string, ShapeIn<T[K]>, K & string, P, T[K]>
    : T[K]
}
type Operand<
  X extends string,
  S extends Shape,
  K extends string,
  P extends readonly unknown[],
  Ok,
> = number extends S['length']
  ? Ok
  : Labels<X, S> extends infer L
    ? L extends readonly string[]
      ? Fits<L, S, K, P, P, [], Pairs<L, S>, Ok>
      : `einsum: operand ${K} has shape ${Show<S>}, its labels are '${X}'`
    : never

/**
 * Compares each size of operand K with those of its label in the operands before it: P are all operands, Q those from
 * number I on.
 */
type Fits<
  L extends readonly string[],
  S extends Shape,
  K extends string,
  P extends readonly unknown[],
  Q extends readonly unknown[],
  I extends 0[],
  Own,
  Ok,
> = L extends readonly [infer C extends string, ...infer M extends readonly string[]]
  ? S extends readonly [infer N extends number, ...infer R extends Shape]
    ? `${I['length']}` extends K
      ? C extends M[number]
        ? { x: Gradual<Find<Own, C>> } extends { x: Gradual<N> }
          ? Fits<M, R, K, P, P, [], Own, Ok>
          : `einsum: label '${C}' has sizes ${N} and ${Exclude<Find<Own, C>, N> & number} in operand ${K}; a diagonal has one size`
        : Fits<M, R, K, P, P, [], Own, Ok>
      : Q extends readonly [infer H, ...infer T]
        ? C extends Found<H>
          ? { x: Gradual<N>; y: Gradual<Find<H, C>> } extends
              | { x: Gradual<Find<H, C>> }
              | { y: Gradual<N> }
              | { x: 1 }
              | { y: 1 }
            ? Fits<L, S, K, P, T, [...I, 0], Own, Ok>
            : `einsum: ${Name<C>} has size ${Find<H, C> & number} in operand ${I['length']} and ${N} in operand ${K}; neither is 1`
          : Fits<L, S, K, P, T, [...I, 0], Own, Ok>
        : Ok
    : Ok
  : Ok
type Name<C extends string> = C extends `.${infer I}` ? `axis -${I} of the ellipsis` : `label '${C}'`
