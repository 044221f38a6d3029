/** @file Tensors as the bytes of a safetensors file. Imports core, errors.ts, formats.ts, header.ts, header-text.ts and refusal.ts. */
import type { Tensor } from '@tapegrad/core/ops'
import { checkTensor, describe, fail, isPlainObject } from '../errors.ts'
import { bytesOf, written } from './formats.ts'
import { LARGEST_HEADER, PREFIX } from './header.ts'
import { isWellFormed } from './header-text.ts'

declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/** A file that is to be written, checked. */
export interface Layout {
  /** The length of the header, then the header. */
  readonly header: Uint8Array
  /** In the order of their bytes. */
  readonly tensors: readonly Tensor[]
  /** Bytes in all. */
  readonly size: number
}

/**
 * Where everything goes. As the reference writer does: tensors from the widest dtype to the narrowest (F64, F32, I32,
 * BOOL), those of one dtype by name (in the order of code points); the header is filled up with spaces to a multiple of 8
 * bytes, so that each tensor is aligned.
 */
export function layOut(op: string, dict: unknown, metadata: unknown = {}): Layout {
  const sorted = checkDict(op, dict)
    .map(([name, tensor]) => ({ name, tensor, as: written(tensor.dtype) }))
    .sort((a, b) => a.as.rank - b.as.rank || compareNames(a.name, b.name))
  const notes = checkMetadata(op, metadata)
  // Field by field: an object would put names that look like numbers first.
  const field = (name: string, value: object): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`
  const fields = notes.length === 0 ? [] : [field('__metadata__', Object.fromEntries(notes))]
  let end = 0
  for (const { name, tensor, as } of sorted) {
    const start = end
    end += tensor.size * as.size
    fields.push(field(name, { dtype: as.name, shape: tensor.shape, data_offsets: [start, end] }))
  }
  const header = padded(op, `{${fields.join(',')}}`)
  return { header, tensors: sorted.map(({ tensor }) => tensor), size: header.length + end }
}

/** The bytes of the tensors' elements in row-major order, without a copy where they lie so in memory. */
export function* pieces({ header, tensors }: Layout): Generator<Uint8Array, void, undefined> {
  yield header
  for (const tensor of tensors) yield bytesOf(tensor.data)
}

/** The whole file in memory. */
export function joined(op: string, layout: Layout): Uint8Array<ArrayBuffer> {
  let all: Uint8Array<ArrayBuffer>
  try {
    all = new Uint8Array(layout.size)
  } catch {
    return fail(op, `no memory for a file of ${layout.size} bytes`)
  }
  let at = 0
  for (const piece of pieces(layout)) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

function padded(op: string, text: string): Uint8Array {
  const json = new TextEncoder().encode(text)
  const length = Math.ceil(json.length / 8) * 8
  if (length > LARGEST_HEADER)
    fail(op, `names and metadata take ${length} bytes; readers allow ${LARGEST_HEADER}, so save less of them`)
  const bytes = new Uint8Array(PREFIX + length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(json, PREFIX)
  return bytes
}

function checkDict(op: string, dict: unknown): [string, Tensor][] {
  if (!isPlainObject(dict))
    fail(op, `expected an object of tensors, as model.stateDict() gives, got ${describe(dict)}`)
  return Object.entries(dict).map(([name, value]) => {
    checkName(op, 'a tensor', name)
    if (name === '__metadata__')
      fail(op, 'a tensor cannot be called "__metadata__", under which the format keeps notes')
    checkTensor(op, `the value of ${name}`, value)
    return [name, value]
  })
}

function checkMetadata(op: string, metadata: unknown): [string, string][] {
  if (!isPlainObject(metadata))
    fail(op, `metadata must be an object of strings, as in { author: 'Ada' }, got ${describe(metadata)}`)
  return Object.entries(metadata).map(([key, value]) => {
    checkName(op, 'an entry of the metadata', key)
    if (typeof value !== 'string')
      fail(op, `metadata must be strings, but ${key} is ${describe(value)}; write it as one, or in JSON`)
    if (!isWellFormed(value)) fail(op, `the metadata's ${key} holds half a surrogate pair`)
    return [key, value]
  })
}

function checkName(op: string, what: string, name: string): void {
  if (name === '__proto__') fail(op, `${what} cannot be called "__proto__"`)
  if (!isWellFormed(name)) fail(op, `the name of ${what}, ${describe(name)}, holds half a surrogate pair`)
}

/** In the order of code points, which is that of UTF-8 bytes: surrogates come last. */
function compareNames(a: string, b: string): number {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return weight(a, i) - weight(b, i)
}

function weight(text: string, i: number): number {
  const unit = i < text.length ? text.charCodeAt(i) : -1
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
