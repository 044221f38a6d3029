/** @file Samples made a batch: what `collate` does by default. Imports core, errors.ts and promises.ts. */
import { stack, Tensor, tensor } from '@tapegrad/core/ops'
import { describe, fail, sameShape, showShape } from '../errors.ts'
import { OP } from './promises.ts'

type Numbers = Float32Array | Float64Array | Int32Array

/**
 * What the default `collate` makes of samples: a new first axis of samples wherever a tensor, a number, a boolean or a
 * typed array stands; arrays and plain objects are kept. Numbers make float32 as `tensor` does, so class labels are best
 * given as int32: `tensor(label, { dtype: 'int32' })`, or `to('int32')` on the batch.
 */
export type Collated<Sample> =
  Sample extends Tensor<infer S>
    ? Tensor<[number, ...S]>
    : Sample extends number | boolean
      ? Tensor<[number]>
      : Sample extends Numbers
        ? Tensor<[number, number]>
        : Sample extends string | bigint | symbol | null | undefined
          ? never
          : { -readonly [K in keyof Sample]: Collated<Sample[K]> }

/** One place in all samples of a batch. */
interface Place {
  readonly values: readonly unknown[]
  /** The numbers of the samples. */
  readonly numbers: ArrayLike<number>
  /** `[0].x`; empty for the samples themselves. */
  readonly path: string
}

/** The batch of samples, of which `numbers` has the numbers, for messages. */
export const collate = (samples: readonly unknown[], numbers: ArrayLike<number>): unknown =>
  join({ values: samples, numbers, path: '' })

function join(place: Place): unknown {
  const { values } = place
  const [first] = values
  if (first instanceof Tensor) {
    const fits = (x: unknown): boolean =>
      x instanceof Tensor && x.dtype === first.dtype && sameShape(x.shape, first.shape)
    return stack(alike<Tensor>(place, fits), 0)
  }
  if (typeof first === 'number' || typeof first === 'boolean')
    return tensor(alike<number>(place, (x) => typeof x === typeof first))
  if (isNumbers(first)) {
    const fits = (x: unknown): boolean => show(x) === show(first)
    return joinNumbers(first, alike<Numbers>(place, fits))
  }
  if (Array.isArray(first)) {
    alike(place, (x) => Array.isArray(x) && x.length === first.length)
    return first.map((_, i) => join(inside(place, i, `[${i}]`)))
  }
  if (isPlain(first)) {
    const keys = Object.keys(first)
    alike(place, (x) => isPlain(x) && show(x) === show(first))
    return Object.fromEntries(keys.map((key) => [key, join(inside(place, key, `.${key}`))]))
  }
  return fail(OP, `cannot collate samples that hold ${describe(first)}; pass a collate function`)
}

/** The values, if all are like the first. */
function alike<T>({ values, numbers, path }: Place, fits: (value: unknown) => boolean): T[] {
  const odd = values.findIndex((value) => !fits(value))
  if (odd < 0) return values as T[]
  const where = path === '' ? 'is' : `has at ${path}`
  return fail(
    OP,
    `sample ${numbers[odd]} ${where} ${show(values[odd])}, sample ${numbers[0]} ${show(values[0])}; the samples of a batch must be alike: pad or cut them, or pass a collate function`,
  )
}

const inside = ({ values, numbers, path }: Place, key: number | string, step: string): Place => ({
  values: values.map((value) => (value as Record<number | string, unknown>)[key]),
  numbers,
  path: path + step,
})

const isNumbers = (x: unknown): x is Numbers =>
  x instanceof Float32Array || x instanceof Float64Array || x instanceof Int32Array

function isPlain(x: unknown): x is object {
  if (typeof x !== 'object' || x === null) return false
  const prototype: unknown = Object.getPrototypeOf(x)
  return prototype === Object.prototype || prototype === null
}

/** What must be equal in two samples, in words. */
function show(x: unknown): string {
  if (x instanceof Tensor) return `a tensor of shape ${showShape(x.shape)} (${x.dtype})`
  if (isNumbers(x)) return `a ${x.constructor.name} of length ${x.length}`
  if (Array.isArray(x)) return `an array of length ${x.length}`
  if (isPlain(x)) return `an object with the keys ${Object.keys(x).sort().join(', ')}`
  return describe(x)
}

function joinNumbers(first: Numbers, rows: readonly Numbers[]): Tensor {
  const { length } = first
  const all = new (first.constructor as new (length: number) => Numbers)(rows.length * length)
  rows.forEach((row, i) => {
    all.set(row, i * length)
  })
  return tensor(all, { shape: [rows.length, length] })
}
