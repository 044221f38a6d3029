/** @file The tutorial as a program: its steps, its flags, the widths it fits, its README; and what its checks refuse. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { close, holds } from '../tutorial/check.ts'
import { steps, tutorial } from '../tutorial/main.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapegrad-tutorial-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(flags: readonly string[], width = 120): Promise<string> {
  const { terminal, text } = capture(width)
  await tutorial(['--out', folder, ...flags], terminal)
  return text()
}

/** The titles in the lines that begin the steps. */
const headings = (text: string): string[] =>
  [...text.matchAll(/^── Step (\d+ of \d+: .*?) ─*$/gm)].map(([, title]) => title!)

describe('all steps', () => {
  /** The contents of the figures, by name. */
  const pictures = (): Record<string, string> =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  let first: Record<string, string> | null = null

  it.each([80, 120, 160])('fit %i columns, in order, each with what it checked', async (width) => {
    const text = await run([], width)
    // How long the name of the temporary folder is depends on the machine.
    expect(tooWide(text, width).filter((line) => !line.startsWith('  Figure: '))).toEqual([])
    const found = headings(text)
    expect(found).toHaveLength(steps.length)
    found.forEach((title, i) => {
      expect(title).toBe(`${i + 1} of ${steps.length}: ${steps[i]!.title}${steps[i]!.ours ? ' (ours)' : ''}`)
    })
    expect(text.match(/^ {2}Checked$/gm)).toHaveLength(steps.length)
    expect(text).not.toMatch(/NaN|undefined|\[object/)

    // Each run writes the same figures, whatever the width, and tells of each.
    const written = pictures()
    first ??= written
    expect(written).toEqual(first)
    expect(Object.keys(written).length).toBeGreaterThanOrEqual(8)
    const told = [...text.matchAll(/^ {2}Figure: .*?([\w-]+\.svg)$/gm)].map(([, name]) => name!)
    expect(told.toSorted()).toEqual(Object.keys(written).toSorted())
  })
})

describe('flags', () => {
  const error = async (...flags: string[]): Promise<string> => {
    const reason = await run(flags).catch((e: unknown) => e)
    expect(reason).toBeInstanceOf(UserError)
    return (reason as UserError).message
  }

  it('--step runs that one', async () => {
    const text = await run(['--step', '5'])
    expect(headings(text)).toEqual([`5 of ${steps.length}: ${steps[4]!.title}`])
    expect(headings(await run(['--step', String(steps.length)]))).toHaveLength(1)
  })

  it.each(['0', String(steps.length + 1), '1.5', '-1', 'two', ''])('--step %j names the range', async (n) => {
    expect(await error('--step', n)).toBe(
      `option '--step <n>' argument '${n}' is invalid. Use a whole number from 1 to ${steps.length}.`,
    )
  })

  it('--list lists them and runs none', async () => {
    const text = await run(['--list'], 80)
    const lines = text.split('\n').filter((line) => /^ +\d+ {2}/.test(line))
    expect(lines.map((line) => line.trim())).toEqual(
      steps.map(({ title, ours }, i) => `${i + 1}  ${title}${ours ? ' (ours)' : ''}`),
    )
    expect(tooWide(text, 80)).toEqual([])
    expect(text).not.toContain('Checked')
  })

  it('--help tells them', async () => {
    const text = await run(['--help'], 80)
    for (const part of ['--step <n>', `1 to ${steps.length}`, '--list', '--out <folder>', 'out/tutorial of'])
      expect(text).toContain(part)
    expect(tooWide(text, 80)).toEqual([])
  })

  it('mistakes are told in a line', async () => {
    expect(await error('--steps', '3')).toBe("unknown option '--steps' (Did you mean --step?)")
    expect(await error('3')).toContain('too many arguments')
    expect(await error('--out', ' ')).toContain('Name a folder.')
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { terminal, text } = capture()
    const out = join(file, 'deep')
    // Before the first step, not after it.
    await expect(tutorial(['--out', out], terminal)).rejects.toThrow(
      `${out}: the folder cannot be made: ${file} is a file, not a folder`,
    )
    expect(text()).toBe('')
    rmSync(file)
  })
})

describe('the README', () => {
  it('lists the steps and shows lines of the real output', async () => {
    const real = `${await run(['--list'])}${await run(['--step', '5'])}`.split('\n')
    const shown = shownOutput('tutorial')
    expect(shown.length).toBeGreaterThan(steps.length)
    for (const line of shown) expect(real).toContain(line)
    expect(shown.filter((line) => /^ +\d+ {2}\S/.test(line))).toHaveLength(steps.length)
  })
  it('is one screen', () => {
    const readme = readFileSync(new URL('../tutorial/README.md', import.meta.url), 'utf8')
    expect(readme.split('\n').length).toBeLessThanOrEqual(46)
  })
})

describe('checks', () => {
  it('give their sentence when they hold', () => {
    expect(close('half', 0.5, 0.5, 0)).toBe('half')
    expect(close('a row', [1, 2], [1, 2.5], 0.5)).toBe('a row')
    expect(holds('it is so', true)).toBe('it is so')
  })
  it.each([
    ['too far', () => close('half', 0.51, 0.5, 0.009), 'half: 0.51 at 0, expected 0.5 within 0.009'],
    ['NaN', () => close('half', Number.NaN, 0.5, 1), 'half: NaN at 0, expected 0.5 within 1'],
    ['fewer', () => close('a row', [1], [1, 2], 1), 'a row: there are 1 numbers, expected 2'],
    ['the second', () => close('a row', [1, 3], [1, 2], 0.5), 'a row: 3 at 1, expected 2 within 0.5'],
    ['false', () => holds('it is so', false), 'it is so: this does not hold'],
  ])('throw when they do not: %s', (_, check, message) => {
    expect(check).toThrow(message)
  })
})
