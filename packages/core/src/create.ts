/** @file Constructors: tensors from values. Imports tensor.ts and ops/operand.ts. */
import { allocateArray, checkDType, type DType, dtypeOfArray, type TypedArray } from './dtype.ts'
import { describe, fail } from './errors.ts'
import type { NestedValues, OneHot, ShapeOf } from './movement-types.ts'
import { checkTensor } from './ops/operand.ts'
import { checkShape, contiguousStrides, showShape, sizeOf } from './shape.ts'
import type { Shape } from './shape-types.ts'
import { Storage } from './storage.ts'
import { Tensor } from './tensor.ts'

export interface CreateOptions {
  readonly dtype?: DType
  readonly requiresGrad?: boolean
}
export interface TensorOptions<S extends Shape = Shape> extends CreateOptions {
  /** Gives flat values a shape. */
  readonly shape?: readonly [...S]
}

/** Wraps a typed array of checked size without copying it; for constructors. */
export function wrap(
  data: TypedArray,
  shape: Shape,
  dtype: DType,
  { requiresGrad = false }: CreateOptions,
): Tensor {
  const result = new Tensor(
    new Storage(data, 0, data.length),
    shape,
    dtype,
    contiguousStrides(shape),
    0,
    true,
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
  const { dtype, shape } = options
  if (dtype !== undefined) checkDType('tensor', dtype)
  if (ArrayBuffer.isView(value)) return fromTypedArray(value as TypedArray, options)
  const natural = shapeOfValues(value)
  const values: (number | boolean)[] = []
  collect(value, natural, 0, '', values)
  const inferred = dtype ?? (values.length > 0 && typeof values[0] === 'boolean' ? 'bool' : 'float32')
  const data = allocateArray(inferred, values.length)
  for (let i = 0; i < values.length; i++) data[i] = element(values[i]!, inferred, i)
  return wrap(data, resolve(shape, natural, values.length), inferred, options)
}

function fromTypedArray(value: TypedArray, options: TensorOptions): Tensor {
  const { shape } = options
  const own = dtypeOfArray(value)
  const dtype = options.dtype ?? own
  if (dtype === undefined) {
    fail(
      'tensor',
      `a ${value.constructor.name} does not say what its numbers are; pass a dtype, as in tensor(bytes, { dtype: 'bool' })`,
    )
  }
  const data = allocateArray(dtype, value.length)
  if (own === dtype) data.set(value)
  else for (let i = 0; i < value.length; i++) data[i] = element(value[i]!, dtype, i)
  return wrap(data, resolve(shape, [value.length], value.length), dtype, options)
}

function resolve(shape: unknown, natural: Shape, size: number): Shape {
  if (shape === undefined) return natural
  const checked = checkShape('tensor', shape)
  if (sizeOf(checked) !== size)
    fail('tensor', `${size} values for shape ${showShape(checked)}, which has ${sizeOf(checked)} elements`)
  return checked
}

/** The lengths along the first element of each level; `collect` checks that the others agree. */
function shapeOfValues(value: unknown): Shape {
  const shape: number[] = []
  let level = value
  while (Array.isArray(level)) {
    shape.push(level.length)
    if (level.length === 0) break
    level = level[0]
  }
  return checkShape('tensor', shape)
}

function collect(value: unknown, shape: Shape, axis: number, path: string, out: (number | boolean)[]): void {
  const where = path === '' ? 'the value' : `the value at ${path}`
  if (axis < shape.length) {
    if (!Array.isArray(value))
      fail(
        'tensor',
        `${where} is ${describe(value)}, expected an array of ${shape[axis]} elements like its neighbours`,
      )
    if (value.length !== shape[axis]) {
      fail(
        'tensor',
        `${where} has ${value.length} elements, its neighbours have ${shape[axis]}; rows must have equal lengths`,
      )
    }
    for (let i = 0; i < value.length; i++) collect(value[i], shape, axis + 1, `${path}[${i}]`, out)
    return
  }
  if (typeof value !== 'number' && typeof value !== 'boolean')
    fail('tensor', `${where} is ${describe(value)}, expected a number or a boolean`)
  if (out.length > 0 && typeof value !== typeof out[0])
    fail(
      'tensor',
      `${where} is ${describe(value)}, but the first value is ${describe(out[0])}; do not mix numbers and booleans`,
    )
  out.push(value)
}

/** A value in the range of its dtype: integers are not rounded silently. */
function element(value: number | boolean, dtype: DType, position: number): number {
  const x = Number(value)
  if (dtype === 'int32' && !(Number.isInteger(x) && x === (x | 0)))
    fail('tensor', `value ${x} (number ${position}) is not an int32; use float32, or round it first`)
  if (dtype === 'bool') return x !== 0 ? 1 : 0
  return x
}

// ── filled ───────────────────────────────────────────────────────────────────

function filled(op: string, shape: Shape, value: number, options: CreateOptions): Tensor {
  const dtype = checkDType(op, options.dtype ?? 'float32')
  const checked = checkShape(op, shape)
  const data = allocateArray(dtype, sizeOf(checked))
  if (value !== 0) data.fill(element(value, dtype, 0))
  return wrap(data, checked, dtype, options)
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
  return filled(
    'full',
    shape,
    Number(value),
    typeof value === 'boolean' ? { dtype: 'bool', ...options } : options,
  )
}
/** Zeros in the shape and dtype of `x`. */
export const zerosLike = <S extends Shape>(x: Tensor<S>, options: CreateOptions = {}): Tensor<S> =>
  likeFilled('zerosLike', x, 0, options)
/** Ones in the shape and dtype of `x`. */
export const onesLike = <S extends Shape>(x: Tensor<S>, options: CreateOptions = {}): Tensor<S> =>
  likeFilled('onesLike', x, 1, options)

function likeFilled(op: string, x: Tensor, value: number, options: CreateOptions): Tensor {
  checkTensor(op, x)
  return filled(op, x.shape, value, { dtype: x.dtype, ...options })
}

/** The identity matrix [n, n]. */
export function eye<const N extends number>(n: N, options?: CreateOptions): Tensor<[N, N]>
export function eye(n: number, options: CreateOptions = {}): Tensor {
  const result = filled('eye', [n, n], 0, options)
  for (let i = 0; i < n; i++) result.storage.data[i * (n + 1)] = 1
  return result
}

/** start, start + step, ... below stop; `arange(n)` is 0 to n - 1. Each element is start + i * step, so errors do not add up. */
export function arange(
  start: number,
  stop?: number,
  step = 1,
  options: CreateOptions = {},
): Tensor<[number]> {
  const from = stop === undefined ? 0 : start
  const to = stop === undefined ? start : stop
  for (const x of [from, to, step])
    if (typeof x !== 'number' || !Number.isFinite(x))
      fail('arange', `start, stop and step must be finite numbers, got ${describe(x)}`)
  if (step === 0) fail('arange', 'step is 0; use a number other than 0')
  return generated('arange', Math.max(0, Math.ceil((to - from) / step)), (i) => from + i * step, options)
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
  return generated(
    'linspace',
    n,
    (i) => (i === n - 1 && n > 1 ? stop : start + ((stop - start) * i) / Math.max(n - 1, 1)),
    options,
  )
}

function generated(op: string, n: number, f: (i: number) => number, options: CreateOptions): Tensor {
  const result = filled(op, [n], 0, options)
  for (let i = 0; i < n; i++) result.storage.data[i] = element(f(i), result.dtype, i)
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
  if (indices.dtype !== 'int32')
    fail('oneHot', `indices have dtype ${indices.dtype}, they must be int32; convert them with to('int32')`)
  const result = filled('oneHot', [...indices.shape, classes], 0, options)
  indices.data.forEach((index, i) => {
    if (index < 0 || index >= classes)
      fail('oneHot', `index ${index} (number ${i}) is out of range for ${classes} classes`)
    result.storage.data[i * classes + index] = 1
  })
  return result
}
