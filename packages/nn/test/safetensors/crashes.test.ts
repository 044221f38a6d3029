/** @file A failure and a crash at every call of the system while a file is saved: the old file or the new one is there, whole. */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { TapegradError, tensor, zeros } from '@tapegrad/core'
import { loadSafetensors, saveSafetensors } from '@tapegrad/nn'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { allBits, bits, temporaryFolder } from './support.ts'

const folder = temporaryFolder()
const before = { x: tensor([1, 2, 3]) }
const after = { x: zeros([300]), y: tensor([[1], [2]]) }

afterEach(() => {
  vi.restoreAllMocks()
})

type Call = (...args: unknown[]) => unknown

/** node:fs as the library gets it, with every call going through `around`. */
function intercept(around: (name: string, call: () => unknown, args: unknown[]) => unknown): void {
  const original = process.getBuiltinModule
  const wrapped = new Proxy(fs, {
    get:
      (_, name: string) =>
      (...args: unknown[]) =>
        around(name, () => (fs as unknown as Record<string, Call>)[name]!(...args), args),
  })
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) =>
    name === 'node:fs' ? wrapped : original(name as 'os')) as never)
}

/** The names of the calls of one save over an existing file. */
function callsOfSave(path: string): string[] {
  const names: string[] = []
  intercept((name, call) => {
    names.push(name)
    return call()
  })
  saveSafetensors(path, after)
  vi.restoreAllMocks()
  return names
}

/** A file that is there, in a folder of its own. */
function existing(name: string): string {
  const path = join(folder, name, 'model')
  fs.mkdirSync(join(folder, name))
  saveSafetensors(path, before)
  return path
}

const names = callsOfSave(existing('first'))

it('the calls are those of a safe save, in their order', () => {
  const steps = ['openSync', 'fchmodSync', 'writeSync', 'fsyncSync', 'closeSync', 'renameSync']
  const found = names.filter((name, i) => steps.includes(name) && name !== names[i - 1])
  // After the rename the folder is flushed.
  expect(found).toEqual([...steps, 'openSync', 'fsyncSync', 'closeSync'])
})

describe.each(names.map((name, i) => [i, name] as const))('call %i, %s', (at, name) => {
  const renamed = names.indexOf('renameSync')

  it.each(['before', 'during'])('the process ends %s it', (when) => {
    const path = existing(`crash-${at}-${when}`)
    let calls = 0
    intercept((called, call, args) => {
      // A process that ended makes no calls any more, to tidy up neither.
      if (calls > at) throw new Error('ended')
      if (calls++ < at) return call()
      calls = Infinity
      if (when === 'during' && called === 'writeSync') {
        const [file, bytes] = args as [number, Uint8Array]
        fs.writeSync(file, bytes, 0, Math.min(5, bytes.length))
      } else if (when === 'during') call()
      throw new Error('ended')
    })
    try {
      saveSafetensors(path, after)
    } catch {}
    vi.restoreAllMocks()
    const isNew = at > renamed || (at === renamed && when === 'during')
    expect(allBits(loadSafetensors(path))).toEqual(allBits(isNew ? after : before))
    // The next save works.
    saveSafetensors(path, before)
    expect(allBits(loadSafetensors(path))).toEqual(allBits(before))
  })

  it('the system fails it', () => {
    const path = existing(`failure-${at}`)
    let calls = 0
    const failure = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    intercept((_, call) => {
      if (calls++ === at) throw failure
      return call()
    })
    let thrown: unknown = null
    try {
      saveSafetensors(path, after)
    } catch (error) {
      thrown = error
    }
    vi.restoreAllMocks()
    // What only looks for links and leftovers or flushes the folder may fail.
    const optional = at > renamed || name === 'readlinkSync' || name === 'readdirSync'
    if (optional) expect(thrown).toBe(null)
    else {
      expect(thrown).toBeInstanceOf(TapegradError)
      expect((thrown as Error).message).toBe(
        `saveSafetensors: ${path}: cannot be written: ENOSPC: no space left on device; free some space on the disk`,
      )
      expect((thrown as Error).cause).toBe(failure)
    }
    expect(allBits(loadSafetensors(path))).toEqual(allBits(optional ? after : before))
    expect(fs.readdirSync(join(path, '..'))).toEqual(['model'])
  })
})

it('a system that takes a few bytes at a time gets and gives all', () => {
  const path = existing('slow')
  intercept((name, call, args) => {
    if (name === 'writeSync')
      return fs.writeSync(
        ...(args.slice(0, 3) as [number, Uint8Array, number]),
        Math.min(7, args[3] as number),
      )
    if (name === 'readSync') {
      const [file, into, offset, length, position] = args as [number, Uint8Array, number, number, number]
      return fs.readSync(file, into, offset, Math.min(7, length), position)
    }
    return call()
  })
  saveSafetensors(path, after)
  expect(allBits(loadSafetensors(path))).toEqual(allBits(after))
})

it('a file that becomes shorter while it is read is refused', () => {
  const path = existing('shorter')
  intercept((name, call, args) => {
    if (name === 'readSync' && args[3] === 12) fs.truncateSync(path, 40)
    return call()
  })
  expect(() => loadSafetensors(path)).toThrow(
    `loadSafetensors: ${path}: the file became shorter while it was read`,
  )
})

it('a tensor whose memory cannot be had leaves the old file, and nothing else', () => {
  const path = existing('memory')
  const x = zeros([3])
  Object.defineProperty(x, 'data', {
    get: () => {
      throw new RangeError('Array buffer allocation failed')
    },
  })
  expect(() => saveSafetensors(path, { x })).toThrow(/^saveSafetensors: .*Array buffer allocation failed/)
  expect(fs.readdirSync(join(path, '..'))).toEqual(['model'])
  expect(bits(loadSafetensors(path).x!)).toBe(bits(before.x))
})

it('without files there is an error that names what works on bytes', () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
  expect(() => saveSafetensors('x', before)).toThrow(
    /^saveSafetensors: there are no files here.*use encodeSafetensors/,
  )
  expect(() => loadSafetensors('x')).toThrow(
    /^loadSafetensors: there are no files here.*use decodeSafetensors/,
  )
})
