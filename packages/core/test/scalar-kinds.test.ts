/** @file The bodies of all elementwise ops keep masks, numbers and precisions apart, as a typed emitter will need. */
import { describe, expect, it } from 'vitest'
import type { Expr, Precision } from '../src/scalar.ts'
import { type Tracer, withTracer } from '../src/tape.ts'
import { rows } from './ops/table/index.ts'
import { callOf, everywhere, sampleRow } from './ops/table/row.ts'
import { kindOf } from './support/kinds.ts'

/** Every body that the op table runs, with the precisions in which it runs, by the name of its primitive. */
function bodies(): Map<string, { expr: Expr; arity: number; precisions: Set<Precision> }> {
  const found: ReturnType<typeof bodies> = new Map()
  const tracer: Tracer = {
    emit: (primitive, inputs, params, out) => {
      const { expr, name } = primitive
      if (expr) {
        const body = found.get(name) ?? { expr, arity: inputs.length, precisions: new Set() }
        body.precisions.add(inputs.at(-1)!.dtype)
        found.set(name, body)
      }
      return primitive.kernel(inputs, params, out)
    },
    assign: () => {},
  }
  for (const row of rows) {
    for (const dtype of row.dtypes) {
      const { tensors } = sampleRow(row, dtype, everywhere(row, 'contiguous'))
      withTracer(tracer, () => callOf(row)(...tensors))
    }
  }
  return found
}

describe('the body', () => {
  const found = bodies()
  it('is known of all elementwise ops', () => {
    expect([...found.keys()]).toEqual(expect.arrayContaining(['add', 'exp', 'erf', 'where', 'clamp', 'eq']))
    expect(found.size).toBeGreaterThan(50)
  })
  it.each([...found])('%s', (_, { expr, arity, precisions }) => {
    for (const precision of precisions) expect([precision, 'mask']).toContain(kindOf(expr, precision, arity))
  })
})

describe('the checker refuses', () => {
  const wrong: [string, Expr, Precision][] = [
    ['a mask among numbers', (s, x) => s.add(x!, s.lt(x!, x!)), 'float64'],
    ['logic of numbers', (s, x) => s.and(x!, x!), 'float64'],
    ['a number as a condition', (s, x) => s.select(x!, x!, x!), 'float64'],
    ['the indicator of a number', (s, x) => s.indicator(x!), 'float64'],
    ['a float32 value in float64', (s, x) => s.inFloat64((w) => w.neg(x!)), 'float32'],
    ['a float32 value out of float64', (s, x) => s.inFloat64(() => x!), 'float32'],
    ['division of integers', (s, x, y) => s.div(x!, y!), 'int32'],
    ['roots of integers', (s, x) => s.sqrt(x!), 'int32'],
    ['sums of booleans', (s, x, y) => s.add(x!, y!), 'bool'],
    ['bits of float32', (s, x) => s.exponent(x!), 'float32'],
    ['a fraction among integers', (s, x) => s.add(x!, 0.5), 'int32'],
  ]
  it.each(wrong)('%s', (_, expr, precision) => {
    expect(() => kindOf(expr, precision, 2)).toThrow(/belongs|not defined|returned|no int32/)
  })
})
