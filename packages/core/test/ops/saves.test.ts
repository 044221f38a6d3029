/**
 * @file What a primitive saves: its pullbacks read nothing else, so an overwrite of anything else is harmless, and an
 * overwrite of what it saves is refused (tape tests). Imports the op table and the checking tracer.
 */
import { describe, expect, it } from 'vitest'
import { isFloat } from '../../src/dtype.ts'
import type { Pullback } from '../../src/primitive.ts'
import { filledTensor, type Tensor } from '../../src/tensor.ts'
import { type Entry, entriesOf } from '../support/checking.ts'
import { expectSame } from '../support/close.ts'
import { direction, reverse } from '../support/differences.ts'
import { record } from '../support/record.ts'
import { type Random, randomFor } from '../support/sample.ts'
import { rows } from './table/index.ts'
import { callOf, everywhere, nameOf, sampleRow } from './table/row.ts'

/** Of the same shape, with values that spoil every result; indices stay in range. */
const spoiled = (x: Tensor): Tensor => filledTensor(x.shape, x.dtype, isFloat(x.dtype) ? Number.NaN : 0)

/** Forward rules run on the same saved values. */
function checkForward({ primitive, inputs, params, output }: Entry, random: Random): void {
  const { saves, vjp, jvp } = primitive
  if (typeof jvp === 'function') {
    const kept = inputs.map((x, i) => (saves.inputs.includes(i) ? x : spoiled(x)))
    const dxs = inputs.map((x) => (x.dtype === 'float64' ? direction(x.shape, random) : null))
    const expected = jvp(dxs, inputs, output, params)
    if (expected !== null)
      expectSame(jvp(dxs, kept, saves.output ? output : spoiled(output), params)!, expected, primitive.name)
  } else if (typeof vjp !== 'function' && jvp !== 'diagonal') {
    // What has no derivative passes into the forward rule as it is. A diagonal rule is the pullbacks below.
    const fixed = inputs.map((_, i) => i).filter((i) => vjp[i] === null)
    expect(fixed.filter((i) => !saves.inputs.includes(i))).toEqual([])
  }
}

function checkSaves({ primitive, inputs, params, output }: Entry, random: Random): void {
  if (output.dtype !== 'float64') return
  const { saves, vjp } = primitive
  // The tape holds that the rule of a product for one input reads the others alone.
  const reads = (i: number, own: number): boolean =>
    saves.inputs.includes(i) && !(primitive.jvp === 'multilinear' && i === own)
  const result = saves.output ? output : spoiled(output)
  const ct = direction(output.shape, random)
  inputs.forEach((x, i) => {
    const rule = typeof vjp === 'function' ? vjp : (vjp[i] as Pullback<unknown> | null)
    if (rule === null || x.dtype !== 'float64') return
    const kept = inputs.map((x, k) => (reads(k, i) ? x : spoiled(x)))
    expectSame(
      rule(ct, kept, result, params, i)!,
      rule(ct, inputs, output, params, i)!,
      `${primitive.name}, input ${i}`,
    )
  })
}

describe('saved values', () => {
  it.each(rows.filter((row) => row.order > 0).map((row) => [nameOf(row), row] as const))(
    '%s',
    (name, row) => {
      const { tensors } = sampleRow(row, 'float64', everywhere(row, 'contiguous'))
      const random = randomFor(name)
      const variable = tensors.filter((_, i) => row.inputs[i]!.dtype === undefined)
      const f = (...xs: Tensor[]): Tensor => {
        let next = 0
        return callOf(row)(...tensors.map((x, i) => (row.inputs[i]!.dtype === undefined ? xs[next++]! : x)))
      }
      const y = f(...variable)
      const entries = entriesOf(() => reverse(f)(...variable, direction(y.shape, random)))
      const first = entriesOf(() => f(...variable))
      expect(entries.length).toBeGreaterThanOrEqual(first.length)
      for (const entry of entries) {
        checkSaves(entry, random)
        checkForward(entry, random)
      }
      record(name, 'saves')
    },
  )
})
