/** @file A call that succeeds, for each export of this family. */
import * as tg from '../../../src/index.ts'
import { type Call, f64, record } from './samples.ts'

const ones = (...shape: number[]): tg.Tensor => tg.ones(shape, { dtype: 'float64' })
const pool: Call = () => [ones(1, 2, 4, 4), { kernelSize: [2, 3], stride: 1, padding: 1 }]

export const convCalls: Record<string, Call> = {
  conv1d: () => [ones(2, 2, 5), ones(2, 1, 3), { groups: 2, padding: 'same', bias: f64([1, 2]) }],
  conv2d: () => [ones(1, 2, 4, 4), ones(4, 1, 2, 2), { groups: 2, padding: [1, 0], stride: 2, dilation: 1 }],
  convTranspose2d: () => [
    ones(1, 2, 3, 3),
    ones(2, 1, 2, 2),
    { stride: 2, outputPadding: 1, bias: f64([1]) },
  ],
  ...record('maxPool2d avgPool2d', pool),
}
