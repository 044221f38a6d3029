/**
 * @file Shapes as types, continued: movement, joining, indexing, and the values that tensors are made from. The rules
 * of shape-types.ts apply. Imports dtype.ts, shape-types.ts and tensor.ts (types only).
 */
import type { TypedArray } from './dtype.ts'
import type {
  After,
  At,
  AtEach,
  Axis,
  AxisArg,
  DimAt,
  Dims,
  Gradual,
  Head,
  InsertAt,
  RemoveAt,
  SetAt,
  Shape,
  Show,
} from './shape-types.ts'
import type { Tensor } from './tensor.ts'

/** Shape of `permute(order)`. */
export type Permute<S extends Shape, P extends Shape> = number extends S['length'] | P['length']
  ? Shape
  : { -readonly [K in keyof P]: DimAt<S, P[K]> }

/** Check of an order of axes: each axis of S, once. */
export type OrderArg<S extends Shape, P extends Shape> = number extends S['length'] | P['length'] | P[number]
  ? P
  : { n: P['length']; x: P[number]; i: AtEach<S, Axis<S>> } extends {
        n: S['length']
        x: Axis<S>
        i: AtEach<S, P[number]>
      }
    ? P
    : `permute: ${Show<P>} must name each of the ${S['length']} axes of ${Show<S>} once`

/** Shape of `transpose()`. */
export type Reverse<S extends Shape> = number extends S['length'] ? Shape : ReverseInto<S, []>
type ReverseInto<S extends Shape, Out extends Shape> = S extends readonly [
  infer H extends number,
  ...infer R extends Shape,
]
  ? ReverseInto<R, [H, ...Out]>
  : Out

/** Shape of `transpose(a, b)`. */
export type Swap<S extends Shape, A, B> = number extends S['length'] | At<S, A> | At<S, B>
  ? Shape
  : { [K in keyof S]: K extends `${At<S, A>}` ? DimAt<S, B> : K extends `${At<S, B>}` ? DimAt<S, A> : S[K] }

/** Shape of `reshape(shape)`: a -1 is found at run time, where the number of elements is checked too. */
export type Reshape<T extends Shape> = number extends T['length']
  ? Shape
  : { [K in keyof T]: T[K] extends -1 ? number : T[K] }

/** Shape of `squeeze(axis)`; without an axis, every 1 goes. */
export type Squeeze<S extends Shape, X> = number extends S['length']
  ? Shape
  : { x: X } extends { x: undefined }
    ? DropOnes<S>
    : number extends At<S, X>
      ? Shape
      : RemoveAt<S, At<S, X>>
type DropOnes<S extends Shape> = number extends S[number]
  ? Shape
  : S extends readonly [infer H extends number, ...infer R extends Shape]
    ? [H] extends [1]
      ? DropOnes<R>
      : 1 extends H
        ? Shape
        : [H, ...DropOnes<R>]
    : []

/** Check of an axis to squeeze: its size is 1. */
export type SqueezeArg<S extends Shape, X> = number extends S['length'] | X
  ? X
  : { x: X } extends { x: Axis<S> }
    ? { x: Gradual<DimAt<S, X>> } extends { x: 1 }
      ? X
      : `squeeze: axis ${X & number} of ${Show<S>} has size ${DimAt<S, X>}; only size 1 can be removed`
    : AxisArg<S, X>

/** Shape of `unsqueeze(axis)`. */
export type Unsqueeze<S extends Shape, X> = number extends S['length']
  ? Shape
  : InsertAt<S, At<[...S, 1], X>, 1>

/** Shape of `flatten(start, end)`: the merged dimension is `number`, except where only one is merged. */
export type Flatten<S extends Shape, From, To> = number extends S['length']
  ? Shape
  : S extends readonly []
    ? [1]
    : number extends At<S, From> | At<S, To>
      ? Shape
      : [
          ...Head<S, At<S, From>>,
          At<S, From> extends At<S, To> ? DimAt<S, From> : number,
          ...After<S, At<S, To>>,
        ]

/** Check of a shape to repeat S to: `Ok` where axes of size 1 and new leading axes suffice, else a message. */
export type BroadcastableTo<S extends Shape, T extends Shape, Ok> = number extends S['length'] | T['length']
  ? Ok
  : StretchCheck<S, T, S, T, Ok>

/** Walks SI and TI from the right; S and T are kept for the message. */
type StretchCheck<
  SI extends Shape,
  TI extends Shape,
  S extends Shape,
  T extends Shape,
  Ok,
> = SI extends readonly [...infer SJ extends Shape, infer X extends number]
  ? TI extends readonly [...infer TJ extends Shape, infer Y extends number]
    ? { x: Gradual<X>; y: Gradual<Y> } extends { x: Gradual<Y> } | { y: Gradual<X> } | { x: 1 }
      ? StretchCheck<SJ, TJ, S, T, Ok>
      : `broadcastTo: ${Show<S>} cannot become ${Show<T>}: axis ${SJ['length']} has size ${X}, neither 1 nor ${Y}`
    : `broadcastTo: ${Show<S>} cannot become ${Show<T>}: that has fewer axes`
  : Ok

/** Check of a value of shape B to assign to a tensor of shape S: `Ok` where it stretches to S, else a message. */
export type Assignable<S extends Shape, B extends Shape, Ok> = { x: B } extends { x: S }
  ? Ok
  : { x: BroadcastableTo<B, S, Ok> } extends { x: Ok }
    ? Ok
    : `assign: a value of shape ${Show<B>} does not fit the target's shape ${Show<S>}`

/** What `slice` takes per axis: null keeps it, a number is an index and drops it, the rest is a range as in Python. */
export type Range = null | number | readonly [start: number | null, stop?: number | null, step?: number]

/** Shape of `slice(ranges)`: axes beyond the ranges are kept whole. */
export type Slice<S extends Shape, R extends readonly Range[]> = number extends S['length'] | R['length']
  ? Shape
  : SliceEach<S, R, []>
type SliceEach<S extends Shape, R extends readonly unknown[], Out extends Shape> = R extends readonly [
  infer X,
  ...infer Q,
]
  ? S extends readonly [infer H extends number, ...infer T extends Shape]
    ? { x: X } extends { x: number }
      ? SliceEach<T, Q, Out>
      : { x: X } extends { x: null }
        ? SliceEach<T, Q, [...Out, H]>
        : { x: X } extends { x: readonly unknown[] | null }
          ? SliceEach<T, Q, [...Out, number]>
          : Shape
    : Out
  : [...Out, ...S]

/** Check of a list of ranges: at most one per axis. */
export type RangesArg<S extends Shape, R extends readonly Range[]> = number extends S['length'] | R['length']
  ? R
  : Fits<S, R> extends true
    ? R
    : `slice: ${R['length']} ranges for a tensor of ${S['length']} axes, shape ${Show<S>}`
type Fits<S extends readonly unknown[], R extends readonly unknown[]> = R extends readonly [
  unknown,
  ...infer Q,
]
  ? S extends readonly [unknown, ...infer T]
    ? Fits<T, Q>
    : false
  : true

/** What `pad` takes: `[before, after]` for every axis. */
export type Padding<S extends Shape> = { readonly [K in keyof S]: readonly [before: number, after: number] }

/** Shape of `pad(padding)`: an axis padded by a literal [0, 0] keeps its size. */
export type Pad<S extends Shape, P> = number extends S['length']
  ? Shape
  : { [K in keyof S]: K extends keyof P ? (P[K] extends readonly [0, 0] ? S[K] : number) : number }

/** Shape of `tile(reps)`: a dimension is known where it or its count is 1. */
export type Tile<S extends Shape, R> = number extends S['length']
  ? Shape
  : R extends Shape
    ? number extends R['length']
      ? Shape
      : TileEach<S, R, []>
    : TileEach<S, [R & number], []>
type TileEach<S extends Shape, R extends Shape, Out extends Shape> = R extends readonly [
  ...infer Q extends Shape,
  infer Y extends number,
]
  ? S extends readonly [...infer P extends Shape, infer X extends number]
    ? TileEach<P, Q, [{ y: Y } extends { y: 1 } ? X : { x: X } extends { x: 1 } ? Y : number, ...Out]>
    : [...R, ...Out]
  : [...S, ...Out]

/** Shape of `diagonal()`. */
export type Diagonal<S extends Shape> = S extends readonly [
  infer M extends number,
  infer N extends number,
  ...infer B extends Shape,
]
  ? [...B, { x: M; y: N } extends { x: N; y: M } ? M : number]
  : Shape

// Joining and indexing.

/** The shape of a tensor type. */
export type ShapeIn<T> = T extends Tensor<infer S> ? S : never

/** S with size N along an axis: shape of `topk(N, axis)`. */
export type Resize<S extends Shape, X, N extends number> = number extends S['length']
  ? Shape
  : SetAt<S, At<S, X>, N>

/** Shape of `concat(tensors, axis)` from the shape of the first: the joined dimension is `number`. */
export type Concat<S extends Shape, X> = Resize<S, X, number>

/** Check of the tensors to concat: all are like the first, except along the axis. */
export type ConcatArg<T extends readonly Tensor[], X> = EachArg<T, Tensor<Concat<ShapeIn<T[0]>, X>>>

/** Shape of `stack(tensors, axis)`: Count tensors of shape S. */
export type Stack<S extends Shape, Count extends number, X> = number extends S['length']
  ? Shape
  : InsertAt<S, At<[...S, 1], X>, Count>

/** Check of the tensors to stack: all are like the first. */
export type StackArg<T extends readonly Tensor[]> = EachArg<T, Tensor<ShapeIn<T[0]>>>

/** T where each element is an E, else a tuple of Es, so that the compiler points at the element that is not. */
type EachArg<T extends readonly unknown[], E> = { x: T } extends { x: readonly E[] }
  ? T
  : { readonly [K in keyof T]: E }

/** What `take` accepts as indices, and their shape. */
export type Indices = Tensor | readonly number[]
type IndexShape<I> = I extends Tensor<infer T> ? T : I extends readonly unknown[] ? [I['length']] : never

/** Shape of `take(indices, axis)`: the axis becomes the axes of the indices. */
export type Take<S extends Shape, I extends Indices, X> = TakeAt<S, IndexShape<I>, At<S, X>>
type TakeAt<S extends Shape, T extends Shape, P extends number> = number extends S['length'] | T['length'] | P
  ? Shape
  : [...Head<S, P>, ...T, ...After<S, P>]

/** Check of the indices of `gather`: they have the sizes of S but along the axis. */
export type GatherArg<S extends Shape, I extends Shape, X, Ok> = number extends S['length'] | I['length']
  ? Ok
  : { x: Dims<I> } extends { x: Dims<Resize<S, X, number>> }
    ? Ok
    : `indices of shape ${Show<I>} do not fit ${Show<S>}: all sizes but that of axis ${At<S, X>} must agree`

/** What `split(sizes, axis)` returns: a tuple for a list of sizes. */
export type Split<S extends Shape, N, X> = N extends Shape
  ? SplitEach<S, N, X>
  : Tensor<Resize<S, X, number>>[]
type SplitEach<S extends Shape, N extends Shape, X> = {
  -readonly [K in keyof N]: Tensor<Resize<S, X, N[K]>>
}

/** Shape of `oneHot(indices, classes)`. */
export type OneHot<I extends Shape, Classes extends number> = number extends I['length']
  ? Shape
  : [...I, Classes]

// Values.

/** A number, a boolean, or arrays of them nested as deep as the tensor has axes. */
export type NestedValues = number | boolean | readonly NestedValues[]

/** `[[1, 2], [3, 4]]` is `[2, 2]`, `number[][]` is `[number, number]`, a typed array `[number]`. */
export type ShapeOf<T> = { x: NestedValues } extends { x: T }
  ? Shape
  : { x: T } extends { x: number | boolean }
    ? []
    : T extends TypedArray
      ? [number]
      : T extends readonly []
        ? [0]
        : T extends readonly [infer H, ...unknown[]]
          ? [T['length'], ...ShapeOf<H>]
          : T extends readonly (infer E)[]
            ? [T['length'], ...ShapeOf<E>]
            : Shape
