/** @file Rows of the elementwise ops of one tensor. */
import { elementwise } from '../../support/plain.ts'
import { away, type Sample, uniform, whole } from '../../support/sample.ts'
import { ALL_DTYPES, FLOATS, NUMBERS, type Row } from './row.ts'

interface Unary {
  readonly f: (x: number) => number
  readonly sample?: Sample
  readonly dtypes?: Row['dtypes']
  readonly args?: readonly unknown[]
  readonly integers?: Sample
  readonly order?: Row['order']
  readonly result?: NonNullable<Row['result']>
  /** For inputs that are always bool. */
  readonly dtype?: 'bool'
}

/** Three rows: two shapes, and a 0-d tensor. */
function rows(
  op: string,
  title: string,
  { f, sample = uniform(-2, 2), dtypes = FLOATS, args = [], integers, dtype, order = 3, result }: Unary,
): Row[] {
  return [[2, 3], [3, 1, 2], []].map((shape) => ({
    op,
    title: `${title}[${shape}]`,
    inputs: [{ shape, sample, ...(integers && { integers }), ...(dtype && { dtype }) }],
    args,
    reference: elementwise((x) => f(x!)),
    order,
    dtypes,
    ...(result && { result }),
    // Two implementations of one function, each within 1 ulp, or a formula of a few roundings.
    roundings: 8,
  }))
}

const positive = uniform(0.5, 3)
const awayFromZero = away([0], -2, 2)
const betweenWholes = away([-2, -1, 0, 1, 2], -2.9, 2.9)
const truth = { dtypes: ALL_DTYPES, order: 0, result: (): 'bool' => 'bool' } as const

/** By a series of positive terms. */
function erf(x: number): number {
  let sum = 0
  for (let k = 0, term = x; k < 60; k++, term *= (2 * x * x) / (2 * k + 1)) sum += term
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

export const elementwiseRows: readonly Row[] = [
  ...rows('neg', '', { f: (x) => -x, dtypes: NUMBERS }),
  ...rows('exp', '', { f: Math.exp }),
  ...rows('log', '', { f: Math.log, sample: positive }),
  ...rows('log1p', '', { f: Math.log1p, sample: uniform(-0.5, 2) }),
  ...rows('expm1', '', { f: Math.expm1 }),
  ...rows('sqrt', '', { f: Math.sqrt, sample: positive }),
  ...rows('square', '', { f: (x) => x * x, dtypes: NUMBERS }),
  ...rows('abs', '', { f: Math.abs, sample: awayFromZero, dtypes: NUMBERS }),
  ...rows('sign', '', { f: Math.sign, sample: awayFromZero, dtypes: NUMBERS }),
  ...rows('sin', '', { f: Math.sin, sample: uniform(-4, 4) }),
  ...rows('cos', '', { f: Math.cos, sample: uniform(-4, 4) }),
  ...rows('tanh', '', { f: Math.tanh }),
  ...rows('sigmoid', '', { f: (x) => 1 / (1 + Math.exp(-x)), sample: uniform(-4, 4) }),
  ...rows('relu', '', { f: (x) => Math.max(x, 0), sample: awayFromZero, dtypes: NUMBERS }),
  ...rows('softplus', '', { f: (x) => Math.log(1 + Math.exp(x)), sample: uniform(-4, 4) }),
  ...rows('clamp', 'both bounds ', {
    f: (x) => Math.min(Math.max(x, -1), 0.5),
    sample: away([-1, 0.5], -2, 2),
    args: [-1, 0.5],
  }),
  ...rows('clamp', 'whole bounds ', {
    f: (x) => Math.min(Math.max(x, -1), 2),
    sample: away([-1, 2], -3, 4),
    integers: whole(-5, 5),
    dtypes: NUMBERS,
    args: [-1, 2],
  }),
  ...rows('clamp', 'one bound ', {
    f: (x) => Math.max(x, 1),
    sample: away([1], -2, 3),
    dtypes: NUMBERS,
    args: [1, Infinity],
  }),
  ...rows('rsqrt', '', { f: (x) => 1 / Math.sqrt(x), sample: positive }),
  ...rows('reciprocal', '', { f: (x) => 1 / x, sample: away([0], -3, 3, 0.7) }),
  ...rows('tan', '', { f: Math.tan, sample: uniform(-1, 1) }),
  ...rows('asin', '', { f: Math.asin, sample: uniform(-0.6, 0.6) }),
  ...rows('acos', '', { f: Math.acos, sample: uniform(-0.6, 0.6) }),
  ...rows('atan', '', { f: Math.atan, sample: uniform(-3, 3) }),
  ...rows('sinh', '', { f: Math.sinh }),
  ...rows('cosh', '', { f: Math.cosh }),
  ...rows('erf', '', { f: erf }),
  ...rows('leakyRelu', '', { f: (x) => (x > 0 ? x : 0.01 * x), sample: awayFromZero }),
  ...rows('leakyRelu', 'steeper ', { f: (x) => (x > 0 ? x : 1.5 * x), sample: awayFromZero, args: [1.5] }),
  ...rows('elu', '', { f: (x) => (x > 0 ? x : Math.expm1(x)), sample: awayFromZero }),
  ...rows('elu', 'scaled ', {
    f: (x) => (x > 0 ? x : -0.5 * Math.expm1(x)),
    sample: awayFromZero,
    args: [-0.5],
  }),
  ...rows('silu', '', { f: (x) => x / (1 + Math.exp(-x)), sample: uniform(-4, 4) }),
  ...rows('gelu', 'by tanh ', {
    f: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    sample: uniform(-3, 3),
  }),
  ...rows('gelu', 'exact ', {
    f: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    sample: uniform(-3, 3),
    args: [{ approximate: 'none' }],
  }),
  ...rows('floor', '', { f: Math.floor, sample: betweenWholes, dtypes: NUMBERS }),
  ...rows('ceil', '', { f: Math.ceil, sample: betweenWholes, dtypes: NUMBERS }),
  ...rows('round', '', { f: Math.round, sample: away([-1.5, -0.5, 0.5, 1.5], -2.4, 2.4), dtypes: NUMBERS }),
  ...rows('isNaN', '', { f: () => 0, ...truth }),
  ...rows('isFinite', '', { f: () => 1, ...truth }),
  ...rows('logicalNot', '', { f: (x) => 1 - x, dtype: 'bool', ...truth }),
]
