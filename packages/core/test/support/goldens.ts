/**
 * @file Goldens: what PyTorch and NumPy computed (scripts/goldens writes the JSON and says what its fields mean), and
 * the calls and derivatives of ours that stand against it. Imports the package and the test helpers.
 */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { DType } from '../../src/dtype.ts'
import { jvp, Tensor, tensor, vjp } from '../../src/index.ts'
import * as exported from '../../src/ops/index.ts'
import { add, concat, mul, reshape, sum, to } from '../../src/ops/index.ts'
import { expectClose, scaleOf } from './close.ts'
import { place, read } from './layouts.ts'
import { type Plain, sizeOf } from './plain.ts'

type Value = number | 'NaN' | 'Infinity' | '-Infinity'
type Entry = readonly [shape: readonly number[], values: readonly Value[], dtype?: DType]
/** Per input, null for those without derivative; 0 where all are zero. */
type Gradients = 0 | readonly (readonly Value[] | null)[]

export interface Golden {
  readonly op: string
  readonly note?: string
  readonly args?: readonly unknown[]
  readonly call?: readonly unknown[]
  readonly in: readonly Entry[]
  readonly out: readonly (Entry | boolean)[]
  readonly g?: Gradients
  readonly h?: Gradients
  readonly roundings?: number
  readonly scale?: number
  readonly zeros?: true
}

export function readGoldens(family: string): readonly Golden[] {
  const text = readFileSync(new URL(`../goldens/${family}.json`, import.meta.url), 'utf8')
  const byOp: Record<string, readonly Omit<Golden, 'op'>[]> = JSON.parse(text)
  return Object.entries(byOp).flatMap(([op, list]) => list.map((golden) => ({ op, ...golden })))
}

export const titleOf = ({ op, note, args, call, in: inputs }: Golden): string =>
  [op, note ?? inputs.map(([shape]) => JSON.stringify(shape)).join(' '), JSON.stringify(args ?? call)].join(
    ' ',
  )

/** 1 + ROUNDING is the next double after 1. */
const ROUNDING = 2 ** -52
const FLOAT32_ROUNDING = 2 ** -23

const plainOf = ([shape, values]: Entry): Plain => ({ shape, data: values.map(Number) })
const inputOf = (entry: Entry): Tensor => place(plainOf(entry), entry[2] ?? 'float64')
const isFloat64 = (x: Tensor): boolean => x.dtype === 'float64'
const isFloat = (x: Tensor): boolean => isFloat64(x) || x.dtype === 'float32'

// ── calls ────────────────────────────────────────────────────────────────────

/** Arguments with tensors in the places of '$0', '$1' ... and numbers in those of 'Infinity' and 'NaN'. */
function argumentOf(arg: unknown, xs: readonly Tensor[]): unknown {
  if (typeof arg === 'string') {
    if (arg.startsWith('$')) return xs[Number(arg.slice(1))]
    return /^(NaN|-?Infinity)$/.test(arg) ? Number(arg) : arg
  }
  if (Array.isArray(arg)) return arg.map((item) => argumentOf(item, xs))
  if (arg === null || typeof arg !== 'object') return arg
  return Object.fromEntries(Object.entries(arg).map(([key, item]) => [key, argumentOf(item, xs)]))
}

/** null stands for an argument that is left out. */
function argumentsOf({ args = [], call }: Golden, xs: readonly Tensor[]): unknown[] {
  const all = call ?? [...xs.map((_, i) => `$${i}`), ...args]
  return all.map((arg) => (arg === null ? undefined : argumentOf(arg, xs)))
}

/** One tensor, a list of them, or an object of them (topk), as a list. */
function resultsOf(result: unknown): (Tensor | boolean)[] {
  if (result instanceof Tensor || typeof result === 'boolean') return [result]
  return Object.values(result as Record<string, Tensor>)
}

type Callable = (...args: unknown[]) => unknown
export const callFunction = (golden: Golden, xs: readonly Tensor[]): (Tensor | boolean)[] =>
  resultsOf((exported as unknown as Record<string, Callable>)[golden.op]!(...argumentsOf(golden, xs)))

/** The result of the method, or null where there is none (or a number comes first). */
export function callMethod(golden: Golden, xs: readonly Tensor[]): (Tensor | boolean)[] | null {
  const [first, ...rest] = argumentsOf(golden, xs)
  if (!(first instanceof Tensor) || !(golden.op in first)) return null
  return resultsOf((first as unknown as Record<string, Callable>)[golden.op]!(...rest))
}

// ── derivatives ──────────────────────────────────────────────────────────────

/** The generator's fixed numbers, none of them 0. */
function cotangent(shape: readonly number[], start: number): Tensor {
  const data = Array.from({ length: sizeOf(shape) }, (_, k) => (((7 * (k + start)) % 13) - 6.5) / 4)
  return place({ shape, data }, 'float64')
}

/** Sum of all elements, each times its own number. */
function weighted(tensors: readonly Tensor[], step: number): Tensor {
  return tensors.reduce<Tensor>(
    (total, x, i) => add(total, sum(mul(to(x, 'float64'), cotangent(x.shape, step * (i + 1))))),
    tensor(0, { dtype: 'float64' }),
  )
}

type Program = (...xs: Tensor[]) => Tensor
type Results = (xs: readonly Tensor[]) => (Tensor | boolean)[]

const floatsOf = (results: readonly (Tensor | boolean)[]): Tensor[] =>
  results.filter((y): y is Tensor => y instanceof Tensor && isFloat(y))

/** What the golden's gradients are gradients of: sum(result * cotangent). */
const objectiveOf =
  (f: Results): Program =>
  (...xs) =>
    weighted(floatsOf(f(xs)), 5)

const one = (): Tensor => tensor(1, { dtype: 'float64' })
const gradientsOf = (objective: Program, xs: readonly Tensor[]): (Tensor | null)[] =>
  vjp(objective, ...xs)[1](one())

/** The golden's gradients as arrays of their inputs' shapes. */
const expectedOf = (golden: Golden, gradients: Gradients): (Plain | null)[] =>
  golden.in.map(([shape, , dtype = 'float64'], i) => {
    if (dtype !== 'float64') return null
    const data = gradients === 0 ? new Array<number>(sizeOf(shape)).fill(0) : gradients[i]!.map(Number)
    return { shape, data }
  })

// ── checks ───────────────────────────────────────────────────────────────────

/**
 * Values. Elementwise ops answer for each element: both sides are within two roundings of the truth. Sums and products
 * answer relative to the largest element, within 8 roundings (there are at most a dozen terms), or those of the golden.
 */
export function checkValues(
  golden: Golden,
  results: readonly (Tensor | boolean)[],
  elementwise: boolean,
): void {
  expect(results.length, 'number of results').toBe(golden.out.length)
  for (const [i, entry] of golden.out.entries()) {
    const y = results[i]!
    if (typeof entry === 'boolean' || typeof y === 'boolean') expect(y).toBe(entry)
    else checkValue(golden, y, entry, elementwise)
  }
}

function checkValue(
  { roundings, scale, zeros }: Golden,
  y: Tensor,
  entry: Entry,
  elementwise: boolean,
): void {
  const expected = plainOf(entry)
  expect(y.dtype, 'dtype').toBe(entry[2] ?? 'float64')
  const rounding = y.dtype === 'float64' ? ROUNDING : y.dtype === 'float32' ? FLOAT32_ROUNDING : 0
  if (elementwise && roundings === undefined) expectEach(read(y), expected, 4 * rounding)
  else expectClose(y, expected, (roundings ?? 8) * rounding, 'value', Math.max(scaleOf(expected), scale ?? 0))
  if (zeros) expect(read(y).data.map(signOfZero), 'signs of zeros').toEqual(expected.data.map(signOfZero))
}

const signOfZero = (x: number): string => (x === 0 ? (Object.is(x, -0) ? '-0' : '0') : '')

function expectEach(actual: Plain, expected: Plain, relative: number): void {
  expect(actual.shape, 'shape').toEqual(expected.shape)
  expected.data.forEach((value, k) => {
    // A subnormal number has no digits to be relative to.
    const scale = Number.isFinite(value) ? Math.max(Math.abs(value), 2 ** -1022) : 0
    expectClose(scalar(actual.data[k]!), scalar(value), relative, `value, element ${k}`, scale)
  })
}

const scalar = (value: number): Plain => ({ shape: [], data: [value] })

/** The largest gradient of any input (and of any order up to this one): cotangents of all flow through the same terms. */
const scaleOfGradients = (golden: Golden, ...orders: (readonly (Plain | null)[])[]): number =>
  Math.max(golden.scale ?? 0, ...orders.flat().map((gradient) => (gradient === null ? 0 : scaleOf(gradient))))

/** First derivatives: in reverse mode, and in forward mode along every axis of every input. */
export function checkGradients(golden: Golden, f: Results, inputs: () => Tensor[]): void {
  const expected = expectedOf(golden, golden.g!)
  const scale = scaleOfGradients(golden, expected)
  // A derivative is a sum of a few products of a few factors, each right to a rounding or two.
  const relative = (golden.roundings ?? 16) * ROUNDING
  const objective = objectiveOf(f)
  expectGradients(gradientsOf(objective, inputs()), expected, relative, scale, 'gradient')
  if (!expected.every((gradient) => gradient === null || gradient.data.every(Number.isFinite))) return
  expected.forEach((gradient, i) => {
    gradient?.data.forEach((value, k) => {
      const xs = inputs()
      const along = xs.map((x, j) => place({ shape: x.shape, data: unit(x, i === j ? k : -1) }, x.dtype))
      const [, slope] = jvp(objective, xs, along)
      expectClose(slope, scalar(value), relative, `tangent of element ${k} of input ${i}`, scale)
    })
  })
}

const unit = (x: Tensor, k: number): number[] => Array.from({ length: x.size }, (_, i) => (i === k ? 1 : 0))

function expectGradients(
  found: readonly (Tensor | null)[],
  expected: readonly (Plain | null)[],
  relative: number,
  scale: number,
  what: string,
): void {
  expected.forEach((gradient, i) => {
    if (gradient === null) expect(found[i], `${what} ${i}`).toBeNull()
    else expectClose(found[i]!, gradient, relative, `${what} ${i}`, scale)
  })
}

/** Second derivatives by all pairs of modes: gradient or tangent of a gradient, gradient or tangent of a tangent. */
export function checkSecond(golden: Golden, f: Results, inputs: () => Tensor[]): void {
  const expected = expectedOf(golden, golden.h!)
  const scale = scaleOfGradients(golden, expected, expectedOf(golden, golden.g!))
  const relative = (golden.roundings ?? 32) * ROUNDING
  const objective = objectiveOf(f)
  const gradients = (xs: readonly Tensor[]): Tensor[] => gradientsOf(objective, xs).filter((g) => g !== null)
  const twice = gradientsOf((...xs) => weighted(gradients(xs), 3), inputs())
  expectGradients(twice, expected, relative, scale, 'gradient of the gradient')

  const xs = inputs()
  // The weights of the second sum are the direction of the tangents.
  let float = 0
  const along = xs.map((x) => (isFloat64(x) ? cotangent(x.shape, 3 * ++float) : x))
  const [, moved] = jvp((...ys) => concat(gradients(ys).map((g) => reshape(g, [-1]))), xs, along)
  const all = expected.flatMap((h) => h?.data ?? [])
  expectClose(moved, { shape: [all.length], data: all }, relative, 'tangent of the gradient', scale)
  const tangent: Program = (...ys) => jvp(objective, ys, along)[1]
  expectGradients(gradientsOf(tangent, xs), expected, relative, scale, 'gradient of the tangent')

  const weights = along.flatMap((dx, i) => (expected[i] === null ? [] : read(dx).data))
  const curvature = scalar(weights.reduce((total, weight, k) => total + weight * all[k]!, 0))
  // The weights are at most 1.625 each.
  const most = 1.625 * Math.max(weights.length, 1) * scale
  expectClose(jvp(tangent, xs, along)[1], curvature, relative, 'tangent of the tangent', most)
}

export const inputsOf = (golden: Golden): Tensor[] => golden.in.map(inputOf)
