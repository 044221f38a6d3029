/** @file The arguments and results of a checkpoint: any values with tensors in them. Imports tree.ts and the ops that join and cut. */
import { fail } from '../errors.ts'
import { concat } from '../ops/join.ts'
import { cast } from '../ops/memory.ts'
import { reshape } from '../ops/reshape.ts'
import { slice } from '../ops/slice.ts'
import { sizeOf } from '../shape.ts'
import { type Aval, Tensor } from '../tensor.ts'
import { isPlainObject } from '../tree.ts'

/** Deeper is a mistake: an object that contains itself, most likely. */
const MAX_DEPTH = 200

/** `value` with copies of its arrays and plain objects, and their tensors replaced; anything else in them stays. */
export function mapTensors(value: unknown, f: (x: Tensor) => Tensor, depth = 0): unknown {
  if (value instanceof Tensor) return f(value)
  if (depth > MAX_DEPTH)
    fail('checkpoint', `an argument or result nests deeper than ${MAX_DEPTH} levels; does it contain itself?`)
  if (Array.isArray(value)) return value.map((child) => mapTensors(child, f, depth + 1))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, mapTensors(child, f, depth + 1)]),
  )
}

export function tensorsIn(value: unknown): Tensor[] {
  const tensors: Tensor[] = []
  mapTensors(value, (x) => {
    tensors.push(x)
    return x
  })
  return tensors
}

/** One tensor that holds all: a node has one output. */
export function pack(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors
  if (tensors.length === 1) return first!
  const dtype = tensors.every((x) => x.dtype === first!.dtype) ? first!.dtype : 'float64'
  return concat(
    tensors.map((x) => reshape(cast(x, dtype), [x.size]) as Tensor),
    0,
  )
}

export function unpack(packed: Tensor, avals: readonly Aval[]): Tensor[] {
  if (avals.length === 1) return [packed]
  let start = 0
  return avals.map(({ shape, dtype }) => {
    const size = sizeOf(shape)
    const part = slice(packed as Tensor<[number]>, [[start, start + size]])
    start += size
    return reshape(cast(part as Tensor, dtype), shape)
  })
}
