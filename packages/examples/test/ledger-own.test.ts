/** @file The ledger of one's own network: numbers by loops, and the output. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUGS } from '@tapegrad/nn'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { ledgerOfFile } from '../ledger/compute.ts'
import { ledgerExample } from '../ledger/main.ts'
import { parseNetwork } from '../ledger/network-file.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-own-'))
afterAll(() => rmSync(folder, { recursive: true }))

const example = readFileSync(new URL('../ledger/example.json', import.meta.url), 'utf8')

function run(flags: string[] = [], width = 120): string {
  const { terminal, text } = capture(width)
  ledgerExample(flags, terminal)
  return text()
}
const joined = (text: string): string => text.replace(/\s+/g, ' ')

/** A file with `text`, or with an object as JSON. */
function fileOf(content: unknown, name = 'my.json'): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

// ── by loops ─────────────────────────────────────────────────────────────────

interface Json {
  layers: { weight: number[][]; bias?: number[]; activation: string }[]
  x: unknown
  y: unknown
  loss?: string
  rate?: number
}

const FUNCTIONS: Record<string, (z: number) => number> = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: (z) => (Math.exp(2 * z) - 1) / (Math.exp(2 * z) + 1),
  relu: (z) => Math.max(z, 0),
  none: (z) => z,
}
const SLOPES: Record<string, (z: number) => number> = {
  sigmoid: (z) => Math.exp(-z) / (1 + Math.exp(-z)) ** 2,
  tanh: (z) => 4 / (Math.exp(z) + Math.exp(-z)) ** 2,
  relu: (z) => (z > 0 ? 1 : 0),
  none: () => 1,
}

/** The loss and its gradients by the id of the row, by loops; x a batch and y a row of values for each sample. */
function byLoops({ layers, loss = 'half-sum' }: Json, x: number[][], y: number[][]): Map<string, number> {
  const result = new Map([['loss', 0]])
  const add = (id: string, value: number) => result.set(id, (result.get(id) ?? 0) + value)
  for (let s = 0; s < x.length; s++) {
    const n = [x[s]!]
    const z: number[][] = []
    for (const { weight, bias, activation } of layers) {
      const row: number[] = []
      for (let i = 0; i < weight.length; i++) {
        let sum = bias === undefined ? 0 : bias[i]!
        for (let j = 0; j < weight[i]!.length; j++) sum += weight[i]![j]! * n.at(-1)![j]!
        row.push(sum)
      }
      z.push(row)
      n.push(row.map(FUNCTIONS[activation]!))
    }
    const out = n.at(-1)!
    const exponentials = out.map(Math.exp)
    const total = exponentials.reduce((a, b) => a + b)
    let back = out.map((value, i) => {
      const [wanted, count] = [y[s]![i]!, x.length]
      if (loss === 'cross-entropy') {
        add('loss', (-wanted * Math.log(exponentials[i]! / total)) / count)
        return (exponentials[i]! / total - wanted) / count
      }
      const scale = loss === 'mean' ? 1 / (count * out.length) : 0.5
      add('loss', scale * (value - wanted) ** 2)
      return 2 * scale * (value - wanted)
    })
    for (let l = layers.length; l >= 1; l--) {
      const { weight, bias, activation } = layers[l - 1]!
      const delta = back.map((value, i) => value * SLOPES[activation]!(z[l - 1]![i]!))
      const below = n[l - 1]!
      delta.forEach((d, i) => {
        if (bias !== undefined) add(`db${l}[${i}]`, d)
        below.forEach((value, j) => {
          add(`dW${l}[${i}][${j}]`, d * value)
        })
      })
      back = below.map((_, j) => delta.reduce((sum, d, i) => sum + d * weight[i]![j]!, 0))
    }
  }
  return result
}

/** All rows with an id of the loops, against them; returns how many there were. */
function compared(json: Json, x: number[][], y: number[][]): number {
  const whole = ledgerOfFile(parseNetwork(JSON.stringify(json), 'my.json'), 'my.json')
  expect(whole.ok).toBe(true)
  const rows = new Map(whole.rows.map((row) => [row.id, row]))
  const expected = byLoops(json, x, y)
  for (const [id, value] of expected) {
    const { manual, autograd } = rows.get(id)!
    // Sums of at most a dozen terms of size 1, some of them differences of nearly equal exponentials.
    expect(Math.abs(manual - value), id).toBeLessThan(1e-14)
    expect(Math.abs(autograd - value), id).toBeLessThan(1e-14)
    const [, kind, place] = /^d(W|b)(.*)$/.exec(id) ?? []
    if (json.rate === undefined || kind === undefined) continue
    const [l, i, j] = place!.match(/\d+/g)!.map(Number) as [number, number, number]
    const { weight, bias } = json.layers[l - 1]!
    const before = kind === 'W' ? weight[i]![j]! : bias![i]!
    expect(Math.abs(rows.get(`${kind}${place}`)!.manual - (before - json.rate * value)), id).toBeLessThan(
      1e-14,
    )
  }
  return expected.size
}

describe('numbers', () => {
  const layers = (first: string, last: string, outputs = 2): Json['layers'] => [
    {
      weight: [
        [0.3, -0.2, 0.5],
        [0.1, 0.4, -0.6],
      ],
      bias: [0.1, -0.3],
      activation: first,
    },
    {
      weight: [
        [0.7, -0.4],
        [-0.9, 0.2],
        [0.6, 0.8],
      ],
      activation: last,
    },
    {
      weight: [
        [0.2, -0.5, 0.3],
        [0.9, 0.4, -0.1],
      ].slice(0, outputs),
      bias: [0.2, -0.1].slice(0, outputs),
      activation: 'none',
    },
  ]
  const x = [
    [1, 0.5, -1],
    [0.2, -0.7, 2],
    [-1.5, 1, 0.3],
  ]
  const y = [
    [1, 0],
    [0, 1],
    [0.5, 0.5],
  ]

  it.each([
    ['sigmoid', 'tanh', 'half-sum'],
    ['tanh', 'relu', 'mean'],
    ['relu', 'sigmoid', 'cross-entropy'],
    ['none', 'tanh', undefined],
  ])('a batch through %s and %s: %s', (first, last, loss) => {
    const json = { layers: layers(first, last), x, y, rate: 0.3, ...(loss && { loss }) }
    // The loss, 6 + 6 + 6 weights, 2 + 2 biases: the second layer has none.
    expect(compared(json, x, y)).toBe(23)
  })
  it('one sample', () => {
    const json = { layers: layers('tanh', 'sigmoid'), x: x[0], y: y[0], rate: 0.1 }
    expect(compared(json, [x[0]!], [y[0]!])).toBe(23)
  })
  it('classes by number are rows with a single 1', () => {
    const [one, many] = [
      { x: x[1], y: 1 },
      { x, y: [1, 0, 1] },
    ]
    const common = { layers: layers('sigmoid', 'relu'), loss: 'cross-entropy' }
    expect(compared({ ...common, ...one }, [x[1]!], [[0, 1]])).toBe(23)
    expect(
      compared({ ...common, ...many }, x, [
        [0, 1],
        [1, 0],
        [0, 1],
      ]),
    ).toBe(23)
  })
  it('one output: a number alone is its target', () => {
    const common = { layers: layers('sigmoid', 'relu', 1) }
    expect(compared({ ...common, x: x[1], y: 2 }, [x[1]!], [[2]])).toBe(19)
    expect(compared({ ...common, x, y: [0, 1, 2] }, x, [[0], [1], [2]])).toBe(19)
  })
  it('the example, which one can do in the head', () => {
    const whole = ledgerOfFile(parseNetwork(example, 'example.json'), 'example.json')
    const values = new Map(whole.rows.map(({ id, manual }) => [id, manual]))
    const expected = {
      ...{ 'z1[0], sample 0': 1.5, 'z1[1], sample 0': -0.5, 'n2[0], sample 0': 2, 'n2[0], sample 1': 1.5 },
      ...{
        loss: 2.125,
        'delta2[0], sample 1': 0.5,
        'delta1[1], sample 0': -0,
        'dW1[0][0]': 3.5,
        'db1[1]': -0.5,
      },
    }
    for (const [id, value] of Object.entries(expected)) expect(values.get(id), id).toBe(value)
    // The step: -1 - 0.1 * 2.5.
    expect(values.get('b1[0]')).toBeCloseTo(-1.25, 15)
  })
})

// ── on the terminal ──────────────────────────────────────────────────────────

describe('the output', () => {
  it('is as the README shows it, and so is the JSON', () => {
    const lines = run(['--bug', 'drop-derivative', '--only-wrong']).split('\n')
    expect(shownOutput('ledger')).toHaveLength(11)
    for (const line of shownOutput('ledger')) expect(lines).toContain(line)
    const readme = readFileSync(new URL('../ledger/README.md', import.meta.url), 'utf8')
    expect(/^```json\n([\s\S]*?)^```$/m.exec(readme)![1]).toBe(example)
  })
  it.each([80, 120, 160])('fits %i columns', (width) => {
    for (const flags of [
      [],
      ['--bug', 'drop-derivative'],
      ['--bug', 'output-for-input', '--only-wrong'],
      ['--help'],
    ])
      expect(tooWide(run(flags, width), width)).toEqual([])
  })
  it('says that it is the example, unless it is not', () => {
    expect(run()).toContain('No --network was given: this is the example.')
    const own = run(['--network', fileOf(example)])
    expect(own).not.toContain('this is the example')
    expect(own.slice(own.indexOf('──'))).toBe(run().slice(run().indexOf('──')))
  })
  it('--template prints a file that works', () => {
    expect(run(['--template'])).toBe(example)
  })
  it.each(BUGS.filter((bug) => bug !== 'forget-mean'))('--only-wrong prints those rows alone: %s', (bug) => {
    const whole = ledgerOfFile(parseNetwork(example, 'e'), 'e', bug)
    const text = run(['--bug', bug, '--only-wrong'], 200)
    const shown = [...text.matchAll(/^(✗ wrong|· follows) +([^\s,]+(?:, sample \d)?) /gm)].map(
      ([, mark, id]) => `${mark} ${id}`,
    )
    const marks = { wrong: '✗ wrong', follows: '· follows', right: '' }
    const expected = whole.rows
      .filter(({ status }) => status !== 'right')
      .map(({ status, id }) => `${marks[status]} ${id}`)
    expect(shown).toEqual(expected)
    if (expected.length === 0)
      expect(joined(text)).toContain(`The mistake ${bug} changes nothing in this network`)
    else expect(text).toContain('First wrong: ')
  })
  it('--only-wrong without a mistake', () => {
    expect(run(['--only-wrong'])).toContain('Nothing is wrong: all 69 values')
  })
  it('--save writes the ledger, whole', () => {
    const path = join(folder, 'new', 'ledger.json')
    expect(run(['--only-wrong', '--save', path])).toContain(`The ledger as a file: ${path}`)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ y: [0, 1], rate: 0.1, layers: [{}, {}] })
  })
  it.each([
    [['--template', '--only-wrong'], "option '--template' cannot be used with option '--only-wrong'"],
    [['--bug', 'typo'], 'Allowed choices are drop-derivative,'],
    [['--bug', 'forget-mean'], '--bug forget-mean: the loss of example.json, half-sum, has no such factor'],
    [['--save', 'ledger.pdf'], 'Name a file that ends in .md, .html, .json.'],
    [['--network', ' '], 'Name a file.'],
  ])('%j', (flags, message) => {
    expect(() => run(flags)).toThrow(UserError)
    expect(() => run(flags)).toThrow(message)
  })
  it('a mistake in biases where there are none changes what there is', () => {
    const { layers, ...rest } = JSON.parse(example) as Json
    const path = fileOf({ ...rest, layers: layers.map(({ bias: _, ...layer }) => layer) })
    for (const bug of ['bias-in-bias', 'inputs-in-bias', 'delta-missing'])
      expect(run(['--network', path, '--bug', bug, '--only-wrong'])).toContain('Nothing is wrong')
  })
})
