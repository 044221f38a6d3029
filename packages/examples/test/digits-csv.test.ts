/** @file The reader of digits: what the data are, and how it names what is wrong. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { parseDigits, readDigits } from '../digits/csv.ts'

describe('digits.csv', () => {
  const images = readDigits(fileURLToPath(new URL('../data/digits.csv', import.meta.url)))

  it("holds the test part of UCI's data: as many of each digit as its description says", () => {
    expect(Array.from({ length: 10 }, (_, d) => images.filter(({ digit }) => digit === d).length)).toEqual([
      178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ])
  })
  it('starts with a zero: ink around a hole', () => {
    const { pixels, digit } = images[0]!
    expect(digit).toBe(0)
    expect(pixels.slice(0, 8)).toEqual([0, 0, 5, 13, 9, 1, 0, 0])
    expect([pixels[3 * 8 + 3], pixels[4 * 8 + 3]]).toEqual([0, 0])
  })
})

describe('the reader', () => {
  const blank = new Array<number>(64).fill(0)
  const row = (pixel: string, digit: string): string => `${[pixel, ...blank.slice(1)].join(',')},${digit}\n`

  it('takes pixels and a digit', () => {
    expect(parseDigits(row('16', '9'), 'f.csv')).toEqual([{ pixels: [16, ...blank.slice(1)], digit: 9 }])
  })
  it.each([
    ['', 'f.csv: the file is empty'],
    ['1,2,3\n', 'f.csv: row 1 has 3 columns; expected 64 pixels and a digit'],
    [row('0', '1') + row('17', '1'), 'f.csv: row 2, column 1: "17" is no whole number from 0 to 16'],
    [row('0', '10'), 'f.csv: row 1, column 65: "10" is no whole number from 0 to 9'],
    [row('', '1'), 'f.csv: row 1, column 1: an empty cell is no whole number from 0 to 16'],
    [row('1.5', '1'), 'f.csv: row 1, column 1: "1.5" is no whole number from 0 to 16'],
    [row('-1', '1'), 'f.csv: row 1, column 1: "-1" is no whole number from 0 to 16'],
  ])('names file, row and column, %#', (text, message) => {
    expect(() => parseDigits(text, 'f.csv')).toThrow(new UserError(message))
  })
  it('a missing file', () => {
    expect(() => readDigits(join(tmpdir(), 'tapegrad', 'none.csv'))).toThrow(
      /none\.csv: there is no such file$/,
    )
  })
})
