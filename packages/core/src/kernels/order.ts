/** @file The order that sorts the lines of a tensor: a stable merge sort of positions. Imports lines.ts. */
import type { TypedArray } from '../dtype.ts'
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'
import { forEachLine } from './lines.ts'

/** Up to this many elements, insertion beats merging. */
const RUN = 16

/** Sorts `order` from `low` to `high` (excluded) by the keys at its positions; equal keys stay in their order. */
function sortRange(
  keys: Float64Array,
  order: Int32Array,
  scratch: Int32Array,
  low: number,
  high: number,
): void {
  if (high - low <= RUN) {
    for (let i = low + 1; i < high; i++) {
      const place = order[i]!
      const key = keys[place]!
      let j = i
      for (; j > low && keys[order[j - 1]!]! > key; j--) order[j] = order[j - 1]!
      order[j] = place
    }
    return
  }
  const middle = (low + high) >> 1
  sortRange(keys, order, scratch, low, middle)
  sortRange(keys, order, scratch, middle, high)
  if (keys[order[middle - 1]!]! <= keys[order[middle]!]!) return
  const left = middle - low
  for (let i = 0; i < left; i++) scratch[i] = order[low + i]!
  for (let i = 0, j = middle, k = low; i < left; k++)
    order[k] = j < high && keys[order[j]!]! < keys[scratch[i]!]! ? order[j++]! : scratch[i++]!
}

// One function per loop: V8 11 (Node 20), having met a long line first, enters code that was compiled in the middle of
// the first loop at every later line, and leaves it as often at the second. For lines of 3 that cost 60 times as much.

/** Fills `keys` with the elements of a line times `sign`; how many are numbers. */
function readKeys(keys: Float64Array, sign: number, source: TypedArray, start: number, step: number): number {
  let numbers = 0
  for (let i = 0, p = start; i < keys.length; i++, p += step)
    if ((keys[i] = sign * source[p]!) === keys[i]) numbers++
  return numbers
}

/** Lists the positions of the numbers from place `number` on, and those of NaN from place `nan` on. */
function placeNumbers(order: Int32Array, keys: Float64Array, number: number, nan: number): void {
  for (let i = 0; i < keys.length; i++) order[keys[i] === keys[i] ? number++ : nan++] = i
}

function writeLine(target: TypedArray, start: number, step: number, count: number, order: Int32Array): void {
  for (let k = 0, q = start; k < count; k++, q += step) target[q] = order[k]!
}

/**
 * The positions along `axis` that put the elements of `x` in ascending (or descending) order; of those as many as
 * `out` has along the axis. Equal elements keep their order; NaN counts as larger than every number.
 */
export function orderLines(x: Tensor, axis: number, descending: boolean, out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const size = x.shape[axis]!
  const keys = new Float64Array(size)
  const order = new Int32Array(size)
  const scratch = new Int32Array(size >> 1)
  const [source, target] = [x.storage.data, result.storage.data]
  const [from, to] = [x.strides[axis]!, result.strides[axis]!]
  forEachLine([x, result], axis, ([p, q]) => {
    // NaN compares with nothing: the numbers are sorted apart, the NaN stand behind them or, descending, before them.
    const numbers = readKeys(keys, descending ? -1 : 1, source, p!, from)
    const first = descending ? size - numbers : 0
    placeNumbers(order, keys, first, descending ? 0 : numbers)
    sortRange(keys, order, scratch, first, first + numbers)
    writeLine(target, q!, to, out.shape[axis]!, order)
  })
  return result
}
