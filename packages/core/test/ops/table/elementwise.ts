/** @file Rows of the elementwise ops of one tensor. */
import { elementwise } from '../../support/plain.ts'
import { away, type Sample, uniform, whole } from '../../support/sample.ts'
import { FLOATS, NUMBERS, type Row } from './row.ts'

interface Unary {
  readonly f: (x: number) => number
  readonly sample?: Sample
  readonly dtypes?: Row['dtypes']
  readonly args?: readonly unknown[]
  readonly integers?: Sample
}

/** Three rows: two shapes, and a 0-d tensor. */
function rows(
  op: string,
  title: string,
  { f, sample = uniform(-2, 2), dtypes = FLOATS, args = [], integers }: Unary,
): Row[] {
  return [[2, 3], [3, 1, 2], []].map((shape) => ({
    op,
    title: `${title}[${shape}]`,
    inputs: [{ shape, sample, ...(integers && { integers }) }],
    args,
    reference: elementwise((x) => f(x!)),
    order: 3,
    dtypes,
    // Two implementations of one function, each within 1 ulp, or a formula of a few roundings.
    roundings: 8,
  }))
}

const positive = uniform(0.5, 3)
const awayFromZero = away([0], -2, 2)

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
]
