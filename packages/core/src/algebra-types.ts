/**
 * @file The types of dot, outer, of what takes matrices, and of backward: shapes and checks. Imports shape-types.ts and
 * tensor.ts (types only).
 */
import type { Broadcast, BroadcastCheck, Gradual, Shape, Show } from './shape-types.ts'
import type { Tensor } from './tensor.ts'

/** `Ok` where A and B have one axis each, of one size, else a message. */
export type DotArg<A extends Shape, B extends Shape, Ok> = number extends A['length'] | B['length']
  ? Ok
  : { x: A['length']; y: B['length'] } extends { x: 1; y: 1 }
    ? { x: Gradual<A[0]>; y: Gradual<B[0]> } extends { x: Gradual<B[0]> } | { y: Gradual<A[0]> }
      ? Ok
      : `dot: ${Show<A>} and ${Show<B>}: sizes ${A[0]} and ${B[0]} differ`
    : `dot: ${Show<A>} and ${Show<B>}: both must be 1-d; use matmul for matrices`

/** `Ok` where A and B have one axis each, else a message. */
export type OuterArg<A extends Shape, B extends Shape, Ok> = number extends A['length'] | B['length']
  ? Ok
  : { x: A['length']; y: B['length'] } extends { x: 1; y: 1 }
    ? Ok
    : `outer: ${Show<A>} and ${Show<B>}: both must be 1-d; flatten them first, or use einsum`

/** Shape of `outer`. */
export type Outer<A extends Shape, B extends Shape> = { x: A['length']; y: B['length'] } extends {
  x: 1
  y: 1
}
  ? [A[0], B[0]]
  : Shape

/** `Ok` where the last two axes of S have one size, else a message that begins with the name of the op. */
export type SquareArg<S extends Shape, Op extends string, Ok> = number extends S['length']
  ? Ok
  : S extends readonly [...Shape, infer M extends number, infer N extends number]
    ? { x: Gradual<M>; y: Gradual<N> } extends { x: Gradual<N> } | { y: Gradual<M> }
      ? Ok
      : `${Op}: ${Show<S>} holds no square matrices: its last sizes ${M} and ${N} differ`
    : `${Op}: needs a matrix, or a batch of them; the shape is ${Show<S>}`

/** What remains of S without its matrices: the shape of `det`. */
export type Batch<S extends Shape> = S extends readonly [...infer B extends Shape, unknown, unknown]
  ? B
  : Shape

/** Shape of `solve(a, b)`: a b of one axis is a vector, any other holds matrices. */
export type Solve<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? Shape
  : A extends readonly [...infer P extends Shape, infer N extends number, unknown]
    ? B extends readonly [unknown]
      ? [...P, N]
      : B extends readonly [...infer Q extends Shape, unknown, infer K extends number]
        ? [...Broadcast<P, Q>, N, K]
        : Shape
    : Shape

/** `Ok` where b has a row for each equation of a and the leading axes broadcast, else a message. */
export type SolveArg<A extends Shape, B extends Shape, Ok> = number extends A['length'] | B['length']
  ? Ok
  : { x: SquareArg<A, 'solve', Ok> } extends { x: Ok }
    ? A extends readonly [...infer P extends Shape, infer N extends number, unknown]
      ? B extends
          | readonly [infer M extends number]
          | readonly [...infer Q extends Shape, infer M extends number, unknown]
        ? { x: Gradual<M>; y: Gradual<N> } extends { x: Gradual<N> } | { y: Gradual<M> }
          ? B extends readonly [unknown]
            ? Ok
            : BroadcastCheck<P, Q, A, B, Ok, [0, 0, 0]>
          : `solve: ${N} equations in ${Show<A>}, but ${M} rows in ${Show<B>}`
        : 'solve: b is 0-d; it must be a vector or hold matrices'
      : Ok
    : SquareArg<A, 'solve', Ok>

// Methods without arguments have nothing that a check could be the type of, but `this`.

/** T where it holds square matrices, as far as types know, else a message: the `this` of a method without arguments. */
export type SquareThis<T, Op extends string> = T extends Tensor<infer S> ? SquareArg<S, Op, T> : T

/** T where it has two axes or more, as far as types know, else a message. */
export type MatricesThis<T, Op extends string> =
  T extends Tensor<infer S>
    ? number extends S['length']
      ? T
      : S extends readonly [...Shape, unknown, unknown]
        ? T
        : `${Op}: needs a matrix, or a batch of them; the shape is ${Show<S>}`
    : T

/** T where it has one element, as far as types know, else a message: `backward()` without a cotangent. */
export type ScalarThis<T> =
  T extends Tensor<infer S>
    ? number extends S['length']
      ? T
      : { x: Gradual<S[number]> } extends { x: 1 }
        ? T
        : `backward: the tensor has shape ${Show<S>}, not one element; reduce it with sum() or mean(), or pass a cotangent`
    : T
