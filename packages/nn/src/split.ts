/** @file trainTestSplit: rows for training and rows for testing. Imports core, errors.ts and data/order.ts. */
import { type Generator, type Shape, Tensor, take, tensor } from '@tapegrad/core/ops'
import { generatorOf, orderOf } from './data/order.ts'
import { checkFlag, checkOptions, checkTensor, describe, fail, showShape } from './errors.ts'

export interface SplitOptions {
  /** How many rows go to the test part: a share below 1, or a whole number of rows. Default 0.25; shares round up. */
  readonly testSize?: number
  /** Whether rows are drawn at random (default true), or the last ones are the test part. */
  readonly shuffle?: boolean
  /** Seed of the draw; or a generator. The shared generator when both are left out. */
  readonly seed?: number
  readonly generator?: Generator
  /** Classes of the rows, int32: each has its share in both parts. */
  readonly stratify?: Tensor
}

const NAMES = ['testSize', 'shuffle', 'seed', 'generator', 'stratify']

/** Several rows of a tensor. */
export type Rows<T> =
  T extends Tensor<infer S>
    ? number extends S['length']
      ? Tensor
      : S extends readonly [number, ...infer R extends Shape]
        ? Tensor<[number, ...R]>
        : Tensor
    : never

/** [train, test] of each. */
type Parts<T extends readonly Tensor[]> = T extends readonly [
  infer First,
  ...infer Rest extends readonly Tensor[],
]
  ? [train: Rows<First>, test: Rows<First>, ...rest: Parts<Rest>]
  : []

type ThreeOrMore = readonly [Tensor, Tensor, Tensor, ...Tensor[]]

/**
 * Splits tensors along axis 0, all alike: [xTrain, xTest], [xTrain, xTest, yTrain, yTest], and so on. The same seed gives
 * the same split. With `stratify` the number of test rows of each class is its share, rounded down or up so that the sum
 * is right; a class of one row is in one part only.
 */
export function trainTestSplit<X extends Tensor>(
  x: X,
  options?: SplitOptions,
): [train: Rows<X>, test: Rows<X>]
export function trainTestSplit<X extends Tensor, Y extends Tensor>(
  x: X,
  y: Y,
  options?: SplitOptions,
): [xTrain: Rows<X>, xTest: Rows<X>, yTrain: Rows<Y>, yTest: Rows<Y>]
export function trainTestSplit<T extends ThreeOrMore>(...tensors: T): Parts<T>
export function trainTestSplit<T extends ThreeOrMore>(...args: [...T, SplitOptions]): Parts<T>
export function trainTestSplit(...args: readonly unknown[]): unknown {
  const op = 'trainTestSplit'
  const last = args.at(-1)
  const lastIsOptions = args.length > 1 && !(last instanceof Tensor)
  const options = lastIsOptions && last !== undefined ? checkOptions(op, last as SplitOptions, NAMES) : {}
  const tensors = (lastIsOptions ? args.slice(0, -1) : args) as readonly Tensor[]
  const count = rowsOf(op, tensors)
  const testCount = testRows(op, options.testSize ?? 0.25, count)
  const [train, test] = divide(op, count, testCount, options)
  return tensors.flatMap((t) => [take(t, train, 0), take(t, test, 0)])
}

/** The number of rows, in which all must agree. */
function rowsOf(op: string, tensors: readonly Tensor[]): number {
  tensors.forEach((t, i) => {
    checkTensor(op, `argument ${i}, as all before the options,`, t)
    if (t.ndim === 0) fail(op, 'a 0-d tensor has no rows')
    if (t.shape[0] !== tensors[0]!.shape[0])
      fail(op, `${showShape(tensors[0]!.shape)} and ${showShape(t.shape)} differ in their number of rows`)
  })
  return tensors[0]?.shape[0] ?? fail(op, 'expected at least one tensor, got none')
}

function testRows(op: string, testSize: unknown, count: number): number {
  if (!(typeof testSize === 'number' && testSize > 0 && (testSize < 1 || Number.isInteger(testSize))))
    fail(op, `testSize must be a share below 1 or a whole number of rows, got ${describe(testSize)}`)
  // 0.07 * 100 is 7.000000000000001, which is 7 rows.
  const rows = testSize < 1 ? Math.ceil(Number((testSize * count).toPrecision(12))) : testSize
  if (rows >= count) fail(op, `testSize ${testSize} of ${count} rows leaves none for training`)
  return rows
}

function divide(op: string, count: number, testCount: number, options: SplitOptions): [Tensor, Tensor] {
  const { shuffle = true, stratify } = options
  checkFlag(op, 'shuffle', shuffle)
  if (stratify !== undefined && !shuffle) fail(op, 'stratify draws rows at random; leave out shuffle: false')
  const rows = Array.from(orderOf(count, shuffle, generatorOf(op, options)).data)
  const isTest =
    stratify === undefined
      ? new Set(shuffle ? rows.slice(0, testCount) : rows.slice(count - testCount))
      : stratified(op, rows, testCount, stratify)
  const indices = (wanted: boolean): Tensor =>
    tensor(Int32Array.from(rows.filter((row) => isTest.has(row) === wanted))) as Tensor
  return [indices(false), indices(true)]
}

/** The first rows of each class, as many as its share, rounded so that the total is right (largest remainders first). */
function stratified(op: string, rows: readonly number[], testCount: number, stratify: Tensor): Set<number> {
  checkTensor(op, 'stratify', stratify)
  if (stratify.dtype !== 'int32' || stratify.ndim !== 1 || stratify.size !== rows.length)
    fail(
      op,
      `stratify must be an int32 tensor of ${rows.length} classes, got ${stratify.dtype} ${showShape(stratify.shape)}`,
    )
  const classOf = stratify.data
  const members = new Map<number, number[]>()
  for (const row of rows) {
    const list = members.get(classOf[row]!)
    if (list === undefined) members.set(classOf[row]!, [row])
    else list.push(row)
  }
  const shares = [...members.values()].map((list) => {
    const exact = (list.length * testCount) / rows.length
    return { list, take: Math.floor(exact), rest: exact - Math.floor(exact) }
  })
  let open = testCount - shares.reduce((sum, share) => sum + share.take, 0)
  for (const share of [...shares].sort((a, b) => b.rest - a.rest)) if (open-- > 0) share.take++
  return new Set(shares.flatMap(({ list, take }) => list.slice(0, take)))
}
