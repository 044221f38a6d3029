/** @file Files in Node.js: replaced whole or not at all, wherever the system fails or the process ends; leftovers go. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { TapegradError, tensor, zeros } from '@tapegrad/core'
import { encodeSafetensors, loadSafetensors, safetensorsMetadata, saveSafetensors } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { allBits, temporaryFolder } from './support.ts'

const folder = temporaryFolder()
let count = 0
/** A folder for one test. */
function fresh(): string {
  const path = join(folder, String(count++))
  mkdirSync(path)
  return path
}

const before = { x: tensor([1, 2, 3]) }
const after = { x: zeros([300]), y: tensor([[1], [2]]), flipped: tensor([1, 2, 3]).flip(0) }

describe('saveSafetensors', () => {
  it('writes what encodeSafetensors gives, and leaves nothing else', () => {
    const path = join(fresh(), 'model.safetensors')
    saveSafetensors(path, before, { note: 'first' })
    expect(new Uint8Array(readFileSync(path))).toEqual(encodeSafetensors(before, { note: 'first' }))
    saveSafetensors(path, after)
    expect(new Uint8Array(readFileSync(path))).toEqual(encodeSafetensors(after))
    expect(allBits(loadSafetensors(path))).toEqual(allBits(after))
    expect(safetensorsMetadata(path)).toEqual({})
    expect(readdirSync(join(path, '..'))).toEqual(['model.safetensors'])
  })

  it('takes names that are long, hidden, or not ASCII', () => {
    const path = fresh()
    for (const name of ['x'.repeat(255), '.hidden', 'naïve 模型 😀.safetensors', `${'é'.repeat(100)}.st`]) {
      saveSafetensors(join(path, name), before)
      expect(allBits(loadSafetensors(join(path, name)))).toEqual(allBits(before))
    }
    expect(readdirSync(path)).toHaveLength(4)
  })

  it('keeps the permissions of a file that is there', () => {
    const path = join(fresh(), 'model')
    saveSafetensors(path, before)
    for (const mode of [0o600, 0o664]) {
      chmodSync(path, mode)
      saveSafetensors(path, after)
      expect(statSync(path).mode & 0o777).toBe(mode)
    }
  })

  it('replaces what a symbolic link stands for, and keeps the link', () => {
    const path = fresh()
    mkdirSync(join(path, 'runs'))
    const [target, link, second] = [join(path, 'runs', 'last'), join(path, 'link'), join(path, 'second')]
    symlinkSync(join('runs', 'last'), link)
    symlinkSync('link', second)
    // First the file is not there yet.
    for (const dict of [before, after]) {
      saveSafetensors(second, dict)
      expect(lstatSync(second).isSymbolicLink() && lstatSync(link).isSymbolicLink()).toBe(true)
      expect(lstatSync(target).isFile()).toBe(true)
      expect(allBits(loadSafetensors(target))).toEqual(allBits(dict))
    }
    expect(readdirSync(join(path, 'runs'))).toEqual(['last'])
    symlinkSync('circle', join(path, 'circle'))
    expect(() => saveSafetensors(join(path, 'circle'), before)).toThrow(
      /^saveSafetensors: .*circle: cannot be/,
    )
  })

  it('refuses what is no path of a file', () => {
    for (const path of [undefined, null, '', 7, new URL('file:///x'), {}]) {
      expect(() => saveSafetensors(path as never, before)).toThrow(
        /^saveSafetensors: expected the path of a file, as in 'model.safetensors', got /,
      )
      expect(() => loadSafetensors(path as never)).toThrow(/^loadSafetensors: expected the path of a file/)
    }
    expect(() => saveSafetensors(folder, before)).toThrow(
      `${folder}: there is a folder or a device of this name`,
    )
    expect(() => saveSafetensors('/dev/null', before)).toThrow('there is a folder or a device of this name')
    const missing = join(folder, 'missing', 'model')
    expect(() => saveSafetensors(missing, before)).toThrow(
      /ENOENT.*make the folder first, as with mkdirSync\(/,
    )
    for (const path of ['a\0b', join(folder, '0', 'model.safetensors', 'below')])
      expect(() => saveSafetensors(path, before)).toThrow(TapegradError)
  })
})

describe('loadSafetensors', () => {
  it('says which file cannot be read, and why', () => {
    expect(() => loadSafetensors(join(folder, 'none'))).toThrow(
      `loadSafetensors: ${join(folder, 'none')}: there is no such file`,
    )
    expect(() => loadSafetensors(folder)).toThrow(`${folder}: this is a folder or a device, not a file`)
    expect(() => loadSafetensors('/dev/zero')).toThrow('this is a folder or a device')
    expect(() => loadSafetensors('a\0b')).toThrow(TapegradError)
    expect(() => safetensorsMetadata(join(folder, 'none'))).toThrow(/^safetensorsMetadata: .* no such file$/)
    const damaged = join(fresh(), 'damaged')
    writeFileSync(damaged, encodeSafetensors(before).subarray(0, -1))
    expect(() => loadSafetensors(damaged)).toThrow(
      `loadSafetensors: ${damaged}: tensor "x" has data_offsets [0, 12]`,
    )
  })
})

describe('temporary files of processes that ended', () => {
  const suffix = '.tapegrad-tmp'

  it('go with the next save to the path, and those of others stay', () => {
    const path = fresh()
    const model = join(path, 'model')
    // Where this process writes, and under which names: seen while it writes.
    const seen: string[] = []
    const pieces = { x: zeros([10]) }
    Object.defineProperty(pieces.x, 'data', {
      get: () => {
        seen.push(...readdirSync(path))
        return new Float32Array(10)
      },
    })
    saveSafetensors(model, pieces)
    const [own] = seen as [string]
    expect(own).toMatch(/^\.model\.[a-z0-9]+-\d+-[a-z0-9]+\.tapegrad-tmp$/)
    const [machine, pid] = own.slice('.model.'.length, -suffix.length).split('-') as [string, string]
    expect(Number(pid)).toBe(process.pid)
    // No process has a number so large.
    const leftover = `.model.${machine}-4194999-abc${suffix}`
    const stay = [
      `.model.${machine}-${pid}-abc${suffix}`,
      `.model.other-4194999-abc${suffix}`,
      `.other.${machine}-4194999-abc${suffix}`,
      `.model.${machine}-4194999-abc.tmp`,
      `model.${machine}-4194999-abc${suffix}`,
    ]
    for (const name of [leftover, ...stay]) writeFileSync(join(path, name), '')
    saveSafetensors(model, before)
    expect(readdirSync(path).sort()).toEqual(['model', ...stay].sort())
    // After a day it is given up, whoever's it was.
    const yesterday = Date.now() / 1000 - 25 * 60 * 60
    for (const name of stay) utimesSync(join(path, name), yesterday, yesterday)
    saveSafetensors(model, before)
    expect(readdirSync(path).sort()).toEqual(['model', ...stay.slice(2)].sort())
    expect(existsSync(model)).toBe(true)
  })
})
