/** @file expectClose and the matchers of `./testing`: what passes, and what is said where something does not. Imports the entry. */
import { type CloseOptions, type Comparable, expectClose, matchers, tensorArb } from '@tapegrad/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DType, defineOp, mul, sin, type Tensor, tensor } from '../src/index.ts'
import { f64 } from './support/f64.ts'
import { place, read } from './support/layouts.ts'
import { messageOf } from './support/messages.ts'

expect.extend(matchers)

const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY]
const complaint = (actual: Comparable, expected: Comparable, options?: CloseOptions): string =>
  messageOf(() => expectClose(actual, expected, options))

describe('expectClose passes', () => {
  it('any tensor and what it reads as, in any layout and dtype', () => {
    const dtype: DType[] = ['float32', 'float64', 'int32', 'bool']
    const any = tensorArb({ dtype, minSide: 0, noNaN: false, noInfinity: false })
    fc.assert(
      fc.property(any, fc.nat(5), (x, layout) => {
        const options = { rtol: 0, atol: 0 }
        const kinds = ['contiguous', 'transposed', 'sliced', 'reversed'] as const
        expectClose(x, place(read(x), x.dtype, kinds[layout % 4]), options)
        // Behind an axis of size 0 nested arrays do not say how many there would be.
        if (x.size > 0) expectClose(x, x.toArray(), options)
      }),
    )
  })

  it.each<[DType, number, number]>([
    ['float32', 1.3e-6, 1e-5],
    ['float64', 1e-7, 1e-7],
  ])('%s within its tolerances and not beyond', (dtype, rtol, atol) => {
    for (const expected of [0, 1, -100]) {
      const allowed = atol + rtol * Math.abs(expected)
      // float32 rounds -100 + 1e-4 to 4e-6: 3% of what is allowed.
      const at = (part: number): Tensor => tensor([expected + part * allowed], { dtype })
      expectClose(at(0.95), tensor([expected], { dtype }))
      expectClose(at(-0.95), [expected])
      expect(() => expectClose(at(1.05), tensor([expected], { dtype }))).toThrow('1 of 1 element is too far')
      expect(() => expectClose(at(-1.05), [expected])).toThrow('1 of 1 element is too far')
    }
  })

  it('int32, bool and numbers by their own tolerances', () => {
    expectClose(tensor([1, 2], { dtype: 'int32' }), [1, 2])
    expect(() => expectClose(tensor([10 ** 9], { dtype: 'int32' }), [10 ** 9 + 1])).toThrow('rtol 0, atol 0')
    expectClose(tensor([true, false]), [true, false])
    expect(() => expectClose(tensor([true]), [false])).toThrow('actual 1, expected 0')
    expectClose(1 + 1e-7, 1)
    expect(() => expectClose(1 + 3e-7, 1)).toThrow('shape [], rtol 1e-7, atol 1e-7')
    expectClose(Float32Array.of(1, 2), [1, 2])
  })

  it('a tolerance of 0 for the one that is not given', () => {
    expectClose(f64(1e-9), f64(1.1e-9))
    expect(() => expectClose(f64(1e-9), f64(1.1e-9), { rtol: 1e-3 })).toThrow('rtol 0.001, atol 0)')
    expectClose(f64(1001), f64(1000), { rtol: 1e-3 })
    expect(() => expectClose(f64(1001), f64(1000), { atol: 0.5 })).toThrow('rtol 0, atol 0.5)')
    // Relative to the expected value, not to the actual one.
    expectClose(f64(10), f64(11), { rtol: 1 / 11 })
    expect(() => expectClose(f64(11), f64(10), { rtol: 0.0999 })).toThrow('allowed 0.99')
  })

  it('special values: NaN and NaN, each infinity and itself, 0 and -0', () => {
    expectClose([nan, inf, -inf, 0], [nan, inf, -inf, -0], { rtol: 0 })
    for (const [a, b] of [
      [inf, -inf],
      [inf, 1e308],
      [1e308, inf],
      [nan, inf],
      [0, nan],
    ] as const)
      expect(() => expectClose(a, b, { rtol: 1e300, atol: 1e300 })).toThrow('expectClose: 1 of 1')
    expect(() => expectClose(1e308, -1e308, { rtol: 1 })).toThrow('apart by Infinity, allowed 1e+308')
  })
})

describe('expectClose says', () => {
  it('which element is worst, its values, and how many are too far apart', () => {
    const a = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    const b = tensor([
      [1, 2.5, 3],
      [4, 5, 8],
    ])
    expect(complaint(a, b)).toBe(
      'expectClose: 2 of 6 elements are too far apart (float32, shape [2, 3], rtol 1.3e-6, atol 1e-5)\n' +
        '  worst at [1, 2]: actual 6, expected 8, apart by 2, allowed 2.04e-5',
    )
    expect(complaint(a.T, b.T)).toContain('worst at [2, 1]')
    expect(complaint(f64(1), f64(2))).toContain('\n  worst: actual 1, expected 2')
  })

  it('the worst by what is allowed there', () => {
    // 1 of 1000 is within 1e-2 of it ten times; 0.1 of 1 is ten times too much.
    expect(complaint(f64([1100, 1.1]), f64([1000, 1]), { rtol: 1e-2 })).toContain('2 of 2 elements')
    expect(complaint(f64([1099, 1.2]), f64([1000, 1]), { rtol: 1e-2 })).toContain('worst at [1]: actual 1.2')
    expect(complaint(f64([5, 1.2, 1]), f64([5, 1, 1.01]), { atol: 0 })).toContain('worst at [1]')
    // A large difference that is allowed is not the worst: 500 of 1000, where 0.1 is 100 times too much.
    expect(complaint(f64([1e6 + 500, 1.1]), f64([1e6, 1]), { rtol: 1e-3 })).toContain('worst at [1]')
    expect(complaint(f64([1e6 + 1, 0.5]), f64([1e6, 0]), { rtol: 1e-3 })).toContain('1 of 2 elements')
    expect(complaint(f64([1e6 + 1, 0.5]), f64([1e6, 0]), { rtol: 1e-3 })).toContain('worst at [1]')
  })

  it('where NaN is on one side alone, beside the worst number', () => {
    expect(complaint(f64([nan, 1, nan, 2]), f64([1, nan, nan, 3]))).toBe(
      'expectClose: 3 of 4 elements are too far apart (float64, shape [4], rtol 1e-7, atol 1e-7)\n' +
        '  worst at [3]: actual 2, expected 3, apart by 1, allowed 4e-7\n' +
        '  NaN in actual alone at [0]\n' +
        '  NaN in expected alone at [1]',
    )
    const many = new Array(8).fill(nan)
    expect(complaint(many, new Array(8).fill(0))).toContain(
      '8 of 8 elements are too far apart (shape [8], rtol 1e-7, atol 1e-7)\n' +
        '  NaN in actual alone at [0], [1], [2], [3], [4] and 3 more',
    )
    expect(complaint([1, nan], [1, nan], { equalNaN: false })).toMatch(/1 of 2 .*\n {2}NaN in both at \[1\]$/)
  })

  it('which shapes and dtypes differ', () => {
    expect(complaint(f64([1, 2]), f64([[1, 2]]))).toBe(
      'expectClose: shapes differ: actual [2], expected [1, 2]',
    )
    expect(complaint(f64([1, 2]), 1)).toBe('expectClose: shapes differ: actual [2], expected []')
    expect(complaint(f64([1]), tensor([1]))).toBe(
      'expectClose: dtypes differ: actual float64, expected float32; convert one with to(dtype), or pass { checkDtype: false }',
    )
    expectClose(f64([1 + 1e-6]), tensor([1]), { checkDtype: false })
    expectClose(tensor([1], { dtype: 'int32' }), f64([1 + 1e-8]), { checkDtype: false })
  })

  it('what is compared', () => {
    expect(complaint(1, 2, { what: 'dL/dW' })).toMatch(/^expectClose: dL\/dW: 1 of 1 element is too far/)
    expect(complaint(1, [2], { what: 'dL/dW' })).toMatch(/^expectClose: dL\/dW: shapes differ/)
  })
})

const wrongSine = defineOp({
  name: 'wrongSine',
  forward: (x: Tensor) => sin(x),
  backward: (ct) => [mul(ct, 2)],
})
const failure = (f: () => void): string => {
  let message = ''
  expect(() => {
    try {
      f()
    } catch (error) {
      message = (error as Error).message
      throw error
    }
  }).toThrow()
  return message
}

describe('toBeCloseToTensor', () => {
  const x = tensor([1, 2])
  it('passes and fails as expectClose does, with its message', () => {
    expect(x).toBeCloseToTensor([1, 2])
    expect(x).toBeCloseToTensor(tensor([1, 2.1]), { atol: 0.2 })
    expect(failure(() => expect(x).toBeCloseToTensor([1, 3]))).toBe(
      'toBeCloseToTensor: 1 of 2 elements are too far apart (float32, shape [2], rtol 1.3e-6, atol 1e-5)\n' +
        '  worst at [1]: actual 2, expected 3, apart by 1, allowed 1.39e-5',
    )
  })
  it('negated, says how close the two are', () => {
    expect(x).not.toBeCloseToTensor([1, 3])
    expect(x).not.toBeCloseToTensor([1])
    expect(failure(() => expect(x).not.toBeCloseToTensor([1, 2.5], { atol: 1, what: 'x' }))).toBe(
      'toBeCloseToTensor: expected a difference, but x: all 2 elements are close (float32, shape [2], rtol 0, atol 1); ' +
        'the largest difference is 0.5 at [1]',
    )
    expect(failure(() => expect(5).not.toBeCloseToTensor(5))).toContain(
      'all 1 element is close (shape [], rtol 1e-7, atol 1e-7); the largest difference is 0',
    )
    expect(failure(() => expect([]).not.toBeCloseToTensor([]))).toContain('all 0 elements are close')
  })
  it('works within other matchers', () => {
    expect({ x, n: 1 }).toEqual({ x: expect.toBeCloseToTensor([1, 2]), n: 1 })
    expect({ x }).not.toEqual({ x: expect.toBeCloseToTensor([1, 3]) })
  })
  it('a bad argument is an error either way', () => {
    const text = 'two' as unknown as Comparable
    expect(() => expect(x).toBeCloseToTensor(text)).toThrow(/^toBeCloseToTensor: expected must be a tensor/)
    expect(() => expect(x).not.toBeCloseToTensor(text)).toThrow(
      /^toBeCloseToTensor: expected must be a tensor/,
    )
  })
})

describe('toPassGradcheck', () => {
  const x = f64([0.5, 1])
  it('passes a right gradient, to the order that is asked for', () => {
    expect(sin).toPassGradcheck([x])
    expect((y: Tensor) => y.square().sum()).toPassGradcheck([x], { order: 2, modes: ['reverse'] })
  })
  it('fails for a wrong one with the table', () => {
    const message = failure(() => expect(wrongSine).toPassGradcheck([x]))
    expect(message).toMatch(
      /^toPassGradcheck: the gradient does not pass\ngradcheck: wrong \(0 of 4 rows pass/,
    )
    expect(message).toMatch(/input +mode +analytic +numeric/)
    expect(message).toContain('in op wrongSine')
  })
  it('negated, shows the table of a right one', () => {
    expect(wrongSine).not.toPassGradcheck([x])
    expect(failure(() => expect(sin).not.toPassGradcheck([x]))).toMatch(
      /^toPassGradcheck: expected a gradient that does not pass, but it does\ngradcheck: pass \(2 of 2 rows pass/,
    )
  })
  it('a bad argument is an error either way', () => {
    expect(() => expect(sin).toPassGradcheck([x], { rtol: -1 })).toThrow(/^gradcheck: rtol must be/)
    expect(() => expect(5).not.toPassGradcheck([x])).toThrow(/^gradcheck: /)
  })
})
