/** @file Writing files where the user wants them. Imports cli.ts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from './cli.ts'

/** Writes a file, and its folder if need be; `what` it is stands in the error. */
export function saveText(path: string, text: string, what: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (error) {
    throw new UserError(`${path}: the ${what} cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}
