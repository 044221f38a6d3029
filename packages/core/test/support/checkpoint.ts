/** @file What the tests of checkpoint compute with: a layer, its weight and its input. */
import type { Fn } from './differences.ts'
import { f64 } from './f64.ts'

export const W = f64([
  [0.5, -0.3, 0.8],
  [0.2, 0.9, -0.4],
  [-0.7, 0.1, 0.6],
])
export const X = f64([0.3, -0.6, 0.9])
export const layer: Fn = (x, w) => w!.matmul(x!).tanh().mul(x!).add(x!.sin())
