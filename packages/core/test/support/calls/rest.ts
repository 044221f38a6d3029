/** @file A call that succeeds, for each export of this family. */
import * as tg from '../../../src/index.ts'
import { type Call, f64, int32, loss, matrix, record, row, tracked, unary } from './samples.ts'

export const restCalls: Record<string, Call> = {
  ...record('clone stopGradient', unary),
  to: () => [matrix, 'float32'],
  assign: () => [matrix.clone(), row],
  tensor: () => [
    [
      [1, 2],
      [3, 4],
    ],
    { shape: [4], dtype: 'float64', requiresGrad: true },
  ],
  zeros: () => [[2, 3], { dtype: 'float64', requiresGrad: true }],
  ones: () => [[2, 3], { dtype: 'int32' }],
  full: () => [[2, 3], 5, { dtype: 'int32' }],
  zerosLike: () => [matrix, { dtype: 'bool' }],
  onesLike: () => [matrix, {}],
  eye: () => [3, { dtype: 'float64' }],
  arange: () => [0, 5, 1, { dtype: 'int32' }],
  linspace: () => [0, 1, 5, { dtype: 'float64' }],
  oneHot: () => [int32([0, 2]), 3, { dtype: 'float64' }],
  rand: () => [[2, 3], { dtype: 'float64', generator: new tg.Generator(1) }],
  randn: () => [[2, 3], { requiresGrad: true }],
  randint: () => [0, 5, [2, 3], { dtype: 'float32' }],
  permutation: () => [5, {}],
  manualSeed: () => [5],
  Generator: () => [5],
  backward: () => [tracked(), f64([1, 1, 1]), { createGraph: true }],
  grad: () => [loss, { argnums: 0, createGraph: true }],
  valueAndGrad: () => [loss, { argnums: [0] }],
  vjp: () => [loss, row],
  jvp: () => [loss, [row], [row]],
  vmap: () => [loss, { inAxes: 0, outAxes: 0 }],
  noGrad: () => [() => 1],
  tape: () => [tracked()],
  printTape: () => [tracked()],
  toDot: () => [tracked()],
  toJSON: () => [tracked()],
  gradcheck: () => [loss, [row], { order: 1, directions: 2 }],
  assertGradcheck: () => [loss, [row], { order: 1 }],
  defineOp: () => [
    { name: 'double', forward: (x: tg.Tensor) => x.mul(2), jvp: ([dx]: tg.Tensor[]) => dx!.mul(2) },
  ],
}
