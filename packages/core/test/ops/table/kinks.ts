/** @file Gradients where they are a convention or a limit: kinks, ties, bounds, poles. kinks.test.ts runs every row. Data only. */

/** A number, or nested arrays of them. */
type Values = number | readonly Values[]

export interface Kink {
  readonly op: string
  /** A JavaScript expression in x, the ops and f64, which makes a float64 tensor. */
  readonly call: string
  readonly x: Values
  /** dL/dx for L = the sum of the call's result. */
  readonly gradient: Values
  /** The rule, in words. */
  readonly rule: string
}

/** As it is written in JavaScript. */
export const show = (values: Values): string =>
  typeof values === 'number'
    ? Object.is(values, -0)
      ? '-0'
      : String(values)
    : `[${values.map(show).join(', ')}]`

/** What tells a row from all others. */
export const nameOfKink = ({ call, x }: Kink): string => `${call} at ${show(x)}`

const inf = Infinity
const nan = Number.NaN

const kink = (op: string, call: string, x: Values, gradient: Values, rule: string): Kink => ({
  op,
  call,
  x,
  gradient,
  rule,
})

export const kinks: readonly Kink[] = [
  kink('abs', 'abs(x)', [-2, -0, 0, 2], [-1, 0, 0, 1], '0 at 0'),
  kink('sign', 'sign(x)', [-2, 0, 2], [0, 0, 0], '0 everywhere'),
  kink('relu', 'relu(x)', [-2, -0, 0, 2], [0, 0, 0, 1], '0 at 0'),
  kink('leakyRelu', 'leakyRelu(x)', [-1, -0, 0, 1], [0.01, 0.01, 0.01, 1], 'the slope of the left at 0'),
  kink('leakyRelu', 'leakyRelu(x, -2)', [-1, 0, 1], [-2, -2, 1], 'the same'),
  kink('elu', 'elu(x, 3)', [-0, 0, 1], [3, 3, 1], 'the slope of the left, alpha, at 0'),
  kink('clamp', 'clamp(x, -1, 1)', [-2, -1, 0, 1, 2], [0, 1, 1, 1, 0], '1 at both bounds'),
  kink('clamp', 'clamp(x, 1, 1)', [0, 1, 2], [0, 1, 0], 'the same where they meet'),
  kink('floor', 'floor(x)', [-1, 0.5, 1], [0, 0, 0], '0 everywhere, at the jumps, too'),
  kink('ceil', 'ceil(x)', [-1, 0.5, 1], [0, 0, 0], 'the same'),
  kink('round', 'round(x)', [-0.5, 0.5, 1], [0, 0, 0], 'the same'),
  kink('sqrt', 'sqrt(x)', [0, 4], [inf, 0.25], 'infinite at 0'),
  kink('log', 'log(x)', [0, 4], [inf, 0.25], 'infinite at 0'),
  kink('reciprocal', 'reciprocal(x)', [0, 2], [-inf, -0.25], 'infinite at 0'),
  kink('rsqrt', 'rsqrt(x)', [0, 1], [-inf, -0.5], 'infinite at 0'),
  kink('asin', 'asin(x)', [-1, 1, 2], [inf, inf, nan], 'infinite at the ends, NaN beyond'),
  kink('acos', 'acos(x)', [-1, 1, 2], [-inf, -inf, nan], 'infinite at the ends, NaN beyond'),
  kink('maximum', 'maximum(x, 0)', [-1, 0, 1], [0, 0.5, 1], 'half to each of two equals'),
  kink('maximum', 'maximum(x, x)', [4, -4], [1, 1], 'the halves of one tensor meet again'),
  kink('minimum', 'minimum(0, x)', [-1, 0, 1], [1, 0.5, 0], 'half to each of two equals'),
  kink('pow', 'pow(x, 0)', [0, 2], [0, 0], '0 for the exponent 0'),
  kink('pow', 'pow(x, 0.5)', [0, 4], [inf, 0.25], 'by the base 0: the limit from above'),
  kink('pow', 'pow(x, -1)', [0, 2], [-inf, -0.25], 'the same'),
  kink('pow', 'pow(0, x)', [2, 0], [0, 0], 'by the exponent of 0: 0 where the power stays finite'),
  kink('pow', 'pow(0, x)', [-1], [-inf], 'and where it is infinite, the limit from above'),
  kink('remainder', 'remainder(x, 3)', [6, -6, 7], [1, 1, 1], '1 at the jumps, too'),
  kink('remainder', 'remainder(6, x)', [3, -3, 4], [-2, 2, -1], '-floor(a / b) at the jumps, too'),
  kink('floorDivide', 'floorDivide(x, 3)', [6, 7], [0, 0], '0 everywhere'),
  kink('atan2', 'atan2(x, 0)', [0, 2], [nan, 0], 'NaN at the origin'),
  kink('where', 'where(gt(x, 0), x, 7)', [-1, 0, 1], [0, 0, 1], 'to the chosen branch'),
  kink(
    'where',
    'where(gt(x, 0), sqrt(x), 7)',
    [0, 4],
    [nan, 0.25],
    '0 times the infinite slope of the other is NaN',
  ),
  kink('where', 'sqrt(where(gt(x, 0), x, 1))', [0, 4], [0, 0.25], 'so choose before, not after'),
  kink('max', 'max(x)', [3, 1, 3], [0.5, 0, 0.5], 'ties share equally'),
  kink('max', 'max(x)', [-inf, -inf], [0.5, 0.5], 'infinities, too'),
  kink('max', 'max(x)', [inf, 1, inf], [0.5, 0, 0.5], 'the same'),
  kink('max', 'max(broadcastTo(x, [3, 2]))', [1, 1], [0.5, 0.5], 'and what is repeated'),
  kink(
    'max',
    'max(x, 1)',
    [
      [2, 2],
      [1, 5],
    ],
    [
      [0.5, 0.5],
      [0, 1],
    ],
    'along an axis',
  ),
  kink('min', 'min(x)', [1, 1, 3, 1, 1], [0.25, 0.25, 0, 0.25, 0.25], 'ties share equally'),
  kink(
    'min',
    'min(x, [0, 1], { keepdims: true })',
    [
      [2, 2],
      [2, 2],
    ],
    [
      [0.25, 0.25],
      [0.25, 0.25],
    ],
    'over several axes',
  ),
  kink('prod', 'prod(x)', [2, 0, -4, 5], [0, -40, 0, 0], 'the product of the others: no division by 0'),
  kink('prod', 'prod(x)', [0, 3, 0], [0, 0, 0], 'the same'),
  kink('cumprod', 'cumprod(x, 0)', [3, 0, 2], [1, 9, 0], 'the same'),
  kink('norm', 'norm(x)', [0, 0], [0, 0], '0 where the norm is 0'),
  kink('norm', 'norm(x)', [3, -4], [0.6, -0.8], 'and x / norm elsewhere'),
  kink('std', 'std(x)', [2, 2], [0, 0], '0 where all are equal'),
  kink(
    'sort',
    'mul(sort(x, 0), f64([10, 20, 30, 40]))',
    [3, 1, 3, 2],
    [30, 10, 40, 20],
    'ties keep their order',
  ),
  kink(
    'topk',
    'topk(x, 2, 0).values',
    [1, 4, 4, 4],
    [0, 1, 1, 0],
    'the first of equals are taken (PyTorch leaves it open)',
  ),
  kink(
    'maxPool2d',
    'maxPool2d(x, { kernelSize: 2 })',
    [
      [
        [1, 5],
        [5, 5],
      ],
    ],
    [
      [
        [0, 1],
        [0, 0],
      ],
    ],
    'the first of equals, row by row',
  ),
  kink('take', 'take(x, [1, 1, 0], 0)', [7, 8, 9], [1, 2, 0], 'what is taken twice counts twice'),
  kink(
    'cholesky',
    'cholesky(x)',
    [
      [4, 7],
      [-2, 2],
    ],
    [
      [0.5, 0],
      [1, 0.5],
    ],
    'only the lower triangle is read, and gets the whole gradient (PyTorch gives half of it to each side)',
  ),
  kink('maskedFill', 'maskedFill(x, gt(x, 0), 7)', [-1, 1], [1, 0], '0 where filled'),
]
