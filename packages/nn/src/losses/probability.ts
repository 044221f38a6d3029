/** @file Products and values of probabilities at their edges. Imports core and errors.ts. */
import { abs, eq, logicalAnd, mul, type Tensor, where } from '@tapegrad/core/ops'
import { fail } from '../errors.ts'

/** weight * x, 0 where the weight is 0 and x infinite: what has no probability costs nothing, however unlikely it is. */
export function product(weight: Tensor, x: Tensor): Tensor {
  return mul(weight, where(logicalAnd(eq(weight, 0), eq(abs(x), Infinity)), 0, x))
}

/**
 * Throws where a value of `x` is `bad`, if values can be read: inside of vmap there are none yet, and what is computed from
 * such values is NaN. A NaN is not bad: it comes from elsewhere, and goes on to where it is looked for.
 */
export function checkValues(
  op: string,
  name: string,
  x: Tensor,
  bad: (value: number) => boolean,
  fix: string,
): void {
  let data: ArrayLike<number>
  try {
    data = x.data
  } catch {
    return
  }
  for (let i = 0; i < data.length; i++)
    if (bad(data[i]!)) fail(op, `${name} holds ${data[i]} (number ${i}), which is no probability; ${fix}`)
}
