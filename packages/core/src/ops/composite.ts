/** @file Ops made of other ops: they have no derivatives of their own. Imports the op files above. */

import { isFloat } from '../dtype.ts'
import { describe, fail } from '../errors.ts'
import { normalizeAxes, normalizeAxis, reducedShape, showShape, sizeOf } from '../shape.ts'
import type { Axes, AxesArg, AxisArg, Reduce, Shape } from '../shape-types.ts'
import { filledTensor, type Tensor } from '../tensor.ts'
import { keepdimsOf, type ReduceOptions, sumAxes } from './broadcast.ts'
import { eq, lt } from './compare.ts'
import { add } from './define.ts'
import { abs, div, exp, log, sqrt, square, sub } from './elementwise.ts'
import { cast } from './memory.ts'
import { checkFloat, checkTensor } from './operand.ts'
import { max } from './reduce.ts'
import { reshape } from './reshape.ts'
import { where } from './where.ts'

const countOf = (x: Tensor, axes: readonly number[]): number => sizeOf(axes.map((i) => x.shape[i]!))

function meanAxes(op: string, x: Tensor, axes: readonly number[], keepdims: boolean): Tensor {
  const count = countOf(x, axes)
  if (count === 0) fail(op, `there are no elements to average in ${showShape(x.shape)}`)
  const total = sumAxes(x, axes, keepdims)
  return count === 1 ? total : div(total, count)
}

/** Arithmetic mean over `axis` (one, several, or all); float32 for int32 and bool input. */
export function mean<S extends Shape, const X extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
  options?: ReduceOptions<K>,
): Tensor<Reduce<S, X, K>>
export function mean(x: Tensor, axis?: Axes, options?: ReduceOptions): Tensor {
  checkTensor('mean', x)
  const numbers = isFloat(x.dtype) ? x : cast(x, 'float32')
  return meanAxes('mean', numbers, normalizeAxes('mean', axis, x.ndim), keepdimsOf('mean', options))
}

export interface VarianceOptions<K extends boolean = boolean> extends ReduceOptions<K> {
  /** Subtracted from the count in the divisor: 0 (default) for the population, 1 for a sample. */
  readonly correction?: number
}

/** Mean squared distance from the mean: sum (x - mean)² / (N - correction). */
export function variance<S extends Shape, const X extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
  options?: VarianceOptions<K>,
): Tensor<Reduce<S, X, K>>
export function variance(x: Tensor, axis?: Axes, options?: VarianceOptions): Tensor {
  return spread('variance', x, axis, options)
}

/** Standard deviation: the square root of the variance. Where all elements are equal its gradient is 0, as in PyTorch. */
export function std<S extends Shape, const X extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
  options?: VarianceOptions<K>,
): Tensor<Reduce<S, X, K>>
export function std(x: Tensor, axis?: Axes, options?: VarianceOptions): Tensor {
  const squared = spread('std', x, axis, options)
  const isZero = eq(squared, 0)
  return where(isZero, 0, sqrt(where(isZero, 1, squared)))
}

const SPREAD_OPTIONS: readonly string[] = ['keepdims', 'correction']

function spread(op: string, x: Tensor, axis: Axes | undefined, options: VarianceOptions | undefined): Tensor {
  checkFloat(op, checkTensor(op, x))
  const keepdims = keepdimsOf(op, options, SPREAD_OPTIONS)
  const correction = options?.correction ?? 0
  if (typeof correction !== 'number') fail(op, `correction must be a number, got ${describe(correction)}`)
  const axes = normalizeAxes(op, axis, x.ndim)
  const divisor = countOf(x, axes) - correction
  if (!(divisor > 0))
    fail(op, `${countOf(x, axes)} elements with correction ${correction} leave nothing to divide by`)
  const deviation = sub(x, meanAxes(op, x, axes, true))
  return div(sumAxes(square(deviation), axes, keepdims), divisor)
}

/** The largest element along axes, as a constant: a shift that keeps exp in range and cancels in the result. */
function shiftFor(x: Tensor, axes: readonly number[]): Tensor {
  if (countOf(x, axes) === 0) return filledTensor(reducedShape(x.shape, axes, true), x.dtype, 0)
  return max(x.detach(), axes, { keepdims: true })
}

/** log of the sum of e^x over `axis` (one, several, or all), without overflow; -Infinity for no elements. */
export function logsumexp<S extends Shape, const X extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
  options?: ReduceOptions<K>,
): Tensor<Reduce<S, X, K>>
export function logsumexp(x: Tensor, axis?: Axes, options?: ReduceOptions): Tensor {
  checkFloat('logsumexp', checkTensor('logsumexp', x))
  const axes = normalizeAxes('logsumexp', axis, x.ndim)
  const keepdims = keepdimsOf('logsumexp', options)
  // The slope of log at 0 would make NaN of no tangents.
  if (countOf(x, axes) === 0) return add(sumAxes(x, axes, keepdims), -Infinity)
  const top = shiftFor(x, axes)
  // An infinite sum is one: inf - inf would make it NaN.
  const shift = where(lt(abs(top), Infinity), top, 0)
  const total = log(sumAxes(exp(sub(x, shift)), axes, keepdims))
  return add(total, keepdims ? shift : reshape(shift, total.shape))
}

/** The checked argument of a softmax, less its largest element along the axis, and the axis. */
function shiftedAlong(
  op: string,
  x: Tensor,
  axis: number,
): readonly [shifted: Tensor, axes: readonly number[]] {
  checkFloat(op, checkTensor(op, x))
  const axes = [normalizeAxis(op, axis, x.ndim)]
  return [sub(x, shiftFor(x, axes)), axes]
}

/**
 * e^x / sum of e^x along `axis`, without overflow: numbers from 0 to 1 that sum to 1. All are NaN where one element is NaN
 * or Infinity, or all are -Infinity, as in PyTorch.
 */
export function softmax<S extends Shape, const X extends number>(x: Tensor<S>, axis: AxisArg<S, X>): Tensor<S>
export function softmax(x: Tensor, axis: number): Tensor {
  const [shifted, axes] = shiftedAlong('softmax', x, axis)
  const e = exp(shifted)
  return div(e, sumAxes(e, axes, true))
}

/** log of softmax: x - logsumexp(x), accurate where softmax would round to 0. */
export function logSoftmax<S extends Shape, const X extends number>(
  x: Tensor<S>,
  axis: AxisArg<S, X>,
): Tensor<S>
export function logSoftmax(x: Tensor, axis: number): Tensor {
  const [shifted, axes] = shiftedAlong('logSoftmax', x, axis)
  return sub(shifted, log(sumAxes(exp(shifted), axes, true)))
}
