/** @file Arguments that the right calls of exports share. Imports the package. */
import * as tg from '../../../src/index.ts'

export const f64 = (value: number | number[] | number[][]): tg.Tensor =>
  tg.tensor(value, { dtype: 'float64' })
export const int32 = (value: number[]): tg.Tensor => tg.tensor(value, { dtype: 'int32' })
export const row = f64([1, 2, 3])
export const matrix = f64([
  [1, 2, 3],
  [4, 5, 6],
])
export const square = f64([
  [1, 2],
  [3, 4],
])
export const loss = (x: tg.Tensor): tg.Tensor => tg.sum(tg.square(x))
export const tracked = (): tg.Tensor => tg.tensor([1, 2, 3], { dtype: 'float64', requiresGrad: true }).exp()

/** Arguments of a call that must succeed. */
export type Call = () => unknown[]

export const unary: Call = () => [matrix]
export const binary: Call = () => [matrix, row]
export const reduction: Call = () => [matrix, 1, { keepdims: true }]
export const record = (keys: string, call: Call): Record<string, Call> =>
  Object.fromEntries(keys.split(' ').map((key) => [key, call]))
