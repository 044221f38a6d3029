/** @file Rows of the reductions, and of softmax and its logarithm. */
import { at, build, fold, type Plain } from '../../support/plain.ts'
import { away, ranked, type Sample, uniform } from '../../support/sample.ts'
import { ALL_DTYPES, FLOATS, NUMBERS, type Row } from './row.ts'

type Axis = number | readonly number[] | undefined

interface Variant {
  readonly shape: readonly number[]
  readonly axis: Axis
  readonly keepdims: boolean
  /** An axis that is not reduced. */
  readonly repeat: number | null
}

const VARIANTS: readonly Variant[] = [
  { shape: [2, 3], axis: undefined, keepdims: false, repeat: null },
  { shape: [2, 3], axis: 0, keepdims: false, repeat: 1 },
  { shape: [2, 3], axis: -1, keepdims: true, repeat: 0 },
  { shape: [2, 3, 2], axis: 1, keepdims: false, repeat: 0 },
  { shape: [2, 3, 2], axis: [2, 0], keepdims: false, repeat: 1 },
  { shape: [2, 2, 3], axis: [-2, -1], keepdims: true, repeat: 0 },
  { shape: [1, 3, 1], axis: 0, keepdims: false, repeat: 1 },
  { shape: [3, 2], axis: [], keepdims: false, repeat: 0 },
  { shape: [1, 4, 1], axis: [0, 1], keepdims: false, repeat: null },
  { shape: [], axis: undefined, keepdims: true, repeat: null },
]

interface Reduction {
  readonly f: (values: number[]) => number
  readonly sample?: Sample
  readonly dtypes?: Row['dtypes']
  readonly result?: Row['result']
  readonly order?: Row['order']
  /** For an input that is always bool. */
  readonly dtype?: 'bool'
  /** Ties, or elements that are all equal, are a kink. */
  readonly tiesMatter?: boolean
  readonly options?: object
}

function rows(
  op: string,
  {
    f,
    sample = uniform(-2, 2),
    dtypes = FLOATS,
    tiesMatter = false,
    options = {},
    result,
    order = 3,
    dtype,
  }: Reduction,
  variants: readonly Variant[] = VARIANTS,
): Row[] {
  return variants.map(({ shape, axis, keepdims, repeat }) => ({
    op,
    title: `[${shape}] axis ${Array.isArray(axis) ? `[${axis}]` : axis}${keepdims ? ' keepdims' : ''} ${JSON.stringify(options)}`,
    inputs: [{ shape, sample, ...(dtype && { dtype }) }],
    args: [axis, { keepdims, ...options }],
    reference: (x) => fold(x, axis, keepdims, f),
    order,
    dtypes,
    ...(result && { result }),
    // A dozen additions in another order.
    roundings: 32,
    ...(tiesMatter && { repeat }),
  }))
}

const total = (values: number[]): number => values.reduce((a, b) => a + b, 0)
const spread =
  (correction: number) =>
  (values: number[]): number => {
    const center = total(values) / values.length
    return total(values.map((x) => (x - center) ** 2)) / (values.length - correction)
  }
/** Positions of the first of the largest and of the smallest. */
const firstLargest = (values: number[]): number => values.indexOf(values.reduce((a, b) => Math.max(b, a)))
const firstSmallest = (values: number[]): number => values.indexOf(values.reduce((a, b) => Math.min(b, a)))
const truth = { dtypes: ALL_DTYPES, order: 0, result: (): 'bool' => 'bool', dtype: 'bool' } as const
const several = VARIANTS.filter(
  ({ shape, axis }) => shape.length > 0 && !(Array.isArray(axis) && axis.length === 0),
)
const spreads = several.filter(({ shape, axis }) => !(shape[0] === 1 && axis === 0))

const positionRows = (op: string, f: (values: number[]) => number): Row[] =>
  (
    [
      [[2, 3], undefined],
      [[2, 3], 0],
      [[2, 3, 2], 1],
      [[3, 1], -1],
      [[], undefined],
    ] as const
  ).map(([shape, axis]) => ({
    op,
    title: `[${shape}] axis ${axis}`,
    inputs: [{ shape, sample: ranked(-1, 0.3) }],
    args: axis === undefined ? [] : [axis],
    reference: (x) => fold(x, axis, false, f),
    order: 0,
    dtypes: ALL_DTYPES,
    result: () => 'int32',
    roundings: 0,
  }))

/** e^x over the sum of e^x along the axis, after `f`. */
const softmaxReference =
  (axis: number, f: (share: number) => number) =>
  (x: Plain): Plain => {
    const sums = fold(x, axis, true, (values) => total(values.map(Math.exp)))
    const position = axis < 0 ? axis + x.shape.length : axis
    return build(x.shape, (index) =>
      f(
        Math.exp(at(x, index)) /
          at(
            sums,
            index.map((i, a) => (a === position ? 0 : i)),
          ),
      ),
    )
  }

const softmaxRows = (op: string, f: (share: number) => number): Row[] =>
  (
    [
      [[4], 0],
      [[2, 3], 0],
      [[2, 3], -1],
      [[2, 3, 2], 1],
      [[2, 1], 1],
    ] as const
  ).map(([shape, axis]) => ({
    op,
    title: `[${shape}] axis ${axis}`,
    inputs: [{ shape, sample: uniform(-2, 2) }],
    args: [axis],
    reference: softmaxReference(axis, f),
    order: 3,
    dtypes: FLOATS,
    roundings: 32,
  }))

export const reduceRows: readonly Row[] = [
  ...rows('sum', { f: total, dtypes: ALL_DTYPES, result: (d) => (d === 'bool' ? 'int32' : d) }),
  ...rows('mean', {
    f: (values) => total(values) / values.length,
    dtypes: ALL_DTYPES,
    result: (d) => (d === 'float64' ? d : 'float32'),
  }),
  ...rows('prod', {
    f: (values) => values.reduce((a, b) => a * b, 1),
    dtypes: ALL_DTYPES,
    result: (d) => (d === 'bool' ? 'int32' : d),
  }),
  ...rows('max', {
    f: (values) => values.reduce((a, b) => Math.max(b, a)),
    sample: ranked(-1, 0.3),
    dtypes: NUMBERS,
    tiesMatter: true,
  }),
  ...rows('min', {
    f: (values) => values.reduce((a, b) => Math.min(b, a)),
    sample: ranked(-1, 0.3),
    dtypes: NUMBERS,
    tiesMatter: true,
  }),
  ...rows('variance', { f: spread(0) }),
  ...rows('variance', { f: spread(1), options: { correction: 1 } }, spreads),
  // The square root has no derivative at 0.
  ...rows(
    'std',
    { f: (values) => Math.sqrt(spread(0)(values)), sample: ranked(-1, 0.3), tiesMatter: true },
    spreads,
  ),
  ...rows(
    'std',
    {
      f: (values) => Math.sqrt(spread(1)(values)),
      sample: ranked(-1, 0.3),
      tiesMatter: true,
      options: { correction: 1 },
    },
    spreads,
  ),
  ...rows('logsumexp', { f: (values) => Math.log(total(values.map(Math.exp))) }),
  ...softmaxRows('softmax', (share) => share),
  ...softmaxRows('logSoftmax', Math.log),
  ...positionRows('argmax', firstLargest),
  ...positionRows('argmin', firstSmallest),
  // Away from 0, where it has a kink.
  ...rows('norm', {
    f: (values) => Math.sqrt(total(values.map((x) => x * x))),
    sample: away([0], -2, 2, 0.5),
  }),
  ...rows('any', { f: (values) => Number(values.includes(1)), ...truth }),
  ...rows('all', { f: (values) => Number(!values.includes(0)), ...truth }),
]
