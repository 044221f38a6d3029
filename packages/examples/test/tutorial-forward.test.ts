/** @file The first half of the tutorial: the figures of its page, loops and tensors, the paths of descent, the pictures. */
import { parseHTML } from 'linkedom'
import { beforeAll, describe, expect, it } from 'vitest'
import { forwardSteps } from '../tutorial/forward/index.ts'
import { curveAt, descend, slopeAt } from '../tutorial/forward/quartic.ts'
import {
  double,
  forwardByLoops,
  forwardVectorised,
  INPUT,
  NETWORK,
  type PlainLayer,
  tensorLayers,
} from '../tutorial/network.ts'
import { capture } from './capture.ts'

interface Ran {
  readonly text: string
  readonly figures: ReadonlyMap<string, string>
}

let ran: readonly Ran[]
beforeAll(async () => {
  const runs: Ran[] = []
  for (const step of forwardSteps) {
    const { terminal, text } = capture(120)
    const figures = new Map<string, string>()
    await step.run({ terminal, figure: (name, svg) => figures.set(name, svg) })
    runs.push({ text: text(), figures })
  }
  ran = runs
})

/** What the step whose title holds `part` printed, with single blanks. */
function textOf(part: string): string {
  const index = forwardSteps.findIndex(({ title }) => title.includes(part))
  return ran[index]!.text.replace(/\s+/g, ' ')
}

const figureOf = (name: string): string => ran.find(({ figures }) => figures.has(name))!.figures.get(name)!

describe('the sigmoid', () => {
  it('is tabulated for w = 0.5, 1 and 2', () => {
    // 1 / (1 + e^-1), 1 / (1 + e^-2), 1 / (1 + e^-4), from tables.
    for (const [w, value] of [
      [0.5, '0.7311'],
      [1, '0.8808'],
      [2, '0.9820'],
    ] as const)
      expect(textOf('a sigmoid')).toMatch(
        new RegExp(`w = ${w} (0\\.\\d{4} ){3}0\\.5000 ${value.replace('.', '\\.')} `),
      )
  })
  it('is 0.5 at the thresholds 1.6, 0 and -1.6 of b = -8, 0 and 8', () => {
    for (const row of ['b = -8 1.6', 'b = 0 0', 'b = 8 -1.6'])
      expect(textOf('The bias')).toContain(` ${row} 0.006693 0.500000 0.993307`)
  })
})

describe('feed-forward', () => {
  /** The figures of the tutorial's network, to six digits. */
  const PRINTED = [0.890903, 0.967705, 0.990987, 0.835456]

  it('gives 0.890903, 0.967705, 0.990987 and 0.835456', () => {
    const text = textOf('Feed-forward')
    for (const figure of PRINTED) expect(text).toContain(`= ${figure}`)
    const byLoops = forwardByLoops(NETWORK, INPUT).flatMap(({ h }) => h)
    const byTensors = forwardVectorised(tensorLayers(NETWORK), double(INPUT)).flatMap(({ h }) =>
      Array.from(h.data),
    )
    PRINTED.forEach((figure, i) => {
      expect(byLoops[i]!.toFixed(6)).toBe(String(figure))
      expect(byTensors[i]!.toFixed(6)).toBe(String(figure))
    })
  })
  it("says that the tutorial's 0.9909 and 0.8354 are cut, where rounding gives 0.9910 and 0.8355", () => {
    const text = textOf('Feed-forward')
    expect(text).toContain('h3(2) 0.990987 0.990987 0.9909 0.9910')
    expect(text).toContain('h1(3) 0.835456 0.835456 0.8354 0.8355')
    expect(text).toContain('The tutorial cuts after four digits')
  })
  it('is the same by loops and by tensors for other networks, and for a batch', () => {
    const waves = (count: number, from: number): number[] =>
      Array.from({ length: count }, (_, i) => Math.sin(from + 2 * i))
    const layer = (inputs: number, outputs: number, from: number): PlainLayer => ({
      weight: Array.from({ length: outputs }, (_, i) => waves(inputs, from + i)),
      bias: waves(outputs, from),
    })
    const layers = [layer(4, 7, 1), layer(7, 2, 2), layer(2, 5, 3)]
    const batch = [waves(4, 0), waves(4, 5), waves(4, 9)]
    const together = forwardVectorised(tensorLayers(layers), double(batch))
    batch.forEach((x, sample) => {
      forwardByLoops(layers, x).forEach(({ z, h }, l) => {
        // A few sums of at most 7 terms of size 1, rounded in float64.
        const [zs, hs] = [together[l]!.z.slice([sample]), together[l]!.h.slice([sample])]
        for (const [i, value] of z.entries()) expect(zs.data[i]).toBeCloseTo(value, 14)
        for (const [i, value] of h.entries()) expect(hs.data[i]).toBeCloseTo(value, 14)
      })
    })
  })
  it("is timed for three and four layers, beside the tutorial's 40 and 70 us", () => {
    const text = textOf('How long')
    expect(text).toMatch(/ 3-3-1 \d+\.\d\d \d+\.\d\d 40 /)
    expect(text).toMatch(/ 3-3-3-1 \d+\.\d\d \d+\.\d\d 70 /)
    expect(text).toContain('The fourth layer is our own')
  })
})

describe('matrix multiplication', () => {
  it('is shown row by row, and in the order of the sizes', () => {
    const text = textOf('Matrix')
    expect(text).toContain('row 1: 1·1.5 + 2·2 + 3·3 + 0.5 = 15')
    expect(text).toContain('row 2: 4·1.5 + 5·2 + 6·3 - 1 = 33')
    expect(text).toContain('= [14.5, 34]')
    expect(text).toContain('matmul: [2, 3] @ [2]: inner sizes 3 and 2 differ')
  })
})

describe('gradient descent', () => {
  it('from 6: 2.249965 in 70 steps, the first to 0.6', () => {
    const text = textOf('x⁴')
    expect(text).toContain(' 6 70 2.249965 -6.542969 ')
    expect(text).toContain(' 1 6.000000 540.000000 -5.400000 0.600000 ')
    // The same in a loop of its own, written as one writes it in Python.
    let [old, x, steps] = [0, 6, 0]
    while (Math.abs(x - old) > 0.00001) {
      old = x
      x += -0.01 * (4 * old ** 3 - 9 * old ** 2)
      steps++
    }
    expect([x.toFixed(6), steps]).toEqual(['2.249965', 70])
    expect(descend(6, slopeAt)).toHaveLength(71)
    // What is left of a walk whose steps shrink by 0.7975 each is the last step times 0.7975 / 0.2025.
    expect([(x - old).toFixed(6), (2.25 - x).toFixed(6)]).toEqual(['0.000009', '0.000035'])
    expect(((x - old) * 0.7975) / 0.2025).toBeCloseTo(2.25 - x, 7)
    expect(text).toContain('the last step, 0.000009, leaves 0.000035')
  })
  it('from 0: stuck where the gradient is 0 and no minimum', () => {
    expect(descend(0, slopeAt)).toEqual([0, 0])
    expect(curveAt(2.25)).toBeLessThan(curveAt(0))
    expect(textOf('x⁴')).toContain(' 0 1 0.000000 2.000000 ')
    expect(textOf('x⁴')).toContain('f(-0.1) = 2.003100, f(0) = 2, f(0.1) = 1.997100')
    expect(textOf('x⁴')).toContain('an inflection point')
  })
  it('from 6.5: far to the left, then near -0.0105', () => {
    const path = descend(6.5, slopeAt)
    expect(path[1]).toBeCloseTo(-0.6825, 12)
    expect(path.at(-1)!.toFixed(4)).toBe('-0.0105')
    // A step of 0.01·9x² is 1e-5 long at sqrt(1e-5 / 0.09).
    expect(path.at(-2)!).toBeLessThan(0)
    expect(Math.abs(path.at(-1)!)).toBeLessThan(Math.sqrt(1e-5 / 0.09))
    expect(Math.abs(path.at(-3)!)).toBeGreaterThan(Math.sqrt(1e-5 / 0.09) * 0.99)
    expect(textOf('x⁴')).toContain(' 6.5 1019 -0.010502 ')
    expect(textOf('x⁴')).toContain('7.1825 long: over the valley, to -0.6825')
  })
  it('in two dimensions ends where the closed form says', () => {
    const text = textOf('two dimensions')
    for (const [name, rate] of [
      ['too small', 0.02],
      ['good', 0.18],
      ['too large', 0.205],
    ] as const) {
      const [x, y] = [-9 * (1 - rate) ** 20, 1.2 * (1 - 10 * rate) ** 20]
      const f = (x * x + 10 * y * y) / 2
      expect(text).toContain(`${x.toFixed(4)} ${y.toFixed(4)} ${f.toFixed(4)}`)
      expect(text).toContain(` ${rate} ${name} `)
    }
  })
})

describe('the cost', () => {
  it('is half the square, its mean over samples, the sum of squares over outputs', () => {
    const text = textOf('The cost')
    // With the network's printed 0.835456: (1 - 0.835456)² / 2.
    expect(text).toContain('[1.5, 2, 3] 1 0.835456 0.164544 0.013537')
    expect(text).toContain('½ (0.04 + 0.09) = 0.065')
    const [, sum, mean] = /the mean: \(([\d. +]+)\) \/ 3 = (\d\.\d+)/.exec(text)!
    const costs = sum!.split(' + ').map(Number)
    // Each is rounded to six digits.
    expect(costs.reduce((a, b) => a + b) / 3).toBeCloseTo(Number(mean), 5)
  })
})

it('only what the tutorial has as a heading, or not at all, is ours', () => {
  const ours = forwardSteps.filter((step) => step.ours).map(({ title }) => title.split(/[:,]/)[0])
  expect(ours).toEqual(['Matrix multiplication', 'The cost', 'Gradient descent in two dimensions'])
})

describe('figures', () => {
  const parse = (svg: string) => parseHTML(`<html><body>${svg}</body></html>`).document.querySelector('svg')!
  const labels = (name: string): string[] =>
    [...parse(figureOf(name)).querySelectorAll('text')].map((text) =>
      // Lines of a text are elements of their own.
      text.children.length > 0
        ? [...text.children].map((line) => line.textContent).join(' ')
        : text.textContent!,
    )
  /** How often each text stands in the figure. */
  const count = (name: string, label: string): number => labels(name).filter((text) => text === label).length

  it('are SVG documents that close what they open and hold finite numbers', () => {
    const names = ran.flatMap(({ figures }) => [...figures.keys()])
    expect(names).toEqual([
      ...['sigmoid-weights', 'sigmoid-biases', 'node', 'network', 'notation'],
      ...['descent-far', 'descent-near', 'descent-contours'],
    ])
    for (const name of names) {
      const svg = figureOf(name)
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"[\s\S]*<\/svg>\n$/)
      expect(svg).not.toMatch(/NaN|undefined|Infinity|url\(|href/)
      expect(svg).not.toMatch(/&(?!(amp|lt|gt|quot|#\d+);)/)
      const open: string[] = []
      for (const [, slash, tag, self] of svg.matchAll(/<(\/?)([a-z]+)(?:"[^"]*"|[^">])*?(\/?)>/gi)) {
        if (slash) expect(open.pop()).toBe(tag)
        else if (!self) open.push(tag!)
      }
      expect(open).toEqual([])
      expect(parse(svg).querySelectorAll('text').length).toBeGreaterThan(5)
    }
  })
  it('of the sigmoid have three curves and their names', () => {
    for (const [name, expected] of [
      ['sigmoid-weights', ['w = 0.5', 'w = 1', 'w = 2', 'x', 'f(w x)']],
      ['sigmoid-biases', ['b = -8', 'b = 0', 'b = 8', 'x = 1.6', 'x = 0', 'x = -1.6', 'x', 'f(w x + b)']],
    ] as const) {
      expect(labels(name)).toEqual(expect.arrayContaining([...expected]))
      expect(parse(figureOf(name)).querySelectorAll('g[aria-label="line"] path')).toHaveLength(3)
    }
  })
  it('of the node have its inputs, weights, bias and output', () => {
    expect(labels('node')).toEqual(
      expect.arrayContaining([
        'x1 1.5',
        'x2 2',
        'x3 3',
        'w1 = 0.2',
        'w3 = 0.2',
        '+1',
        'b = 0.8',
        'h = f(2.1) = 0.890903',
      ]),
    )
    // Four inputs and the node itself: what it puts out is no node.
    expect(parse(figureOf('node')).querySelectorAll('circle')).toHaveLength(5)
  })
  it('of the network have all 12 weights and 4 biases, as numbers and as names', () => {
    const numbers = ['0.2', '0.4', '0.6', '0.5', '0.8'].map((label) => count('network', label))
    // 0.2 is a row of weights and the last bias.
    expect(numbers).toEqual([4, 3, 3, 3, 3])
    expect(labels('network')).toEqual(
      expect.arrayContaining(['h1(2) 0.890903', 'h2(2) 0.967705', 'h3(2) 0.990987', 'h1(3) 0.835456']),
    )
    for (const i of [1, 2, 3]) {
      for (const j of [1, 2, 3]) expect(count('notation', `w${i}${j}(1)`)).toBe(1)
      expect(count('notation', `w1${i}(2)`)).toBe(1)
      expect(count('notation', `b${i}(1)`)).toBe(1)
    }
    expect(count('notation', 'b1(2)')).toBe(1)
    expect(labels('notation').join()).toContain('w_ij(l): to node i')
  })
  it('of descent have every step and where it ends', () => {
    expect(labels('descent-near')).toEqual(
      expect.arrayContaining(['from 6: 70 steps, to 2.249965', 'from 6.5: 1019 steps, to -0.0105']),
    )
    // All points after the start, and the rings and the square at the ends.
    expect(parse(figureOf('descent-near')).querySelectorAll('circle')).toHaveLength(70 + 1019 + 2)
    expect(labels('descent-far')).toEqual(expect.arrayContaining(['start 6', 'start 6.5']))
  })
  it('of descent in two dimensions have a panel for each rate, with contours, and one title', () => {
    expect(labels('descent-contours')).toEqual(
      expect.arrayContaining(['rate 0.02: too small', 'rate 0.18: good', 'rate 0.205: too large']),
    )
    expect(count('descent-contours', 'The same bowl, three step sizes')).toBe(1)
    const lines = [...parse(figureOf('descent-contours')).querySelectorAll('[aria-label="line"] path')]
    const pointsOf = (line: (typeof lines)[number]): number[][] =>
      [...line.getAttribute('d')!.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [+x!, +y!])
    const apart = (a: number[], b: number[]): number => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)
    const contours = lines.map(pointsOf).filter((points) => apart(points[0]!, points.at(-1)!) < 1)
    expect([contours.length, lines.length - contours.length]).toEqual([3 * 7, 3])
    // Round to the eye: no piece is longer than 15 pixels.
    for (const points of contours)
      for (const [k, point] of points.slice(1).entries()) expect(apart(point, points[k]!)).toBeLessThan(15)
  })
})
