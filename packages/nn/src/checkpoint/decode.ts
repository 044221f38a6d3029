/** @file Tensors from a source of bytes. Imports core, errors.ts, formats.ts, header.ts and refusal.ts. */
import type { Tensor } from '@tapegrad/core/ops'
import { describe, fail } from '../errors.ts'
import type { StateDict } from '../state-dict.ts'
import { readTensor, type Source } from './formats.ts'
import type { Header, TensorEntry } from './header.ts'
import type { Refuse } from './refusal.ts'

/** What holds the bytes of a file in memory. */
export type Bytes = Uint8Array | ArrayBuffer

/** The tensors of a file, all or those that are wanted, one after the other. */
export function readTensors(
  source: Source,
  header: Header,
  refuse: Refuse,
  wanted: (entry: TensorEntry) => boolean = () => true,
): StateDict {
  const chosen = header.tensors.filter(wanted)
  return Object.fromEntries(
    chosen.map((entry): [string, Tensor] => [
      entry.name,
      readTensor(source, header.length + entry.start, entry, refuse),
    ]),
  )
}

/** By what an object says it is: bytes of another realm (a frame, a test runner) are bytes too. */
const isA = (x: unknown, name: string): boolean => Object.prototype.toString.call(x) === `[object ${name}]`

/** Whether `x` holds bytes. */
export const isBytes = (x: unknown): x is Bytes => isA(x, 'Uint8Array') || isA(x, 'ArrayBuffer')

/** Bytes in memory as a source; throws for anything else. */
export function memorySource(op: string, bytes: unknown): Source {
  if (!isBytes(bytes))
    fail(op, `expected the bytes of a safetensors file, a Uint8Array or ArrayBuffer, got ${describe(bytes)}`)
  const all = isA(bytes, 'Uint8Array') ? (bytes as Uint8Array) : new Uint8Array(bytes as ArrayBuffer)
  return {
    size: all.length,
    read: (position, into) => into.set(all.subarray(position, position + into.length)),
  }
}
