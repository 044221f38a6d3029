/** @file Jacobians from the tape, on functions whose Jacobians are known, and the output of the example. */
import { readFileSync } from 'node:fs'
import { type Tensor, tensor } from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { articleNetwork, articleSample } from '../article/network.ts'
import { UserError } from '../common/cli.ts'
import { displaysOf, layersOf, lossDisplaysOf } from '../jacobians/displays.ts'
import { jacobianByColumns, jacobianByRows } from '../jacobians/jacobian.ts'
import { disagreement, jacobians } from '../jacobians/main.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

describe('a Jacobian', () => {
  /** [x0 x1, x1², x0 + 2 x2] at (2, 3, 5). */
  const f = (x: Tensor): Tensor => {
    const swapped = x.slice([[0, 2]]).mul(x.slice([1])) as Tensor
    const last = x.mul(tensor([1, 0, 2], { dtype: 'float64' })).sum() as Tensor
    return tensor([1, 0, 0], { dtype: 'float64' })
      .mul(swapped.slice([0]))
      .add(tensor([0, 1, 0], { dtype: 'float64' }).mul(swapped.slice([1])))
      .add(tensor([0, 0, 1], { dtype: 'float64' }).mul(last)) as Tensor
  }
  const x = tensor([2, 3, 5], { dtype: 'float64' })
  const expected = [
    [3, 2, 0],
    [0, 6, 0],
    [1, 0, 2],
  ]
  it('by rows and by columns', () => {
    expect(jacobianByRows(f, x)).toEqual(expected)
    expect(jacobianByColumns(f, x)).toEqual(expected)
  })
  it('by a matrix: row i holds the derivatives in the order of its elements', () => {
    const W = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'float64' },
    ) as Tensor
    const byMatrix = (m: Tensor): Tensor => m.matmul(tensor([5, 6], { dtype: 'float64' })) as Tensor
    const rows = [
      [5, 6, 0, 0],
      [0, 0, 5, 6],
    ]
    expect(jacobianByRows(byMatrix, W)).toEqual(rows)
    expect(jacobianByColumns(byMatrix, W)).toEqual(rows)
  })
})

describe('the layers of the article', () => {
  const layers = layersOf(articleNetwork(), articleSample().x)

  it('are three, with what the article says about z', () => {
    expect(layers.map(({ k, z }) => [k, ...z.shape])).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ])
    expect(layers[0]!.z.toArray()).toEqual([5, 9, 10])
  })
  it('a wrong closed form is an error', () => {
    const displays = displaysOf(layers[1]!, layers[2])
    expect(displays).toHaveLength(5)
    for (const display of displays) {
      const spoiled = display.closed.map((row, i) =>
        row.map((value, j) => (i + j === 0 ? value + 1e-9 : value)),
      )
      expect(() => disagreement({ ...display, closed: spoiled })).toThrow(/the closed form are/)
      expect(disagreement(display)).toBeLessThan(1e-15)
    }
  })
  it('the last Jacobian, transposed, carries delta down to the figures that the article prints', () => {
    const [, , , , down] = displaysOf(layers[1]!, layers[2])
    const delta = jacobianByRows(down!.f, down!.x)[0]!.map((value) => value * -0.000006133695153)
    // Printed with 15 decimals, of which the factor above keeps seven digits.
    expect(delta[0]).toBeCloseTo(-0.000000015233151, 14)
    expect(delta[1]).toBeCloseTo(-0.000000002317415, 14)
  })
})

describe('the loss above the last layer', () => {
  const { x, y } = articleSample()
  const layer = layersOf(articleNetwork(), x)[2]!
  const [byOutput, bySum] = lossDisplaysOf(layer, y as Tensor)

  it('gives the delta that the article prints', () => {
    // Printed with 15 decimals.
    expect(jacobianByRows(bySum!.f, bySum!.x)[0]![0]).toBeCloseTo(-0.000006133695153, 15)
    expect(disagreement(bySum!)).toBeLessThan(1e-14)
  })
  it('and ŷ - y = -f(-z) for y = 1, before that', () => {
    const z = layer.z.item()
    // ŷ is near 1: of the difference three digits fewer are right.
    expect(jacobianByRows(byOutput!.f, byOutput!.x)[0]![0]).toBeCloseTo(-1 / (1 + Math.exp(z)), 15)
  })
  it('a wrong closed form is an error', () => {
    for (const display of [byOutput!, bySum!])
      expect(() => disagreement({ ...display, closed: [[display.closed[0]![0]! * (1 + 1e-9)]] })).toThrow(
        /the closed form are/,
      )
  })
})

describe('the output', () => {
  const run = (flags: string[], width = 120): string => {
    const { terminal, text } = capture(width)
    jacobians(flags, terminal)
    return text()
  }
  it('is as the README shows it', () => {
    const lines = run([]).split('\n')
    const last = run(['--layer', '3']).split('\n')
    expect(shownOutput('jacobians')).toHaveLength(9)
    for (const line of shownOutput('jacobians')) expect([...lines, ...last]).toContain(line)
  })
  it.each([80, 120, 160])('fits %i columns, for each layer', (width) => {
    for (const layer of ['1', '2', '3']) {
      const text = run(['--layer', layer], width)
      expect(tooWide(text, width)).toEqual([])
      expect(text).toContain(`dn(${layer})/dz(${layer}) = diag(f'(z(${layer})))`)
      expect(text).toContain('15 Jacobians')
    }
  })
  it('is in docs/notation.md, whole', () => {
    const notation = readFileSync(new URL('../../../docs/notation.md', import.meta.url), 'utf8')
    expect(notation).toContain(`\`\`\`text\n${run([])}\`\`\``)
    const [, delta] = /= δ\(3\)ᵀ\n +(\S+)\n/.exec(run(['--layer', '3']))!
    expect(notation).toContain(`(n(3) - y) = ${delta}:`)
  })
  it('shows for the last layer how its delta begins', () => {
    const text = run(['--layer', '3'])
    expect(text).toMatch(/dL\/dn\(3\) = .*\n {2}-0\.00247971\n/)
    expect(text).toMatch(/= δ\(3\)ᵀ\n {2}-0\.00000613370\n/)
    expect(run(['--layer', '2'])).not.toContain('dL/d')
  })
  it('flags', () => {
    expect(run(['--help'], 80)).toContain('--layer <k>')
    expect(() => run(['--layer', '0'])).toThrow(UserError)
    expect(() => run(['--layer', '4'])).toThrow('the network has 3 layers')
  })
})
