/** @file What every method returns, and the function behind it. */
import * as ops from '../../src/index.ts'
import { ones, type Shape, type Tensor, tensor, zeros } from '../../src/index.ts'
import type { Methods } from '../../src/methods.ts'
import { gradual, type Row, row, unknown } from './row.ts'

const t0 = zeros([])
const t3 = ones([3])
const t13 = ones([1, 3])
const t21 = ones([2, 1])
const t23 = ones([2, 3])
const t34 = ones([3, 4])
const t234 = ones([2, 3, 4])
const any: Tensor = ones([2, 3])
const rows = zeros([unknown(2), 3])
const axis = unknown(1)
const keep: boolean = axis === 1
const index = tensor(new Int32Array([0, 1, 1, 0]), { shape: [2, 2] })

function gradientOf(f: (x: Tensor<[2, 3]>) => void): Tensor<[2, 3]> {
  const x = ones([2, 3], { requiresGrad: true })
  f(x)
  return x.grad!
}

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const methods: { readonly [Name in keyof Methods<Shape>]: readonly Row[] } = {
  add: [
    row([2, 3], t23.add(t23), t23.add(2), t13.add(t21), t3.add(t21), t0.add(t23), rows.add(t23)),
    row([2, 3], ops.add(t23, t23), ops.add(t23, 2), ops.add(2, t23), ops.add(t21, t3)),
    row([4, 2, 3], ones([4, 1, 1]).add(t23)),
    row([unknown(2), 3], rows.add(1), rows.add(t13)),
    row(gradual(2, 3), any.add(t23), t3.add(any), ops.add(any, 2)),
  ],
  sub: [row([2, 3], t13.sub(t21), t23.sub(2), ops.sub(2, t23)), row(gradual(2, 3), any.sub(t23))],
  mul: [row([2, 3], t13.mul(t21), t23.mul(2), ops.mul(2, t23)), row(gradual(2, 3), any.mul(t23))],
  div: [row([2, 3], t13.div(t21), t23.div(2), ops.div(2, t23)), row(gradual(2, 3), any.div(t23))],
  pow: [row([2, 3], t13.pow(t21), t23.pow(2), ops.pow(2, t23)), row(gradual(2, 3), any.pow(t23))],
  maximum: [
    row([2, 3], t13.maximum(t21), t23.maximum(2), ops.maximum(2, t23)),
    row(gradual(2, 3), any.maximum(t23)),
  ],
  minimum: [
    row([2, 3], t13.minimum(t21), t23.minimum(2), ops.minimum(2, t23)),
    row(gradual(2, 3), any.minimum(t23)),
  ],
  eq: [row([2, 3], t13.eq(t21), t23.eq(2), ops.eq(2, t23)), row(gradual(2, 3), any.eq(t23))],
  ne: [row([2, 3], t13.ne(t21), t23.ne(2), ops.ne(2, t23)), row(gradual(2, 3), any.ne(t23))],
  lt: [row([2, 3], t13.lt(t21), t23.lt(2), ops.lt(2, t23)), row(gradual(2, 3), any.lt(t23))],
  le: [row([2, 3], t13.le(t21), t23.le(2), ops.le(2, t23)), row(gradual(2, 3), any.le(t23))],
  gt: [row([2, 3], t13.gt(t21), t23.gt(2), ops.gt(2, t23)), row(gradual(2, 3), any.gt(t23))],
  ge: [row([2, 3], t13.ge(t21), t23.ge(2), ops.ge(2, t23)), row(gradual(2, 3), any.ge(t23))],
  neg: [row([2, 3], t23.neg(), ops.neg(t23)), row(gradual(2, 3), any.neg())],
  exp: [row([2, 3], t23.exp(), ops.exp(t23)), row(gradual(2, 3), any.exp())],
  log: [row([2, 3], t23.log(), ops.log(t23)), row(gradual(2, 3), any.log())],
  log1p: [row([2, 3], t23.log1p(), ops.log1p(t23)), row(gradual(2, 3), any.log1p())],
  expm1: [row([2, 3], t23.expm1(), ops.expm1(t23)), row(gradual(2, 3), any.expm1())],
  sqrt: [row([2, 3], t23.sqrt(), ops.sqrt(t23)), row(gradual(2, 3), any.sqrt())],
  square: [row([2, 3], t23.square(), ops.square(t23)), row(gradual(2, 3), any.square())],
  abs: [row([2, 3], t23.abs(), ops.abs(t23)), row(gradual(2, 3), any.abs())],
  sign: [row([2, 3], t23.sign(), ops.sign(t23)), row(gradual(2, 3), any.sign())],
  sin: [row([2, 3], t23.sin(), ops.sin(t23)), row(gradual(2, 3), any.sin())],
  cos: [row([2, 3], t23.cos(), ops.cos(t23)), row(gradual(2, 3), any.cos())],
  tanh: [row([2, 3], t23.tanh(), ops.tanh(t23)), row(gradual(2, 3), any.tanh())],
  sigmoid: [row([2, 3], t23.sigmoid(), ops.sigmoid(t23)), row(gradual(2, 3), any.sigmoid())],
  relu: [row([2, 3], t23.relu(), ops.relu(t23)), row(gradual(2, 3), any.relu())],
  softplus: [row([2, 3], t23.softplus(), ops.softplus(t23)), row(gradual(2, 3), any.softplus())],
  clamp: [row([2, 3], t23.clamp(0, 1), ops.clamp(t23, 0, 1)), row(gradual(2, 3), any.clamp(0, 1))],
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
  softmax: [row([2, 3], t23.softmax(-1), ops.softmax(t23, 0)), row(gradual(2, 3), any.softmax(1))],
  logSoftmax: [
    row([2, 3], t23.logSoftmax(-1), ops.logSoftmax(t23, 0)),
    row(gradual(2, 3), any.logSoftmax(1)),
  ],
  reshape: [
    row([3, 2], t23.reshape([3, 2]), any.reshape([3, 2]), ops.reshape(t23, [3, 2])),
    row([3, unknown(2)], t23.reshape([3, -1]), ops.reshape(any, [3, -1])),
    row([], ones([1]).reshape([])),
    row(gradual(3, 2), t23.reshape(gradual(3, 2))),
  ],
  flatten: [
    row([unknown(6)], t23.flatten(), ops.flatten(t23)),
    row([unknown(6), 4], t234.flatten(0, 1), ops.flatten(t234, 0, -2)),
    row([2, unknown(12)], t234.flatten(1)),
    row([2, 3], t23.flatten(1, -1)),
    row([1], t0.flatten()),
    row(gradual(6), any.flatten()),
  ],
  permute: [
    row([4, 2, 3], t234.permute([2, 0, 1]), t234.permute([-1, 0, -2]), ops.permute(t234, [2, 0, 1])),
    row([3, unknown(2)], rows.permute([1, 0])),
    row([], t0.permute([])),
    row(gradual(3, 2), any.permute([1, 0]), t23.permute(gradual(1, 0))),
  ],
  transpose: [
    row([4, 3, 2], t234.transpose(), t234.transpose(0, 2), ops.transpose(t234), ops.transpose(t234, -1, 0)),
    row([2, 4, 3], t234.transpose(-1, 1)),
    row([2, 3], t23.transpose(0, 0)),
    row([], t0.transpose()),
    row(gradual(3, 2), any.transpose(), any.transpose(0, 1), t23.transpose(0, axis)),
  ],
  T: [row([4, 3, 2], t234.T), row([3, unknown(2)], rows.T), row(gradual(3, 2), any.T)],
  squeeze: [
    row([3], t13.squeeze(), t13.squeeze(0), t13.squeeze(-2), ops.squeeze(t13)),
    row([], ones([1, 1]).squeeze()),
    row([3], zeros([unknown(1), 3]).squeeze(0)),
    row(gradual(2, 3), any.squeeze(), rows.squeeze()),
    row(gradual(2), t21.squeeze(axis)),
  ],
  unsqueeze: [
    row([2, 1, 3], t23.unsqueeze(1), t23.unsqueeze(-2), ops.unsqueeze(t23, 1)),
    row([2, 3, 1], t23.unsqueeze(2), t23.unsqueeze(-1)),
    row([1, 2, 3], t23.unsqueeze(0)),
    row([1], t0.unsqueeze(0)),
    row(gradual(2, 1, 3), any.unsqueeze(1), t23.unsqueeze(axis)),
  ],
  broadcastTo: [
    row([4, 2, 3], t23.broadcastTo([4, 2, 3]), t21.broadcastTo([4, 2, 3]), any.broadcastTo([4, 2, 3])),
    row([4, 2, 3], ops.broadcastTo(t3, [4, 2, 3])),
    row([unknown(5), 3], t13.broadcastTo([unknown(5), 3])),
    row(gradual(5, 3), t13.broadcastTo(gradual(5, 3))),
  ],
  slice: [
    row([3], t23.slice([0]), t23.slice([-1, null]), ops.slice(t23, [0])),
    row([unknown(1), 3], t23.slice([[1, null]]), ops.slice(t23, [[0, 1]])),
    row([2, unknown(2)], t23.slice([null, [null, null, 2]])),
    row([unknown(1), 4], t234.slice([[0, 1], 2])),
    row([], t23.slice([axis, axis])),
    row([2, 3], t23.slice([])),
    row(gradual(3), any.slice([0]), t23.slice(gradual(0))),
  ],
  flip: [
    row([2, 3], t23.flip(), t23.flip(0), t23.flip([0, 1]), ops.flip(t23, -1)),
    row(gradual(2, 3), any.flip(0)),
  ],
  pad: [
    row(
      [unknown(4), 3],
      t23.pad([
        [1, 1],
        [0, 0],
      ]),
      ops.pad(t23, [
        [2, 0],
        [0, 0],
      ]),
    ),
    row(
      [unknown(2), unknown(4)],
      t23.pad(
        [
          [axis - 1, 0],
          [0, axis],
        ],
        7,
      ),
    ),
    row([], t0.pad([])),
    row(
      gradual(2, 4),
      any.pad([
        [0, 0],
        [0, 1],
      ]),
    ),
  ],
  take: [
    row([2, 2, 2, 4], t234.take(index, 1), ops.take(t234, index, -2)),
    row([3, 3], t23.take([0, 1, 0], 0)),
    row([unknown(1), 3], t23.take(gradual(0), 0)),
    row([2], t23.take(tensor(1, { dtype: 'int32' }), 1)),
    row(gradual(2, 2, 2), any.take(index, 1), t23.take(index, axis)),
  ],
  matmul: [
    row([2, 4], t23.matmul(t34), rows.matmul(t34).add(ones([2, 4])), ops.matmul(t23, t34)),
    row([unknown(2), 4], rows.matmul(t34)),
    row([2, unknown(4)], t23.matmul(ones([3, unknown(4)]))),
    row([2], t23.matmul(t3)),
    row([4], t3.matmul(t34), ops.matmul(t3, t34)),
    row([], t3.matmul(t3)),
    row([2, 3, 5], t234.matmul(ones([4, 5])), t234.matmul(ones([1, 4, 5]))),
    row([2, 3], t234.matmul(ones([4]))),
    row([2, 4], t3.matmul(t234)),
    row([8, 7, 2, 4], ones([8, 1, 2, 3]).matmul(ones([7, 3, 4]))),
    row(gradual(2, 4), any.matmul(t34)),
  ],
  to: [row([2, 3], t23.to('float64'), ops.to(t23, 'int32')), row(gradual(2, 3), any.to('bool'))],
  clone: [row([2, 3], t23.clone(), ops.clone(t23)), row(gradual(2, 3), any.clone())],
  assign: [row([2, 3], ones([2, 3]).assign(t3), ones([2, 3]).assign(0), ops.assign(ones([2, 3]), t23))],
  backward: [
    row(
      [2, 3],
      gradientOf((x) => x.sum().backward()),
      gradientOf((x) => ops.backward(x, t23)),
    ),
  ],
}
