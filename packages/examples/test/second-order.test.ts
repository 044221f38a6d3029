/** @file Newton's method and the gradient penalty: second derivatives against closed forms, and the output. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@tapegrad/core'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import {
  apart,
  hessian,
  hessianByDifferences,
  hessianVectorProduct,
  numbers,
  transposed,
  vector,
} from '../second-order/curvature.ts'
import {
  cholesky,
  conjugateGradients,
  dot,
  eigenvalues,
  shifted,
  solveCholesky,
} from '../second-order/linear-algebra.ts'
import { secondOrder } from '../second-order/main.ts'
import { descend, newton } from '../second-order/newton.ts'
import { exponentGrowth } from '../second-order/newton-part.ts'
import { checkPenalty, firstModel, fitted, noisyPoints, slopes } from '../second-order/penalty.ts'
import { column, network, problemOf } from '../second-order/problem.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-second-order-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Some ten operations of float64 each lose at most 1e-16. */
const ROUNDING = 1e-13

describe('linear algebra', () => {
  const A = [
    [4, 1, -2],
    [1, 3, 0.5],
    [-2, 0.5, 5],
  ]
  const x = [1, -2, 3]
  const b = A.map((row) => dot(row, x))

  it('solves by Cholesky and by conjugate gradients', () => {
    const byFactor = solveCholesky(cholesky(A)!, b)
    const { x: byProducts, products } = conjugateGradients((v) => A.map((row) => dot(row, v)), b)
    x.forEach((value, i) => {
      expect(Math.abs(byFactor[i]! - value)).toBeLessThan(ROUNDING)
      expect(Math.abs(byProducts[i]! - value)).toBeLessThan(1e-10)
    })
    expect(products).toBeLessThanOrEqual(4)
  })
  it('has a Cholesky factor for positive definite matrices alone', () => {
    expect(
      cholesky([
        [1, 2],
        [2, 1],
      ]),
    ).toBeNull()
    expect(
      cholesky(
        shifted(
          [
            [1, 2],
            [2, 1],
          ],
          1.5,
        ),
      ),
    ).not.toBeNull()
  })
  it('finds eigenvalues: of [[2, 1], [1, 2]] 1 and 3; sums and products are trace and determinant', () => {
    const [low, high] = eigenvalues([
      [2, 1],
      [1, 2],
    ])
    expect(low).toBeCloseTo(1, 14)
    expect(high).toBeCloseTo(3, 14)
    const values = eigenvalues(A)
    expect(values.reduce((p, q) => p + q)).toBeCloseTo(12, 12)
    // 4 (15 - 0.25) - 1 (5 + 1) - 2 (0.5 + 6)
    expect(values.reduce((p, q) => p * q)).toBeCloseTo(40, 11)
  })
})

describe('the Hessian', () => {
  /** x⁴ + x² y: its Hessian is [[12 x² + 2 y, 2 x], [2 x, 0]]. */
  const f = (theta: Tensor): Tensor => {
    const [x, y] = [theta.slice([0]) as Tensor, theta.slice([1]) as Tensor]
    return x.pow(4).add(x.square().mul(y)) as Tensor
  }
  const exact = [
    [12 * 0.49 + 2 * -1.5, 1.4],
    [1.4, 0],
  ]
  const at = vector([0.7, -1.5])

  it('is that of a polynomial', () => {
    expect(apart(exact, hessian(f, at))).toBeLessThan(ROUNDING)
    // The differences leave h⁴ and rounding over h.
    expect(apart(exact, hessianByDifferences(f, at))).toBeLessThan(1e-10)
    const product = numbers(hessianVectorProduct(f, at, vector([2, -1])))
    expect(product[0]).toBeCloseTo(2 * exact[0]![0]! - 1.4, 12)
    expect(product[1]).toBeCloseTo(2.8, 12)
  })
  it('of a network is symmetric, and differences agree', () => {
    const x = column([-1, 0, 0.5, 2])
    const { loss, start } = problemOf(network(3, 1, 1), { x, y: column([0, 1, 0, 1]) }, 0.01)
    expect(start.size).toBe(10)
    const H = hessian(loss, start)
    expect(apart(H, transposed(H))).toBeLessThan(ROUNDING)
    expect(apart(H, hessianByDifferences(loss, start))).toBeLessThan(1e-9)
  })
})

describe('the methods', () => {
  const x = column([-2, -1, 0, 1, 2])
  const problem = problemOf(network(2, 3, 1), { x, y: column([0, 0.4, 1, 0.3, 0.1]) }, 1e-2)

  it('Newton never climbs, and ends where all eigenvalues are above 0', () => {
    const path = newton(problem.loss, problem.start, 1e-11, 60)
    expect(path.at(-1)!.norm).toBeLessThan(1e-11)
    path.slice(1).forEach(({ loss }, i) => {
      expect(loss).toBeLessThanOrEqual(path[i]!.loss * (1 + 1e-14))
    })
    const spectrum = eigenvalues(hessian(problem.loss, path.at(-1)!.theta))
    expect(spectrum[0]).toBeGreaterThan(0)
  })
  it('the last steps converge quadratically', () => {
    const norms = newton(problem.loss, problem.start, 1e-11, 60).map(({ norm }) => norm)
    const [c, b, a] = norms.slice(-4, -1).toReversed() as [number, number, number]
    // |g'| = O(|g|²): the digits at least grow by half from step to step; linear convergence would add a constant.
    expect(Math.log(c) / Math.log(b)).toBeGreaterThan(1.5)
    expect(b).toBeLessThan(a)
  })
  it('gradient descent follows theta - rate g, and gets to the same minimum', () => {
    const seen: number[] = []
    const settings = { rate: 0.3, tolerance: 1e-8, mostSteps: 20_000 }
    const path = descend(problem.loss, problem.start, settings, ({ step }) => seen.push(step))
    const [first, second] = path
    numbers(second!.theta).forEach((value, i) => {
      expect(value).toBeCloseTo(first!.theta.data[i]! - 0.3 * first!.gradient[i]!, 15)
    })
    expect(path.at(-1)!.norm).toBeLessThanOrEqual(1e-8)
    expect(seen).toHaveLength(path.length - 1)
    const end = newton(problem.loss, problem.start, 1e-11, 60).at(-1)!
    // |g| <= 1e-8 leaves of the loss some |g|² / curvature.
    expect(path.at(-1)!.loss).toBeCloseTo(end.loss, 12)
  })
})

describe('the penalty', () => {
  it('slopes are those of the formula for a 1-h-1 tanh network', () => {
    const model = firstModel(2)
    const [w, b, v] = model.parameters().map((p) => Array.from(p.data)) as [number[], number[], number[]]
    const x = [-1.5, 0, 0.25]
    const expected = x.map((at) =>
      w.reduce((sum, wj, j) => sum + v[j]! * wj * (1 - Math.tanh(wj * at + b[j]!) ** 2), 0),
    )
    numbers(slopes((at) => model.call(at) as Tensor, column(x))).forEach((slope, i) => {
      expect(slope).toBeCloseTo(expected[i]!, 11)
    })
  })
  it('gradcheck passes for all parameters', () => {
    const report = checkPenalty(firstModel(1), noisyPoints(1), 0.1)
    expect([report.verdict, report.rows.length]).toEqual(['pass', 61])
  })
  it('makes the fit flatter, the more the stronger', () => {
    const points = noisyPoints(5)
    const fits = [0, 0.003, 0.03].map((strength) => fitted(points, { seed: 5, steps: 400, strength }))
    const slope = fits.map((each) => each.slope)
    expect(slope[1]).toBeLessThan(slope[0]!)
    expect(slope[2]).toBeLessThan(slope[1]!)
    expect(fits[2]!.error).toBeGreaterThan(fits[0]!.error)
  })
})

describe('the output', () => {
  const run = async (flags: string[], width: number): Promise<string> => {
    const { terminal, text } = capture(width)
    await secondOrder(['--out', folder, ...flags], terminal)
    return text()
  }
  const figures = (): string[] => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))

  it('is as the README shows it, with two figures that are the same on each run', async () => {
    const lines = (await run([], 120)).split('\n')
    expect(shownOutput('second-order').length).toBe(8)
    for (const line of shownOutput('second-order')) expect(lines).toContain(line)
    expect(readdirSync(folder).sort()).toEqual(['convergence.svg', 'penalty.svg'])
    for (const svg of figures()) expect(svg).not.toContain('NaN')

    // Every step that the subtitle counts is a point of the figure, inside of its frame.
    const [convergence] = figures()
    const [, steps] = /: Newton (\d+) steps/.exec(convergence!)!
    const heights = [...convergence!.matchAll(/<circle [^>]*cy="([^"]+)"/g)].map(([, y]) => Number(y))
    expect(heights).toHaveLength(Number(steps))
    const [, height] = /height="(\d+)"/.exec(convergence!)!
    for (const y of heights) expect(y).toBeLessThan(Number(height) - 55)

    // The growth of the exponents is that of the lengths printed before it, whose two digits leave it two decimals.
    const end = /at the end: \|g\| = (.*?)\. From step\s+to step\s+its exponent\s+is multiplied by (.*?):/
    const [, lengths, factors] = end.exec(lines.join(' '))!
    const exponents = lengths!.split(/,\s+/).map((text) => Math.log(Number(text)))
    const growth = factors!.split(/,\s+/).map(Number)
    expect(growth.length).toBeGreaterThan(2)
    growth.forEach((factor, i) => {
      expect(Math.abs(factor - exponents[i + 1]! / exponents[i]!)).toBeLessThan(0.02)
    })
    const readme = readFileSync(new URL('../second-order/README.md', import.meta.url), 'utf8')
    expect(readme).toContain(`multiplied by ${growth[0]}, ${growth[1]} and ${growth[2]},`)
    expect(readme.split('\n').length).toBeLessThanOrEqual(45)
  })
  it('exponents: quadratic convergence doubles them, linear does not', () => {
    expect(exponentGrowth([1e-3, 1e-6, 1e-12, 1e-20])).toEqual([2, 2])
    expect(exponentGrowth([1e-3, 1e-4])[0]).toBeCloseTo(4 / 3, 14)
    expect(exponentGrowth([])).toEqual([])
  })
  it('where the penalty leads away from the curve it says so, and sends nobody to where they are', async () => {
    const short = ['--steps', '10', '--train', '1']
    expect(await run([...short, '--fit-seed', '10'], 120)).not.toContain('--fit-seed')
    // A penalty that outweighs all else leaves a line, which is farther from sin 2x than some fit of few steps.
    const strong = await run(['--steps', '10', '--train', '300', '--penalty', '3'], 200)
    expect(strong).toContain('not always closer, as one sees here')
  })
  it.each([80, 160])('fits %i columns', async (width) => {
    const flags = ['--steps', '30', '--train', '3']
    const text = await run(flags, width)
    expect(tooWide(text, width)).toEqual([])
    expect(text).toContain('more than 30')
    const before = figures()
    await run(flags, width)
    expect(figures()).toEqual(before)
  })
  it('a rate that is too large diverges, and is said to', async () => {
    const text = await run(['--rate', '50', '--steps', '200', '--train', '1'], 120)
    expect(text).toMatch(/does\s+not converge/)
    expect(text).toMatch(/1e-12 +16 +more than 200/)
    for (const svg of figures()) expect(svg).not.toContain('NaN')
  })
  it('flags', async () => {
    expect(await run(['--help'], 80)).toContain('--penalty <x>')
    for (const flags of [['--penalty', '0'], ['--steps', 'x'], ['--nothing']])
      await expect(run(flags, 80)).rejects.toThrow(UserError)
    // Before anything is computed or printed.
    const { terminal, text } = capture(80)
    const file = join(folder, 'penalty.svg')
    await expect(secondOrder(['--out', file], terminal)).rejects.toThrow(`${file} is a file, not a folder`)
    expect(text()).toBe('')
  })
})
