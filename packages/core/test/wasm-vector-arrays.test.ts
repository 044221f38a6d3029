/** @file Vector kernels on arrays: every length and offset, one value in place of many, switch-over sizes, shared memory. */
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { DType } from '../src/dtype.ts'
import { zeros } from '../src/index.ts'
import { accelerators } from '../src/kernels/accelerators.ts'
import * as math from '../src/math.ts'
import { add, clamp, exp, sin, where } from '../src/ops/index.ts'
import type { Expr } from '../src/scalar.ts'
import { emptyTensor, type Tensor } from '../src/tensor.ts'
import { CHUNK, elementwise, FROM, kernelFor, WARM } from '../src/wasm/elementwise.ts'
import {
  type BodyUse,
  byJavaScript,
  firstDifference,
  tensorOf,
  viewAt,
  withAccelerator,
} from './support/bodies.ts'

afterEach(() => {
  accelerators.elementwise = elementwise
})

/** A body of each kind: lanes of 4 and of 2, masks as results, bool inputs, one to three inputs, a slow path. */
const kinds: Record<string, { expr: Expr; inputs: (precision: DType) => DType[]; out?: DType }> = {
  neg: { expr: (s, x) => s.neg(x!), inputs: (p) => [p] },
  exp: { expr: (s, x) => math.exp(s, x!), inputs: (p) => [p] },
  sin: { expr: (s, x) => math.sin(s, x!), inputs: (p) => [p] },
  sub: { expr: (s, x, y) => s.sub(x!, y!), inputs: (p) => [p, p] },
  atan2: { expr: (s, x, y) => math.atan2(s, x!, y!), inputs: (p) => [p, p] },
  lt: { expr: (s, x, y) => s.lt(x!, y!), inputs: (p) => [p, p], out: 'bool' },
  wideMask: {
    expr: (scalar, x, y) => scalar.inFloat64((s, x, y) => s.lt(s.mul(x, 2), y), x!, y!),
    inputs: (p) => [p, p],
    out: 'bool',
  },
  maskBothWays: {
    expr: (scalar, x, y) => {
      const wide = scalar.inFloat64((s, x, y) => s.lt(s.sub(x, 1), y), x!, y!)
      return scalar.select(scalar.and(wide, scalar.ne(x!, y!)), scalar.neg(x!), y!)
    },
    inputs: (p) => [p, p],
  },
  clamp: { expr: (s, x, low, high) => s.min(s.max(x!, low!), high!), inputs: (p) => [p, p, p] },
  where: { expr: (s, c, x, y) => s.select(s.ne(c!, 0), x!, y!), inputs: (p) => ['bool', p, p] },
}

const lengths = fc.oneof(
  fc.integer({ min: 0, max: 9 }),
  fc.integer({ min: 0, max: 3000 }),
  fc.constantFrom(...[-2, -1, 0, 1, 2, 3].flatMap((i) => [CHUNK + i, 2 * CHUNK + i])),
)
const settings = { numRuns: 25 }

describe('kernels', () => {
  for (const precision of ['float64', 'float32'] as const) {
    it.each(Object.entries(kinds))(`%s of ${precision}: any length, offset and repeated value`, (_, kind) => {
      const inputs = kind.inputs(precision)
      const use: BodyUse = { seenIn: '', expr: kind.expr, inputs, precision, out: kind.out ?? precision }
      const kernel = kernelFor(use.expr, inputs, precision, use.out)!
      const input = fc.record({ offset: fc.integer({ min: 0, max: 5 }), held: fc.boolean() })
      const all = fc.tuple(...inputs.map(() => input))
      fc.assert(
        fc.property(lengths, all, fc.integer({ min: 1, max: 1000 }), (length, layouts, seed) => {
          const xs = inputs.map((dtype, i) => {
            const { offset, held } = layouts[i]!
            const value = (k: number): number => 40 * Math.sin(seed * (i + 1) + k)
            const values = Array.from({ length: held ? 1 : length }, (_, k) =>
              dtype === 'bool' ? +(value(k) > 0) : value(k),
            )
            const x = tensorOf(dtype, values, offset)
            return held ? viewAt(x, [length], [0], offset) : x
          })
          const before = xs.map(({ data }) => data.slice())
          const result = emptyTensor([length], use.out)
          kernel(xs, result)
          expect(firstDifference(result.data, byJavaScript(use, xs).data)).toBe(-1)
          xs.forEach(({ data }, i) => {
            expect(firstDifference(data, before[i]!)).toBe(-1)
          })
        }),
        settings,
      )
    })
  }

  it('write nothing beside the result', () => {
    const room = zeros([20])
    const kernel = kernelFor(kinds.neg!.expr, ['float32'], 'float32', 'float32')!
    room.storage.data.fill(9, room.storage.base, room.storage.base + 20)
    const part = new (room.storage.constructor as new (...args: unknown[]) => typeof room.storage)(
      room.storage.data,
      room.storage.base + 3,
      5,
    )
    const result = new (room.constructor as new (...args: unknown[]) => Tensor)(
      part,
      [5],
      'float32',
      [1],
      0,
      true,
    )
    kernel([tensorOf('float32', [1, 2, 3, 4, 5])], result)
    expect([...room.data]).toEqual([9, 9, 9, -1, -2, -3, -4, -5, ...new Array(12).fill(9)])
  })

  it('do not rely on what another kernel left in the memory', () => {
    const x = tensorOf('float64', [0.5, 1, 2])
    const kernels = [kinds.exp!, kinds.sin!].map(
      ({ expr }) => kernelFor(expr, ['float64'], 'float64', 'float64')!,
    )
    const run = (k: number): number[] => {
      const result = emptyTensor([3], 'float64')
      kernels[k]!([x], result)
      return [...result.data]
    }
    const [a, b] = [run(0), run(1)]
    expect([run(0), run(1)]).toEqual([a, b])
    expect(a).not.toEqual(b)
  })

  it('call the slow path for the lanes that need it, and for no others', () => {
    const calls: number[] = []
    const slow = { name: 'seen', run: (x: number, y: number) => calls.push(x) * 0 + x - y }
    const expr: Expr = (s, x) => s.rare(s.gt(x!, 10), slow, [x!, s.constant(1)], s.neg(x!))
    const result = emptyTensor([6], 'float64')
    kernelFor(expr, ['float64'], 'float64', 'float64')!([tensorOf('float64', [1, 11, 2, 3, 12, 13])], result)
    expect([...result.data]).toEqual([-1, 10, -2, -3, 11, 12])
    expect(calls).toEqual([11, 12, 13])
  })

  it('select a constant zero with its sign', () => {
    for (const zero of [0, -0]) {
      const bodies: Expr[] = [
        (s, x) => s.select(s.lt(x!, 1), zero, x!),
        (s, x) => s.select(s.lt(x!, 1), x!, zero),
      ]
      for (const precision of ['float64', 'float32'] as const) {
        const results = bodies.map((expr) => {
          const result = emptyTensor([2], precision)
          kernelFor(expr, [precision], precision, precision)!([tensorOf(precision, [0.5, 2])], result)
          return [...result.data]
        })
        expect(results).toEqual([
          [zero, 2],
          [0.5, zero],
        ])
      }
    }
  })

  it('refuse what vectors do not serve', () => {
    const add: Expr = (s, x, y) => s.add(x!, y!)
    expect(kernelFor(add, ['int32', 'int32'], 'int32', 'int32')).toBeNull()
    expect(kernelFor(add, ['bool', 'bool'], 'bool', 'bool')).toBeNull()
    expect(kernelFor(add, ['float32', 'int32'], 'float32', 'float32')).toBeNull()
    const four: Expr = (s, a, b, c, d) => s.add(s.add(a!, b!), s.add(c!, d!))
    expect(kernelFor(four, ['float32', 'float32', 'float32', 'float32'], 'float32', 'float32')).toBeNull()
    // A mask among floats, and a number as bool.
    expect(kernelFor((s, x) => s.lt(x!, 0), ['float32'], 'float32', 'float32')).toBeNull()
    expect(kernelFor((s, x) => s.neg(x!), ['float32'], 'float32', 'bool')).toBeNull()
  })
})

describe('ops', () => {
  const values = (length: number) => Array.from({ length }, (_, i) => 20 * Math.sin(i))

  it('are served from the size and the amount of work on at which modules pay', () => {
    const expr: Expr = (s, x) => math.exp(s, x!)
    const run = (length: number): boolean => {
      const x = tensorOf('float32', values(length))
      return elementwise(expr, 'float32', [x], emptyTensor([length], 'float32'))
    }
    for (let i = 0; i < 2 * (WARM / (FROM - 1)); i++) expect(run(FROM - 1)).toBe(false)
    let seen = 0
    while (seen + FROM < WARM) {
      expect(run(FROM)).toBe(false)
      seen += FROM
    }
    expect(run(FROM)).toBe(true)
    expect(run(FROM)).toBe(true)
    expect(run(FROM - 1)).toBe(false)
  })

  const long = 2 * WARM + 1
  const operations: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
    exp: (x) => exp(x),
    sin: (x) => sin(x),
    'add a number': (x) => add(x, 0.1),
    'add a row': (x) => add(x.reshape([1, long]), tensorOf('float32', [3]).reshape([1, 1])),
    clamp: (x) => clamp(x, -3, 4),
    where: (x, y) => where(x.gt(y), x, 0),
    'a flipped input': (x) => exp(x.flip(0)),
    'a part': (x) => exp(x.slice([[3, long - 4]])),
  }
  it.each(Object.entries(operations))('%s: as without WebAssembly', (_, op) => {
    const x = tensorOf('float32', values(long))
    const y = tensorOf('float32', values(long).reverse())
    const expected = withAccelerator(null, () => op(x, y))
    op(x, y) // which compiles
    const actual = op(x, y)
    expect(actual.shape).toEqual(expected.shape)
    expect(firstDifference(actual.data, expected.data)).toBe(-1)
  })
})
