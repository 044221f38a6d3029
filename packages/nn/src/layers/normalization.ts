/** @file What the layers that normalize have in common: mean and variance, first scales and shifts. Imports core and nn's errors, init and marks. */
import { add, mean, mul, rsqrt, square, sub, type Tensor } from '@tapegrad/core/ops'
import { checkFlag, checkGenerator, checkPositive, describe, fail, isFloat } from '../errors.ts'
import { constant, type InitOptions } from '../init.ts'
import { parameter } from '../marks.ts'

export interface Moments {
  readonly mean: Tensor
  /** x - mean. */
  readonly deviation: Tensor
  /** The mean of deviation²: with the mean taken off first, as exact for numbers of large mean as for others. */
  readonly variance: Tensor
}

/** Mean and variance of x over `axes`, which stay with size 1. */
export function momentsOf(x: Tensor, axes: readonly number[]): Moments {
  const average = mean(x, axes, { keepdims: true })
  const deviation = sub(x, average)
  return { mean: average, deviation, variance: mean(square(deviation), axes, { keepdims: true }) }
}

/** weight / √(variance + eps), the factor of the deviations; without a weight, that of 1. */
export function factorOf(weight: Tensor | null, variance: Tensor, eps: number): Tensor {
  const inverse = rsqrt(add(variance, eps))
  return weight === null ? inverse : mul(weight, inverse)
}

/** Scale (ones) and shift (zeros) of `shape`, or null and null. */
export function scaleAndShift(
  op: string,
  name: string,
  affine: unknown,
  shape: readonly number[],
  options: InitOptions,
): readonly [weight: Tensor | null, bias: Tensor | null] {
  const { dtype = 'float32', generator } = options
  if (!isFloat(dtype)) fail(op, `dtype must be 'float32' or 'float64', got ${describe(dtype)}`)
  checkGenerator(op, generator)
  if (!checkFlag(op, name, affine)) return [null, null]
  return [parameter(constant(1)(shape, { dtype })), parameter(constant(0)(shape, { dtype }))]
}

/** The checked eps. */
export function checkEps(op: string, eps: number): number {
  checkPositive(op, 'eps', eps)
  return eps
}
