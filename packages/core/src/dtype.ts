/** @file Run-time element types and the typed arrays that hold them. Imports errors.ts. */
import { describe, fail } from './errors.ts'

/** What one element is. Booleans are stored as bytes 0 and 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool'
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array

const DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'bool']

/** Only floating-point tensors carry gradients. */
export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64'

export const bytesPerElement = (dtype: DType): number => (dtype === 'float64' ? 8 : dtype === 'bool' ? 1 : 4)

/** A zeroed typed array of `length` elements; `op` is who asks, for the message when there is no memory. */
export function allocateArray(dtype: DType, length: number, op = 'allocate'): TypedArray {
  try {
    // A chain of comparisons, not a table: each branch is a monomorphic allocation that V8 inlines.
    if (dtype === 'float32') return new Float32Array(length)
    if (dtype === 'float64') return new Float64Array(length)
    if (dtype === 'int32') return new Int32Array(length)
    return new Uint8Array(length)
  } catch {
    const gigabytes = (length * bytesPerElement(dtype)) / 2 ** 30
    return fail(op, `no memory for ${length} elements of ${dtype} (${gigabytes.toPrecision(3)} GiB)`)
  }
}

/** The dtype that a typed array brings along; undefined when it has none of its own. */
export function dtypeOfArray(array: unknown): DType | undefined {
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Float64Array) return 'float64'
  if (array instanceof Int32Array) return 'int32'
  return undefined
}

/** Throws unless `dtype` is one of the four. */
export function checkDType(op: string, dtype: unknown): DType {
  if (!(DTYPES as readonly unknown[]).includes(dtype)) {
    fail(op, `unknown dtype ${describe(dtype)}; use one of ${DTYPES.map((d) => `'${d}'`).join(', ')}`)
  }
  return dtype as DType
}
