/** @file How shapes flow through a list of layers, as types. Imports layer.ts (types only). */
import type { Shape } from '@tapegrad/core/ops'
import type { Layer } from '../layer.ts'

/** What a list of layers makes together, once all fit: the trailing dimensions it takes and gives. */
interface Flow<In extends Shape, Out extends Shape> {
  readonly in: In
  readonly out: Out
}

/** The first layer that does not fit: its position, and what to say there. */
interface Misfit<Position, Message> {
  readonly position: Position
  readonly message: Message
}

/** What a layer declares: only this is read, since inference from its methods would take `[]` for a gradual shape. */
type Rewrites<I extends Shape, O extends Shape> = Pick<Layer<I, O>, '~io'>

/** Folds layers into the `Flow` they make, or into the first `Misfit`. A list of unknown length is not checked. */
type Chain<
  Ls extends readonly unknown[],
  In extends Shape = [],
  Out extends Shape = [],
  Pos extends 0[] = [],
> = number extends Ls['length']
  ? Flow<Shape, Shape>
  : Ls extends readonly [Rewrites<infer I, infer O>, ...infer Rest]
    ? Meet<Out, I> extends { rest: infer P extends Shape; more: infer M extends Shape }
      ? Chain<Rest, [...M, ...In], [...P, ...O], [...Pos, 0]>
      : Misfit<`${Pos['length']}`, `this layer takes ${Trailing<I>} but gets ${Trailing<Out>}`>
    : Flow<In, Out>

/**
 * Matches the end of Have with Want: what is left of Have, and what Want wants beyond it. A layer that takes a shape of
 * unknown length takes all axes, those of the batch too: nothing is left, and there may be more axes in front.
 */
export type Meet<Have extends Shape, Want extends Shape> = number extends Want['length']
  ? { rest: []; more: Shape }
  : number extends Have['length']
    ? { rest: Shape; more: [] }
    : Want extends readonly [...infer WI extends Shape, infer W extends number]
      ? Have extends readonly [...infer HI extends Shape, infer H extends number]
        ? number extends W | H
          ? Meet<HI, WI>
          : [H] extends [W]
            ? Meet<HI, WI>
            : false
        : { rest: []; more: Want }
      : { rest: Have; more: [] }

/** `[..., 3, ?]`. */
export type Trailing<S extends Shape> = `[...${Dims<S>}]`
export type Dims<S extends Shape> = S extends readonly [infer H extends number, ...infer R extends Shape]
  ? `, ${number extends H ? '?' : H}${Dims<R>}`
  : ''

/** The trailing dimensions that a list of layers takes and gives. */
export type In<Ls extends readonly unknown[]> = Chain<Ls> extends Flow<infer I, infer _> ? I : Shape
export type Out<Ls extends readonly unknown[]> = Chain<Ls> extends Flow<infer _, infer O> ? O : Shape

/** The layers, the misfit replaced by the message, so that the compiler points at that argument. */
export type Fitting<Ls extends readonly unknown[]> =
  Chain<Ls> extends Misfit<infer P, infer M> ? { [K in keyof Ls]: K extends P ? M : Ls[K] } : Ls

/** A layer whose output has the trailing dimensions of its input; for another, the message. */
export type Keeping<L> = number extends In<[L]>['length'] | Out<[L]>['length']
  ? L
  : Meet<Out<[L]>, In<[L]>> extends { rest: []; more: [] }
    ? L
    : Changes<L>
type Changes<L> = `this layer makes ${Trailing<Out<[L]>>} of ${Trailing<In<[L]>>}, and must keep the shape`
