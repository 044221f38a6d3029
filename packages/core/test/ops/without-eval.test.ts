/**
 * @file Where a content-security policy forbids `new Function`, elementwise ops interpret their bodies: the same values.
 * The library is loaded while `Function` throws, as a browser's does then.
 */
import { afterAll, describe, expect, it, vi } from 'vitest'
import { LAYOUTS } from '../support/layouts.ts'
import { binaryRows } from './table/binary.ts'
import { elementwiseRows } from './table/elementwise.ts'
import { everywhere, nameOf } from './table/row.ts'
import { checkValue } from './table/value.ts'

const { allowed, asked } = vi.hoisted(() => {
  const allowed = globalThis.Function
  const asked = { times: 0 }
  globalThis.Function = new Proxy(allowed, {
    construct() {
      asked.times++
      throw new EvalError('forbidden by the content-security policy')
    },
  })
  return { allowed, asked }
})
afterAll(() => {
  globalThis.Function = allowed
})

describe('without new Function', () => {
  it('the library asked, and was refused', () => {
    expect(asked.times).toBeGreaterThan(0)
  })

  const table = [...elementwiseRows, ...binaryRows].map((row) => [nameOf(row), row] as const)
  it.each(table)('%s', (_, row) => {
    for (const dtype of row.dtypes) {
      for (const layout of LAYOUTS) checkValue(row, dtype, everywhere(row, layout), `${dtype} ${layout}`)
      for (const first of LAYOUTS) {
        const layouts = row.inputs.map((_, i) => (i === 0 ? first : 'transposed'))
        checkValue(row, dtype, layouts, `${dtype} ${first} mixed`)
      }
    }
  })
})
