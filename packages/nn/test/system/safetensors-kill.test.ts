/** @file Processes killed at random points of saves, and two that save to one path: there is always one whole file, of a state that was saved. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Generator, rand } from '@tapegrad/core'
import { loadSafetensors, safetensorsMetadata } from '@tapegrad/nn'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-kill-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const flags = ['--conditions=@tapegrad/source', '--disable-warning=ExperimentalWarning', '--import']
const program = fileURLToPath(new URL('../support/save-program.ts', import.meta.url))

function saver(path: string, size: number, first: number, last: number): ChildProcess {
  const args = [...flags, './scripts/typescript.mjs', program, path, `${size}`, `${first}`, `${last}`]
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** The state in the file, which must be whole and of one state. */
function stateIn(path: string): number {
  const { a, b } = loadSafetensors(path)
  const state = Number(safetensorsMetadata(path).state)
  expect(a!.data.every((value) => value === state)).toBe(true)
  expect(b!.data.every((value) => value === state)).toBe(true)
  return state
}

it('200 saves, with kills among them, leave the old file or the new one', async () => {
  const path = join(folder, 'model.safetensors')
  const draw = new Generator(7)
  let saved = 0
  let kills = 0
  let temporary = 0
  while (saved < 200) {
    // 6 MB take some milliseconds: most kills meet a save half done.
    const child = saver(path, 1_500_000, saved + 1, 400)
    const exit = once(child, 'exit')
    let printed = saved
    let last = 0
    const [waits, part] = rand([2], { generator: draw }).data as unknown as [number, number]
    for await (const text of child.stdout!) {
      printed = Number(String(text).trim().split('\n').at(-1))
      const duration = performance.now() - last
      last = performance.now()
      // After some saves, and then after a random part of the time that one takes.
      if (printed >= saved + 2 + Math.floor(waits * 10)) {
        await setTimeout(part * duration)
        child.kill('SIGKILL')
        break
      }
    }
    await exit
    kills++
    const state = stateIn(path)
    // What was printed was there for good; what was not printed may be there.
    expect(state).toBeGreaterThanOrEqual(printed)
    temporary += readdirSync(folder).filter((name) => name.endsWith('.tapegrad-tmp')).length
    expect(readdirSync(folder).length).toBeLessThanOrEqual(2)
    saved = state
  }
  console.log(`${kills} kills, ${temporary} of them while a temporary file was written`)
  expect(kills).toBeGreaterThan(15)
  // Else all kills came between saves and showed nothing.
  expect(temporary).toBeGreaterThan(0)
  // The next save takes the leftovers away.
  await once(saver(path, 10, saved + 1, saved + 1), 'exit')
  expect(readdirSync(folder)).toEqual(['model.safetensors'])
  expect(stateIn(path)).toBe(saved + 1)
})

it('two processes that save to one path never mix', async () => {
  const path = join(folder, 'shared.safetensors')
  const children = [saver(path, 300_000, 1, 100), saver(path, 500_000, 1001, 1100)]
  const ended = children.map((child) => once(child, 'exit'))
  for (const child of children) child.stdout!.resume()
  const seen = new Set<number>()
  let running = true
  void Promise.all(ended).then(() => {
    running = false
  })
  while (running) {
    // Size and state belong together.
    if (existsSync(path)) {
      const dict = loadSafetensors(path)
      const state = dict.b!.data[0]!
      expect(dict.a!.size).toBe(state > 1000 ? 500_000 : 300_000)
      expect(dict.a!.data.every((value) => value === state)).toBe(true)
      seen.add(state)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect((await Promise.all(ended)).map(([code]) => code)).toEqual([0, 0])
  expect([100, 1100]).toContain(stateIn(path))
  expect([...seen].some((state) => state > 1000) && [...seen].some((state) => state < 1000)).toBe(true)
  expect(readdirSync(folder).filter((name) => name.includes('shared'))).toEqual(['shared.safetensors'])
})
