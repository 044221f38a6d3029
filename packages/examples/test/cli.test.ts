/** @file `pnpm example` as a program: the list, exit codes, errors as one line. */

import { fail } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { TapegradError } from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { runExample, UserError } from '../common/cli.ts'
import { progressOf } from '../common/progress.ts'
import { terminalOn } from '../common/terminal.ts'
import { capture, tooWide } from './capture.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const command = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { example: string } }
).scripts.example

const example = (...args: string[]) => exampleAt('', ...args)

function exampleAt(
  columns: string,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  const [, ...flags] = command.split(' ')
  const { NO_COLOR: _, FORCE_COLOR: __, NODE_OPTIONS: ___, ...env } = process.env
  return spawnSync(process.execPath, [...flags, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...env, COLUMNS: columns },
  })
}

/** Every folder with a main.ts is an example. */
const folders = readdirSync(join(root, 'packages/examples'))
  .filter((name) => existsSync(join(root, 'packages/examples', name, 'main.ts')))
  .toSorted()

describe('pnpm example', () => {
  it('has a README for each, and a row in the README of all', () => {
    const all = readFileSync(join(root, 'packages/examples/README.md'), 'utf8')
    expect(folders.length).toBeGreaterThan(3)
    for (const name of folders) {
      expect(existsSync(join(root, 'packages/examples', name, 'README.md')), name).toBe(true)
      expect(all).toContain(`[${name}](${name}/)`)
    }
  })
  it.each([80, 120, 160])('lists the examples within %i columns', (columns) => {
    const { stdout } = exampleAt(String(columns))
    expect(tooWide(stdout, columns)).toEqual([])
    const [, ...lines] = stdout.trimEnd().split('\n')
    const names = lines.flatMap((line) => /^ {2}(\S+)/.exec(line)?.[1] ?? [])
    expect(names.toSorted()).toEqual(folders)
    // Where a text goes on, it stands below its beginning.
    const indent = Math.max(...names.map((name) => name.length)) + 4
    for (const line of lines) expect(line.slice(indent - 1)).toMatch(/^ \S/)
  })
  it('lists the examples, one line each where there is room', () => {
    const { status, stdout, stderr } = example()
    expect([status, stderr]).toEqual([0, ''])
    const [head, ...lines] = stdout.trimEnd().split('\n')
    expect(head).toContain('pnpm example NAME [flags]')
    const names = lines.map((line) => line.trim().split(/ {2,}/)[0]!)
    expect(names.toSorted()).toEqual(folders)
    for (const line of lines) expect(line.length).toBeLessThan(110)
  })
  it('runs one, with flags behind --, too', () => {
    const { status, stdout, stderr } = example('article', '--', '--preset', 'gentle')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('Preset gentle')
  })
  it('an unknown name, a bad flag, a damaged file: one line, exit code 1', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tapegrad-cli-'))
    const file = join(folder, 'bad.csv')
    writeFileSync(file, '5.1,3.5,1.4,0.2,Iris-setosa\n5.1,3.5,1.4,thin,Iris-setosa\n')
    const names = [...example().stdout.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name)
    const failures: [string[], string][] = [
      [['toString'], `example: there is no example 'toString'; there are ${names.join(', ')}\n`],
      [
        ['iris', '--epochs', 'x'],
        "iris: option '--epochs <n>' argument 'x' is invalid. Use a whole number of at least 1.\n",
      ],
      [['iris', '--csv', file], `iris: ${file}: row 2, column 4 (petal width): "thin" is not a number\n`],
    ]
    for (const [args, line] of failures)
      expect(example(...args)).toEqual(expect.objectContaining({ status: 1, stdout: '', stderr: line }))
    rmSync(folder, { recursive: true })
  })
})

describe('runExample', () => {
  const { terminal } = capture()
  const outcome = async (error: Error): Promise<[number, string[]]> => {
    const lines: string[] = []
    const throwing = (): void => {
      throw error
    }
    return [await runExample('name', throwing, [], terminal, (line) => lines.push(line)), lines]
  }
  it('makes one line of what users did wrong', async () => {
    expect(await outcome(new UserError('two\n  lines'))).toEqual([1, ['name: two lines']])
    expect(await outcome(new TapegradError('add', 'shapes differ'))).toEqual([
      1,
      ['name: add: shapes differ'],
    ])
  })
  it('lets bugs keep their stack', async () => {
    await expect(outcome(new RangeError('bug'))).rejects.toThrow(RangeError)
  })
})

describe('terminals', () => {
  const stream = (columns?: number, isTTY = false) => ({
    isTTY,
    ...(columns && { columns }),
    write: () => fail(),
  })
  it('take the width of the stream, else COLUMNS, else 120, within bounds', () => {
    expect(terminalOn(stream(90, true), { COLUMNS: '70' }).width).toBe(90)
    expect(terminalOn(stream(), { COLUMNS: '70' }).width).toBe(70)
    expect(terminalOn(stream(), { COLUMNS: 'wide' }).width).toBe(120)
    expect(terminalOn(stream(), {}).width).toBe(120)
    expect(terminalOn(stream(20, true), {}).width).toBe(60)
    expect(terminalOn(stream(1000, true), {}).width).toBe(200)
  })
  it('wrap paragraphs with their indentation', () => {
    const { terminal, text } = capture(60)
    terminal.paragraph(`  ${'word '.repeat(20)}`, 2)
    expect(text()).toBe(`  ${'word '.repeat(11).trim()}\n    ${'word '.repeat(9).trim()}\n`)
  })
  it.each([60, 80])('have room for a bar with its note: %i columns', (columns) => {
    const frames: string[] = []
    const stream = Object.assign(
      new Writable({ write: (chunk, _, done) => done(void frames.push(String(chunk))) }),
      {
        isTTY: true,
        columns,
        cursorTo: () => true,
        clearLine: () => true,
        moveCursor: () => true,
      },
    )
    const progress = progressOf('epoch', 300, terminalOn(stream, { NO_COLOR: '1' }))
    progress.update(300, 'loss 0.0161  validation 100.0%')
    progress.stop()
    const widths = frames.filter((frame) => frame.includes('epoch')).map((frame) => [...frame].length)
    expect(frames.join('')).toContain('300/300  loss 0.0161  validation 100.0%')
    expect(Math.max(...widths)).toBeLessThan(columns)
  })
  it('show progress as lines where they cannot be rewritten', () => {
    const { terminal, text } = capture()
    const progress = progressOf('step', 10, terminal)
    for (let i = 1; i <= 10; i++) progress.update(i, `note ${i}`)
    progress.stop()
    expect(text().split('\n').slice(0, 2)).toEqual(['  step  2/10  note 2', '  step  4/10  note 4'])
    expect(text()).toContain('10/10')
    expect(text().trimEnd().split('\n')).toHaveLength(5)
  })
})
