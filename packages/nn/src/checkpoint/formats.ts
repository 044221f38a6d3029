/** @file The dtypes of safetensors, and how their bytes become the elements of a tensor. Imports core, errors.ts and refusal.ts. */
import { type DType, type Tensor, type TypedArray, zeros } from '@tapegrad/core/ops'
import { describe } from '../errors.ts'
import type { Refuse } from './refusal.ts'

/** Where bytes come from: memory, or a file. */
export interface Source {
  /** Number of bytes. */
  readonly size: number
  /** Fills `into` with the bytes from `position` on. */
  read(position: number, into: Uint8Array): void
}

/** How a dtype of the file is held. */
export interface Format {
  /** Bytes per element in the file. */
  readonly size: number
  /** The tensor's dtype. */
  readonly dtype: DType
  /** Writes `count` elements of `chunk` to `out` from `at` on; returns the first that `dtype` cannot hold, else null. */
  readonly convert?: (chunk: ArrayBuffer, count: number, out: TypedArray, at: number) => Unfit | null
}

/** An element that the tensor's dtype cannot hold. */
interface Unfit {
  readonly index: number
  readonly value: unknown
}

type Integers = new (buffer: ArrayBuffer, start: number, length: number) => ArrayLike<number | bigint>

/** Whole numbers of `size` bytes, as int32 where they fit. */
const whole = (size: number, array: () => Integers): Format => ({
  size,
  dtype: 'int32',
  convert(chunk, count, out, at) {
    const from = new (array())(chunk, 0, count)
    for (let index = 0; index < count; index++) {
      const value = Number(from[index])
      if (value !== (value | 0)) return { index, value: from[index] }
      out[at + index] = value
    }
    return null
  },
})

/** Floats of 16 bits, all of which float32 holds: `widen` gives the bits. */
const half = (widen: (bits: number) => number): Format => ({
  size: 2,
  dtype: 'float32',
  convert(chunk, count, out, at) {
    const from = new Uint16Array(chunk, 0, count)
    // As bits: a NaN would lose its payload on the way through a number.
    const to = new Uint32Array(out.buffer, out.byteOffset + 4 * at, count)
    for (let i = 0; i < count; i++) to[i] = widen(from[i]!)
    return null
  },
})

/** The bits of a float32 equal to the IEEE half with these bits. */
function widenHalf(bits: number): number {
  const sign = (bits & 0x8000) << 16
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13)
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13)
  if (fraction === 0) return sign
  // A subnormal, fraction 2^-24: its leading 1 becomes the implicit one.
  const shift = Math.clz32(fraction) - 21
  return sign | ((113 - shift) << 23) | ((fraction << (13 + shift)) & 0x7fffff)
}

/** By the name in the file. The order of those that are written is the reference writer's, the widest first. */
const FORMATS: ReadonlyMap<string, Format> = /* @__PURE__ */ new Map<string, Format>([
  ['F64', { size: 8, dtype: 'float64' }],
  ['F32', { size: 4, dtype: 'float32' }],
  ['I32', { size: 4, dtype: 'int32' }],
  ['BOOL', { size: 1, dtype: 'bool' }],
  ['F16', /* @__PURE__ */ half(widenHalf)],
  ['BF16', /* @__PURE__ */ half((bits) => bits << 16)],
  ['I8', /* @__PURE__ */ whole(1, () => Int8Array)],
  ['U8', /* @__PURE__ */ whole(1, () => Uint8Array)],
  ['I16', /* @__PURE__ */ whole(2, () => Int16Array)],
  ['U16', /* @__PURE__ */ whole(2, () => Uint16Array)],
  ['U32', /* @__PURE__ */ whole(4, () => Uint32Array)],
  ['I64', /* @__PURE__ */ whole(8, () => BigInt64Array)],
  ['U64', /* @__PURE__ */ whole(8, () => BigUint64Array)],
])

/** The names of all dtypes that can be read. */
export const formatNames = (): string[] => [...FORMATS.keys()]

/** How the dtype `name` of a file is held; undefined when it cannot be. */
export const formatOf = (name: string): Format | undefined => FORMATS.get(name)

/** The name of `dtype` in a file, its place in the order of dtypes, and the bytes of an element. */
export function written(dtype: DType): { name: string; rank: number; size: number } {
  const rank = [...FORMATS.values()].findIndex((format) => format.dtype === dtype)
  const [name, { size }] = [...FORMATS][rank]!
  return { name, rank, size }
}

/** The memory of an array, as bytes. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** What is converted at a time. */
const CHUNK = 262_144

/** The tensor whose bytes begin at `start`: read into its own memory, converted piece by piece. */
export function readTensor(
  source: Source,
  start: number,
  { name, shape, format }: { name: string; shape: readonly number[]; format: Format },
  refuse: Refuse,
): Tensor {
  const x = zeros(shape, { dtype: format.dtype }) as Tensor
  const { data } = x
  const { size, convert } = format
  if (convert === undefined) {
    const bytes = bytesOf(data)
    source.read(start, bytes)
    const index = format.dtype === 'bool' ? bytes.findIndex((byte) => byte > 1) : -1
    if (index >= 0)
      refuse(
        `tensor ${describe(name)} is BOOL, but element ${index} is the byte ${bytes[index]}; 0 and 1 are allowed`,
      )
    return x
  }
  const chunk = new ArrayBuffer(Math.min(CHUNK, data.length * size))
  for (let at = 0; at < data.length; at += chunk.byteLength / size) {
    const count = Math.min(chunk.byteLength / size, data.length - at)
    source.read(start + at * size, new Uint8Array(chunk, 0, count * size))
    const unfit = convert(chunk, count, data, at)
    if (unfit !== null)
      refuse(
        `element ${at + unfit.index} of tensor ${describe(name)} is ${unfit.value}, which int32 cannot hold; save the tensor as F64 instead`,
      )
  }
  return x
}
