/** @file Files as sources of bytes, read where and when they are needed. Imports core, formats.ts, node.ts and refusal.ts. */
import { TapegradError } from '@tapegrad/core/ops'
import type { Source } from './formats.ts'
import { node } from './node.ts'
import { checkPath, type Refuse, refuser } from './refusal.ts'

/** The most bytes of one call of the system. */
const MOST_AT_ONCE = 1_073_741_824

/** What `use` makes of the file at `path`, which is open meanwhile. */
export function withFile<T>(op: string, path: unknown, use: (source: Source, refuse: Refuse) => T): T {
  checkPath(op, path)
  const { fs } = node(op)
  const refuse = refuser(op, path)
  let file: number | null = null
  try {
    // Before it is opened: opening a pipe waits for a writer.
    const found = fs.statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return refuse('there is no such file')
    if (!found.isFile()) refuse('this is a folder or a device, not a file')
    const opened = fs.openSync(path, 'r')
    file = opened
    const { size } = fs.fstatSync(opened)
    const read = (position: number, into: Uint8Array): void => {
      for (let done = 0; done < into.length; ) {
        const length = Math.min(into.length - done, MOST_AT_ONCE)
        const count = fs.readSync(opened, into, done, length, position + done)
        if (count === 0) refuse('the file became shorter while it was read; read it again')
        done += count
      }
    }
    return use({ size, read }, refuse)
  } catch (error) {
    if (error instanceof TapegradError) throw error
    return refuse(`cannot be read: ${(error as Error).message}`, error)
  } finally {
    if (file !== null) fs.closeSync(file)
  }
}
