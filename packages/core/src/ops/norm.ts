/** @file The Euclidean norm. Imports reduce.ts and where.ts. */
import type { Fold } from '../kernels/reduce.ts'
import type { Tensor } from '../tensor.ts'
import { expandReduced, type ReduceParams, type Reduction } from './broadcast.ts'
import { eq } from './compare.ts'
import { div } from './elementwise.ts'
import { checkFloat } from './operand.ts'
import { reducing } from './reduce.ts'
import { where } from './where.ts'

/** Sum of (factor x)², pairwise over blocks of 128 as sums are. */
function sumOfSquares(
  data: ArrayLike<number>,
  start: number,
  count: number,
  step: number,
  factor: number,
): number {
  if (count > 128) {
    const half = count >> 1
    return (
      sumOfSquares(data, start, half, step, factor) +
      sumOfSquares(data, start + half * step, count - half, step, factor)
    )
  }
  let sum = 0
  for (let i = 0, p = start; i < count; i++, p += step) {
    const scaled = factor * data[p]!
    sum += scaled * scaled
  }
  return sum
}

const normFold: Fold = (data, start, count, step) => {
  const sum = sumOfSquares(data, start, count, step, 1)
  // Between these bounds no square that matters has lost digits or overflown.
  if (sum > 1e-280 && sum < Infinity) return Math.sqrt(sum)
  // A power of two, so that scaling rounds nothing.
  const factor = sum < 1 ? 2 ** 600 : 2 ** -600
  return Math.sqrt(sumOfSquares(data, start, count, step, factor)) / factor
}

/** x / |x|, the direction in which the norm grows; 0 where the norm is 0, and with it all derivatives there. */
function directionOf(x: Tensor, out: Tensor, params: ReduceParams): Tensor {
  const length = expandReduced(out, x.shape, params)
  const zero = eq(length, 0)
  return where(zero, 0, div(x, where(zero, 1, length)))
}

/**
 * Euclidean norm over `axis` (one, several, or all): the square root of the sum of squares, without overflow, 0 for no
 * elements. Its gradient x / norm is 0 where the norm is 0, as PyTorch's.
 */
export const norm: Reduction = /* @__PURE__ */ reducing('norm', {
  fold: normFold,
  check: checkFloat,
  slope: directionOf,
})
