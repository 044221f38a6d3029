/** @file Files made by hand, goldens, and bits to compare: shared by the tests of safetensors and checkpoints. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Tensor } from '@tapegrad/core'
import { afterAll } from 'vitest'

export const goldenPath = (name: string): string =>
  fileURLToPath(new URL(`../goldens/safetensors/${name}`, import.meta.url))

export const golden = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(goldenPath(name)))

/** A folder of its own, removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tapegrad-safetensors-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file with this header and this many (or these) bytes of data; `length` is what it claims of its header. */
export function fileOf(
  header: string | Uint8Array | object,
  data: number | readonly number[] = 0,
  length?: bigint,
): Uint8Array<ArrayBuffer> {
  const text = typeof header === 'string' || header instanceof Uint8Array ? header : JSON.stringify(header)
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const body = typeof data === 'number' ? new Array<number>(data).fill(0) : data
  const file = new Uint8Array(8 + bytes.length + body.length)
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(bytes.length), true)
  file.set(bytes, 8)
  file.set(body, 8 + bytes.length)
  return file
}

/** One entry of a header. */
export const entry = (dtype: string, shape: readonly number[], start: number, end: number): object => ({
  dtype,
  shape,
  data_offsets: [start, end],
})

/** Everything about a tensor that must survive: shape, dtype and the bits of its elements, in row-major order. */
export function bits(x: Tensor): string {
  const { data } = x
  const copy = data.slice()
  return `${x.dtype} [${x.shape}] ${Buffer.from(copy.buffer, copy.byteOffset, copy.byteLength).toString('hex')}`
}

/** `bits` of each tensor, by key, in the order of keys. */
export const allBits = (dict: Readonly<Record<string, Tensor>>): [string, string][] =>
  Object.keys(dict)
    .sort()
    .map((key) => [key, bits(dict[key]!)])
