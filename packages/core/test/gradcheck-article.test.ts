/**
 * @file gradcheck on the article's saturated network, whose gradients are as small as 1e-12 under a loss of 3e-6: the
 * right gradient passes, and no wrong delta does.
 */
import { describe, expect, it } from 'vitest'
import {
  add,
  gradcheck,
  matmul,
  mul,
  neg,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  unsqueeze,
} from '../src/index.ts'
import { planted } from './support/planted.ts'

const float64 = { dtype: 'float64' } as const
const vector = (values: readonly number[]): Tensor => tensor(values, float64)

// The article's numbers, with w(2, 5) = 3 throughout.
const x = vector([1, 2])
const parameters = {
  W1: tensor(
    [
      [2, 1],
      [1, 3],
      [3, 2],
    ],
    float64,
  ) as Tensor,
  b1: vector([1, 2, 3]),
  W2: tensor(
    [
      [1, 1, 2],
      [3, 3, 2],
    ],
    float64,
  ) as Tensor,
  b2: vector([2, 1]),
  W3: tensor([[1, 3]], float64) as Tensor,
  b3: vector([2]),
}
type Parameters = typeof parameters

const layer = (W: Tensor, b: Tensor, n: Tensor): Tensor => add(matmul(W, n), b)

function loss({ W1, b1, W2, b2, W3, b3 }: Parameters): Tensor {
  const n1 = sigmoid(layer(W1, b1, x))
  const n2 = sigmoid(layer(W2, b2, n1))
  const n3 = sigmoid(layer(W3, b3, n2))
  return mul(sum(square(sub(n3, 1))), 0.5)
}

const slope = (z: Tensor): Tensor => mul(sigmoid(z), sigmoid(neg(z)))
const outer = (a: Tensor, b: Tensor): Tensor => mul(unsqueeze(a, 1), b)

/** The closed formulas for dL/dW and dL/db, with the deltas changed on the way by `spoil`. */
function gradientsByHand(
  [W1, b1, W2, b2, W3, b3]: readonly Tensor[],
  spoil: (layer: number, delta: Tensor) => Tensor,
): Tensor[] {
  const z1 = layer(W1!, b1!, x)
  const n1 = sigmoid(z1)
  const z2 = layer(W2!, b2!, n1)
  const n2 = sigmoid(z2)
  const z3 = layer(W3!, b3!, n2)
  const delta3 = spoil(3, mul(sub(sigmoid(z3), 1), slope(z3)))
  const delta2 = spoil(2, mul(matmul(transpose(W3!), delta3), slope(z2)))
  const delta1 = spoil(1, mul(matmul(transpose(W2!), delta2), slope(z1)))
  return [outer(delta1, x), delta1, outer(delta2, n1), delta2, outer(delta3, n2), delta3]
}

/** The whole network as one op with such a gradient. */
function byHand(spoil: (layer: number, delta: Tensor) => Tensor): (p: Parameters) => Tensor {
  const names = ['W1', 'b1', 'W2', 'b2', 'W3', 'b3'] as const
  const op = planted(
    'network',
    (...xs) => loss(Object.fromEntries(names.map((name, i) => [name, xs[i]])) as unknown as Parameters),
    names.map((_, i) => (ct, inputs) => mul(gradientsByHand(inputs, spoil)[i]!, ct)),
  )
  return (p) => op(...names.map((name) => p[name]))
}

const reverse = { modes: ['reverse'] } as const
const wrongPaths = (f: (p: Parameters) => Tensor): string[] =>
  gradcheck(f, [parameters], reverse).rows.flatMap(({ verdict, path, index }) =>
    verdict === 'wrong' ? [`${path.slice(4)}[${index}]`] : [],
  )
const passing = (f: (p: Parameters) => Tensor): number =>
  gradcheck(f, [parameters], reverse).rows.filter(({ verdict }) => verdict === 'pass').length

describe('the right gradient', () => {
  const report = gradcheck(loss, [parameters])

  it('passes, in both modes, every one of its 20 elements', () => {
    expect(String(report)).toMatch(/^gradcheck: pass \(20 of 20 rows pass, rtol 1e-6\)/)
    expect(report.ok).toBe(true)
    expect(report.rows.map(({ mode }) => mode)).toEqual(new Array(20).fill('both'))
  })

  it('has the values of the article’s erratum', () => {
    const delta1 = report.rows.filter(({ path }) => path === '[0].b1').map(({ analytic }) => analytic)
    // Computed there with f (1 - f), whose second factor is 1e-16 off: 2e-12 of f'(10) = 4.5e-5.
    for (const [i, known] of [
      -1.474897793084364e-10, -2.7372199078870745e-12, -1.5934442841382014e-12,
    ].entries())
      expect(Math.abs(delta1[i]! / known - 1)).toBeLessThan(1e-11)
  })

  it('is found by differences to better than 1e-5 of each element, and the noise estimate covers the error', () => {
    for (const { analytic, numeric, absoluteError, noise } of report.rows) {
      // Values of 3e-6 carry errors of about 3e-19, steps are at most 1: nothing better is possible for 1.6e-12.
      expect(absoluteError / Math.abs(analytic)).toBeLessThan(1e-5)
      expect(Math.abs(analytic - numeric)).toBeLessThanOrEqual(noise)
    }
  })

  it('passes when worked out by hand', () => {
    expect(passing(byHand((_, delta) => delta))).toBe(20)
  })
})

describe('a wrong delta', () => {
  const onlyIn = (at: number, f: (delta: Tensor) => Tensor) =>
    byHand((number, delta) => (number === at ? f(delta) : delta))

  it('set to zero in layer 1 fails, with that cause', () => {
    const report = gradcheck(
      onlyIn(1, (delta) => mul(delta, 0)),
      [parameters],
      reverse,
    )
    expect(report.ok).toBe(false)
    expect(report.verdict).toBe('wrong')
    const wrong = report.rows.filter(({ verdict }) => verdict === 'wrong')
    expect(wrong.map(({ path }) => path)).toEqual([
      ...new Array(6).fill('[0].W1'),
      ...new Array(3).fill('[0].b1'),
    ])
    for (const { cause } of wrong) expect(cause).toMatch(/^zero gradient/)
  })

  it('as the article prints it fails, at the neuron of the erratum', () => {
    const printed = vector([-1.4749e-10, -2.451e-12, -1.593e-12])
    // The other two are cut to 15 decimals, an error of 3e-6 of the largest: ask for what they hold.
    const report = gradcheck(
      onlyIn(1, () => printed),
      [parameters],
      { ...reverse, rtol: 1e-5 },
    )
    const wrong = report.rows.filter(({ verdict }) => verdict === 'wrong')
    expect(wrong.map(({ path, index }) => `${path} ${index}`)).toEqual([
      '[0].W1 1,0',
      '[0].W1 1,1',
      '[0].b1 1',
    ])
    expect(report.ok).toBe(false)
  })

  it('as the article prints it fails by default', () => {
    const printed = vector([-0.00000000014749, -0.000000000002451, -0.000000000001593])
    expect(wrongPaths(onlyIn(1, () => printed))).toContain('b1[1]')
  })

  it.each([
    [1, 0, ['W1[0,0]', 'W1[0,1]', 'b1[0]']],
    [1, 1, ['W1[1,0]', 'W1[1,1]', 'b1[1]']],
    [1, 2, ['W1[2,0]', 'W1[2,1]', 'b1[2]']],
  ])('of layer %i, neuron %i, off by 1%% fails there and nowhere else', (at, neuron, expected) => {
    const factors = [1, 1, 1].map((one, i) => (i === neuron ? 1.01 : one))
    const f = onlyIn(at, (delta) => mul(delta, vector(factors)))
    expect(wrongPaths(f)).toEqual(expected)
    expect(passing(f)).toBe(20 - expected.length)
    const causes = gradcheck(f, [parameters], reverse).rows.flatMap(({ cause }) => cause ?? [])
    expect(new Set(causes)).toEqual(
      new Set([
        'off by a factor: analytic = 1.01 x numeric, in op network, input 0',
        'off by a factor: analytic = 1.01 x numeric, in op network, input 1',
      ]),
    )
  })

  it.each([2, 3])('of layer %i off by 1%% fails there and in the layers below', (at) => {
    const wrong = wrongPaths(onlyIn(at, (delta) => mul(delta, 1.01)))
    expect(new Set(wrong.map((path) => path.slice(0, 2)))).toEqual(
      new Set(['W1', 'b1', 'W2', 'b2', ...(at === 3 ? ['W3', 'b3'] : [])]),
    )
  })
})
