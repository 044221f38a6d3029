/** @file Writing files where the user wants them, and knowing beforehand that one can. Imports cli.ts. */
import { accessSync, constants, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from './cli.ts'

/** Writes a file, and its folder if need be; `what` it is stands in the error. */
export function saveText(path: string, text: string, what: string): void {
  orExplain(path, `the ${what} cannot be written`, () => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  })
}

/** Makes the folder where files will go. Call it before long work: nobody likes to lose an hour to a bad name. */
export function prepareFolder(path: string): void {
  orExplain(path, 'the folder cannot be made', () => mkdirSync(path, { recursive: true }))
  orExplain(path, 'the folder takes no files', () => accessSync(path, constants.W_OK))
}

/** Makes the folder of a file to be written later; `what` the file is stands in the error. */
export function prepareFile(path: string, what: string): void {
  orExplain(path, `the ${what} cannot be written`, () => {
    mkdirSync(dirname(path), { recursive: true })
    if (isFolder(path)) throw Object.assign(new Error(), { code: 'EISDIR' })
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK)
  })
}

/** What codes of the operating system mean, for people who never saw one. */
const MEANINGS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder, not a file',
  EACCES: 'you have no permission to write there',
  EPERM: 'you have no permission to write there',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'there is no such place',
}

function orExplain(path: string, problem: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    // Systems disagree on the code for this one: ENOTDIR, EEXIST, ENOENT.
    const obstacle = fileInTheWay(path, code)
    if (obstacle === path) throw new UserError(`${path} is a file, not a folder`)
    const reason = obstacle === null ? (MEANINGS[code] ?? code) : `${obstacle} is a file, not a folder`
    throw new UserError(`${path}: ${problem}: ${reason}`)
  }
}

/** The part of the path that should be a folder and is something else; null if there is none. */
function fileInTheWay(path: string, code: string): string | null {
  if (!['ENOTDIR', 'EEXIST', 'ENOENT'].includes(code)) return null
  for (let part = path; ; part = dirname(part)) {
    if (existsSync(part)) return isFolder(part) ? null : part
    if (part === dirname(part)) return null
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
