/** @file The arithmetic of nine points: derivatives of polynomials, kinks, and noise of known size. */
import { describe, expect, it } from 'vitest'
import { BEND_NOISE, DERIVATIVE_NOISE, readStencil, type Stencil } from '../src/gradcheck/stencil.ts'
import { fillNormal } from '../src/threefry.ts'

/** The stencil of f around x. */
function stencilOf(f: (x: number) => number, x: number, spacing: number): Stencil {
  const values = Float64Array.from({ length: 9 }, (_, i) => f(x + (i - 4) * spacing) - f(x))
  return readStencil(values, spacing, 0)
}

describe('a stencil', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('is exact for x to the power %i', (power) => {
    const { derivative } = stencilOf((x) => x ** power, 1, 0.25)
    // Values up to 2^8 and weights of about 1: rounding of 1e-13.
    expect(Math.abs(derivative - power)).toBeLessThan(1e-12)
  })

  it('has an error of the eighth power of the spacing, below its estimate', () => {
    const errors = [0.4, 0.2].map((spacing) => {
      const { derivative, truncation } = stencilOf(Math.exp, 0, spacing)
      expect(Math.abs(derivative - 1)).toBeLessThan(truncation)
      return Math.abs(derivative - 1)
    })
    expect(errors[0]! / errors[1]!).toBeGreaterThan(200)
    expect(errors[0]! / errors[1]!).toBeLessThan(300)
  })

  it('sees the bend of a kink, whatever lies on it, and none in a smooth function', () => {
    const kink = stencilOf((x) => 3 * Math.abs(x) + 100 * x ** 2 - 7 * x ** 3 + x ** 4, 0, 2 ** -5)
    expect(Math.abs(kink.bend - 6)).toBeLessThan(1e-9)
    expect(Math.abs(stencilOf(Math.cos, 0.3, 2 ** -5).bend)).toBeLessThan(1e-9)
    expect(stencilOf(Math.sign, 0, 0.1).step).toBe(true)
    expect(stencilOf(Math.tanh, 0, 0.1).step).toBe(false)
  })

  it('measures noise, and what it makes of the derivative', () => {
    const runs = 400
    const normal = new Float64Array(9 * runs)
    fillNormal([1, 2, 0, 0], normal)
    const stencils = Array.from({ length: runs }, (_, run) => {
      const smooth = (i: number): number => Math.sin(0.3 + (i - 4) / 256)
      const value = (i: number): number => smooth(i) + 1e-6 * normal[9 * run + i]!
      return readStencil(
        Float64Array.from({ length: 9 }, (_, i) => value(i) - value(4)),
        1 / 256,
        0,
      )
    })
    const spread = (error: (s: Stencil) => number): number =>
      Math.sqrt(stencils.reduce((sum, s) => sum + error(s) ** 2, 0) / runs)
    const noises = stencils.map(({ noise }) => noise).sort((a, b) => a - b)
    // 400 runs tell a standard deviation to 4% (one sigma); the median of the largest of four estimates lies near 1.
    expect(noises[runs / 2]! / 1e-6).toBeGreaterThan(0.7)
    expect(noises[runs / 2]! / 1e-6).toBeLessThan(1.2)
    expect(noises[0]! / 1e-6).toBeGreaterThan(0.02)
    expect(spread(({ derivative }) => (derivative - Math.cos(0.3)) / 256) / 1e-6).toBeCloseTo(
      DERIVATIVE_NOISE,
      0,
    )
    expect(spread(({ bend }) => bend / 256) / 1e-6 / BEND_NOISE).toBeCloseTo(1, 0)
  })

  it('tells a constant from values that hardly move', () => {
    expect(stencilOf(() => 3, 0, 1)).toMatchObject({ constant: true, flat: true, derivative: 0, noise: 0 })
    expect(stencilOf((x) => (x > 2 ? 1 : 0), 0, 1)).toMatchObject({ constant: false, flat: true })
    expect(stencilOf((x) => x, 0, 1)).toMatchObject({ constant: false, flat: false, range: 8 })
  })
})
