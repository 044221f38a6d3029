/** @file What every method of this family returns, and the function behind it. */
import * as ops from '../../../src/index.ts'
import { type Shape } from '../../../src/index.ts'
import type { ReduceMethods } from '../../../src/methods/reduce.ts'
import { gradual, type Row, row, unknown } from '../row.ts'
import { any, axis, keep, rows, t0, t23, t234 } from './samples.ts'

const truth = t23.gt(0)
const truths = t234.gt(0)

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const reduceShapes: { readonly [Name in keyof ReduceMethods<Shape>]: readonly Row[] } = {
  sum: [
    row([], t23.sum(), t0.sum(), any.sum(), ops.sum(t23)),
    row([2, 4], t234.sum(1), t234.sum(-2), t234.sum([1]), ops.sum(t234, 1)),
    row([3], t234.sum([0, -1])),
    row([2, 3], t23.sum([])),
    row([2, 1, 4], t234.sum(1, { keepdims: true }), ops.sum(t234, 1, { keepdims: true })),
    row([1, 3, 1], t234.sum([-1, 0], { keepdims: true })),
    row([1, 1], t23.sum(undefined, { keepdims: true })),
    row([unknown(2)], rows.sum(1)),
    row(gradual(2), any.sum(1), t23.sum(axis), t23.sum([axis])),
    row(gradual(2, 1), t23.sum(1, { keepdims: keep }), any.sum(1, { keepdims: true })),
    row(gradual(1, 1), any.sum(undefined, { keepdims: true })),
  ],
  mean: [
    row([], t23.mean(), ops.mean(any)),
    row([2, 4], t234.mean(1), ops.mean(t234, -2)),
    row([1, 3, 1], t234.mean([-1, 0], { keepdims: true }), ops.mean(t234, [0, 2], { keepdims: true })),
    row(gradual(2), any.mean(1), t23.mean(axis)),
  ],
  max: [
    row([], t23.max(), ops.max(any)),
    row([2, 4], t234.max(1), ops.max(t234, -2)),
    row([1, 3, 1], t234.max([-1, 0], { keepdims: true }), ops.max(t234, [0, 2], { keepdims: true })),
    row(gradual(2), any.max(1), t23.max(axis)),
  ],
  min: [
    row([], t23.min(), ops.min(any)),
    row([2, 4], t234.min(1), ops.min(t234, -2)),
    row([1, 3, 1], t234.min([-1, 0], { keepdims: true }), ops.min(t234, [0, 2], { keepdims: true })),
    row(gradual(2), any.min(1), t23.min(axis)),
  ],
  prod: [
    row([], t23.prod(), ops.prod(any)),
    row([2, 4], t234.prod(1), ops.prod(t234, -2)),
    row([1, 3, 1], t234.prod([-1, 0], { keepdims: true }), ops.prod(t234, [0, 2], { keepdims: true })),
    row(gradual(2), any.prod(1), t23.prod(axis)),
  ],
  logsumexp: [
    row([], t23.logsumexp(), ops.logsumexp(any)),
    row([2, 4], t234.logsumexp(1), ops.logsumexp(t234, -2)),
    row(
      [1, 3, 1],
      t234.logsumexp([-1, 0], { keepdims: true }),
      ops.logsumexp(t234, [0, 2], { keepdims: true }),
    ),
    row(gradual(2), any.logsumexp(1), t23.logsumexp(axis)),
  ],
  variance: [
    row([], t23.variance(), ops.variance(any)),
    row([2, 4], t234.variance(1), ops.variance(t234, -2)),
    row(
      [1, 3, 1],
      t234.variance([-1, 0], { keepdims: true }),
      ops.variance(t234, [0, 2], { keepdims: true }),
    ),
    row(gradual(2), any.variance(1), t23.variance(axis)),
  ],
  std: [
    row([], t23.std(), ops.std(any)),
    row([2, 4], t234.std(1), ops.std(t234, -2)),
    row([1, 3, 1], t234.std([-1, 0], { keepdims: true }), ops.std(t234, [0, 2], { keepdims: true })),
    row(gradual(2), any.std(1), t23.std(axis)),
  ],
  argmax: [
    row([], t23.argmax(), ops.argmax(t23)),
    row([2, 4], t234.argmax(1), ops.argmax(t234, -2)),
    row(gradual(2), any.argmax(1), t23.argmax(axis)),
  ],
  argmin: [
    row([], t23.argmin(), ops.argmin(t23)),
    row([2, 4], t234.argmin(1), ops.argmin(t234, -2)),
    row(gradual(2), any.argmin(1), t23.argmin(axis)),
  ],
  norm: [
    row([], t23.norm(), ops.norm(any)),
    row([2, 4], t234.norm(1), ops.norm(t234, -2)),
    row([1, 3, 1], t234.norm([-1, 0], { keepdims: true }), ops.norm(t234, [0, 2], { keepdims: true })),
    row(gradual(2), any.norm(1), t23.norm(axis)),
  ],
  any: [
    row([], truth.any(), ops.any(truth)),
    row([2, 4], truths.any(1), ops.any(truths, -2)),
    row([1, 3, 1], truths.any([-1, 0], { keepdims: true }), ops.any(truths, [0, 2], { keepdims: true })),
    row(gradual(2), any.gt(0).any(1), truth.any(axis)),
  ],
  all: [
    row([], truth.all(), ops.all(truth)),
    row([2, 4], truths.all(1), ops.all(truths, -2)),
    row([1, 3, 1], truths.all([-1, 0], { keepdims: true }), ops.all(truths, [0, 2], { keepdims: true })),
    row(gradual(2), any.gt(0).all(1), truth.all(axis)),
  ],
  softmax: [row([2, 3], t23.softmax(-1), ops.softmax(t23, 0)), row(gradual(2, 3), any.softmax(1))],
  logSoftmax: [
    row([2, 3], t23.logSoftmax(-1), ops.logSoftmax(t23, 0)),
    row(gradual(2, 3), any.logSoftmax(1)),
  ],
}
