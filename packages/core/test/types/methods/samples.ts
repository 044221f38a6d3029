/** @file Tensors on which the shape tables call methods. */
import { ones, type Tensor, tensor, zeros } from '../../../src/index.ts'
import { unknown } from '../row.ts'

export const t0 = zeros([])
export const t3 = ones([3])
export const t13 = ones([1, 3])
export const t21 = ones([2, 1])
export const t23 = ones([2, 3])
export const t34 = ones([3, 4])
export const t234 = ones([2, 3, 4])
export const any: Tensor = ones([2, 3])
export const rows = zeros([unknown(2), 3])
export const axis = unknown(1)
export const keep: boolean = axis === 1
export const index = tensor(new Int32Array([0, 1, 1, 0]), { shape: [2, 2] })
