/** @file The arguments and results of a checkpoint: any values with tensors in them. Imports tree.ts and the ops that join and cut. */
import { concat } from '../ops/join.ts'
import { cast } from '../ops/memory.ts'
import { reshape } from '../ops/reshape.ts'
import { slice } from '../ops/slice.ts'
import { sizeOf } from '../shape.ts'
import type { Aval, Tensor } from '../tensor.ts'
import { mapTree } from '../tree.ts'

/** `value` with copies of its arrays and plain objects, and their tensors replaced; anything else in them stays. */
export const mapTensors = (value: unknown, f: (x: Tensor) => Tensor): unknown =>
  mapTree('checkpoint', value, f, (leaf) => leaf)

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
