/** @file Constructors: tensors from values. Imports ops/one-hot.ts and operand.ts. */
import { allocateArray, checkDType, type DType, dtypeOfArray, isFloat, type TypedArray } from './dtype.ts'
import { checkFlag, checkOptions, describe, fail, isForeign } from './errors.ts'
import type { NestedValues, OneHot, ShapeOf } from './movement-types.ts'
import { oneHotPrimitive } from './ops/one-hot.ts'
import { checkTensor } from './ops/operand.ts'
import { checkShape, contiguousStrides, MAX_RANK, showShape, sizeOf } from './shape.ts'
import type { Shape } from './shape-types.ts'
import { Storage } from './storage.ts'
import { apply } from './tape.ts'
import { Tensor } from './tensor.ts'

export interface CreateOptions {
  readonly dtype?: DType
  readonly requiresGrad?: boolean
}
const CREATE_OPTIONS: readonly string[] = ['dtype', 'requiresGrad']

export interface TensorOptions<S extends Shape = Shape> extends CreateOptions {
  /** Gives flat values a shape. */
  readonly shape?: readonly [...S]
}

/** Wraps a typed array of checked size without copying it; for constructors. */
export function wrap(
  op: string,
  data: TypedArray,
  shape: Shape,
  dtype: DType,
  options: CreateOptions,
): Tensor {
  const storage = new Storage(data, 0, data.length)
  return switched(op, new Tensor(storage, shape, dtype, contiguousStrides(shape), 0, true), options)
}

/** The new tensor, with gradients if that is what the options ask for. */
function switched(op: string, result: Tensor, { requiresGrad = false }: CreateOptions): Tensor {
  checkFlag(op, 'requiresGrad', requiresGrad)
  if (requiresGrad && !isFloat(result.dtype))
    fail(
      op,
      `a tensor of dtype ${result.dtype} cannot carry gradients; leave requiresGrad out, or use float32`,
    )
  if (requiresGrad) result.requiresGrad = true
  return result
}

/**
 * A tensor from a number, a boolean, nested arrays, or a typed array (copied). Numbers make float32 and booleans bool
 * unless `dtype` says otherwise; Float32Array, Float64Array and Int32Array bring their dtype, a Uint8Array needs one.
 */
export function tensor<const T extends NestedValues | TypedArray, const S extends Shape = ShapeOf<T>>(
  value: T,
  options?: TensorOptions<S>,
): Tensor<S>
export function tensor(value: NestedValues | TypedArray, options: TensorOptions = {}): Tensor {
  const { dtype, shape } = checkOptions('tensor', options, ['shape', ...CREATE_OPTIONS])
  if (dtype !== undefined) checkDType('tensor', dtype)
  if (isForeign(value)) checkTensor('tensor', value)
  if ((value as unknown) instanceof Tensor)
    fail('tensor', 'the value is a tensor; copy it with clone(), or convert it with to(dtype)')
  const { values, natural, own } = ArrayBuffer.isView(value)
    ? typedValues(value as TypedArray, dtype)
    : nestedValues(value)
  const result = dtype ?? own!
  const data = allocateArray(result, values.length, 'tensor')
  if (result === own) data.set(values as ArrayLike<number>)
  else for (let i = 0; i < values.length; i++) data[i] = element('tensor', values[i]!, result, i)
  return wrap('tensor', data, resolve(shape, natural, values.length), result, options)
}

/** Elements in a row, their shape, and the dtype they bring along. */
interface Values {
  readonly values: ArrayLike<number | boolean>
  readonly natural: Shape
  readonly own: DType | undefined
}

function typedValues(values: TypedArray, dtype: DType | undefined): Values {
  const own = dtypeOfArray(values)
  // A DataView has no elements, and a BigInt64Array none that are numbers.
  if (values.length !== 0 && typeof values[0] !== 'number')
    fail('tensor', `the value is a ${values.constructor.name}, expected an array of numbers`)
  if ((dtype ?? own) === undefined) {
    fail(
      'tensor',
      `a ${values.constructor.name} does not say what its numbers are; pass a dtype, as in tensor(bytes, { dtype: 'bool' })`,
    )
  }
  return { values, natural: [values.length], own }
}

function resolve(shape: unknown, natural: Shape, size: number): Shape {
  if (shape === undefined) return natural
  const checked = checkShape('tensor', shape)
  if (sizeOf(checked) !== size)
    fail('tensor', `${size} values for shape ${showShape(checked)}, which has ${sizeOf(checked)} elements`)
  return checked
}

/** The first element of each level says how long it is; the others must agree. */
function nestedValues(root: unknown): Values {
  const values: (number | boolean)[] = []
  let shape: Shape = []
  /** Where the walk stands. */
  const index: number[] = []
  // Deeper levels are not looked for any more.
  let complete = false
  const visit = (value: unknown): void => {
    const axis = index.length
    if (!complete && Array.isArray(value)) {
      if (axis === MAX_RANK)
        fail('tensor', `the value nests deeper than ${MAX_RANK} levels; does it contain itself?`)
      shape = checkShape('tensor', [...shape, value.length])
      complete = value.length === 0
    }
    const size = shape[axis]
    if (size === undefined) {
      complete = true
      if (typeof value !== 'number' && typeof value !== 'boolean')
        failAt(index, `is ${describe(value)}, expected a number or a boolean`)
      if (values.length > 0 && typeof value !== typeof values[0]) {
        const first = describe(values[0])
        failAt(
          index,
          `is ${describe(value)}, but the first value is ${first}; do not mix numbers and booleans`,
        )
      }
      values.push(value)
      return
    }
    if (!Array.isArray(value))
      failAt(index, `is ${describe(value)}, expected an array of ${size} elements like its neighbours`)
    if (value.length !== size)
      failAt(index, `has ${value.length} elements, its neighbours have ${size}; rows must have equal lengths`)
    for (let i = 0; i < size; i++) {
      index[axis] = i
      visit(value[i])
    }
    index.pop()
  }
  visit(root)
  return { values, natural: shape, own: typeof values[0] === 'boolean' ? 'bool' : 'float32' }
}

function failAt(index: readonly number[], what: string): never {
  const where = index.length === 0 ? 'the value' : `the value at ${index.map((i) => `[${i}]`).join('')}`
  return fail('tensor', `${where} ${what}`)
}

/** A value in the range of its dtype: integers are not rounded silently. */
function element(op: string, value: number | boolean, dtype: DType, position: number): number {
  const x = Number(value)
  if (dtype === 'int32' && x !== (x | 0))
    fail(op, `value ${x} (number ${position}) is not an int32; use float32, or round it first`)
  if (dtype === 'bool') return x !== 0 ? 1 : 0
  return x
}

// ── filled ───────────────────────────────────────────────────────────────────

function filled(
  op: string,
  shape: Shape,
  value: number,
  options: CreateOptions,
  own: DType = 'float32',
): Tensor {
  const checked = checkShape(op, shape)
  const dtype = checkDType(op, checkOptions(op, options, CREATE_OPTIONS).dtype ?? own)
  const data = allocateArray(dtype, sizeOf(checked), op)
  if (!Object.is(value, 0)) data.fill(element(op, value, dtype, 0))
  return wrap(op, data, checked, dtype, options)
}

/** Zeros. */
export const zeros = <const S extends Shape>(
  shape: readonly [...S],
  options: CreateOptions = {},
): Tensor<S> => filled('zeros', shape, 0, options)
/** Ones. */
export const ones = <const S extends Shape>(shape: readonly [...S], options: CreateOptions = {}): Tensor<S> =>
  filled('ones', shape, 1, options)
/** One value everywhere; a boolean makes a bool tensor. */
export function full<const S extends Shape>(
  shape: readonly [...S],
  value: number | boolean,
  options?: CreateOptions,
): Tensor<S>
export function full(shape: Shape, value: number | boolean, options: CreateOptions = {}): Tensor {
  if (typeof value !== 'number' && typeof value !== 'boolean')
    fail('full', `the value must be a number or a boolean, got ${describe(value)}`)
  return filled('full', shape, Number(value), options, typeof value === 'boolean' ? 'bool' : 'float32')
}
/** Zeros in the shape and dtype of `x`. */
export const zerosLike = <S extends Shape>(x: Tensor<S>, options: CreateOptions = {}): Tensor<S> =>
  likeFilled('zerosLike', x, 0, options)
/** Ones in the shape and dtype of `x`. */
export const onesLike = <S extends Shape>(x: Tensor<S>, options: CreateOptions = {}): Tensor<S> =>
  likeFilled('onesLike', x, 1, options)

function likeFilled(op: string, x: Tensor, value: number, options: CreateOptions): Tensor {
  checkTensor(op, x)
  return filled(op, x.shape, value, options, x.dtype)
}

/** The identity matrix [n, n]. */
export function eye<const N extends number>(n: N, options?: CreateOptions): Tensor<[N, N]>
export function eye(n: number, options: CreateOptions = {}): Tensor {
  const result = filled('eye', [n, n], 0, options)
  for (let i = 0; i < n; i++) result.storage.data[i * (n + 1)] = 1
  return result
}

/**
 * start, start + step, ... below stop (above it for a negative step); `arange(n)` is 0 to n - 1. Each element is
 * start + i * step, so errors do not add up.
 */
export function arange(stop: number, options?: CreateOptions): Tensor<[number]>
export function arange(start: number, stop: number, options?: CreateOptions): Tensor<[number]>
export function arange(
  start: number,
  stop: number | undefined,
  step: number | undefined,
  options?: CreateOptions,
): Tensor<[number]>
export function arange(...args: unknown[]): Tensor {
  const last = args.length > 1 && typeof args[args.length - 1] === 'object' ? args.pop() : {}
  const [first, second, step = 1, options = last] = args
  const from = second === undefined ? 0 : first
  const to = second === undefined ? first : second
  const bounds = [from, to, step] as number[]
  for (const x of bounds)
    if (!Number.isFinite(x)) fail('arange', `start, stop and step must be finite numbers, got ${describe(x)}`)
  if (step === 0) fail('arange', 'step is 0; use a number other than 0')
  const [start, stop, by] = bounds as [number, number, number]
  const count = Math.max(0, Math.ceil((stop - start) / by))
  return generated('arange', count, (i) => start + i * by, options as CreateOptions)
}

/** n evenly spaced numbers from start to stop, both included. */
export function linspace<const N extends number>(
  start: number,
  stop: number,
  n: N,
  options?: CreateOptions,
): Tensor<[N]>
export function linspace(start: number, stop: number, n: number, options: CreateOptions = {}): Tensor {
  for (const x of [start, stop])
    if (typeof x !== 'number' || !Number.isFinite(x))
      fail('linspace', `start and stop must be finite numbers, got ${describe(x)}`)
  if (!Number.isFinite(stop - start))
    fail('linspace', `${start} and ${stop} lie too far apart: their difference is infinite`)
  return generated(
    'linspace',
    n,
    (i) => (i === n - 1 && n > 1 ? stop : start + ((stop - start) * i) / Math.max(n - 1, 1)),
    options,
  )
}

function generated(op: string, n: number, f: (i: number) => number, options: CreateOptions): Tensor {
  const result = filled(op, [n], 0, options)
  for (let i = 0; i < n; i++) result.storage.data[i] = element(op, f(i), result.dtype, i)
  return result
}

/** Class indices (int32) as rows of zeros with a single 1: shape [...indices.shape, classes]. */
export function oneHot<I extends Shape, const N extends number>(
  indices: Tensor<I>,
  classes: N,
  options?: CreateOptions,
): Tensor<OneHot<I, N>>
export function oneHot(indices: Tensor, classes: number, options: CreateOptions = {}): Tensor {
  checkTensor('oneHot', indices)
  const { dtype = 'float32' } = checkOptions('oneHot', options, CREATE_OPTIONS)
  const result = apply(oneHotPrimitive, [indices], { classes, dtype: checkDType('oneHot', dtype) })
  return switched('oneHot', result, options)
}
