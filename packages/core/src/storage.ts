/** @file The memory behind tensors: a typed array and the time of its last overwrite. Imports dtype.ts. */
import { allocateArray, bytesPerElement, type DType, type TypedArray } from './dtype.ts'

let clock = 0
/**
 * The next moment. Nodes of the tape and overwrites of storages share this one clock, so that
 * `storage.version > node.id` says "overwritten after the node was recorded" without storing versions per node.
 */
export const tick = (): number => ++clock

/**
 * `length` elements of `data`, from `base` on. All views of a tensor and its `detach()` share one Storage, hence
 * one version. An element of a view lies at `storage.data[storage.base + offset]`.
 */
export class Storage {
  declare data: TypedArray
  declare base: number
  declare readonly length: number
  /** Moment of the last `assign`, 0 when there was none. Only grows. */
  version = 0
  constructor(data: TypedArray, base: number, length: number) {
    this.data = data
    this.base = base
    this.length = length
  }
}

// V8 keeps typed arrays of up to 64 bytes in its own heap (30 ns); larger ones get a separately allocated and
// tracked buffer (300 to 900 ns). Arrays in between are cut from a slab, which brings them to about 60 ns. A slab
// is small so that one surviving tensor keeps at most 4 KB alive. (bench/allocation.ts has the measurement.)
const SLAB_BYTES = 4096
const HEAP_BYTES = 64
const LARGEST_CUT = SLAB_BYTES / 4
const slabs: Partial<Record<DType, { readonly data: TypedArray; used: number }>> = {}

/** Zeroed memory for `length` elements. */
export function allocate(dtype: DType, length: number): Storage {
  const bytes = length * bytesPerElement(dtype)
  if (bytes <= HEAP_BYTES || bytes > LARGEST_CUT) return new Storage(allocateArray(dtype, length), 0, length)
  let slab = slabs[dtype]
  if (slab === undefined || slab.used + length > slab.data.length) {
    slab = slabs[dtype] = { data: allocateArray(dtype, SLAB_BYTES / bytesPerElement(dtype)), used: 0 }
  }
  const base = slab.used
  slab.used += length
  return new Storage(slab.data, base, length)
}
