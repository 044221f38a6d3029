/** @file The ops as free functions: a barrel. */
export type { Range } from '../movement-types.ts'
export { elu, erf, type GeluOptions, gelu, leakyRelu, reciprocal, rsqrt, silu } from './activations.ts'
export { floorDivide, remainder } from './arithmetic.ts'
export { broadcastTo, type ReduceOptions, sum } from './broadcast.ts'
export { cholesky } from './cholesky.ts'
export { eq, ge, gt, le, lt, ne } from './compare.ts'
export { logSoftmax, logsumexp, mean, softmax, std, type VarianceOptions, variance } from './composite.ts'
export type { Conv1dOptions, Conv2dOptions, ConvTranspose2dOptions, Pool2dOptions } from './conv/types.ts'
export { conv1d, conv2d, convTranspose2d } from './conv.ts'
export { add } from './define.ts'
export { det } from './det.ts'
export { diagonal } from './diagonal.ts'
export { dot, outer } from './dot.ts'
export { einsum } from './einsum.ts'
export {
  abs,
  clamp,
  cos,
  div,
  exp,
  expm1,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
} from './elementwise.ts'
export { gather, scatterAdd } from './gather.ts'
export { concat, stack } from './join.ts'
export {
  type AllCloseOptions,
  all,
  allClose,
  any,
  isFinite,
  isNaN,
  logicalAnd,
  logicalNot,
  logicalOr,
} from './logic.ts'
export { maskedFill, tril, triu } from './mask.ts'
export { linear, matmul } from './matmul.ts'
export { assign, clone, stopGradient, to } from './memory.ts'
export { norm } from './norm.ts'
export type { Operand } from './operand.ts'
export { argsort, sort, type TopK, topk } from './order.ts'
export { avgPool2d, maxPool2d } from './pool.ts'
export { argmax, argmin, max, min, prod } from './reduce.ts'
export { flatten, permute, reshape, squeeze, transpose, unsqueeze } from './reshape.ts'
export { ceil, floor, round } from './rounding.ts'
export { cumprod, cumsum } from './scan.ts'
export { flip, pad, slice } from './slice.ts'
export { inv, solve } from './solve.ts'
export { take } from './take.ts'
export { roll, split, tile } from './tile.ts'
export { acos, asin, atan, atan2, cosh, sinh, tan } from './trigonometry.ts'
export { where } from './where.ts'
