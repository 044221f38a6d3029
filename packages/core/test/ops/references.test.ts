/** @file Every row of the op table against its index-by-index reference: values, dtypes, shapes, refusals. */
import { describe, expect, it } from 'vitest'
import '../../src/methods.ts'
import { tensor } from '../../src/create.ts'
import { isFloat } from '../../src/dtype.ts'
import { TapegradError } from '../../src/errors.ts'
import * as exported from '../../src/ops/index.ts'
import { Tensor } from '../../src/tensor.ts'
import { expectClose, expectSame, scaleOf } from '../support/close.ts'
import { LAYOUTS, read } from '../support/layouts.ts'
import type { Plain } from '../support/plain.ts'
import { record } from '../support/record.ts'
import { rows } from './table/index.ts'
import { ALL_DTYPES, callOf, everywhere, nameOf, sampleRow } from './table/row.ts'
import { checkValue, EPSILON } from './table/value.ts'

const table = rows.map((row) => [nameOf(row), row] as const)

describe.each(ALL_DTYPES.map((dtype) => [dtype] as const))('values in %s', (dtype) => {
  it.each(table.filter(([, row]) => row.dtypes.includes(dtype)))('%s', (name, row) => {
    for (const layout of LAYOUTS) {
      checkValue(row, dtype, everywhere(row, layout), `${dtype} ${layout}`)
      record(name, `value ${dtype} ${layout}`)
    }
  })

  it.each(table.filter(([, row]) => !row.dtypes.includes(dtype)))('%s refuses it', (name, row) => {
    const { tensors } = sampleRow(row, dtype, everywhere(row, 'contiguous'))
    const call = (): Tensor => callOf(row)(...tensors)
    expect(call).toThrow(TapegradError)
    expect(call).toThrow(new RegExp(`^${row.op}: .*${dtype}`))
    record(name, `refuses ${dtype}`)
  })
})

describe('inputs in different layouts', () => {
  it.each(table.filter(([, row]) => row.inputs.length > 1))('%s', (name, row) => {
    for (const first of LAYOUTS) {
      for (const second of LAYOUTS) {
        checkValue(
          row,
          'float64',
          row.inputs.map((_, i) => (i === 0 ? first : i === 1 ? second : 'sliced')),
          `${first} ${second}`,
        )
      }
    }
    record(name, 'values of mixed layouts')
  })
})

describe('inputs of different dtypes', () => {
  const mixable = table.filter(
    ([, row]) => row.inputs.filter((input) => input.dtype === undefined).length > 1,
  )
  it.each(mixable)('%s refuses them', (_, row) => {
    const wide = sampleRow(row, 'float64', everywhere(row, 'contiguous')).tensors
    const narrow = sampleRow(row, 'float32', everywhere(row, 'contiguous')).tensors
    const last = wide.length - 1
    const call = (): Tensor => callOf(row)(...wide.slice(0, last), narrow[last]!)
    expect(call).toThrow(TapegradError)
    expect(call).toThrow(/float64.*float32|float32.*float64/)
  })
})

describe('float32 and float64', () => {
  it.each(table.filter(([, row]) => row.dtypes.includes('float64') && row.op !== 'to'))(
    '%s agree',
    (name, row) => {
      const layouts = everywhere(row, 'contiguous')
      const narrow = callOf(row)(...sampleRow(row, 'float32', layouts).tensors)
      const wide = callOf(row)(...sampleRow(row, 'float64', layouts).tensors)
      // Inputs are rounded once, too; slopes are of magnitude 1 to 10.
      const relative = isFloat(narrow.dtype) ? 32 * EPSILON.float32 : 0
      expectClose(narrow, wide, relative, '', Math.max(1, scaleOf(wide)))
      record(name, 'float32 value')
    },
  )
})

describe('methods', () => {
  const method = (x: Tensor, name: string): unknown => (x as unknown as Record<string, unknown>)[name]
  const withMethod = table.filter(([, row]) => row.call === undefined && row.op in Tensor.prototype)
  it('T is transpose(), detach() is stopGradient()', () => {
    const x = tensor([[1, 2, 3]], { requiresGrad: true })
    expectSame(x.T, exported.transpose(x))
    expect(x.detach().storage).toBe(exported.stopGradient(x).storage)
    expect([x.detach().requiresGrad, exported.stopGradient(x).requiresGrad]).toEqual([false, false])
  })

  it.each(withMethod)('%s', (_, row) => {
    const { tensors } = sampleRow(row, 'float64', everywhere(row, 'contiguous'))
    const [x, ...rest] = tensors as [Tensor, ...Tensor[]]
    const call = method(x, row.op) as (...args: unknown[]) => Tensor
    const result: Plain = read(call.call(x, ...rest, ...(row.args ?? [])))
    expectSame(result, callOf(row)(...tensors))
  })
})
