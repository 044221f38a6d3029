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
  data: TypedArray
  base: number
  readonly length: number
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
const slabs: Record<DType, TypedArray> = {
  float32: new Float32Array(0),
  float64: new Float64Array(0),
  int32: new Int32Array(0),
  bool: new Uint8Array(0),
}
const used: Record<DType, number> = { float32: 0, float64: 0, int32: 0, bool: 0 }

/** Zeroed memory for `length` elements. */
export function allocate(dtype: DType, length: number): Storage {
  const bytes = length * bytesPerElement(dtype)
  if (bytes <= HEAP_BYTES || bytes > LARGEST_CUT) return new Storage(allocateArray(dtype, length), 0, length)
  let base = used[dtype]
  if (base + length > slabs[dtype].length) {
    slabs[dtype] = allocateArray(dtype, SLAB_BYTES / bytesPerElement(dtype))
    base = 0
  }
  used[dtype] = base + length
  return new Storage(slabs[dtype], base, length)
}
