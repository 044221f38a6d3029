/** @file The JSON file of the ledger example: each mistake in it is one line with file, place and remedy. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { jsonMistake } from '../ledger/json.ts'
import { parseNetwork, readNetwork } from '../ledger/network-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

const example = readFileSync(new URL('../ledger/example.json', import.meta.url), 'utf8')

interface Json {
  layers: { weight: number[][]; bias?: number[]; activation: string }[]
  x: unknown
  y: unknown
  loss?: string
  rate?: number
}

/** A file with `text`, or with an object as JSON. */
function fileOf(content: unknown, name = 'my.json'): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('a file that is not right', () => {
  const good = JSON.parse(example) as Json
  const [first, second] = good.layers as [Json['layers'][number], Json['layers'][number]]
  const withFirst = (part: object): Json => ({ ...good, layers: [{ ...first, ...part }, second] })
  const withSecond = (part: object): Json => ({ ...good, layers: [first, { ...second, ...part }] })
  const classes = (y: unknown): Json => ({ ...good, layers: [first], y, loss: 'cross-entropy' })

  const cases: [unknown, string][] = [
    [[1], ': the file is a list, but must be { "layers": ...'],
    [
      { ...good, Weights: 1 },
      ': the file has the unknown key "Weights"; the keys are layers, x, y, loss, rate',
    ],
    [example.replace('"x"', '"__proto__"'), ': the file has the unknown key "__proto__"'],
    [
      withFirst({ wieght: 1 }),
      ': layer 1 has the unknown key "wieght"; the keys are weight, bias, activation',
    ],
    [{ ...good, layers: [] }, ': layers is an empty list'],
    [{ ...good, layers: [null] }, ': layer 1 is null, but must be { "weight": ...'],
    [
      withFirst({ weight: [[1, 2], [3]] }),
      ': layer 1: weight[1] has 1 number, weight[0] has 2; make all rows',
    ],
    [withFirst({ weight: [1, 2] }), ': layer 1: weight[0] is 1, but must be a list of numbers, [1]'],
    [
      withFirst({
        weight: [
          [1, '2'],
          [3, 4],
        ],
      }),
      ': layer 1: weight[0][1] is "2", but must be a number, without quotes',
    ],
    [
      withFirst({
        weight: [
          [1, null],
          [3, 4],
        ],
      }),
      ': layer 1: weight[0][1] is null, but must be a number',
    ],
    [withFirst({ weight: [[]] }), ': layer 1: weight[0] is an empty list'],
    [
      withFirst({ bias: [1] }),
      ': layer 1: bias has 1 number, weight has 2 rows; give one number for each row',
    ],
    [withFirst({ bias: 0 }), ': layer 1: bias is 0, but must be a list of numbers, [0]'],
    [
      withFirst({ activation: 'swish' }),
      ': layer 1: activation is "swish", but must be one of "sigmoid", "tanh"',
    ],
    [withFirst({ activation: undefined }), ': layer 1 has no activation; add "activation"'],
    [
      withSecond({ weight: [[1, 2, 3, 4]] }),
      ': layer 2: weight has rows of 4, layer 1 gives 2; give each row 2 numbers',
    ],
    [
      withSecond({ weight: [[1], [2]], bias: [1, 2] }),
      ': layer 2: weight has rows of 1, layer 1 gives 2; transposed it fits',
    ],
    [{ ...good, x: [[1], [2]] }, ': layer 1: weight has rows of 2, x gives 1; give each sample 2 numbers'],
    [{ ...good, x: undefined }, ': the file has no x; add "x"'],
    [{ ...good, x: 3 }, ': x is 3, but must be a list of numbers, [3]'],
    [{ ...good, x: [[1, 2], [3]] }, ': x[1] has 1 number, x[0] has 2'],
    [{ ...good, x: [1, [2]] }, ': x[1] is a list, but must be a number'],
    [
      { ...good, layers: [{ ...second, weight: [[1]] }], x: [1, 2] },
      'samples of one number each are a list of lists',
    ],
    [{ ...good, y: undefined }, ': the file has no y'],
    [{ ...good, y: 1 }, ': y is 1, but x is a list of samples'],
    [{ ...good, y: [[1]] }, ': y has 1 entry, x has 2 samples; give one entry for each sample'],
    [
      {
        ...good,
        y: [
          [1, 2],
          [3, 4],
        ],
      },
      ': y[0] has 2 numbers, the last layer gives 1',
    ],
    [{ ...good, y: [[1], 'a'] }, ': y[1] is "a", but must be a list of numbers'],
    [{ ...good, x: [1, 2], y: [[1]] }, ': y is a list of lists, but x is one sample'],
    [{ ...good, loss: 'mse' }, ': loss is "mse", but must be one of "half-sum", "mean", "cross-entropy"'],
    [{ ...good, loss: 'cross-entropy' }, 'but the last layer has 1 neuron; give it one for each class'],
    [classes([0, 2]), ': y[1] is 2, but must be a class number: 0 to 1'],
    [classes([0, 0.5]), ': y[1] is 0.5, but must be a class number'],
    [classes([[0], [1]]), ': y[0] has 1 number, the last layer gives 2; or write a class number, 0 to 1'],
    [
      classes([
        [0.5, 0.6],
        [0, 1],
      ]),
      ': y[0] is [0.5, 0.6], but must be probabilities that sum to 1',
    ],
    [{ ...good, rate: -1 }, ': rate is -1, but must be a number, 0 or more'],
    [example.replace('"rate": 0.1', '"rate": 1e999'), ': rate is Infinity, but must be a number'],
    [example.replace('[1, 2]', '[1e999, 2]'), ': x[0][0] is too large for a float64'],
    [
      { ...good, x: Array(1200).fill([1, 2]), y: Array(1200).fill([1]) },
      ': 1,200 samples of 9 parameters make 10,809 gradients',
    ],
    [example + ' '.repeat(1_000_000), ': the file has 1.0 MB'],
    ['', ', line 1: the file is empty'],
    ['\ufffdx\0', ': this is not a text in UTF-8; save it as UTF-8'],
  ]
  it.each(cases.map(([content, message]) => [message, content]))('%s', (message, content) => {
    const path = fileOf(content)
    expect(() => readNetwork(path)).toThrow(UserError)
    expect(() => readNetwork(path)).toThrow(path)
    expect(() => readNetwork(path)).toThrow(message as string)
  })
  it('that is not there, or a folder, or UTF-16', () => {
    expect(() => readNetwork(join(folder, 'none.json'))).toThrow('none.json: there is no such file')
    expect(() => readNetwork(folder)).toThrow(`${folder}: this is a folder`)
    const path = join(folder, 'utf16.json')
    writeFileSync(path, `\ufeff${example}`, 'utf16le')
    expect(() => readNetwork(path)).toThrow('Windows PowerShell writes UTF-16')
  })
  it('but a mark of byte order is no mistake', () => {
    expect(readNetwork(fileOf(`\ufeff${example}`))).toEqual(parseNetwork(example, ''))
  })
})

describe('a text that is not JSON', () => {
  it.each([
    ['{\n"a": 1,\n}', 3, 'the comma before } is one too many'],
    ['[1,\n2,]', 2, "expected a value, but here is ']'"],
    ["{\n'a': 1}", 2, 'texts and keys stand in double quotes'],
    ['{a: 1}', 1, "expected a key, but here is 'a'"],
    ['[1 2]', 1, "'2': a comma is missing before it"],
    ['[.5]', 1, "'.5' is no number in JSON; write numbers like 0.5"],
    ['[01]', 1, 'a number is not written like 0.5'],
    ['[1,\nNaN]', 2, "'NaN' is no number in JSON"],
    ['[1] // one', 1, 'stands behind the end'],
    ['[\n// one\n1]', 2, 'JSON has no comments'],
    ['{"a"\n1}', 2, "a key needs a colon behind it, but here is '1'"],
    ['{"a": 1}}', 1, "'}' stands behind the end"],
    ['[1, [2\n', 2, 'the file ends here, but the [ of line 1 is not closed'],
    ['["a\n"]', 1, 'this text is not closed by a double quote'],
    ['{"a": 1,\n"\\u0061": 2}', 2, 'stands here a second time, first in line 1'],
    ['[1}', 1, "expected a comma or ], but here is '}'"],
  ])('%j', (text, line, words) => {
    const mistake = jsonMistake(text)!
    expect(mistake.line).toBe(line)
    expect(mistake.text).toContain(words)
    expect(mistake.text).not.toContain('\n')
  })
  it('is what JSON.parse refuses, wherever the example is spoiled', () => {
    const parses = (text: string): boolean => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    let refused = 0
    for (let i = 0; i <= example.length; i++)
      for (const sign of ['', ',', '"', ']', '}', '0', '.', 'e', '-', '\\', '\u0001', ' ']) {
        const text = example.slice(0, i) + sign + example.slice(i + 1)
        const mistake = jsonMistake(text)
        const repeated = mistake?.text.includes('second time') === true
        expect(mistake === null || repeated, text).toBe(parses(text))
        if (mistake !== null) refused++
      }
    expect(refused).toBeGreaterThan(1000)
    expect(jsonMistake(example)).toBeNull()
    expect(jsonMistake('['.repeat(1e5) + ']'.repeat(1e5))).toBeNull()
  })
})
