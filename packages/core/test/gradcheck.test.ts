/** @file gradcheck: the inputs that it takes, and what the report says. */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  add,
  assertGradcheck,
  cos,
  gradcheck,
  matmul,
  mul,
  ones,
  rand,
  sin,
  slice,
  square,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
} from '../src/index.ts'
import { f64 } from './support/f64.ts'
import { A, B } from './support/gradcheck.ts'
import { planted } from './support/planted.ts'

/** An op whose cotangent is twice what it should be. */
const doubled = planted('doubled', sin, [(ct, [x]) => mul(mul(ct, cos(x!)), 2)])

describe('a right gradient', () => {
  const report = gradcheck(matmul, [A, B])

  it('passes with one row per element of each input', () => {
    expect(report.ok).toBe(true)
    expect(report.verdict).toBe('pass')
    expect(report.notes).toEqual([])
    expect(report.rows.map(({ path, index }) => `${path} ${index}`)).toEqual([
      ...['[0] 0,0', '[0] 0,1', '[0] 0,2', '[0] 1,0', '[0] 1,1', '[0] 1,2'],
      ...['[1] 0,0', '[1] 0,1', '[1] 1,0', '[1] 1,1', '[1] 2,0', '[1] 2,1'],
    ])
    expect(report.rows.every((row) => row.mode === 'both' && row.order === 1 && row.cause === null)).toBe(
      true,
    )
  })

  it('gives errors that hang together', () => {
    const largest = Math.max(...report.rows.slice(0, 6).map(({ numeric }) => Math.abs(numeric)))
    for (const { analytic, numeric, absoluteError, relativeError, noise } of report.rows.slice(0, 6)) {
      expect(absoluteError).toBe(Math.abs(analytic - numeric))
      expect(relativeError).toBe(absoluteError / largest)
      expect(noise).toBeGreaterThan(0)
      // Values of about 10 at steps of 1/256: rounding allows 1e-15 * 256 = 3e-13.
      expect(noise).toBeLessThan(1e-10)
    }
  })

  it('is the plain gradient where the output is one number', () => {
    const { rows } = gradcheck((x: Tensor) => sum(square(x)), [f64([3, -0.5])])
    expect(rows.map(({ analytic }) => analytic)).toEqual([6, -1])
  })

  it('gives the same report each time', () => {
    expect(String(gradcheck(matmul, [A, B]))).toBe(String(report))
  })
})

describe('inputs', () => {
  it('are trees, with paths that read like code', () => {
    const f = ({ w, bs }: { w: Tensor; bs: readonly Tensor[] }, x: Tensor): Tensor => add(mul(w, x), bs[1]!)
    const { ok, rows } = gradcheck(f, [{ w: f64([2]), bs: [f64(1), f64([3])] }, f64([4])])
    expect(ok).toBe(true)
    expect(rows.map(({ path }) => path)).toEqual(['[0].w', '[0].bs[0]', '[0].bs[1]', '[1]'])
  })

  it('are taken as float64 copies; integers and booleans pass as they are', () => {
    const seen = new Set<string>()
    const x = tensor([0.1, 0.2, 0.3], { requiresGrad: true }) as Tensor
    const indices = tensor([2, 0, 2], { dtype: 'int32' }) as Tensor
    const f = (x: Tensor, indices: Tensor): Tensor => {
      seen.add(`${x.dtype} ${indices.dtype}`)
      return square(take(x, indices, 0))
    }
    const { ok, rows } = gradcheck(f, [x, indices])
    expect(ok).toBe(true)
    expect(rows).toHaveLength(3)
    expect([...seen]).toEqual(['float64 int32'])
    expect(x.data).toEqual(Float32Array.of(0.1, 0.2, 0.3))
    expect(x.grad).toBeNull()
  })

  it('may be views', () => {
    expect(gradcheck((x: Tensor) => sin(x), [transpose(slice(A, [null, [0, null, 2]]))]).ok).toBe(true)
    expect(gradcheck((x: Tensor) => sin(x), [ones([2, 2], { dtype: 'float64' })]).ok).toBe(true)
  })

  it('may be empty, 0-d, or used by nobody', () => {
    const { ok, rows } = gradcheck(
      (x: Tensor, y: Tensor, _: Tensor) => add(sum(x), y),
      [f64([]), f64(2), f64([1, 2])],
    )
    expect(ok).toBe(true)
    expect(
      rows.map(({ path, index, analytic, numeric }) => [path, index, analytic, Number(numeric.toFixed(9))]),
    ).toEqual([
      ['[1]', [], 1, 1],
      ['[2]', [0], 0, 0],
      ['[2]', [1], 0, 0],
    ])
  })

  it('may come back as they are', () => {
    expect(gradcheck((x: Tensor) => x, [f64([1, 2])]).ok).toBe(true)
  })

  it('that are float32 elsewhere give an error that says what to do', () => {
    const w = tensor([1, 2]) as Tensor
    expect(() => gradcheck((x: Tensor) => mul(x, w), [f64([1, 2])])).toThrow(
      /^gradcheck: f runs on float64 copies.*dtypes float64 and float32 differ/,
    )
  })
})

describe('assertGradcheck', () => {
  it('returns the report, or throws the table', () => {
    expect(assertGradcheck(sin, [f64([1])]).ok).toBe(true)
    expect(() => assertGradcheck(doubled, [f64([1])], { modes: ['reverse'] })).toThrow(
      /^assertGradcheck: the gradient does not pass\ngradcheck: wrong[\s\S]*analytic = 2 x numeric/,
    )
  })
})

describe('the table', () => {
  it('shows every row of a small check, a cause once', () => {
    const text = String(gradcheck(doubled, [f64([0.5, 1])], { modes: ['reverse'] }))
    const lines = text.split('\n')
    expect(lines[0]).toBe('gradcheck: wrong (0 of 2 rows pass, rtol 1e-6)')
    expect(lines[2]).toMatch(
      /^input +mode +analytic +numeric +error +relative +noise +verdict +likely cause$/,
    )
    expect(lines[3]).toMatch(
      /^\[0\] \[0\] +reverse .* wrong +off by a factor: analytic = 2 x numeric, in op doubled$/,
    )
    expect(lines[4]).toMatch(/^\[0\] \[1\] +reverse .* wrong +"$/)
    expect(lines).toHaveLength(5)
    const columns = lines.slice(2).map((line) => line.indexOf('wrong'))
    expect(columns[1]).toBe(columns[2])
  })

  it('shows of a large one what fails, and sums up the rest', () => {
    const f = (x: Tensor, y: Tensor): Tensor => add(sum(doubled(x)), sum(sin(y)))
    const lines = String(gradcheck(f, [rand([40]), rand([30])], { modes: ['reverse'] })).split('\n')
    expect(lines[0]).toBe('gradcheck: wrong (30 of 70 rows pass, rtol 1e-6)')
    expect(lines.slice(1).filter((line) => line.includes(' wrong '))).toHaveLength(24)
    expect(lines).toContain('... and 16 more')
    expect(lines.at(-1)).toMatch(/^\[1\] +30 pass /)
  })

  it('is what the console shows', () => {
    const report = gradcheck(sin, [f64([1])])
    expect(inspect(report)).toBe(String(report))
  })
})
