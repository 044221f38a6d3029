/**
 * @file Empty and 0-d tensors, size-1 axes, negative axes and steps, integers and booleans, in all layouts: what NumPy
 * says (edges.json, made by scripts/goldens/edges.py), but for the differences that are listed here with their reasons.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DType } from '../src/dtype.ts'
import * as entry from '../src/index.ts'
import { Tensor } from '../src/index.ts'
import { type Difference, differences } from './support/edge-differences.ts'
import { type Layout, place, read } from './support/layouts.ts'

type Value = number | 'nan' | 'inf' | '-inf'
type Input = string | readonly [spec: string, elements: readonly Value[]]
type Case = readonly [
  inputs: string | readonly Input[],
  args: readonly unknown[],
  out?: string | readonly string[],
  elements?: readonly Value[] | readonly (readonly Value[])[],
]
const { values, cases } = JSON.parse(readFileSync(new URL('edges.json', import.meta.url), 'utf8')) as {
  values: Record<string, readonly Value[]>
  cases: Record<string, readonly Case[]>
}

const DTYPES: Record<string, DType> = {
  ...{ d: 'float64', f: 'float32', i: 'int32', b: 'bool', x: 'float64', o: 'int32' },
}
/** Those that do not need equal values. */
const layouts: readonly Layout[] = ['contiguous', 'transposed', 'sliced', 'reversed']
const numberOf = (value: Value): number =>
  typeof value === 'number' ? value : { nan: Number.NaN, inf: Infinity, '-inf': -Infinity }[value]
const shapeOf = (spec: string): number[] => (spec.length > 1 ? spec.slice(1).split(',').map(Number) : [])
const inputsOf = ([inputs]: Case): readonly Input[] =>
  typeof inputs === 'string' ? inputs.split(' ').filter(Boolean) : inputs

/** Input k of a case, in a layout. */
function tensorOf(input: Input, k: number, layout: Layout): Tensor {
  const [spec, own] = typeof input === 'string' ? [input, undefined] : input
  const shape = shapeOf(spec)
  const source = values[spec[0] === 'f' ? 'd' : spec[0]!]!
  const size = shape.reduce((a, b) => a * b, 1)
  const data = own ?? Array.from({ length: size }, (_, j) => source[(j + 3 * k) % source.length]!)
  return place({ shape, data: data.map(numberOf) }, DTYPES[spec[0]!]!, layout)
}

/** Our call: arguments of the op, where it is not `op(...inputs, ...args)`. */
function call(op: string, xs: readonly Tensor[], args: readonly unknown[]): unknown {
  const f = (entry as unknown as Record<string, (...args: unknown[]) => unknown>)[op]!
  if (op === 'concat' || op === 'stack') return f(xs, ...args)
  if (op === 'einsum') return f(...args, ...xs)
  // NumPy's None for all axes.
  const [axis, ...rest] = args
  return f(...xs, ...(axis === null ? [undefined, ...rest] : args))
}

/** What came of a call: kinds and shapes as in the file with their elements, or a message. */
type Outcome = { readonly said: string } | { readonly specs: string[]; readonly elements: number[][] }

function outcomeOf(op: string, row: Case, layout: Layout): Outcome {
  const xs = inputsOf(row).map((input, k) => tensorOf(input, k, layout))
  try {
    const result = call(op, xs, row[1])
    const results = (result instanceof Tensor ? [result] : result) as Tensor[]
    return {
      specs: results.map(({ dtype, shape }) => dtype + (shape.length > 0 ? ` ${shape}` : '')),
      elements: results.map((y) => [...read(y).data]),
    }
  } catch (error) {
    return { said: `${(error as Error).name}: ${(error as Error).message}` }
  }
}

/** NumPy's outcome. A dtype that we do not have is named as in the file. */
function expectedOf([, , out, elements]: Case): Outcome {
  if (out === undefined) return { said: 'error' }
  const [specs, lists] = typeof out === 'string' ? [[out], [elements]] : [out, elements]
  return {
    specs: specs.map((spec) => {
      const shape = shapeOf(spec)
      return (DTYPES[spec[0]!] ?? 'float16') + (shape.length > 0 ? ` ${shape}` : '')
    }),
    elements: (lists as Value[][]).map((list) => list.map(numberOf)),
  }
}

/** Equal but for the last of the 7 digits that the file has. */
const close = (x: number, y: number): boolean =>
  Object.is(x, y) || (y !== 0 && Math.abs(x - y) <= 1e-6 * Math.abs(y))

/** In which way ours is not NumPy's, null where it is. */
function difference(
  op: string,
  ours: Outcome,
  numpy: Outcome,
): Difference['kind'] | 'shape' | 'elements' | 'message' | null {
  if ('said' in ours) {
    if (!ours.said.startsWith(`TapegradError: ${op}: `)) return 'message'
    return 'said' in numpy ? null : 'error'
  }
  if ('said' in numpy) return 'value'
  const shapes = ({ specs }: typeof ours): string => specs.map((spec) => spec.replace(/^\w+/, '')).join()
  if (shapes(ours) !== shapes(numpy)) return 'shape'
  const pairs = ours.elements.flatMap((list, i) => list.map((x, j) => [x, numpy.elements[i]![j]!] as const))
  if (!pairs.every(([x, y]) => close(x, y)))
    return pairs.every(([x, y]) => x === y || close(x, y)) ? 'zeros' : 'elements'
  return ours.specs.join() === numpy.specs.join() ? null : 'dtype'
}

const used = new Set<string>()

describe.each(Object.entries(cases))('%s', (op, rows) => {
  it('is as in NumPy, or differs in a way that is listed', () => {
    const unlisted: unknown[] = []
    for (const row of rows) {
      const numpy = expectedOf(row)
      const found = new Map(layouts.map((layout) => [layout, outcomeOf(op, row, layout)]))
      for (const [layout, ours] of found) {
        const kind = difference(op, ours, numpy)
        if (kind === null) continue
        const subject = {
          op,
          inputs: inputsOf(row).map((x) => (typeof x === 'string' ? x : x[0])),
          args: row[1],
        }
        const listed = differences.filter((d) => d.kind === kind && d.ops.includes(op) && d.when(subject))
        for (const { why } of listed) used.add(`${why}: ${op}`)
        if (listed.length === 0) unlisted.push({ kind, case: JSON.stringify(row), layout, ours })
      }
    }
    expect(unlisted).toEqual([])
  })
})

it('lists no difference that is none', () => {
  const needless = differences.flatMap(({ why, ops }) =>
    ops.map((op) => `${why}: ${op}`).filter((name) => !used.has(name)),
  )
  expect(needless).toEqual([])
})
