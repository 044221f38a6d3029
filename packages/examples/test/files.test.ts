/** @file Where examples can write, and what they say where they cannot: whatever the system's code, the reason in words. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { prepareFile, prepareFolder, saveText } from '../common/files.ts'

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapegrad-files-'))
  file = join(folder, 'file')
  writeFileSync(file, 'before')
})
afterAll(() => rmSync(folder, { recursive: true }))

function message(action: () => void): string {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return (error as UserError).message
  }
  return ''
}

describe('a file in the place of a folder', () => {
  it.each(['one.svg', join('deep', 'one.svg'), join('deep', 'deeper', 'one.svg')])(
    'is named: below it, %s',
    (name) => {
      const path = join(file, name)
      const reason = `${path}: the picture cannot be written: ${file} is a file, not a folder`
      expect(message(() => saveText(path, '', 'picture'))).toBe(reason)
      expect(message(() => prepareFile(path, 'picture'))).toBe(reason)
      expect(message(() => prepareFolder(path))).toBe(
        `${path}: the folder cannot be made: ${file} is a file, not a folder`,
      )
      expect(readFileSync(file, 'utf8')).toBe('before')
    },
  )
  it('is told once when it is the folder itself', () => {
    expect(message(() => prepareFolder(file))).toBe(`${file} is a file, not a folder`)
  })
})

it('a folder in the place of a file is told', () => {
  const path = join(folder, 'folder')
  mkdirSync(path)
  const reason = `${path}: the picture cannot be written: it is a folder, not a file`
  expect(message(() => saveText(path, '', 'picture'))).toBe(reason)
  expect(message(() => prepareFile(path, 'picture'))).toBe(reason)
})

it('folders are made, and files only by saving', () => {
  const path = join(folder, 'new', 'deep', 'one.svg')
  prepareFile(path, 'picture')
  expect(statSync(join(folder, 'new', 'deep')).isDirectory()).toBe(true)
  expect(statSync(path, { throwIfNoEntry: false })).toBe(undefined)
  saveText(path, '<svg/>', 'picture')
  expect(readFileSync(path, 'utf8')).toBe('<svg/>')
  // What is there stays as it is.
  prepareFile(path, 'picture')
  prepareFolder(join(folder, 'new'))
  expect(readFileSync(path, 'utf8')).toBe('<svg/>')
})
