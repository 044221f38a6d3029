/** @file The header of a safetensors file, parsed and checked before anything is allocated for what it describes. Imports errors.ts, formats.ts, header-text.ts and refusal.ts. */
import { describe, showShape } from '../errors.ts'
import { type Format, formatNames, formatOf, type Source } from './formats.ts'
import { HeaderText } from './header-text.ts'
import type { Refuse } from './refusal.ts'

/** One tensor of a file. */
export interface TensorEntry {
  readonly name: string
  readonly format: Format
  readonly shape: readonly number[]
  /** Its first byte, counted from the end of the header. */
  readonly start: number
  /** The byte after its last. */
  readonly end: number
}

export interface Header {
  /** In the order of their bytes. */
  readonly tensors: readonly TensorEntry[]
  readonly metadata: Record<string, string>
  /** Where the header ends in the file. */
  readonly length: number
}

/** What no header exceeds: the reference implementation refuses more. */
export const LARGEST_HEADER = 100_000_000
/** The bytes before the header, which say how long it is. */
export const PREFIX = 8
/** Most axes and elements of a tensor. */
const MOST_AXES = 32
const MOST_ELEMENTS = 2_147_483_647

/** Reads and checks the header. */
export function readHeader(source: Source, refuse: Refuse): Header {
  const length = lengthOf(source, refuse)
  const bytes = new Uint8Array(length)
  source.read(PREFIX, bytes)
  if (bytes[0] !== 0x7b) refuse(`${NOT_SAFETENSORS}: its header does not begin with '{'`)
  const tensors: TensorEntry[] = []
  const metadata: [string, string][] = []
  const text = new HeaderText(bytes, refuse)
  text.object('the header', (name) => {
    if (name !== '__metadata__') tensors.push(readEntry(text, name, refuse))
    else text.object('__metadata__', (key) => metadata.push([key, text.string()]))
  })
  text.end()
  tensors.sort((a, b) => a.start - b.start || a.end - b.end)
  checkCover(tensors, source.size - PREFIX - length, refuse)
  return { tensors, metadata: Object.fromEntries(metadata), length: PREFIX + length }
}

const NOT_SAFETENSORS = 'this is no safetensors file, or it is damaged'

function lengthOf(source: Source, refuse: Refuse): number {
  if (source.size < PREFIX)
    refuse(
      `${NOT_SAFETENSORS}: it has ${source.size} bytes, and already the length of the header takes ${PREFIX}`,
    )
  const prefix = new Uint8Array(PREFIX)
  source.read(0, prefix)
  const claimed = new DataView(prefix.buffer).getBigUint64(0, true)
  const rest = source.size - PREFIX
  if (claimed > rest)
    refuse(`${NOT_SAFETENSORS}: it claims a header of ${claimed} bytes, but only ${rest} bytes follow`)
  if (claimed > LARGEST_HEADER)
    refuse(`the header has ${claimed} bytes; at most ${LARGEST_HEADER} are allowed`)
  if (claimed < 2) refuse(`${NOT_SAFETENSORS}: it claims a header of ${claimed} bytes`)
  return Number(claimed)
}

/** `{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}`, in any order. */
function readEntry(text: HeaderText, name: string, refuse: Refuse): TensorEntry {
  const what = `tensor ${describe(name)}`
  let dtype: string | undefined
  let shape: number[] | undefined
  let offsets: number[] | undefined
  text.object(what, (key) => {
    if (key === 'dtype') dtype = text.string()
    else if (key === 'shape') shape = text.integers(`the shape of ${what}`, MOST_AXES)
    else if (key === 'data_offsets') offsets = text.integers(`data_offsets of ${what}`, 2)
    else refuse(`${what} has a field ${describe(key)}; there are dtype, shape and data_offsets`)
  })
  if (dtype === undefined || shape === undefined || offsets?.length !== 2)
    return refuse(`${what} must have a dtype, a shape, and two data_offsets`)
  const format =
    formatOf(dtype) ??
    refuse(`${what} is ${describe(dtype)}; the dtypes that can be read are ${formatNames().join(', ')}`)
  const [start, end] = offsets as [number, number]
  const size = elements(what, shape, refuse) * format.size
  if (end - start !== size)
    refuse(
      `${what} has shape ${showShape(shape)} of ${dtype}, which takes ${size} bytes, but data_offsets [${start}, ${end}]`,
    )
  return { name, format, shape, start, end }
}

function elements(what: string, shape: readonly number[], refuse: Refuse): number {
  let count = 1
  for (const size of shape) {
    count *= size
    // Of each axis too: a later 0 would hide it.
    if (size > MOST_ELEMENTS || count > MOST_ELEMENTS)
      refuse(
        `${what} has shape ${showShape(shape)}; a tensor holds at most ${MOST_ELEMENTS} elements, along an axis too`,
      )
  }
  return count
}

/** The tensors, in order, must take all bytes of the data, each once. */
function checkCover(tensors: readonly TensorEntry[], size: number, refuse: Refuse): void {
  let position = 0
  for (const { name, start, end } of tensors) {
    const what = `tensor ${describe(name)} has data_offsets [${start}, ${end}]`
    if (end > size) refuse(`${what}, but the file has only ${size} bytes of data; it was cut off or changed`)
    if (start < position) refuse(`${what}, which overlap those of another tensor`)
    if (start > position) refuse(`${what}, which leave a hole: no tensor has the bytes from ${position} on`)
    position = end
  }
  if (position !== size)
    refuse(`the file has ${size} bytes of data, its tensors only ${position}; it was changed or lengthened`)
}
