/** @file A call that succeeds, for each export of this family. */
import { binary, type Call, matrix, record, row, unary } from './samples.ts'

export const elementwiseCalls: Record<string, Call> = {
  ...record('abs cos exp expm1 log log1p neg relu sigmoid sign sin softplus sqrt square tanh', unary),
  ...record('add sub mul div pow maximum minimum eq ne lt le gt ge', binary),
  ...record('acos asin atan cosh erf reciprocal rsqrt silu sinh tan', unary),
  ...record('atan2 floorDivide remainder', binary),
  leakyRelu: () => [matrix, 0.2],
  elu: () => [matrix, 1.5],
  gelu: () => [matrix, { approximate: 'none' }],
  ...record('floor ceil round isNaN isFinite', unary),
  ...record('logicalAnd logicalOr', () => [matrix.gt(2), row.gt(1)]),
  logicalNot: () => [matrix.gt(2)],
  allClose: () => [matrix, row, { rtol: 1e-3, atol: 0 }],
  clamp: () => [matrix, 2, 4],
  where: () => [row.gt(1), row, 0],
}
