/** @file How reading and writing of checkpoints refuses: with the function's name and, for a file, its path. Imports core and errors.ts. */
import { TapegradError } from '@tapegrad/core/ops'
import { describe, fail } from '../errors.ts'

/** Throws an error that says what was called and on which file. `cause` is the error behind it. */
export type Refuse = (message: string, cause?: unknown) => never

/** Refuses in the name of `op`, about the file at `path` if there is one. */
export const refuser =
  (op: string, path?: string): Refuse =>
  (message, cause) => {
    const options = cause === undefined ? {} : { cause }
    throw new TapegradError(op, path === undefined ? message : `${path}: ${message}`, options)
  }

/** Throws unless `path` names a file. */
export function checkPath(op: string, path: unknown): asserts path is string {
  if (typeof path !== 'string' || path === '')
    fail(op, `expected the path of a file, as in 'model.safetensors', got ${describe(path)}`)
}

/** For what only tidies up, and must not hide another error. */
export function ignoringErrors(tidy: () => void): void {
  try {
    tidy()
  } catch {}
}
