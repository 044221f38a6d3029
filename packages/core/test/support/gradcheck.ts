/** @file Matrices for the tests of gradcheck, and what it says of a wrong gradient. Imports the package. */
import { expect } from 'vitest'
import { gradcheck, sin, type Tensor } from '../../src/index.ts'
import { f64 } from './f64.ts'
import { planted } from './planted.ts'

/** [2, 3], and what goes with it: B is [3, 2], S is square, b broadcasts over rows. */
export const A = f64([
  [1, 2, 3],
  [0.5, -1, 2],
])
export const B = f64([
  [1, 0.2],
  [-0.3, 0.7],
  [2, -1],
])
export const S = f64([
  [1, 2, 0.3],
  [0.5, -1, 2],
  [0.7, 0.2, -0.4],
])
export const b = f64([0.1, -0.2, 0.3])

/** What is said of the wrong elements of one input. */
export function causes(f: (...xs: Tensor[]) => Tensor, inputs: Tensor[], path = '[0]'): (string | null)[] {
  const report = gradcheck(f, inputs, { modes: ['reverse'] })
  expect(report.ok).toBe(false)
  expect(report.verdict).toBe('wrong')
  const rows = report.rows.filter((row) => row.path === path)
  const wrong = rows.filter(({ verdict }) => verdict === 'wrong')
  expect(wrong.length).toBeGreaterThan(0)
  expect(report.rows.filter((row) => row.path !== path && row.verdict !== 'pass')).toEqual([])
  return [...new Set(wrong.map(({ cause }) => cause))]
}

/** sin, with the derivative that is given. */
export const sine = (name: string, slope: (ct: Tensor, x: Tensor) => Tensor) =>
  planted(name, sin, [(ct, [x]) => slope(ct, x!)])
