/** @file What every method of this family returns, and the function behind it. */
import * as ops from '../../../src/index.ts'
import { ones, type Shape, type Tensor, tensor } from '../../../src/index.ts'
import type { ElementwiseMethods } from '../../../src/methods/elementwise.ts'
import { gradual, type Row, row, unknown } from '../row.ts'
import { any, rows, t0, t3, t13, t21, t23 } from './samples.ts'

const truth = (isClose: boolean): Tensor<[]> => tensor(isClose)

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const elementwiseShapes: { readonly [Name in keyof ElementwiseMethods<Shape>]: readonly Row[] } = {
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
  remainder: [
    row([2, 3], t13.remainder(t21), t23.remainder(2), ops.remainder(2, t23)),
    row(gradual(2, 3), any.remainder(t23)),
  ],
  floorDivide: [
    row([2, 3], t13.floorDivide(t21), t23.floorDivide(2), ops.floorDivide(2, t23)),
    row(gradual(2, 3), any.floorDivide(t23)),
  ],
  atan2: [row([2, 3], t13.atan2(t21), t23.atan2(2), ops.atan2(2, t23)), row(gradual(2, 3), any.atan2(t23))],
  rsqrt: [row([2, 3], t23.rsqrt(), ops.rsqrt(t23)), row(gradual(2, 3), any.rsqrt())],
  reciprocal: [row([2, 3], t23.reciprocal(), ops.reciprocal(t23)), row(gradual(2, 3), any.reciprocal())],
  tan: [row([2, 3], t23.tan(), ops.tan(t23)), row(gradual(2, 3), any.tan())],
  asin: [row([2, 3], t23.asin(), ops.asin(t23)), row(gradual(2, 3), any.asin())],
  acos: [row([2, 3], t23.acos(), ops.acos(t23)), row(gradual(2, 3), any.acos())],
  atan: [row([2, 3], t23.atan(), ops.atan(t23)), row(gradual(2, 3), any.atan())],
  sinh: [row([2, 3], t23.sinh(), ops.sinh(t23)), row(gradual(2, 3), any.sinh())],
  cosh: [row([2, 3], t23.cosh(), ops.cosh(t23)), row(gradual(2, 3), any.cosh())],
  erf: [row([2, 3], t23.erf(), ops.erf(t23)), row(gradual(2, 3), any.erf())],
  silu: [row([2, 3], t23.silu(), ops.silu(t23)), row(gradual(2, 3), any.silu())],
  leakyRelu: [
    row([2, 3], t23.leakyRelu(), t23.leakyRelu(0.2), ops.leakyRelu(t23, 0.2)),
    row(gradual(2, 3), any.leakyRelu()),
  ],
  elu: [row([2, 3], t23.elu(), t23.elu(2), ops.elu(t23, 2)), row(gradual(2, 3), any.elu())],
  gelu: [
    row([2, 3], t23.gelu(), t23.gelu({ approximate: 'none' }), ops.gelu(t23, { approximate: 'none' })),
    row(gradual(2, 3), any.gelu()),
  ],
  floor: [row([2, 3], t23.floor(), ops.floor(t23)), row(gradual(2, 3), any.floor())],
  ceil: [row([2, 3], t23.ceil(), ops.ceil(t23)), row(gradual(2, 3), any.ceil())],
  round: [row([2, 3], t23.round(), ops.round(t23)), row(gradual(2, 3), any.round())],
  isNaN: [row([2, 3], t23.isNaN(), ops.isNaN(t23)), row(gradual(2, 3), any.isNaN())],
  isFinite: [row([2, 3], t23.isFinite(), ops.isFinite(t23)), row(gradual(2, 3), any.isFinite())],
  logicalAnd: [
    row([2, 3], t13.gt(0).logicalAnd(t21.gt(0)), t23.gt(0).logicalAnd(1), ops.logicalAnd(0, t23.gt(0))),
    row(gradual(2, 3), any.gt(0).logicalAnd(t23.gt(0))),
  ],
  logicalOr: [
    row([2, 3], t13.gt(0).logicalOr(t21.gt(0)), t23.gt(0).logicalOr(1), ops.logicalOr(0, t23.gt(0))),
    row(gradual(2, 3), any.gt(0).logicalOr(t23.gt(0))),
  ],
  logicalNot: [
    row([2, 3], t23.gt(0).logicalNot(), ops.logicalNot(t23.gt(0))),
    row(gradual(2, 3), any.gt(0).logicalNot()),
  ],
  allClose: [row([], truth(t23.allClose(t3)), truth(ops.allClose(t21, t13)), truth(any.allClose(1)))],
  clamp: [row([2, 3], t23.clamp(0, 1), ops.clamp(t23, 0, 1)), row(gradual(2, 3), any.clamp(0, 1))],
}
