/** @file The verdicts other than right and wrong: where a gradient cannot be compared, and where only it seems so. */
import { describe, expect, it } from 'vitest'
import {
  abs,
  add,
  clamp,
  cos,
  div,
  exp,
  type GradcheckReport,
  type GradcheckVerdict,
  gradcheck,
  gt,
  log,
  matmul,
  max,
  maximum,
  mul,
  pow,
  rand,
  relu,
  sigmoid,
  sign,
  sin,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  to,
  where,
} from '../src/index.ts'
import { f64 } from './support/f64.ts'
import { planted } from './support/planted.ts'

type Unary = (x: Tensor) => Tensor

const verdicts = ({ rows }: GradcheckReport): GradcheckVerdict[] => rows.map(({ verdict }) => verdict)
const at = (f: Unary, ...xs: number[]): GradcheckVerdict[] => verdicts(gradcheck(f, [f64(xs)]))

describe('kink', () => {
  it.each<[string, Unary, number]>([
    ['relu', relu, 0],
    ['|x|, whose central difference is right', abs, 0],
    ['a gentle kink on a steep curve', (x) => add(mul(square(x), 100), mul(abs(x), 1e-3)), 0],
    ['a kink beside large values', (x) => add(abs(x), 1e6), 0],
    ['a kink away from 0', (x) => relu(sub(x, 3)), 3],
    ['clamp', (x) => clamp(x, -1, 1), 1],
    ['a tie', (x) => maximum(x, f64([2])), 2],
  ])('%s', (_, f, x) => {
    const report = gradcheck(f, [f64([x])])
    expect(verdicts(report)).toEqual(['kink'])
    expect(report.ok).toBe(false)
    expect(report.verdict).toBe('kink')
    expect(report.rows[0]!.cause).toMatch(/^the slope is .* to the left, .* to the right$/)
  })

  it('is ok when allowed, and its neighbours are checked all the same', () => {
    const report = gradcheck(relu, [f64([0, 1, -1])], { allow: ['kink'] })
    expect(report.ok).toBe(true)
    expect(report.verdict).toBe('kink')
    expect(verdicts(report)).toEqual(['kink', 'pass', 'pass'])
  })

  it('of max over equal elements', () => {
    expect(verdicts(gradcheck((x: Tensor) => max(x, 0), [f64([2, 5, 5])]))).toEqual(['pass', 'kink', 'kink'])
  })

  it('is no excuse for a slope outside of the two', () => {
    const steep = planted('steep', relu, [(ct) => mul(ct, 1.5)])
    const shallow = planted('shallow', relu, [(ct) => mul(ct, 0.7)])
    const options = { modes: ['reverse'] } as const
    expect(gradcheck(steep, [f64([0])], options).verdict).toBe('wrong')
    expect(gradcheck(shallow, [f64([0])], options).verdict).toBe('kink')
  })

  it.each([1e-2, 1e-4, 1e-6, 1e-8])('does not reach %d far', (distance) => {
    expect(at(relu, distance, -distance)).toEqual(['pass', 'pass'])
    expect(at(abs, distance, -distance)).toEqual(['pass', 'pass'])
  })

  it.each<[string, Unary, number]>([
    ['sqrt(x² + 1e-6)', (x) => sqrt(add(square(x), 1e-6)), 0],
    ['sqrt(x² + 1e-16)', (x) => sqrt(add(square(x), 1e-16)), 0],
    ['sqrt(x² + 1e-16), beside', (x) => sqrt(add(square(x), 1e-16)), 1e-8],
    ['softplus(1e6 x)', (x) => softplus(mul(x, 1e6)), 0],
    ['sigmoid(1e6 x), a steep step', (x) => sigmoid(mul(x, 1e6)), 1e-7],
    ['a steep parabola', (x) => mul(square(x), 1e8), 0],
    ['a fast wave', (x) => cos(mul(x, 1e5)), 1],
    ['|x|³', (x) => pow(abs(x), 3), 0],
    ['|x| x, whose second derivative jumps', (x) => mul(abs(x), x), 0],
  ])('is not seen in %s', (_, f, x) => {
    expect(at(f, x, 0.7)).toEqual(['pass', 'pass'])
  })

  it('of the value itself: a jump', () => {
    const report = gradcheck((x: Tensor) => add(sign(x), sin(x)), [f64([0, 1e-5, 1])])
    expect(verdicts(report)).toEqual(['kink', 'pass', 'pass'])
    expect(report.rows[0]!.cause).toBe('the value of f jumps here')
    expect(verdicts(gradcheck((x: Tensor) => where(gt(x, 0), add(x, 1), x), [f64([0])]))).toEqual(['kink'])
  })
})

describe('noise-limited', () => {
  it('states what the noise allows', () => {
    // 1e9 is stored to 1e-7; at steps of up to 1 that leaves about 1e-6 of the derivative.
    const report = gradcheck((x: Tensor) => sub(add(sin(x), 1e9), 1e9), [f64([0.3])])
    expect(verdicts(report)).toEqual(['noise-limited'])
    expect(report.ok).toBe(false)
    const { noise, relativeError, cause } = report.rows[0]!
    expect(noise).toBeGreaterThan(1e-7)
    expect(noise).toBeLessThan(1e-4)
    expect(relativeError).toBeLessThan(1e-5)
    expect(cause).toMatch(/^noise [\d.]+e-\d allows [\d.]+e-\d relative; asked for 1e-6$/)
  })

  it('passes when less is asked for', () => {
    const f = (x: Tensor): Tensor => sub(add(sin(x), 1e9), 1e9)
    expect(gradcheck(f, [f64([0.3])], { rtol: 1e-3 }).ok).toBe(true)
  })

  it('is a function that rounds to float32 inside', () => {
    const f = (x: Tensor): Tensor => to(sin(to(x, 'float32')), 'float64')
    const x = f64([0.3, 1.1])
    expect(gradcheck(f, [x], { rtol: 1e-9 }).verdict).toBe('noise-limited')
    expect(gradcheck(f, [x], { rtol: 1e-4 }).verdict).toBe('pass')
  })

  it('does not hide what is wrong beyond all noise', () => {
    const far = planted('far', (x) => sub(add(sin(x), 1e9), 1e9), [(ct, [x]) => mul(mul(ct, cos(x!)), 1.1)])
    const report = gradcheck(far, [f64([0.3])], { modes: ['reverse'] })
    expect(report.verdict).toBe('wrong')
  })

  it('is a gradient that is 0 to within rounding: there is nothing to measure by', () => {
    const report = gradcheck((x: Tensor) => sum(softmax(x, 0)), [f64([1, 2.5, 3])])
    expect(new Set(verdicts(report))).not.toContain('wrong')
    expect(report.verdict).toBe('noise-limited')
    // The analytic gradient is rounded, too: by 1e-16 of the terms of 1e9 that cancel.
    expect(gradcheck((x: Tensor) => mul(sum(softmax(x, 0)), 1e9), [f64([1, 2.5, 3])]).verdict).toBe(
      'noise-limited',
    )
  })

  it('is a function whose values do not show its slope', () => {
    expect(at((x) => sub(1, sigmoid(x)), 100)).toEqual(['noise-limited'])
    expect(at((x) => sigmoid(x), 50)).toEqual(['noise-limited'])
  })

  it('is not a small input element or output beside a large one', () => {
    expect(gradcheck(sin, [f64([1e6, 1, 1e-6])]).ok).toBe(true)
    expect(gradcheck((x: Tensor) => add(x, 1), [f64([1e10, 1])]).ok).toBe(true)
    expect(
      gradcheck((x: Tensor) => square(mul(x, f64([1e8, 1]))), [f64([1, 1])], { rtol: 1e-14 }).verdict,
    ).not.toBe('wrong')
  })
})

describe('a gradient that is exactly 0', () => {
  it.each<[string, Unary, number[]]>([
    ['of a relu that is off', relu, [-0.5, -3, -1e-3]],
    ['of an even function at 0, beside others', (x) => cos(x), [0, 1]],
    ['of a function that does not use its input', (x) => mul(x.detach(), 0), [1, 2]],
    ['of x² at 0, beside others', square, [0, 1]],
  ])('passes: %s', (_, f, xs) => {
    expect(new Set(at(f, ...xs))).toEqual(new Set(['pass']))
  })
})

describe('nondeterministic', () => {
  it('is a function that draws random numbers', () => {
    const report = gradcheck((x: Tensor) => mul(x, rand([2], { dtype: 'float64' })), [f64([1, 2])])
    expect(verdicts(report)).toEqual(['nondeterministic', 'nondeterministic'])
    expect(report.ok).toBe(false)
    expect(report.rows[0]!.cause).toMatch(/^two runs at the same point differ by /)
  })

  it('is a function with a state that shows late', () => {
    let calls = 0
    const f = (x: Tensor): Tensor => mul(x, ++calls > 20 ? 1.5 : 1)
    expect(new Set(at(f, 1, 2, 3, 4, 5))).toEqual(new Set(['nondeterministic']))
  })

  it('is a gradient that differs from call to call', () => {
    let calls = 0
    const moody = planted('moody', sin, [(ct, [x]) => mul(mul(ct, cos(x!)), 1 + 1e-12 * ++calls)])
    expect(verdicts(gradcheck(moody, [f64([1])], { modes: ['reverse'] }))).toEqual(['nondeterministic'])
  })
})

describe('non-finite', () => {
  it('is a value that is not finite', () => {
    const report = gradcheck(log, [f64([0, 1])])
    expect(verdicts(report)).toEqual(['non-finite', 'non-finite'])
    expect(report.rows[0]!.cause).toBe('f is not finite at these inputs')
  })

  it('is a gradient that is not finite', () => {
    const report = gradcheck(sqrt, [f64([0, 1])], { modes: ['reverse'] })
    expect(verdicts(report)).toEqual(['non-finite', 'pass'])
    expect(report.rows[0]!.cause).toMatch(/^the gradient is -?Infinity$/)
    const poisoned = planted('poisoned', sin, [(ct) => mul(ct, Number.NaN)])
    expect(verdicts(gradcheck(poisoned, [f64([1])], { modes: ['reverse'] }))).toEqual(['non-finite'])
  })

  it('is the edge of the domain', () => {
    const root = planted('root', (x) => mul(x, sqrt(x)), [(ct, [x]) => mul(ct, mul(sqrt(x!), 1.5))])
    const report = gradcheck(root, [f64([0])], { modes: ['reverse'] })
    expect(verdicts(report)).toEqual(['non-finite'])
    expect(report.rows[0]!.cause).toMatch(/edge of its domain/)
  })
})

describe('steps', () => {
  it.each<[string, Unary, number[]]>([
    ['close to a pole', log, [1e-12, 1e-5, 0.1, 1e6]],
    ['close to the edge of the domain', sqrt, [1e-8, 1e-3, 2]],
    ['of large arguments', sin, [1e6, 123_456.7]],
    ['beside a period of a multiple of the step', (x) => sin(mul(x, 128 * Math.PI)), [3, 0.1, 0]],
    ['of steep functions', (x) => exp(mul(x, 100)), [1, -1]],
    ['of functions that overflow farther away', (x) => exp(exp(exp(x))), [1.8]],
    ['of flat functions', (x) => pow(x, 9), [0.01, 1]],
    ['beside a pole', (x) => div(1, sub(x, 1)), [1.0001, 0.9]],
  ])('are found %s', (_, f, xs) => {
    expect(new Set(at(f, ...xs))).toEqual(new Set(['pass']))
  })

  it('may lead where f throws', () => {
    const f = (x: Tensor): Tensor => {
      if (x.data.some((value) => value < 0)) throw new Error('negative')
      return sqrt(x)
    }
    expect(at(f, 1e-4, 1)).toEqual(['pass', 'pass'])
  })

  it('are as many as needed for a matrix product of mixed sizes', () => {
    expect(gradcheck(matmul, [f64([[1e-6, 1e6]]), f64([[1e6], [1e-6]])]).ok).toBe(true)
  })
})
