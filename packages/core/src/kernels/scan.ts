/** @file What runs along an axis: sums, products, and the recurrence that is both. Imports lines.ts. */
import type { TypedArray } from '../dtype.ts'
import { type Aval, emptyTensor, filledTensor, type Tensor } from '../tensor.ts'
import { forEachLine } from './lines.ts'

/**
 * r_i = a_i r_(i-1) + b_i along `axis` from r_0 = b_0, in float64, each r_i rounded once as it is stored; int32 modulo
 * 2^32. Without `a` a running sum; without `b` a running product, r_0 = a_0.
 */
export function scan(a: Tensor | undefined, b: Tensor | undefined, axis: number, out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const constant = (value: number): Tensor => filledTensor(out.shape, out.dtype, value)
  // -0 is the one number that added to -0 leaves it.
  const tensors = [result, b ?? a!, a ?? constant(1), b ?? constant(-0)]
  const arrays = tensors.map((x) => x.storage.data)
  const steps = tensors.map((x) => x.strides[axis]!)
  // A loop of its own for each kind of numbers: in one loop the sum would be a number of either kind, at half the speed.
  const line = out.dtype === 'int32' ? scanIntegers : scanFloats
  forEachLine(tensors, axis, (starts) => line(out.shape[axis]!, arrays, starts, steps))
  return result
}

type Numbers = readonly number[]

function scanFloats(
  size: number,
  [out, first, a, b]: readonly TypedArray[],
  [r, f, p, q]: Numbers,
  [rs, , as, bs]: Numbers,
): void {
  let total = first![f!]!
  for (let i = 0; i < size; i++, r! += rs!, p! += as!, q! += bs!) {
    if (i > 0) total = a![p!]! * total + b![q!]!
    out![r!] = total
  }
}

function scanIntegers(
  size: number,
  [out, first, a, b]: readonly TypedArray[],
  [r, f, p, q]: Numbers,
  [rs, , as, bs]: Numbers,
): void {
  let total = first![f!]!
  for (let i = 0; i < size; i++, r! += rs!, p! += as!, q! += bs!) {
    if (i > 0) total = (Math.imul(a![p!]!, total) + b![q!]!) | 0
    out![r!] = total
  }
}
