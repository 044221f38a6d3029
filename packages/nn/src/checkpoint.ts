/**
 * @file Checkpoints: tensors in safetensors files, and whole states of training. Imports state-dict.ts (types) and
 * checkpoint/.
 */
import { type Bytes, isBytes, memorySource, readTensors } from './checkpoint/decode.ts'
import { joined, type Layout, layOut, pieces } from './checkpoint/encode.ts'
import type { Source } from './checkpoint/formats.ts'
import { readHeader } from './checkpoint/header.ts'
import {
  type CheckpointPart,
  checkWanted,
  contentsOf,
  open,
  partOf,
  type RestorablePart,
  restoreParts,
} from './checkpoint/parts.ts'
import type { PlainData } from './checkpoint/plain-data.ts'
import { withFile } from './checkpoint/read-file.ts'
import { type Refuse, refuser } from './checkpoint/refusal.ts'
import { writeFile } from './checkpoint/write-file.ts'
import type { StateDict } from './state-dict.ts'

export type { Bytes } from './checkpoint/decode.ts'
export type { CheckpointPart, RestorablePart, Stateful } from './checkpoint/parts.ts'
export type { PlainData } from './checkpoint/plain-data.ts'

/** Reads from bytes in memory. */
const fromBytes = <T>(op: string, bytes: unknown, use: (source: Source, refuse: Refuse) => T): T =>
  use(memorySource(op, bytes), refuser(op))

/**
 * The tensors as the bytes of a safetensors file, for a browser's storage or the network: float32 as F32, float64 as F64,
 * int32 as I32, bool as BOOL, bit by bit, in row-major order; a tensor under two keys is written twice. Keys are any
 * text but `__metadata__` and `__proto__`. `metadata` are notes of your own, strings. Equal tensors and notes give equal
 * bytes: those that the reference implementation writes (https://github.com/huggingface/safetensors).
 */
export function encodeSafetensors(
  dict: Readonly<StateDict>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const op = 'encodeSafetensors'
  return joined(op, layOut(op, dict, metadata))
}

/**
 * The tensors in the bytes of a safetensors file, copied. F32, F64, I32 and BOOL load as float32, float64, int32 and bool,
 * bit by bit; F16 and BF16 as float32, exactly; I8, U8, I16 and U16 as int32; I64, U64 and U32 as int32 if all values
 * fit, else that is an error. Other dtypes (F8_E4M3 ...) are refused. So are files that are not well-formed: cut off,
 * overlapping, with holes or duplicate names. Nothing is allocated for what a file only claims to hold.
 */
export function decodeSafetensors(bytes: Bytes): StateDict {
  return fromBytes('decodeSafetensors', bytes, allTensors)
}

/**
 * Writes the tensors to a safetensors file (Node.js): `encodeSafetensors` says how. At every moment there is the old file or
 * the new one, whole, though the process be killed or the power fail: the bytes go to a temporary file in the same
 * folder, which is flushed and renamed. A symbolic link stays, its target is replaced; a file that is there keeps its
 * permissions. Temporary files of processes that were killed (`.NAME.*.tapegrad-tmp`) go with the next save to the path.
 */
export function saveSafetensors(
  path: string,
  dict: Readonly<StateDict>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const op = 'saveSafetensors'
  save(op, path, layOut(op, dict, metadata))
}

/** The tensors of a safetensors file (Node.js): `decodeSafetensors` says how. Each is read into its own memory, one by one. */
export function loadSafetensors(path: string): StateDict {
  return withFile('loadSafetensors', path, allTensors)
}

/** The notes in a safetensors file, of which only the header is read: `{}` if there are none. */
export function safetensorsMetadata(file: string | Bytes): Record<string, string> {
  const op = 'safetensorsMetadata'
  const metadata = (source: Source, refuse: Refuse): Record<string, string> =>
    readHeader(source, refuse).metadata
  return isBytes(file) ? fromBytes(op, file, metadata) : withFile(op, file, metadata)
}

/**
 * Writes a state of training to one file, as safely as `saveSafetensors`: `saveCheckpoint('run.safetensors', { model,
 * optimizer, generator, epoch: 3 })`. A part is anything with `stateDict()` and `loadStateDict(dict)`, a Generator, a tensor,
 * or plain data (null, booleans, numbers, strings, arrays and plain objects of these). The file is safetensors, with
 * tensors called `model.0.weight` and so on and plain data in its notes, so that other programs read it too; the note
 * `parts` lists what there is.
 */
export function saveCheckpoint(path: string, parts: Readonly<Record<string, CheckpointPart>>): void {
  const op = 'saveCheckpoint'
  save(op, path, checkpointLayout(op, parts))
}

/**
 * Puts the parts back in the state that was saved, bit by bit, all of them or, after an error, none; returns the plain data:
 * `const { epoch } = loadCheckpoint('run.safetensors', { model, optimizer, generator })`. A part that the file lacks is an
 * error; what it has besides is left alone. The type of the data is yours to name: loadCheckpoint<{ epoch: number }>(...).
 */
export function loadCheckpoint<Data extends object = Record<string, PlainData>>(
  path: string,
  parts: Readonly<Record<string, RestorablePart>> = {},
): Data {
  const op = 'loadCheckpoint'
  const read = (source: Source, refuse: Refuse): ReadCheckpoint => readCheckpoint(source, parts, refuse)
  return putBack<Data>(withFile(op, path, read), refuser(op, path))
}

/** As `saveCheckpoint`, but gives the bytes: for a browser's storage. */
export function encodeCheckpoint(parts: Readonly<Record<string, CheckpointPart>>): Uint8Array<ArrayBuffer> {
  const op = 'encodeCheckpoint'
  return joined(op, checkpointLayout(op, parts))
}

/** As `loadCheckpoint`, from bytes. */
export function decodeCheckpoint<Data extends object = Record<string, PlainData>>(
  bytes: Bytes,
  parts: Readonly<Record<string, RestorablePart>> = {},
): Data {
  const op = 'decodeCheckpoint'
  const read = (source: Source, refuse: Refuse): ReadCheckpoint => readCheckpoint(source, parts, refuse)
  return putBack<Data>(fromBytes(op, bytes, read), refuser(op))
}

const save = (op: string, path: string, layout: Layout): void => writeFile(op, path, () => pieces(layout))

const allTensors = (source: Source, refuse: Refuse): StateDict =>
  readTensors(source, readHeader(source, refuse), refuse)

function checkpointLayout(op: string, parts: unknown): Layout {
  const { dict, metadata } = contentsOf(parts, refuser(op))
  return layOut(op, dict, metadata)
}

/** A checkpoint whose tensors are in memory, and nothing put back yet. */
interface ReadCheckpoint {
  readonly wanted: [string, RestorablePart][]
  readonly dict: StateDict
  readonly data: Record<string, PlainData>
}

function readCheckpoint(source: Source, parts: unknown, refuse: Refuse): ReadCheckpoint {
  const header = readHeader(source, refuse)
  const opened = open(header.metadata, refuse)
  const wanted = checkWanted(parts, opened, refuse)
  const names = new Set(wanted.map(([name]) => name))
  const dict = readTensors(source, header, refuse, (entry) => names.has(partOf(entry)))
  return { wanted, dict, data: opened.data }
}

function putBack<Data>({ wanted, dict, data }: ReadCheckpoint, refuse: Refuse): Data {
  restoreParts(wanted, dict, refuse)
  return data as Data
}
