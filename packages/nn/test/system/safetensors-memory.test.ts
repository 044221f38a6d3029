/** @file What large and hostile files cost: a process with little memory reads or refuses each of them. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { entry, fileOf } from '../safetensors/support.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-memory-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const program = fileURLToPath(new URL('../support/memory-program.ts', import.meta.url))
const MB = 2 ** 20

/** What reading each file gave, in a process whose heap is small; arrays are outside of it, and measured. */
function read(...paths: string[]): { message: string | null; grown: number; tensors: number }[] {
  const flags = [
    '--expose-gc',
    '--max-old-space-size=256',
    '--conditions=@tapegrad/source',
    '--disable-warning=ExperimentalWarning',
  ]
  const args = [...flags, '--import', './scripts/typescript.mjs', program, ...paths]
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }))
}

function write(name: string, bytes: Uint8Array, size = bytes.length): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  // The rest is a hole: it takes no room on the disk.
  truncateSync(path, size)
  return path
}

it('claims cost nothing', () => {
  const results = read(
    write('header', fileOf('{', 0, 100_000_000n)),
    write('more than 100 MB', fileOf('{', 0, 3_000_000_000n), 4_000_000_000),
    write('huge shape', fileOf({ a: entry('F64', [2 ** 31 - 1], 0, 8 * (2 ** 31 - 1)) })),
    write(
      'cut off',
      fileOf({ a: entry('F32', [2 ** 29], 0, 2 ** 31), b: entry('F32', [1], 2 ** 31, 2 ** 31 + 4) }),
      2 ** 31,
    ),
    write(
      'overlap',
      fileOf({ a: entry('F32', [2 ** 28], 0, 2 ** 30), b: entry('F32', [2 ** 28], 0, 2 ** 30) }),
      2 ** 31,
    ),
    write('a hole', fileOf({ a: entry('F32', [2 ** 28], 4, 2 ** 30 + 4) }), 2 ** 31),
  )
  const messages = results.map(({ message }) => message!.split(': ').slice(2).join(': '))
  expect(messages.map((text) => text.slice(0, 60))).toEqual([
    'this is no safetensors file, or it is damaged: it claims a h',
    'the header has 3000000000 bytes; at most 100000000 are allow',
    'tensor "a" has data_offsets [0, 17179869176], but the file h',
    'tensor "a" has data_offsets [0, 2147483648], but the file ha',
    'tensor "b" has data_offsets [0, 1073741824], which overlap t',
    'tensor "a" has data_offsets [4, 1073741828], which leave a h',
  ])
  for (const { grown } of results) expect(grown).toBeLessThan(2 * MB)
})

it('a header of 90 MB of nothing costs its bytes', () => {
  const size = 90_000_000
  const results = read(
    write('zeros', fileOf('{', 0, BigInt(size)), size + 8),
    write('one long name', longName(size)),
  )
  expect(results.map(({ message }) => message!.split(': ').slice(2).join(': ').slice(0, 40))).toEqual([
    'the header is not valid: byte 1 should b',
    'the header is not valid: byte 89999998 s',
  ])
  // The bytes, and for a string twice their number of characters.
  for (const { grown } of results) expect(grown).toBeLessThan(3.5 * size)
})

function longName(size: number): Uint8Array {
  const bytes = fileOf(new Uint8Array(size).fill(0x61))
  bytes.set([0x7b, 0x22], 8)
  bytes.set([0x22, 0x3a, 0x31, 0x7d], bytes.length - 4)
  return bytes
}

it('a file of many empty tensors costs a small multiple of it', () => {
  const header = Object.fromEntries(
    Array.from({ length: 50_000 }, (_, i) => [`t${i}`, entry('F32', [0], 0, 0)]),
  )
  const bytes = fileOf(header)
  const [result] = read(write('many', bytes))
  expect(result!.tensors).toBe(50_000)
  // About 1 KB for each 53 bytes of header: the tensor, its array, what was parsed.
  expect(result!.grown).toBeLessThan(30 * bytes.length)
})

it('400 MB of weights cost 400 MB', () => {
  const count = 25
  const each = 4 * MB
  const header = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `t${i}`,
      entry('F32', [each], i * 4 * each, (i + 1) * 4 * each),
    ]),
  )
  const bytes = fileOf(header)
  const path = write('large', bytes, bytes.length + count * 4 * each)
  const file = openSync(path, 'r+')
  writeSync(file, Uint8Array.of(0, 0, 0x80, 0x3f), 0, 4, bytes.length)
  closeSync(file)
  const [result] = read(path)
  expect(result).toMatchObject({ message: null, tensors: count })
  expect(result!.grown).toBeLessThan(count * 4 * each + 2 * MB)
})
