/** @file The output of the digits example: text, figures, flags and mistakes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { accuracyFigure, costChart, costFigure } from '../digits/charts.ts'
import { readDigits } from '../digits/csv.ts'
import { digits } from '../digits/main.ts'
import { contactSheet, MOST, textPictures } from '../digits/pictures.ts'
import type { Misread } from '../digits/recipe.ts'
import { problemOf, testAccuracy, train } from '../digits/train.ts'
import { capture, tooWide } from './capture.ts'

const images = readDigits(fileURLToPath(new URL('../data/digits.csv', import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'tapegrad-digits-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = async (flags: string[], width = 100, env: Record<string, string> = {}): Promise<string> => {
  const { terminal, text } = capture(width, env)
  await digits(flags.includes('--seeds') ? flags : ['--out', folder, ...flags], terminal)
  return text()
}
const short = ['--iterations', '6', '--epochs', '1', '--hidden', '4']

describe('the output', () => {
  it.each([80, 120, 160])('fits %i columns and has everything', async (width) => {
    const text = await run(short, width)
    expect(tooWide(text, width)).toEqual([])
    const joined = text.replace(/\s+/g, ' ')
    for (const part of [
      '64-4-10 sigmoid network',
      '1,078 train and 719 test, drawn with seed 1',
      'fitted to the training images alone',
      'iteration 6/6 cost ',
      'as in the tutorial',
      'Glorot start',
      'The same by hand',
      'epoch 1/1 loss ',
      'Cost J over the iterations, logarithmic axis',
      'Confusion matrix',
      ' read as ',
    ])
      expect(joined).toContain(part)
    expect(text.match(/Test accuracy: \d+\.\d%, \d+ of 719 images/g)).toHaveLength(3)
    // The figure leaves out what is too much for it, too.
    const misread = Number(/The (\d+) misread images/.exec(joined)![1])
    const shown = text.match(/ read as /g)!.length
    expect(joined).toContain(` ${Math.min(misread, MOST) - shown} more in the figure`)
    // Ten iterations of sums of some 1,000 terms in float64.
    expect(Number(/agree with autograd's to (\S+) of/.exec(joined)![1])).toBeLessThan(1e-13)
  })

  it('has colours only for who wants them, and dots for zeros', async () => {
    const plain = await run(['--recipe', '--epochs', '1'])
    expect(plain).not.toContain('\u001b')
    const rows = plain.split('\n').filter((line) => /^ {2}\d +([\d·]+ +){10}\d+$/.test(line))
    expect(rows).toHaveLength(10)
    expect(rows.join('')).toContain('·')
    expect(rows.filter((row) => /\d +.* 0 /.test(row))).toEqual([])
    const sum = rows.reduce((total, row) => total + Number(/\d+$/.exec(row)![0]), 0)
    expect(sum).toBe(719)
    const colored = await run(['--recipe', '--epochs', '1'], 100, { FORCE_COLOR: '1' })
    expect(colored).toContain('\u001b[31m')
  })

  it('writes three figures, the same on each run', async () => {
    const texts = (): string[] => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    const text = await run([...short, '--scale-on', 'all', '--seed', '3'])
    expect(text.replace(/\s+/g, ' ')).toContain('fitted to all images, as in the tutorial')
    const first = texts()
    expect(readdirSync(folder).sort()).toEqual(['digits-cost.svg', 'digits-misread.svg', 'digits-recipe.svg'])
    expect(text.match(/ {2}Figure: .*\.svg$/gm)).toHaveLength(3)
    for (const svg of first) {
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
      expect(svg).toContain('seed 3')
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
    await run([...short, '--scale-on', 'all', '--seed', '3'])
    expect(texts()).toEqual(first)
  })

  it('--seeds sums up', async () => {
    const text = await run(['--seeds', '2', '--iterations', '4', '--hidden', '4', '--epochs', '1'])
    const values = (name: string): number[] =>
      [...new RegExp(`^ *${name} +([\\d.]+)% +([\\d.]+)% +([\\d.]+)%$`, 'm').exec(text)!].slice(1).map(Number)
    const [one, two] = [values('1'), values('2')]
    for (const [s, seed] of [1, 2].entries())
      for (const [i, start] of (['uniform', 'glorot'] as const).entries()) {
        const few = { seed, start, iterations: 4, hidden: 4, rate: 0.25 } as const
        const problem = problemOf(images, { ...few, scaleOn: 'train', dtype: 'float32' })
        train(problem, few)
        // Printed in tenths of a percent.
        expect(Math.abs([one, two][s]![i]! - 100 * testAccuracy(problem))).toBeLessThan(0.051)
      }
    for (const i of [0, 1, 2]) {
      expect(values('lowest')[i]).toBe(Math.min(one[i]!, two[i]!))
      expect(values('highest')[i]).toBe(Math.max(one[i]!, two[i]!))
      // Both printed numbers are rounded to a tenth.
      expect(Math.abs(values('median')[i]! - (one[i]! + two[i]!) / 2)).toBeLessThan(0.11)
    }
    expect(text).not.toContain('Figure')
  })

  it('--help tells every flag', async () => {
    const text = await run(['--help'], 80)
    for (const flag of [
      'seed',
      'iterations',
      'rate',
      'hidden',
      'scale-on',
      'recipe',
      'epochs',
      'seeds',
      'out',
    ])
      expect(text).toContain(`--${flag} `)
    expect(tooWide(text, 80)).toEqual([])
    expect(text).not.toContain('accuracy:')
  })

  it('mistakes are user errors', async () => {
    const error = async (...flags: string[]): Promise<string> => {
      const reason = await run(flags).catch((e: unknown) => e)
      expect(reason).toBeInstanceOf(UserError)
      return (reason as UserError).message
    }
    for (const [flag, value] of [
      ['--seed', '-1'],
      ['--iterations', '0'],
      ['--rate', '0'],
      ['--hidden', 'many'],
      ['--scale-on', 'none'],
      ['--epochs', '1.5'],
      ['--seeds', '0'],
      ['--out', ''],
    ] as const)
      expect(await error(flag, value)).toContain(`argument '${value}' is invalid`)
    expect(await error('7')).toContain('too many arguments')
    expect(await error('--rate', '1e39', '--iterations', '4')).toMatch(
      /^iteration \d: the cost is NaN; use a smaller --rate$/,
    )
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(await error('--out', file)).toBe(`${file} is a file, not a folder`)
    rmSync(file)
  })

  it.each([
    ['--recipe', '--iterations', '5'],
    ['--recipe', '--hidden', '5'],
    ['--recipe', '--rate', '0.5'],
    ['--recipe', '--scale-on', 'train'],
    ['--seeds', '--recipe'],
    ['--seeds', '--seed', '3'],
    ['--seeds', '--out', folder],
  ])('%s refuses %s, which it would ignore', async (one, two, ...value) => {
    await expect(run([two, ...value, one])).rejects.toThrow(
      new RegExp(`^option '${one}( \\[n\\])?' cannot be used with option '${two}( <\\w+>)?'$`),
    )
  })
})

describe('pictures', () => {
  // A full row of ink above, the faintest ink in the last corner.
  const pixels = Array.from({ length: 64 }, (_, i) => (i < 8 ? 16 : i === 63 ? 1 : 0))
  const misread: Misread = { pixels, digit: 7, predicted: 1, probability: 0.996 }

  it('as text: two columns to a pixel, a caption, as many as fit', () => {
    const lines = textPictures([misread, misread, misread], 36).split('\n')
    expect(lines).toHaveLength(9)
    expect(lines[0]).toBe(`${'█'.repeat(16)}    ${'█'.repeat(16)}`)
    expect(lines[7]).toBe(`${' '.repeat(14)}░░    ${' '.repeat(14)}░░`)
    expect(lines[8]).toBe('7 read as 1 100%    7 read as 1 100%')
  })
  it('as a sheet: a square for each pixel with ink, a frame and a caption for each image', async () => {
    const text = { title: 't', subtitle: 's' }
    const sheet = await contactSheet([misread, misread], text)
    expect(sheet.match(/<rect /g)).toHaveLength(2 * (9 + 1))
    expect(sheet.match(/fill="rgb\(0,0,0\)"/g)).toHaveLength(2 * 8)
    expect(sheet.match(/7 read as 1/g)).toHaveLength(2)
    const many = await contactSheet(new Array<Misread>(MOST + 5).fill(misread), text)
    expect(many.match(/7 read as 1/g)).toHaveLength(MOST)
    expect(await contactSheet([], text)).toContain('</svg>')
  })
})

describe('curves', () => {
  it('of a cost fall over a logarithmic axis', () => {
    const lines = costChart([10, 1, 0.1], 60).split('\n')
    expect(lines.at(0)!.trim()).toMatch(/^10 /)
    expect(lines.filter((line) => / 1\.0 /.test(line))).toHaveLength(1)
    expect(lines.findIndex((line) => / 1\.0 /.test(line))).toBe(6)
    expect(lines[12]).toMatch(/^ *0\.10 /)
    expect(lines.at(-1)).toMatch(/iteration 3$/)
    expect(costChart([2, 2], 60)).not.toContain('NaN')
  })
  it.each([
    ['a hardly falling cost', [4.0378, 4.0377, 4.0377]],
    ['few iterations', [4.04, 3.9, 3.8]],
    ['a small cost', [0.0312, 0.0311]],
    ['a cost of 1', [1]],
    ['a long fall', [4, 0.0021]],
  ])('name each row of their axis, all at one column: %s', (_, costs) => {
    const lines = costChart(costs, 60).split('\n')
    const labels = lines.slice(0, 13).map((line) => /^ *([\d.]+) [┤┼]/.exec(line)![1]!)
    expect(new Set(labels).size).toBe(13)
    const column = lines[13]!.indexOf('└')
    expect(lines.slice(0, 13).filter((line) => !'┤┼'.includes(line[column]!))).toEqual([])
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
    // The bottom row stands for the least cost: half a unit of the label's last digit at most.
    const bottom = labels[12]!
    const unit = 10 ** -(bottom.split('.')[1]?.length ?? 0)
    expect(Math.abs(Number(bottom) - Math.min(...costs))).toBeLessThanOrEqual(0.5 * unit + 1e-12)
  })
  it('as figures end with their names, also when there is one step', async () => {
    const text = { title: 't', subtitle: 's' }
    const costs = await costFigure(
      [
        { name: 'slow', costs: [4] },
        { name: 'quick', costs: [1] },
      ],
      text,
    )
    const accuracies = await accuracyFigure([{ epoch: 1, loss: 1, train: 0.9, test: 0.85 }], text)
    expect(costs).toMatch(/>slow<[\s\S]*>quick</)
    expect(accuracies).toMatch(/>training images<[\s\S]*>test images</)
    for (const svg of [costs, accuracies]) expect(svg).not.toMatch(/NaN|⚠/)
  })
})
