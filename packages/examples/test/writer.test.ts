/** @file The writer example: its text as numbers, training that goes on from a checkpoint, its output, mistakes. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Generator, manualSeed, tensor } from '@tapegrad/core'
import { loadSafetensors, saveCheckpoint, saveSafetensors } from '@tapegrad/nn'
import { afterAll, describe, expect, it } from 'vitest'
import { runExample, UserError } from '../common/cli.ts'
import { writer } from '../writer/main.ts'
import { nextLoss, Writer, write } from '../writer/model.ts'
import { Alphabet, Windows } from '../writer/text.ts'
import { capture, tooWide } from './capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-writer-'))
afterAll(() => rmSync(folder, { recursive: true }))

const TEXT = join(folder, 'text.txt')
writeFileSync(TEXT, 'the cat sat on the mat; '.repeat(25))

let files = 0
const newFile = (): string => join(folder, `${++files}.safetensors`)

const SMALL = ['--text', TEXT, '--context', '8', '--width', '8', '--blocks', '1', '--prompt', 'the ']

/** What a small model prints; the times of the epochs are replaced, and the name of the checkpoint. */
async function run(checkpoint: string, flags: readonly string[], width = 80): Promise<string> {
  const { terminal, text } = capture(width)
  await writer(['--text', TEXT, '--checkpoint', checkpoint, '--length', '40', ...flags], terminal)
  expect(tooWide(text().replace(/^Checkpoint .*$/gm, ''), width)).toEqual([])
  return text()
    .replaceAll(/\S+ s$/gm, '0 s')
    .replace(/^(Checkpoint .*: ).*$/m, '$1FILE')
}

describe('the alphabet', () => {
  const alphabet = new Alphabet('banana 😀')

  it('numbers the characters in the order of their codes, and back', () => {
    expect(alphabet.characters).toEqual([' ', 'a', 'b', 'n', '😀'])
    expect(alphabet.size).toBe(5)
    expect([...alphabet.encode('nab😀', 'it')]).toEqual([3, 1, 2, 4])
    expect(alphabet.decode([3, 1, 2, 4])).toBe('nab😀')
  })
  it('refuses what it does not know', () => {
    expect(() => alphabet.encode('bat', '--prompt')).toThrow(
      new UserError('--prompt has the character "t", which the model does not know'),
    )
  })
})

describe('windows', () => {
  it('lie one behind the other, each beside itself one character later', () => {
    const shown = (windows: Windows): unknown[] =>
      Array.from({ length: windows.length }, (_, i) => windows.get(i).map((t) => t.toArray()))
    const count = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i)
    const first = [
      [0, 1, 2],
      [1, 2, 3],
    ]
    expect(shown(new Windows(count(4), 3))).toEqual([first])
    expect(shown(new Windows(count(6), 3))).toEqual([first])
    expect(shown(new Windows(count(7), 3))).toEqual([
      first,
      [
        [3, 4, 5],
        [4, 5, 6],
      ],
    ])
  })
})

describe('the model', () => {
  const size = { characters: 5, context: 4, width: 8, heads: 4, blocks: 2 }
  const model = new Writer(size, new Generator(1))
  const logitsOf = (...characters: number[]): number[][] =>
    (model.call(tensor([characters], { dtype: 'int32' })).toArray() as number[][][])[0]!

  it('does not see what follows, and sees what came before', () => {
    const [a, b] = [logitsOf(0, 1, 2, 3), logitsOf(0, 1, 2, 4)]
    expect(a.slice(0, 3)).toEqual(b.slice(0, 3))
    expect(a[3]).not.toEqual(b[3])
    expect(logitsOf(4, 1, 2, 3)[3]).not.toEqual(a[3])
  })
  it('has a loss of about ln 5 at first', () => {
    const x = tensor([[0, 1, 2, 3]], { dtype: 'int32' })
    // The first logits are small: width 8 with a standard deviation of 0.02.
    expect(nextLoss(model.call(x), x).item()).toBeCloseTo(Math.log(5), 1)
  })
  it('writes what its generator draws, beyond its context, and stays in its mode', () => {
    const written = (seed: number): number[] => [
      ...write(model, Int32Array.of(1), 12, 1, new Generator(seed)),
    ]
    expect(written(1)).toHaveLength(12)
    expect(written(1)).toEqual(written(1))
    expect(written(1)).not.toEqual(written(2))
    expect(model.training).toBe(true)
  })
  it('takes the likely ones where the temperature is low', () => {
    const likely = logitsOf(1, 2).at(-1)!
    const [first] = write(model, Int32Array.of(1, 2), 1, 1e-4, new Generator(3))
    expect(first).toBe(likely.indexOf(Math.max(...likely)))
  })
})

describe('training', () => {
  it('learns', async () => {
    const more = join(folder, 'more.txt')
    writeFileSync(more, readFileSync(TEXT, 'utf8').repeat(4))
    const text = await run(newFile(), [...SMALL, '--text', more, '--epochs', '4'])
    const losses = [...text.matchAll(/validation: loss (\S+)/g)].map(([, loss]) => Number(loss))
    expect(losses).toHaveLength(4)
    expect(text).toContain('11 different characters:\n    guessing costs ln 11 = 2.398.')
    // Far below guessing.
    expect(losses[3]!).toBeLessThan(1.6)
    expect(losses[0]!).toBeGreaterThan(1.8)
    expect(text).toMatch(/\n\nthe [\s\S]{40,}\n$/)
  })

  it('that goes on from a checkpoint gives the same bits and lines as one that was never stopped', async () => {
    const [straight, parted] = [newFile(), newFile()]
    // Nothing may come from the shared generator.
    manualSeed(1)
    const all = await run(straight, [...SMALL, '--epochs', '3'])
    await run(parted, [...SMALL, '--epochs', '2'])
    manualSeed(2)
    // The size comes from the checkpoint.
    const rest = await run(parted, ['--resume', '--epochs', '3', '--prompt', 'the '])
    expect(rest).toContain('2 epochs are done.')
    const end = (text: string): string => text.slice(text.indexOf('epoch 3/3'))
    expect(end(rest)).toBe(end(all))
    const [a, b] = [loadSafetensors(straight), loadSafetensors(parted)]
    expect(Object.keys(a).length).toBeGreaterThan(40)
    expect(Object.keys(b)).toEqual(Object.keys(a))
    for (const [key, t] of Object.entries(a)) expect(b[key]!.toArray(), key).toEqual(t.toArray())

    const only = await run(parted, ['--resume', '--epochs', '3', '--prompt', 'the '])
    expect(only).toContain('3 epochs are done: it only writes')
    expect(only).not.toContain('validation: loss')
    expect(only.slice(only.indexOf('\n\nthe '))).toBe(all.slice(all.indexOf('\n\nthe ')))
  })

  it('ended by Ctrl-C says what is saved', async () => {
    const listeners = process.listeners('SIGINT')
    const interrupted = async (file: string, after: string): Promise<string> => {
      const { terminal, text } = capture(100)
      const print = (line = ''): void => {
        terminal.print(line)
        if (!line.includes(after)) return
        for (const listener of process.listeners('SIGINT'))
          if (!listeners.includes(listener)) listener('SIGINT')
      }
      const paragraph = (line: string): void => print(line.trimEnd())
      const flags = [...SMALL, '--epochs', '9', '--checkpoint', file, '--length', '5']
      await writer(flags, { ...terminal, print, paragraph })
      return text()
    }
    const file = newFile()
    const text = await interrupted(file, 'epoch 2/9')
    expect(text).toMatch(/Checkpoint after epoch 2: .*\nTo go on: the same command with --resume\n\nthe /)
    expect(text).not.toContain('epoch 3/9')
    expect(existsSync(file)).toBe(true)
    expect(process.listeners('SIGINT')).toEqual(listeners)
  })
})

describe('the output', () => {
  it.each([60, 80, 120])('fits %i columns, whatever is written', async (width) => {
    const text = await run(
      newFile(),
      [...SMALL, '--epochs', '1', '--length', '300', '--temperature', '9'],
      width,
    )
    expect(text).toContain('Checkpoint after epoch 1: ')
    const long = 'the '.repeat(40)
    // A word that is longer than a line.
    const word = join(folder, 'word.txt')
    writeFileSync(word, 'abcdefgh'.repeat(40))
    const one = ['--text', word, '--prompt', 'abc', '--epochs', '1', '--length', '300']
    await run(newFile(), [...SMALL, ...one], width)
    await run(newFile(), [...SMALL, '--epochs', '1', '--prompt', long], width)
  })
  it('--help tells every flag within 80 columns', async () => {
    const { terminal, text } = capture(80)
    await writer(['--help'], terminal)
    for (const flag of ['text', 'epochs', 'context', 'width', 'blocks', 'seed', 'checkpoint', 'length'])
      expect(text()).toContain(`--${flag} <`)
    expect(tooWide(text(), 80)).toEqual([])
  })
})

describe('mistakes', () => {
  /** The one line on the error output. */
  async function mistake(...flags: string[]): Promise<string> {
    const { terminal, text } = capture(80)
    const lines: string[] = []
    const at = ['--text', TEXT, '--checkpoint', join(folder, 'unused.safetensors')]
    expect(await runExample('writer', writer, [...at, ...flags], terminal, (line) => lines.push(line))).toBe(
      1,
    )
    // Before any training.
    expect(text()).toBe('')
    expect(lines).toHaveLength(1)
    return lines[0]!.replaceAll(folder, 'FOLDER')
  }

  it('in flags', async () => {
    expect(await mistake('--width', '10')).toBe('writer: --width must be a multiple of 4, got 10')
    expect(await mistake('--prompt', '')).toBe('writer: --prompt must have at least one character')
    expect(await mistake('--prompt', 'the fox')).toBe(
      'writer: --prompt has the character "f", which the model does not know',
    )
    for (const [flag, value] of [
      ['--epochs', '0'],
      ['--context', '1'],
      ['--width', 'wide'],
      ['--blocks', '0'],
      ['--seed', '-1'],
      ['--temperature', '0'],
      ['--length', '1.5'],
    ] as const)
      expect(await mistake(flag, value)).toContain(`argument '${value}' is invalid`)
  })

  it('in the text', async () => {
    expect(await mistake('--text', join(folder, 'none.txt'))).toBe(
      'writer: FOLDER/none.txt: there is no such file',
    )
    expect(await mistake('--text', folder)).toBe('writer: FOLDER: this is a folder')
    const short = join(folder, 'short.txt')
    for (const text of ['', 'a'.repeat(320)]) {
      writeFileSync(short, text)
      expect(await mistake('--text', short, '--prompt', 'a')).toBe(
        `writer: the text has ${text.length} characters, ${text.length / 10} of them for validation: too few to show 32 at once; use a longer --text or a smaller --context`,
      )
    }
    const other = join(folder, 'other.txt')
    writeFileSync(other, 'Ω'.repeat(600))
    const file = newFile()
    await run(file, [...SMALL, '--epochs', '1'])
    expect(await mistake('--checkpoint', file, '--resume', '--text', other)).toBe(
      'writer: the text has the character "Ω", which the model does not know',
    )
  })

  it('in the checkpoint', async () => {
    const file = newFile()
    expect(await mistake('--checkpoint', file, '--resume')).toBe(
      `writer: ${file.replace(folder, 'FOLDER')}: there is no such checkpoint yet; leave out --resume`,
    )
    expect(await mistake('--checkpoint', folder)).toBe(
      'writer: FOLDER: the checkpoint cannot be written: it is a folder, not a file',
    )
    saveCheckpoint(file, { epoch: 3 })
    expect(await mistake('--checkpoint', file, '--resume')).toMatch(/is no checkpoint of this example$/)
    saveSafetensors(file, { weight: tensor([1]) })
    expect(await mistake('--checkpoint', file, '--resume')).toMatch(/^writer: loadCheckpoint: /)
    copyFileSync(TEXT, file)
    expect(await mistake('--checkpoint', file, '--resume')).toMatch(/^writer: loadCheckpoint: /)
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(TEXT, 'utf8'))
    await run(file, [...SMALL, '--epochs', '1'])
    expect(await mistake('--checkpoint', file, '--resume', '--width', '16')).toBe(
      'writer: --width 16: the model in the checkpoint has 8; leave out --width, or --resume',
    )
  })
})
