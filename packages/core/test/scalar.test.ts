/** @file The source that the scalar algebra writes, its agreement with interpretation, and its errors. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TapegradError } from '../src/errors.ts'
import { type Expr, emitJavaScript, interpret, type Scalar } from '../src/scalar.ts'
import { anyNumber, evaluate, int32, type Unary } from './support/scalar.ts'

describe('emitJavaScript', () => {
  it('computes a shared subexpression once, and names everything with a $', () => {
    const expr: Expr = (s, x, y) => s.mul(s.add(x!, y!), s.add(x!, y!))
    const { statements, result } = emitJavaScript(expr, ['x', 'y'], 'float64')
    expect({ statements, result }).toEqual({
      statements: 'const $0 = x + y\nconst $1 = $0 * $0',
      result: '$1',
    })
  })

  it('does not share between precisions', () => {
    const expr: Expr = (s, x, y) => s.inFloat64((w, a, b) => w.sub(w.add(a!, b!), a!), x!, y!)
    const both: Expr = (s, x, y) => s.sub(s.sub(s.add(x!, y!), x!), expr(s, x!, y!))
    expect(evaluate(both, 'float32', 1, 2 ** -30)).toBe(-(2 ** -30))
    // The same source text, but once a float32 and once a float64 value.
    const negated: Expr = (s, x) =>
      s.add(
        s.neg(x!),
        s.inFloat64((w, a) => w.sqrt(w.neg(a!)), x!),
      )
    expect(evaluate(negated, 'float32', -4)).toBe(6)
  })

  it('grows linearly with nesting', () => {
    const square: Unary = (s, x) => s.mul(x, x)
    const expr: Expr = (s, x) => Array.from({ length: 40 }).reduce((a: typeof x, _) => square(s, a!), x)!
    expect(emitJavaScript(expr, ['x'], 'float64').statements.split('\n').length).toBe(40)
  })

  it('gives a mask as 1 or 0', () => {
    const expr: Expr = (s, x, y) => s.and(s.lt(x!, y!), s.not(s.eq(x!, s.constant(0))))
    expect([
      evaluate(expr, 'float64', 1, 2),
      evaluate(expr, 'float64', 0, 2),
      evaluate(expr, 'float64', 3, 2),
    ]).toEqual([1, 0, 0])
  })

  it('returns an argument or a constant as it is', () => {
    expect(evaluate((_, x) => x!, 'float64', -0)).toBe(-0)
    expect(evaluate((s) => s.constant(2.5), 'float64', 1)).toBe(2.5)
  })

  it.each([
    0,
    -0,
    Infinity,
    -Infinity,
    Number.NaN,
    0.1,
    -0.1,
    1e21,
    5e-324,
    -1.7976931348623157e308,
    2 ** 53,
  ])('writes the constant %d exactly', (value) => {
    expect(evaluate((s) => s.constant(value), 'float64', 1)).toBe(value)
    expect(evaluate((s, x) => s.sub(x!, s.neg(s.constant(value))), 'float64', -0)).toBe(value)
    expect(evaluate((s) => s.constant(value), 'float32', 1)).toBe(Math.fround(value))
  })
})

describe('random expressions', () => {
  type Tree = { op: string; args: Tree[] } | number
  const floatOps: Record<string, number> = {
    add: 2,
    sub: 2,
    mul: 2,
    div: 2,
    min: 2,
    max: 2,
    neg: 1,
    abs: 1,
    sqrt: 1,
    floor: 1,
    nearest: 1,
    choose: 3,
    wide: 2,
  }
  const tree = (ops: Record<string, number>) =>
    fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.integer({ min: 0, max: 2 }),
        fc
          .constantFrom(...Object.keys(ops))
          .chain((op) =>
            fc.tuple(...Array.from({ length: ops[op]! }, () => tie('tree'))).map((args) => ({ op, args })),
          ),
      ),
    })).tree

  function build<T>(s: Scalar<T>, t: Tree, xs: readonly T[]): T {
    if (typeof t === 'number') return xs[t]!
    const args = t.args.map((a) => build(s, a, xs))
    if (t.op === 'choose') return s.select(s.le(args[0]!, args[1]!), args[1]!, args[2]!)
    if (t.op === 'wide') return s.inFloat64((w, a, b) => w.add(w.mul(a!, b!), w.constant(0.1)), ...args)
    return (s as unknown as Record<string, (...args: T[]) => T>)[t.op]!(...args)
  }

  it.each(['float64', 'float32'] as const)(
    '%s: source and interpretation give the same bits',
    (precision) => {
      const round = precision === 'float32' ? Math.fround : (x: number) => x
      fc.assert(
        fc.property(tree(floatOps), anyNumber, anyNumber, anyNumber, (t, ...xs) => {
          evaluate((s, ...names) => build(s, t, names), precision, ...xs.map(round))
        }),
        { numRuns: 300 },
      )
    },
  )

  it('int32: source and interpretation give the same bits', () => {
    fc.assert(
      fc.property(
        tree({ add: 2, sub: 2, mul: 2, min: 2, max: 2, neg: 1, abs: 1, choose: 3 }),
        int32,
        int32,
        int32,
        (t, ...xs) => {
          evaluate((s, ...names) => build(s, t, names), 'int32', ...xs)
        },
      ),
      { numRuns: 200 },
    )
  })
})

it('a fraction among integers is refused by both interpretations', () => {
  const message = 'constant: 0.5 is no int32 value; use a whole number'
  expect(() => emitJavaScript((s) => s.constant(0.5), [], 'int32')).toThrow(
    new TapegradError(...split(message)),
  )
  expect(() => interpret((s) => s.constant(0.5), 'int32')()).toThrow(new TapegradError(...split(message)))
})

const split = (message: string): [string, string] => [
  message.slice(0, message.indexOf(':')),
  message.slice(message.indexOf(':') + 2),
]
