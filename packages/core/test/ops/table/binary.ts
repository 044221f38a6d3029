/** @file Rows of the elementwise ops of two tensors or of a tensor and a number, and of where. */
import { elementwise } from '../../support/plain.ts'
import { away, ranked, type Sample, uniform, whole } from '../../support/sample.ts'
import { ALL_DTYPES, FLOATS, NUMBERS, ops, type Row } from './row.ts'

interface Binary {
  readonly f: (x: number, y: number) => number
  readonly samples?: readonly [Sample, Sample]
  readonly dtypes?: Row['dtypes']
  readonly order?: Row['order']
  readonly result?: NonNullable<Row['result']>
  /** For operands that are always bool. */
  readonly dtype?: 'bool'
  /** The number that takes the place of an operand. */
  readonly number?: number
  /** For the second operand of dtype int32. */
  readonly integers?: Sample
}

const SHAPES: readonly (readonly [number[], number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [
    [3, 1],
    [2, 1, 2],
  ],
  [[], [2, 2]],
  [[], []],
]

function rows(
  op: string,
  {
    f,
    samples: [first, second] = [uniform(-2, 2), uniform(-2, 2)],
    dtypes = NUMBERS,
    order = 3,
    number = 2,
    dtype,
    integers,
    ...rest
  }: Binary,
): Row[] {
  const own = dtype && { dtype }
  const divisor = integers && { integers }
  const common = { op, order, dtypes, ...rest, roundings: 4 }
  return [
    ...SHAPES.map(([a, b]) => ({
      ...common,
      title: `[${a}] and [${b}]`,
      inputs: [
        { shape: a, sample: first, ...own },
        { shape: b, sample: second, ...own, ...divisor },
      ],
      reference: elementwise((x, y) => f(x!, y!)),
    })),
    {
      ...common,
      title: `[2,3] and ${number}`,
      inputs: [{ shape: [2, 3], sample: first, ...own }],
      args: [number],
      reference: elementwise((x) => f(x!, number)),
    },
    {
      ...common,
      title: `${number} and [2,3]`,
      inputs: [{ shape: [2, 3], sample: second, ...own, ...divisor }],
      call: (y) => ops[op]!(number, y),
      reference: elementwise((y) => f(number, y!)),
    },
  ]
}

// Two lists whose values are never nearer to one another than 0.15.
const interleaved: readonly [Sample, Sample] = [ranked(-1, 0.3), ranked(-0.85, 0.3)]
const comparable: readonly [Sample, Sample] = [whole(-1, 1), whole(-1, 1)]
// With quotients of magnitude 1.1 to 1.8, and of 0.7 to 0.9 or 1.5 to 1.9 with the number: never a whole one.
const division = (f: Binary['f']): Binary => ({
  f,
  samples: [away([0], -2.8, 2.8, 2.2), away([0], -2, 2, 1.55)],
  integers: (random, n) => whole(1, 4)(random, n).map((x) => (random() < 0.5 ? -x : x)),
  number: 3,
})
const comparison = (f: Binary['f']): Binary => ({
  f,
  samples: comparable,
  dtypes: ALL_DTYPES,
  order: 0,
  result: () => 'bool',
  number: 1,
})

function whereRow(title: string, shapes: readonly [number[], number[], number[]]): Row {
  const sample = uniform(-2, 2)
  return {
    op: 'where',
    title,
    inputs: [
      { shape: shapes[0], sample, dtype: 'bool' },
      { shape: shapes[1], sample },
      { shape: shapes[2], sample },
    ],
    reference: elementwise((condition, a, b) => (condition !== 0 ? a! : b!)),
    order: 3,
    dtypes: ALL_DTYPES,
    roundings: 0,
  }
}

export const binaryRows: readonly Row[] = [
  ...rows('add', { f: (x, y) => x + y }),
  ...rows('sub', { f: (x, y) => x - y }),
  ...rows('mul', { f: (x, y) => x * y }),
  ...rows('div', {
    f: (x, y) => x / y,
    samples: [uniform(-2, 2), away([0], -2, 2, 0.5)],
    dtypes: FLOATS,
  }),
  ...rows('pow', { f: (x, y) => x ** y, samples: [uniform(0.5, 2), uniform(-2, 3)], dtypes: FLOATS }),
  ...rows(
    'remainder',
    division((x, y) => x - y * Math.floor(x / y)),
  ),
  ...rows(
    'floorDivide',
    division((x, y) => Math.floor(x / y)),
  ),
  ...rows('atan2', {
    f: Math.atan2,
    samples: [away([0], -2, 2, 0.5), away([0], -2, 2, 0.5)],
    dtypes: FLOATS,
  }),
  ...rows('maximum', { f: (x, y) => Math.max(x, y), samples: interleaved }),
  ...rows('minimum', { f: (x, y) => Math.min(x, y), samples: interleaved }),
  ...rows(
    'eq',
    comparison((x, y) => Number(x === y)),
  ),
  ...rows(
    'ne',
    comparison((x, y) => Number(x !== y)),
  ),
  ...rows(
    'lt',
    comparison((x, y) => Number(x < y)),
  ),
  ...rows(
    'le',
    comparison((x, y) => Number(x <= y)),
  ),
  ...rows(
    'gt',
    comparison((x, y) => Number(x > y)),
  ),
  ...rows(
    'ge',
    comparison((x, y) => Number(x >= y)),
  ),
  ...rows('logicalAnd', { ...comparison((x, y) => x * y), dtype: 'bool' }),
  ...rows('logicalOr', { ...comparison((x, y) => Math.max(x, y)), dtype: 'bool' }),
  whereRow('[2,3] each', [
    [2, 3],
    [2, 3],
    [2, 3],
  ]),
  whereRow('[3], [2,1] and []', [[3], [2, 1], []]),
  whereRow('[2,1,3], [1,2,1] and [3]', [[2, 1, 3], [1, 2, 1], [3]]),
  {
    op: 'where',
    title: 'with a number',
    inputs: [
      { shape: [2, 3], sample: uniform(0, 1), dtype: 'bool' },
      { shape: [2, 3], sample: uniform(-2, 2) },
    ],
    args: [1],
    reference: elementwise((condition, a) => (condition !== 0 ? a! : 1)),
    order: 3,
    dtypes: ALL_DTYPES,
    roundings: 0,
  },
]
