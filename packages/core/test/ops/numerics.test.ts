/**
 * @file Extreme arguments. Expected values are literals from decimal arithmetic with 60 digits (Python's
 * decimal module), by the formula beside them, rounded once to float64.
 */
import { describe, expect, it } from 'vitest'
import { jvp, vjp } from '../../src/autodiff.ts'
import { full, tensor } from '../../src/create.ts'
import {
  exp,
  log,
  log1p,
  logSoftmax,
  logsumexp,
  sigmoid,
  softmax,
  softplus,
  tanh,
  to,
  variance,
} from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import type { Fn } from '../support/differences.ts'
import { f64 } from '../support/f64.ts'

const scalar = (x: number): Tensor => tensor(x, { dtype: 'float64' })
const one = scalar(1)
/** The derivative as a function, by each mode. */
const byReverse =
  (f: Fn): Fn =>
  (x) =>
    vjp(f, x!)[1](one)[0]!
const byForward =
  (f: Fn): Fn =>
  (x) =>
    jvp(f, [x!], [one])[1]
const MODES = [byReverse, byForward]

function expectRelative(actual: number, expected: number, relative: number, what: string): void {
  const error = Math.abs(actual - expected)
  if (!(error <= relative * Math.abs(expected)))
    expect.fail(`${what} is ${actual}, expected ${expected}: relative error ${error / Math.abs(expected)}`)
}

/** First and second derivatives of f at x in all modes. */
function expectDerivatives(f: Fn, x: number, first: number, second: number, name: string): void {
  for (const outer of MODES) {
    expectRelative(outer(f)(scalar(x)).item(), first, 1e-14, `${name}'(${x})`)
    // One more factor, rounded: tanh is good to 2 ulp.
    for (const inner of MODES)
      expectRelative(outer(inner(f))(scalar(x)).item(), second, 1e-14, `${name}''(${x})`)
  }
}

// x, e / (1 + e)^2 with e = exp(-|x|), and its derivative, the same times -tanh(x / 2) = (e - 1) / (e + 1).
const SIGMOID: readonly (readonly [number, number, number])[] = [
  [14, 8.315273362252713e-7, -8.315259533486997e-7],
  [20, 2.061153613941849e-9, -2.061153605445141e-9],
  [37, 8.533047625744065e-17, -8.533047625744063e-17],
  [700, 9.85967654375977e-305, -9.85967654375977e-305],
]

// x, 4 e / (1 + e)^2 with e = exp(-2 x), and its derivative, the same times -2 (1 - e) / (1 + e).
const TANH: readonly (readonly [number, number, number])[] = [
  [1, 0.4199743416140261, -0.6397000084492245],
  [5, 0.0001815832309438067, -0.0003631334879209056],
  [10, 8.244614455767397e-9, -1.6489228843561127e-8],
  [19, 1.2556531168192118e-16, -2.511306233638423e-16],
  [40, 7.219405551381661e-35, -1.4438811102763322e-34],
  [300, 1.0601586212017243e-260, -2.1203172424034486e-260],
]

describe('sigmoid and tanh', () => {
  it.each(SIGMOID)("sigmoid' at +-%d is sigmoid(x) sigmoid(-x)", (x, first, second) => {
    expectDerivatives(sigmoid as Fn, x, first, second, 'sigmoid')
    expectDerivatives(sigmoid as Fn, -x, first, -second, 'sigmoid')
  })

  it.each(TANH)("tanh' at +-%d", (x, first, second) => {
    expectDerivatives(tanh as Fn, x, first, second, 'tanh')
    expectDerivatives(tanh as Fn, -x, first, -second, 'tanh')
  })

  it('float32 keeps what float32 can hold', () => {
    const x = tensor([14, -14, 37, -37])
    const d = vjp(sigmoid, x)[1](full([4], 1))[0]!.toArray() as number[]
    // The float64 values, rounded once.
    expect(d).toEqual(
      [8.315273362252713e-7, 8.315273362252713e-7, 8.533047625744065e-17, 8.533047625744065e-17].map(
        Math.fround,
      ),
    )
  })
})

// x, log(1 + e^x), its derivative 1 / (1 + e^-x), its second derivative. Beyond +-745 e^-|x| is 0 in float64.
const SOFTPLUS: readonly (readonly [number, number, number, number])[] = [
  [14, 14.000000831528373, 0.9999991684719723, 8.315273362252713e-7],
  [-14, 8.315283733837542e-7, 8.315280276641321e-7, 8.315273362252713e-7],
  [37, 37, 0.9999999999999999, 8.533047625744065e-17],
  [-37, 8.533047625744066e-17, 8.533047625744065e-17, 8.533047625744065e-17],
  [700, 700, 1, 9.85967654375977e-305],
  [-700, 9.85967654375977e-305, 9.85967654375977e-305, 9.85967654375977e-305],
  [800, 800, 1, 0],
  [-800, 0, 0, 0],
  [1000, 1000, 1, 0],
  [-1000, 0, 0, 0],
]

describe('softplus', () => {
  it.each(SOFTPLUS)('at %d', (x, value, first, second) => {
    expectRelative(softplus(scalar(x)).item(), value, 1e-14, 'softplus')
    expectDerivatives(softplus as Fn, x, first, second, 'softplus')
  })
})

interface Row {
  readonly xs: readonly number[]
  /** m + log of the sum of exp(x - m), m the largest. */
  readonly logsumexp: number
  /** exp(x - logsumexp). */
  readonly softmax: readonly number[]
  /** x - logsumexp. */
  readonly logSoftmax: readonly number[]
}
const ROWS: readonly Row[] = [
  {
    xs: [800, 799, -800],
    logsumexp: 800.3132616875182,
    softmax: [0.7310585786300049, 0.2689414213699951, 0],
    logSoftmax: [-0.3132616875182228, -1.3132616875182228, -1600.3132616875182],
  },
  {
    xs: [-800, -801, -802.5],
    logsumexp: -799.6284609681474,
    softmax: [0.6896720861245035, 0.2537161816350252, 0.05661173224047128],
    logSoftmax: [-0.3715390318526829, -1.371539031852683, -2.871539031852683],
  },
  {
    xs: [1000, 999, -1000],
    logsumexp: 1000.3132616875182,
    softmax: [0.7310585786300049, 0.2689414213699951, 0],
    logSoftmax: [-0.3132616875182228, -1.3132616875182228, -2000.3132616875182],
  },
  {
    xs: [-1000, -999.5, -1001],
    logsumexp: -998.8958693946632,
    softmax: [0.3314989604240915, 0.5465493872661796, 0.12195165230972886],
    logSoftmax: [-1.1041306053367284, -0.6041306053367282, -2.1041306053367284],
  },
  {
    xs: [1000, 1000],
    logsumexp: 1000.6931471805599,
    softmax: [0.5, 0.5],
    logSoftmax: [-Math.LN2, -Math.LN2],
  },
  { xs: [800, -800], logsumexp: 800, softmax: [1, 0], logSoftmax: [0, -1600] },
]

/** Row i of the Jacobian of f, by either mode. */
const jacobianRow = (f: Fn, xs: readonly number[], i: number): number[] => {
  const unit = f64(xs.map((_, k) => Number(k === i)))
  return vjp(f, f64(xs))[1](unit)[0]!.toArray() as number[]
}

describe.each(ROWS.map((row) => [`[${row.xs}]`, row] as const))('logsumexp and softmax of %s', (_, row) => {
  const { xs, softmax: p } = row
  const x = f64(xs)
  const near = (actual: Tensor | readonly number[], expected: readonly number[], what: string): void => {
    const values = Array.isArray(actual) ? actual : [...(actual as Tensor).data]
    // Relative to the largest expected value; entries are differences of probabilities.
    const scale = Math.max(...expected.map(Math.abs))
    expected.forEach((e, k) => {
      expect(Math.abs((values[k] as number) - e), `${what}[${k}] ${values}`).toBeLessThanOrEqual(
        1e-14 * scale,
      )
    })
  }

  it('values', () => {
    expectRelative(logsumexp(x).item(), row.logsumexp, 1e-15, 'logsumexp')
    near(softmax(x, 0), p, 'softmax')
    near(logSoftmax(x, 0), row.logSoftmax, 'logSoftmax')
  })

  it('the gradient of logsumexp is softmax, its Hessian diag(p) - p p^T', () => {
    const gradient: Fn = (x) => vjp(logsumexp as Fn, x!)[1](one)[0]!
    near(gradient(x), p, 'gradient')
    xs.forEach((_, i) => {
      const expected = p.map((q, k) => (k === i ? q : 0) - p[i]! * q)
      near(jacobianRow(gradient, xs, i), expected, `Hessian row ${i}`)
      const direction = f64(xs.map((_, k) => Number(k === i)))
      near(jvp(gradient, [x], [direction])[1], expected, `Hessian row ${i}, forward over reverse`)
    })
  })

  it('the Jacobian of logSoftmax is I - 1 p^T, its second derivatives those of -logsumexp', () => {
    xs.forEach((_, i) => {
      const f: Fn = (x) => logSoftmax(x!, 0)
      near(
        jacobianRow(f, xs, i),
        p.map((q, k) => Number(k === i) - q),
        `row ${i}`,
      )
      const unit = f64(xs.map((_, k) => Number(k === i)))
      const gradient: Fn = (x) => vjp(f, x!)[1](unit)[0]!
      xs.forEach((_, j) => {
        const expected = p.map((q, k) => p[j]! * q - (k === j ? q : 0))
        near(jacobianRow(gradient, xs, j), expected, `second derivative ${i} ${j}`)
      })
    })
  })

  it('stay finite in float32', () => {
    const narrow = to(x, 'float32')
    const relative = 2 ** -22 * Math.abs(row.logsumexp)
    expect(Math.abs(logsumexp(narrow).item() - row.logsumexp)).toBeLessThanOrEqual(relative)
    for (const y of [softmax(narrow, 0), vjp(logsumexp as Fn, narrow)[1](tensor(1))[0]!]) {
      // exp of a difference that float32 holds to 2^-24 of at most 2000: 2^-24 for those that are not tiny.
      p.forEach((q, k) => {
        expect(Math.abs((y.data[k] as number) - q)).toBeLessThanOrEqual(2 ** -22)
      })
    }
  })
})

describe('composed functions', () => {
  it('log1p(exp(x)) and log(1 + exp(x)) overflow where softplus does not', () => {
    expect(log1p(exp(scalar(1000))).item()).toBe(Infinity)
    expect(log(exp(scalar(-1000))).item()).toBe(-Infinity)
    expect(softplus(scalar(1000)).item()).toBe(1000)
  })

  it('variance of values far from 0 does not cancel', () => {
    // 0, 1, 2, 3 around 1e9: the formula mean(x^2) - mean(x)^2 would have an error of 100 here.
    expect(variance(f64([1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3])).item()).toBe(1.25)
  })
})
