/** @file The steps on backpropagation as a reader sees them: numbers, widths, code, figures. */
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { backpropagationSteps as steps } from '../tutorial/backpropagation/index.ts'
import { capture, tooWide } from './capture.ts'

const WIDTHS = [80, 120, 160] as const

interface Run {
  readonly text: string
  readonly figures: Record<string, string>
}

async function runAll(width: number): Promise<Run[]> {
  const runs: Run[] = []
  for (const step of steps) {
    const { terminal, text } = capture(width)
    const figures: Record<string, string> = {}
    await step.run({ terminal, figure: (name, svg) => void (figures[name] = svg) })
    runs.push({ text: text(), figures })
  }
  return runs
}

const runs = new Map<number, Run[]>()
beforeAll(async () => {
  for (const width of WIDTHS) runs.set(width, await runAll(width))
})

/** A step's output at 120 columns, with single blanks. */
function textOf(title: string): string {
  const at = steps.findIndex((step) => step.title.includes(title))
  return runs.get(120)![at]!.text.replace(/\s+/g, ' ')
}

describe.each(WIDTHS)('at %i columns', (width) => {
  it('no line is too wide, and a step has a screen at most', () => {
    for (const { text } of runs.get(width)!) {
      expect(tooWide(text, width)).toEqual([])
      expect(text.split('\n').length).toBeLessThanOrEqual(36)
      expect(text).not.toMatch(/NaN|undefined|null|Infinity| $/m)
    }
  })
  it('every step says what it checked', () => {
    for (const { text } of runs.get(width)!) expect(text.match(/^ {2}✓ /gm)!.length).toBeGreaterThan(1)
  })
})

describe('the steps', () => {
  it('those that are only headings in the tutorial are marked', () => {
    expect(steps.filter(({ ours }) => ours).map(({ title }) => title)).toEqual([
      'Vectorised deltas',
      'The batch loop, and the whole algorithm',
    ])
    expect(new Set(steps.map(({ title }) => title)).size).toBe(11)
  })

  // Worked out here from W(1) rows 0.2, 0.4, 0.6, W(2) 0.5, b 0.8 and 0.2, x = 1.5, 2, 3 and y = 1.
  const f = (z: number): number => 1 / (1 + Math.exp(-z))
  const hidden = [f(2.1), f(3.4), f(4.7)]
  const output = f(0.5 * (hidden[0]! + hidden[1]! + hidden[2]!) + 0.2)
  const delta3 = -(1 - output) * output * (1 - output)
  const delta2 = hidden.map((h) => 0.5 * delta3 * h * (1 - h))
  const six = (x: number): string => String(Number(x.toPrecision(6)))
  const nine = (x: number): string => String(Number(x.toPrecision(9)))

  it('one weight: three factors and their product', () => {
    const text = textOf('one weight')
    for (const value of [-(1 - output), output * (1 - output), hidden[1]!, hidden[1]! * delta3])
      expect(text).toContain(`${nine(value)} ${nine(value)}`)
    expect(text).toContain(`dJ/dw12(2) = h2(2) δ1(3) = ${six(hidden[1]!)}·(${six(delta3)})`)
  })

  it("f' at its largest, and where f (1 - f) has no digits left", () => {
    const text = textOf('slope of the sigmoid')
    expect(text).toContain('0 0.500000 0.250000000 0.250000000 0.250000000')
    expect(text).toContain(`-4 ${f(-4).toFixed(6)} ${(Math.exp(4) / (1 + Math.exp(4)) ** 2).toFixed(9)}`)
    expect(text).toContain('gives 0, while the slope is e^-40 = 4.24835e-18')
  })

  it('deltas, with the numbers filled in', () => {
    expect(textOf('output delta')).toContain(
      `δ1(3) = -(1 - ${six(output)})·${six(output * (1 - output))} ${nine(delta3)} ${nine(delta3)}`,
    )
    const text = textOf('hidden delta')
    for (const [j, value] of delta2.entries()) {
      const slope = six(hidden[j]! * (1 - hidden[j]!))
      expect(text).toContain(`δ${j + 1}(2) = (0.5·(${six(delta3)}))·${slope} ${nine(value)} ${nine(value)}`)
    }
    expect(text).toContain('0.3·0.147393 + (-0.6)·(-0.127693)')
  })

  it('gradients: each delta with each output', () => {
    const text = textOf('All gradients')
    for (const d of delta2) expect(text).toContain([d, 1.5 * d, 2 * d, 3 * d].map(six).join(' '))
    expect(text).toContain('pnpm example exercise')
  })

  it('more layers: what is printed is enough to compute the printed δ again', () => {
    const text = `${textOf('output delta')} ${textOf('more hidden layers')}`
    const read = (name: string): unknown => {
      const found = new RegExp(
        `${name.replace(/[()]/g, '\\$&')} = (\\[[-\\d.,[\\] ]*\\])(?:,|;|\\.) \\w`,
      ).exec(text)
      return JSON.parse(found![1]!)
    }
    const W = [[0.2, 0.4, 0.6].map((w) => [w, w, w]), ...[2, 3, 4].map((l) => read(`W(${l})`) as number[][])]
    const b = [[0.8, 0.8, 0.8], ...[2, 3, 4].map((l) => read(`b(${l})`) as number[])]
    const outputs = [[1.5, 2, 3]]
    for (const [k, rows] of W.entries()) {
      const h = outputs.at(-1)!
      outputs.push(rows.map((row, i) => f(row.reduce((sum, w, j) => sum + w * h[j]!, b[k]![i]!))))
    }
    const slope = (h: number): number => h * (1 - h)
    let deltas = outputs[4]!.map((h) => -(1 - h) * slope(h))
    for (const l of [5, 4, 3, 2]) {
      for (const [j, value] of deltas.entries()) {
        const row = ` δ${j + 1}(${l}) `
        const rounded = Number(text.slice(text.lastIndexOf(row) + row.length).split(' ')[0])
        // Six digits are printed.
        expect(rounded / value).toBeCloseTo(1, 5)
      }
      const below = outputs[l - 2]!
      if (l > 2)
        deltas = below.map((h, j) => slope(h) * deltas.reduce((sum, d, i) => sum + d * W[l - 2]![i]![j]!, 0))
    }
  })

  it('the recursion: the row sums of the table are its terms', () => {
    const at = steps.findIndex(({ title }) => title.startsWith('Where does the recursion'))
    const rows = [...runs.get(120)![at]!.text.matchAll(/^ {2}via z\d\(3\)(( +-?[\d.]+)+)$/gm)].map(([, t]) =>
      t!.trim().split(/ +/).map(Number),
    )
    expect(rows).toHaveLength(3)
    for (const [a, b, c, sum, term] of rows) {
      // Four printed decimals each.
      expect(a! + b! + c!).toBeCloseTo(sum!, 3)
      expect(term).toBe(sum)
    }
    const total = rows.reduce((sum, row) => sum + row[3]!, 0)
    expect(textOf('recursion')).toMatch(new RegExp(`δ1\\(2\\) = ${(total * 1e-6).toFixed(7).slice(0, -1)}`))
  })

  it('the descent step: 0.5 - 0.25 times the slope, and a smaller cost', () => {
    const text = textOf('gradient descent step')
    expect(text).toContain(
      `w12(2) = 0.5 - 0.25·(${six(hidden[1]! * delta3)}) = ${six(0.5 - 0.25 * hidden[1]! * delta3)}`,
    )
    expect(text).toContain(`J falls from ${six((1 - output) ** 2 / 2)} to 0.0130647`)
  })

  it('the batch loop: the cost falls, and the answers are near 0 and 1', () => {
    const text = textOf('batch loop')
    const costs = / J ((?:0\.\d+ )+)/.exec(text)![1]!.trim().split(' ').map(Number)
    expect(costs).toHaveLength(6)
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
    const answers = / h1\(3\) ((?:\d\.\d+ )+)/.exec(text)![1]!.trim().split(' ').map(Number)
    expect(answers.map(Math.round)).toEqual([0, 0, 0, 1, 0, 1, 1, 1])
  })
})

describe('what it shows', () => {
  it('the code is the code that runs', () => {
    const folder = new URL('../tutorial/backpropagation/', import.meta.url)
    const source = readdirSync(folder).flatMap((name) =>
      readFileSync(new URL(name, folder), 'utf8')
        .split('\n')
        .map((line) => line.trim()),
    )
    const shown = runs
      .get(80)!
      .flatMap(({ text }) => text.match(/^ {4}(const |J\.|optimizer\.|[zh]\[).*$/gm) ?? [])
    expect(shown.length).toBeGreaterThan(20)
    for (const line of shown) expect(source).toContain(line.trim())
  })

  it('figures: with their numbers, the same bytes at each run', () => {
    const figuresOf = (width: number): Record<string, string> =>
      Object.assign({}, ...runs.get(width)!.map(({ figures }) => figures))
    const figures = figuresOf(80)
    expect(Object.keys(figures)).toEqual(['delta', 'gradients', 'cost'])
    expect(figuresOf(160)).toEqual(figures)
    for (const number of [
      '-0.02262',
      '-0.001099',
      '-0.0003535',
      '-0.0001010',
      'w13(2) = 0.5',
      '-(1 - 0.8355)',
    ])
      expect(figures.delta).toContain(number)
    for (const number of [
      '-0.02015',
      '-0.02189',
      '-0.02242',
      '-0.001649',
      '-0.003298',
      '-0.0002020',
      '0.9910',
    ])
      expect(figures.gradients).toContain(number)
    for (const axis of ['step', 'mean cost J']) expect(figures.cost).toContain(axis)
  })
})
