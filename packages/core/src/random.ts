/**
 * @file Seeded random tensors: the same seed gives the same bits on every engine. Imports threefry.ts, create.ts and
 * ops/memory.ts.
 */

import { type CreateOptions, tensor, wrap } from './create.ts'
import { allocateArray, checkDType, type DType, isFloat } from './dtype.ts'
import { checkOptions, describe, fail, TapegradError } from './errors.ts'
import { assign } from './ops/memory.ts'
import { checkShape, sizeOf } from './shape.ts'
import type { Shape } from './shape-types.ts'
import { Tensor } from './tensor.ts'
import {
  advance,
  fillIntegers,
  fillNormal,
  fillPermutation,
  fillUniform,
  type RandomState,
} from './threefry.ts'

/**
 * A stream of random numbers (Threefry-2x32-20). Its state, key and counter, is an int32 tensor made once: what changes
 * between steps lives in tensors.
 */
export class Generator {
  private readonly words: Tensor<[4]>

  /** Generators of one seed, any whole number up to 2^53, produce the same numbers. */
  constructor(seed: number) {
    this.words = tensor(keyFor('Generator', seed))
  }

  /** Tells this copy of the package from another: see `isForeign`. */
  get '~copy'(): unknown {
    return TapegradError
  }

  /** Key and counter, [4] int32: a copy. Set it to go back to where it was read. */
  get state(): Tensor<[4]> {
    return tensor(this.words.data, { shape: [4] })
  }
  set state(state: Tensor) {
    if (!(state instanceof Tensor) || state.dtype !== 'int32' || state.ndim !== 1 || state.size !== 4) {
      fail(
        'Generator',
        `the state must be an int32 tensor of 4 words, as read from generator.state, got ${describe(state)}`,
      )
    }
    assign(this.words, state)
  }

  /** Starts over with another seed. */
  seed(seed: number): void {
    assign(this.words, tensor(keyFor('Generator', seed)))
  }

  /** Runs one of threefry.ts's filling functions on the state, then moves the counter on. */
  draw(fill: (state: RandomState) => number): void {
    const words = new Int32Array(this.words.data)
    advance(words, fill(words))
    assign(this.words, tensor(words))
  }
}

function keyFor(op: string, seed: unknown): Int32Array {
  if (!Number.isSafeInteger(seed))
    fail(op, `the seed must be a whole number up to 2^53 in magnitude, got ${describe(seed)}`)
  return Int32Array.of((seed as number) | 0, Math.floor((seed as number) / 2 ** 32) | 0, 0, 0)
}

let shared: Generator | null = null

/** The generator behind calls that name none; until `manualSeed` it starts somewhere else in every process. */
const defaultGenerator = (): Generator => (shared ??= new Generator(Math.floor(Math.random() * 2 ** 53)))

/** Seeds the generator that is used where none is named. */
export function manualSeed(seed: number): void {
  keyFor('manualSeed', seed)
  defaultGenerator().seed(seed)
}

export interface RandomOptions extends CreateOptions {
  /** Where the numbers come from; the shared generator when left out. */
  readonly generator?: Generator
}

const RANDOM_OPTIONS: readonly string[] = ['dtype', 'requiresGrad', 'generator']

type Fill = (state: RandomState, out: Float64Array | Float32Array | Int32Array) => number

/** `wrong` says, of a dtype, what the function makes instead; undefined: the dtype will do. */
function drawn(
  op: string,
  shape: Shape,
  options: RandomOptions,
  fill: Fill,
  own: DType = 'float32',
  wrong: (dtype: DType) => string | false = (dtype) =>
    !isFloat(dtype) && `makes floating-point numbers, not ${dtype}; use randint for whole numbers`,
): Tensor {
  const { generator = defaultGenerator(), dtype = own } = checkOptions(op, options, RANDOM_OPTIONS)
  const refusal = wrong(checkDType(op, dtype))
  if (refusal) fail(op, refusal)
  if (!(generator instanceof Generator))
    fail(op, `the generator must be made with new Generator(seed), got ${describe(generator)}`)
  const checked = checkShape(op, shape)
  const data = allocateArray(dtype, sizeOf(checked), op) as Float64Array | Float32Array | Int32Array
  generator.draw((state) => fill(state, data))
  return wrap(op, data, checked, dtype, options)
}

/** Uniform numbers in [0, 1): multiples of 2^-24 in float32, of 2^-53 in float64. */
export function rand<const S extends Shape>(shape: readonly [...S], options: RandomOptions = {}): Tensor<S> {
  return drawn('rand', shape, options, fillUniform as Fill) as Tensor<S>
}

/** Standard normal numbers: mean 0, variance 1 (Box and Muller). */
export function randn<const S extends Shape>(shape: readonly [...S], options: RandomOptions = {}): Tensor<S> {
  return drawn('randn', shape, options, fillNormal as Fill) as Tensor<S>
}

/** Whole numbers from `low` to `high` - 1, each equally likely; int32 unless a float dtype is asked for. */
export function randint<const S extends Shape>(
  low: number,
  high: number,
  shape: readonly [...S],
  options: RandomOptions = {},
): Tensor<S> {
  for (const bound of [low, high])
    if (typeof bound !== 'number')
      fail('randint', `low and high must be whole numbers, got ${describe(bound)}`)
  const fill: Fill = (state, out) => {
    if (out instanceof Int32Array) return fillIntegers(state, low, high, out)
    const whole = new Int32Array(out.length)
    const blocks = fillIntegers(state, low, high, whole)
    out.set(whole)
    return blocks
  }
  const wrong = (dtype: DType): string | false =>
    dtype === 'bool' && 'makes whole numbers, not bool; compare them, as in randint(0, 2, shape).eq(1)'
  return drawn('randint', shape, options, fill, 'int32', wrong) as Tensor<S>
}

/** 0 to n - 1 in random order, each order equally likely; int32. */
export function permutation(n: number, options: RandomOptions = {}): Tensor<[number]> {
  const wrong = (dtype: DType): string | false =>
    dtype !== 'int32' && `makes int32 indices, not ${describe(dtype)}; convert the result with to()`
  return drawn('permutation', [n], options, fillPermutation as Fill, 'int32', wrong) as Tensor<[number]>
}
