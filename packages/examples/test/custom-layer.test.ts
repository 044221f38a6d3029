/** @file The custom layer: its op, its types, the bug that gradcheck finds, its output. */
import { readFileSync } from 'node:fs'
import { assertGradcheck, gradcheck, rand, type Tensor, tensor } from '@tapegrad/core'
import { Dense, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { carelessDistances, RadialBasis, squaredDistances } from '../custom-layer/layer.ts'
import { customLayer } from '../custom-layer/main.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

describe('the layer', () => {
  it('computes exp(-|x - c|²), for one point, for many, and for batches of many', () => {
    const layer = new RadialBasis(2, 3)
    layer.centers.assign(
      tensor([
        [0, 0],
        [1, 1],
        [3, -1],
      ]) as Tensor,
    )
    const expected = [1, Math.exp(-2), Math.exp(-10)]
    const one = layer.call(tensor([0, 0]))
    expect(one.shape).toEqual([3])
    // float32
    Array.from(one.data).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6)
    })
    const points = tensor([
      [0, 0],
      [1, 1],
    ])
    expect(layer.call(points).shape).toEqual([2, 3])
    expect((layer.call(points).toArray() as number[][])[0]).toEqual(one.toArray())
    expect((layer.call(points.unsqueeze(0)) as Tensor).shape).toEqual([1, 2, 3])
  })

  it('has 12 lines', () => {
    const source = readFileSync(new URL('../custom-layer/layer.ts', import.meta.url), 'utf8')
    const [layer] = /^export class RadialBasis[\s\S]*?^}/m.exec(source)!
    expect(layer.split('\n')).toHaveLength(12)
  })

  it('is typed by its shapes', () => {
    const model = sequential(new RadialBasis(2, 8), new Dense(8, 2))
    const out: Tensor<[5, 2]> = model.call(rand([5, 2]))
    expect(out.shape).toEqual([5, 2])
    expect(() => {
      // @ts-expect-error this layer takes [..., 7] but gets [..., 8]
      const misfit = sequential(new RadialBasis(2, 8), new Dense(7, 2))
      misfit.call(rand([5, 2]))
    }).toThrow(/linear: input \[5, 8\] does not end in 7/)
    expect(() => {
      // @ts-expect-error points of three coordinates
      model.call(rand([5, 3]))
    }).toThrow(/squaredDistances: in forward: sub/)
  })
})

describe('gradcheck', () => {
  it('passes the op and the layer, to second order', () => {
    assertGradcheck(squaredDistances, [rand([4, 2]), rand([3, 2])], { order: 2 })
    assertGradcheck(new RadialBasis(2, 3), [rand([2, 4, 2])])
  })
  it('finds the missing 2, and says so', () => {
    const report = gradcheck(new RadialBasis(2, 3, carelessDistances), [rand([4, 2])])
    expect(report.ok).toBe(false)
    expect(report.verdict).toBe('wrong')
    const causes = new Set(report.rows.map(({ cause }) => cause))
    expect([...causes].every((cause) => cause?.startsWith('off by a factor: analytic = 0.5 x numeric'))).toBe(
      true,
    )
  })
})

describe('the output', () => {
  const run = (flags: string[], width: number): string => {
    const { terminal, text } = capture(width)
    customLayer(flags, terminal)
    return text()
  }
  it.each([80, 120])('fits %i columns; the check fails, then passes; the layer learns', (width) => {
    const text = run([], width)
    expect(tooWide(text, width)).toEqual([])
    expect(text).toContain('gradcheck: wrong, 0 of 14 derivatives pass')
    expect(text.replace(/\s+/g, ' ')).toContain('likely cause: off by a factor: analytic = 0.5 x numeric')
    expect(text).toContain('gradcheck: pass, 14 of 14 derivatives pass')
    // Guessing gives 50%.
    expect(Number(/(\S+)% of 1000 new points right/.exec(text)![1])).toBeGreaterThan(90)
    expect(text.match(/^ {2}[█·]{48}$/gm)).toHaveLength(16)
  })
  it('is as the README shows it', () => {
    const text = run(['--steps', '1'], 120)
    const lines = text.split('\n')
    expect(shownOutput('custom-layer')).toHaveLength(7)
    for (const line of shownOutput('custom-layer')) expect(lines).toContain(line)
    expect([...text.matchAll(/likely cause: .* input (\d)$/gm)].map(([, input]) => input)).toEqual(['0', '1'])
  })
  it('shows the op as it is', () => {
    const source = readFileSync(new URL('../custom-layer/layer.ts', import.meta.url), 'utf8')
    const code = [...run(['--steps', '1'], 120).matchAll(/^ {4}(const d|return) .*$/gm)].map(([line]) =>
      line.trim(),
    )
    expect(code).toHaveLength(3)
    for (const line of code) expect(source.split('\n').map((l) => l.trim())).toContain(line)
  })
  it('flags', () => {
    expect(run(['--help'], 80)).toContain('--centers <n>')
    expect(run(['--steps', '2', '--centers', '3', '--seed', '4'], 80)).toContain('3 centers')
    expect(() => run(['--steps', '0'], 80)).toThrow(UserError)
  })
})
