/** @file The reader of iris files: what it accepts, and how it names what is wrong. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { parseIris, readIris } from '../iris/csv.ts'

const flowers = readIris(fileURLToPath(new URL('../data/iris.csv', import.meta.url)))

describe('the CSV reader', () => {
  it("reads Fisher's iris", () => {
    expect(flowers).toHaveLength(150)
    expect(flowers[0]).toEqual({ measurements: [5.1, 3.5, 1.4, 0.2], species: 0 })
    expect([0, 1, 2].map((s) => flowers.filter(({ species }) => species === s).length)).toEqual([50, 50, 50])
    // The 35th row has petal width 0.2 and the 38th sepal width 3.6 in Fisher's paper; other copies have typing errors.
    expect(flowers[34]!.measurements).toEqual([4.9, 3.1, 1.5, 0.2])
    expect(flowers[37]!.measurements).toEqual([4.9, 3.6, 1.4, 0.1])
  })

  const row = '5.1,3.5,1.4,0.2,Iris-setosa\n'
  it.each([
    ['a byte order mark', `\ufeff${row}`],
    ['blank lines and line ends of Windows', `\r\n5.1,3.5,1.4,0.2,Iris-setosa\r\n\r\n`],
    ['quotes and blanks', '"5.1", 3.5 ,1.4,.2,"Iris-setosa"'],
  ])('accepts %s', (_, text) => {
    expect(parseIris(text, 'f.csv')).toEqual([{ measurements: [5.1, 3.5, 1.4, 0.2], species: 0 }])
  })

  it.each([
    [
      'empty file',
      '',
      'f.csv: the file is empty; expected rows of sepal length, sepal width, petal length, petal width, species',
    ],
    [
      'header',
      `sepal length,sepal width,petal length,petal width,species\n${row}`,
      'f.csv: row 1 is a header; remove it',
    ],
    ['header of other columns', `Id,SepalLengthCm,Species\n${row}`, 'f.csv: row 1 is a header; remove it'],
    ['a picture', '\ufffdPNG\r\n\0\0', 'f.csv: this is not a text file in UTF-8'],
    [
      'control characters, and too many',
      `\u0007${'x'.repeat(50)},3.5,1.4,0.2,Iris-setosa\n`,
      `f.csv: row 1, column 1 (sepal length): "?${'x'.repeat(39)}" is not a number`,
    ],
    [
      'a negative length',
      `${row}5.1,-3.5,1.4,0.2,Iris-setosa\n`,
      'f.csv: row 2, column 2 (sepal width): "-3.5" is not a length; use cm above 0',
    ],
    [
      'missing column',
      `${row}5.1,3.5,1.4,Iris-setosa\n`,
      'f.csv: row 2, column 5 (species): missing; the row has 4 of 5 columns',
    ],
    [
      'one column too many',
      `5.1,3.5,1.4,0.2,Iris-setosa,1\n`,
      'f.csv: row 1, column 6: one too many; expected 5 columns, sepal length, sepal width, petal length, petal width, species',
    ],
    [
      'text in a number',
      `${row}\n5.1,3.5,wide,0.2,Iris-setosa\n`,
      'f.csv: row 3, column 3 (petal length): "wide" is not a number',
    ],
    [
      'empty cell',
      `${row}5.1,,1.4,0.2,Iris-setosa\n`,
      'f.csv: row 2, column 2 (sepal width): an empty cell is not a number',
    ],
    [
      'not a number',
      'NaN,3.5,1.4,0.2,Iris-setosa\n',
      'f.csv: row 1, column 1 (sepal length): "NaN" is not a number',
    ],
    [
      'a number beyond all bounds',
      '1e999,3.5,1.4,0.2,Iris-setosa\n',
      'f.csv: row 1, column 1 (sepal length): "1e999" is not a number',
    ],
    [
      'unknown species',
      '5.1,3.5,1.4,0.2,Rose\n',
      'f.csv: row 1, column 5 (species): "Rose" is unknown; the species are Iris-setosa, Iris-versicolor, Iris-virginica',
    ],
  ])('names file, row and column: %s', (_, text, message) => {
    expect(() => parseIris(text, 'f.csv')).toThrow(new UserError(message))
  })

  it('an open quote, a missing file, a folder', () => {
    expect(() => parseIris('5.1,3"5\n', 'f.csv')).toThrow(/^f\.csv: Invalid Opening Quote[^"]*\bline 1$/)
    expect(() => parseIris('5.1,"3.5\n', 'f.csv')).toThrow(/^f\.csv: Quote Not Closed.* line 1/)
    expect(() => readIris(join(tmpdir(), 'tapegrad', 'none.csv'))).toThrow(
      /none\.csv: there is no such file$/,
    )
    expect(() => readIris(tmpdir())).toThrow(/: this is a folder$/)
  })
})
