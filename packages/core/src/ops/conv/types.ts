/** @file Types of convolution and pooling: options, and shapes in which batch and channels are known and sizes are `number`. */
import type { Gradual, Shape, Show } from '../../shape-types.ts'
import type { Tensor } from '../../tensor.ts'

/** One number for both axes, or [height, width]. */
type PairArg = number | readonly [height: number, width: number]

export interface Conv1dOptions<G extends number = number, O extends number = number> {
  /** One number per output channel. */
  readonly bias?: Tensor<readonly [O]> | null | undefined
  /** Distance between windows, 1 unless told. */
  readonly stride?: number
  /** Zeros on both sides, 0 unless told; 'same' keeps the length (stride 1 only; the odd zero goes to the end). */
  readonly padding?: number | 'same'
  /** Distance between the elements of a window, 1 unless told. */
  readonly dilation?: number
  /** Channels are cut into this many groups, each with weights of its own; 1 unless told. */
  readonly groups?: G
}

export interface Conv2dOptions<G extends number = number, O extends number = number> {
  /** One number per output channel. */
  readonly bias?: Tensor<readonly [O]> | null | undefined
  /** Distance between windows, 1 unless told. */
  readonly stride?: PairArg
  /** Zeros on all sides, 0 unless told; 'same' keeps height and width (stride 1 only; odd zeros go to the end). */
  readonly padding?: PairArg | 'same'
  /** Distance between the elements of a window, 1 unless told. */
  readonly dilation?: PairArg
  /** Channels are cut into this many groups, each with weights of its own; 1 unless told. */
  readonly groups?: G
}

export interface ConvTranspose2dOptions<G extends number = number> {
  /** One number per output channel. */
  readonly bias?: Tensor<readonly [number]> | null | undefined
  /** Distance between the windows that the input's elements are spread over, 1 unless told. */
  readonly stride?: PairArg
  /** How much is cut from all sides of the result: the padding of the convolution that this turns round. 0 unless told. */
  readonly padding?: PairArg
  /** Rows and columns added at the end of the result, 0 unless told: with a stride, several sizes have one convolution. */
  readonly outputPadding?: PairArg
  /** Distance between the elements of a window, 1 unless told. */
  readonly dilation?: PairArg
  /** Channels are cut into this many groups, each with weights of its own; 1 unless told. */
  readonly groups?: G
}

export interface Pool2dOptions {
  /** Size of the windows. */
  readonly kernelSize: PairArg
  /** Distance between windows; `kernelSize` unless told. */
  readonly stride?: PairArg
  /** Added on all sides, at most half of `kernelSize`; 0 unless told. */
  readonly padding?: PairArg
}

/** What follows the channels. */
type Spatial1d = readonly [number]
type Spatial2d = readonly [number, number]

/** Images with other channels and sizes: [N, C, ...] or [C, ...]. */
type WithChannels<S extends Shape, C extends number, Spatial extends Shape> = S extends readonly [
  infer N extends number,
  unknown,
  ...Spatial,
]
  ? [N, C, ...Spatial]
  : S extends readonly [unknown, ...Spatial]
    ? [C, ...Spatial]
    : Shape

/** Shape of `conv1d(x, weight)`. */
export type Conv1d<S extends Shape, W extends Shape> = WithChannels<S, W[0], Spatial1d>
/** Shape of `conv2d(x, weight)`. */
export type Conv2d<S extends Shape, W extends Shape> = WithChannels<S, W[0], Spatial2d>
/** Shape of `convTranspose2d(x, weight, { groups })`. */
export type ConvTranspose2d<S extends Shape, W extends Shape, G> = WithChannels<
  S,
  { x: G } extends { x: 1 } ? W[1] : number,
  Spatial2d
>
/** Shape of a pooled `x`. */
export type Pool2d<S extends Shape> = WithChannels<S, ChannelsOf<S, Spatial2d>, Spatial2d>

type ChannelsOf<S extends Shape, Spatial extends Shape> = S extends readonly [
  unknown,
  infer C extends number,
  ...Spatial,
]
  ? C
  : S extends readonly [infer C extends number, ...Spatial]
    ? C
    : number

/** `Ok` where the channels of S are those that the weight takes, as far as types know, else a message. */
export type Conv1dArg<S extends Shape, W extends Shape, G, Ok> = { x: G } extends { x: 1 }
  ? ChannelsArg<'conv1d', S, W, ChannelsOf<S, Spatial1d>, W[1], Ok>
  : Ok
export type Conv2dArg<S extends Shape, W extends Shape, G, Ok> = { x: G } extends { x: 1 }
  ? ChannelsArg<'conv2d', S, W, ChannelsOf<S, Spatial2d>, W[1], Ok>
  : Ok
export type ConvTranspose2dArg<S extends Shape, W extends Shape, Ok> = ChannelsArg<
  'convTranspose2d',
  S,
  W,
  ChannelsOf<S, Spatial2d>,
  W[0],
  Ok
>

type ChannelsArg<
  Op extends string,
  S extends Shape,
  W extends Shape,
  C extends number,
  Taken extends number,
  Ok,
> = { x: Gradual<C>; y: Gradual<Taken> } extends { x: Gradual<Taken> } | { y: Gradual<C> }
  ? Ok
  : `${Op}: input ${Show<S>} has ${C} channels, weight ${Show<W>} takes ${Taken}`
