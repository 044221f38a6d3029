/** @file gradcheck over random functions: no right gradient is called wrong, and no small mistake gets through. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, grad, gradcheck, mul, sigmoid, square, sub, sum, type Tensor, vjp } from '../src/index.ts'
import { f64 } from './support/f64.ts'
import { planted } from './support/planted.ts'
import { compose, matrixArb, stepsArb } from './support/random-function.ts'

type Binary = (x: Tensor, y: Tensor) => Tensor

/** A gradient may be 0 to within rounding (the sum of a softmax): then there is nothing to compare. */
const fair = new Set(['pass', 'noise-limited'])

describe('a right gradient', () => {
  it.each<[string, (f: Binary) => Binary, number]>([
    ['of many outputs', (f) => f, 60],
    ['of one number', (f) => (x, y) => sum(square(f(x, y))), 40],
    // The article's situation: a loss of 1e-10 made of numbers near 1.
    ['of a saturated loss', (f) => (x, y) => sum(square(sub(sigmoid(add(f(x, y), 12)), 1))), 30],
    ['under heavy cancellation', (f) => (x, y) => sub(add(mul(sum(f(x, y)), 1e-6), 1), 1), 30],
    ['of an op that hides its steps', hidden, 20],
  ])('%s is never called wrong', (_, variant, numRuns) => {
    fc.assert(
      fc.property(stepsArb, matrixArb, matrixArb, (steps, x, y) => {
        const { rows } = gradcheck(variant(compose(steps)), [x, y])
        expect(rows.filter(({ verdict }) => !fair.has(verdict))).toEqual([])
      }),
      { numRuns },
    )
  })

  it('of the gradient passes as well', () => {
    fc.assert(
      fc.property(stepsArb, matrixArb, matrixArb, (steps, x, y) => {
        const { rows } = gradcheck(compose(steps), [x, y], { order: 2, directions: 2 })
        expect(rows.filter(({ verdict }) => !fair.has(verdict))).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  it('has a noise estimate above its error', () => {
    fc.assert(
      fc.property(stepsArb, matrixArb, matrixArb, (steps, x, y) => {
        for (const { absoluteError, noise } of gradcheck(compose(steps), [x, y]).rows) {
          // An estimate from a few values: six times their spread is exceeded once in some 10,000 elements, hardly twice.
          expect(absoluteError).toBeLessThanOrEqual(4 * noise)
        }
      }),
      { numRuns: 40 },
    )
  })
})

/** The function as one op, whose inside neither the tape nor the checker sees. */
function hidden(f: Binary): Binary {
  const pulled = (ct: Tensor, [x, y]: readonly Tensor[], k: 0 | 1): Tensor => vjp(f, x!, y!)[1](ct)[k]
  return planted(
    'hidden',
    f,
    [(ct, xs) => pulled(ct, xs, 0), (ct, xs) => pulled(ct, xs, 1)],
    // J dx, as the derivative of <ct, J dx> by ct.
    (dxs, [x, y], out) =>
      grad((ct: Tensor) => {
        const [dx, dy] = vjp(f, x!, y!)[1](ct)
        return add(sum(mul(dx, dxs[0] ?? mul(dx, 0))), sum(mul(dy, dxs[1] ?? mul(dy, 0))))
      })(mul(out.detach(), 0)),
  )
}

describe('a wrong gradient', () => {
  /** The identity, whose gradient is multiplied by these factors. */
  const spoiled = (factors: readonly number[]) =>
    planted('spoiled', (x) => mul(x, 1), [(ct) => mul(ct, f64([...factors]).reshape([3, 3]) as Tensor)])

  it.each([1.01, 0.99, 0, -1])('by a factor of %d in one element is found there', (factor) => {
    fc.assert(
      fc.property(stepsArb, matrixArb, matrixArb, fc.nat(8), (steps, x, y, element) => {
        const f = compose(steps)
        const right = gradcheck(f, [x, y], { modes: ['reverse'] }).rows.slice(0, 9)
        const largest = Math.max(...right.map(({ analytic }) => Math.abs(analytic)))
        // Small beside the largest, or lost in noise: such a mistake is allowed for.
        fc.pre(right.every(({ verdict }) => verdict === 'pass'))
        fc.pre(Math.abs(right[element]!.analytic) > 1e-3 * largest && largest > 0)
        const factors = Array.from({ length: 9 }, (_, i) => (i === element ? factor : 1))
        const { rows } = gradcheck((x: Tensor, y: Tensor) => f(spoiled(factors)(x), y), [x, y], {
          modes: ['reverse'],
        })
        const wrong = rows.flatMap(({ verdict }, i) => (verdict === 'wrong' ? [i] : []))
        expect(wrong).toEqual([element])
        expect(rows[element]!.cause).toMatch(
          factor === 0
            ? /^zero gradient.*spoiled/
            : factor === -1
              ? /^wrong sign.*spoiled/
              : new RegExp(`= ${factor} x numeric, in op spoiled`),
        )
      }),
      { numRuns: 15 },
    )
  })
})
