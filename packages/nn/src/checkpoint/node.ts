/** @file The little of Node.js that reading and writing of files needs, got when it is called: bundles for browsers stay free of it. Imports errors.ts. */
import { fail } from '../errors.ts'

interface Stats {
  isFile(): boolean
  readonly size: number
  readonly mode: number
  readonly mtimeMs: number
}

/** Of `node:fs`. */
export interface FileSystem {
  openSync(path: string, flags: string, mode?: number): number
  closeSync(file: number): void
  statSync(path: string, options: { throwIfNoEntry: false }): Stats | undefined
  fstatSync(file: number): Stats
  readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number
  writeSync(file: number, from: Uint8Array, offset: number, length: number): number
  fchmodSync(file: number, mode: number): void
  fsyncSync(file: number): void
  renameSync(from: string, to: string): void
  unlinkSync(path: string): void
  readlinkSync(path: string): string
  readdirSync(path: string): string[]
}

/** Of `node:path`. */
interface Paths {
  basename(path: string): string
  dirname(path: string): string
  join(...parts: string[]): string
  resolve(...parts: string[]): string
}

interface Process {
  readonly pid: number
  getBuiltinModule?(name: string): unknown
  kill(pid: number, signal: 0): unknown
}

export interface Node {
  readonly fs: FileSystem
  readonly paths: Paths
  readonly process: Process
  readonly hostname: string
}

/** A module of Node.js; undefined elsewhere. */
export const builtin = (name: string): unknown =>
  (globalThis as { process?: Process }).process?.getBuiltinModule?.(name)

/** Node.js, or an error that names what does without. */
export function node(op: string): Node {
  const { process } = globalThis as { process?: Process }
  const fs = builtin('node:fs') as FileSystem | undefined
  if (process === undefined || fs === undefined) {
    const other = op.replace('save', 'encode').replace('load', 'decode')
    fail(
      op,
      `there are no files here, only in Node.js from 20.16 on; ${
        other === op ? 'pass the bytes' : `use ${other}, which works on bytes`
      }`,
    )
  }
  const { hostname } = builtin('node:os') as { hostname(): string }
  return { fs, process, paths: builtin('node:path') as Paths, hostname: hostname() }
}
