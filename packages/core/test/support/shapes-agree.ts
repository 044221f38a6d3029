/** @file One value, one pullback and one pushforward of a function, to see that their shapes agree. Imports autodiff.ts. */
import { expect } from 'vitest'
import { jvp, vjp } from '../../src/autodiff.ts'
import { onesLike } from '../../src/create.ts'
import type { Tensor } from '../../src/tensor.ts'
import { checked } from './checking.ts'

/** The value of f at x, after its derivatives in both modes had the shapes that they must have. */
export function differentiate(f: (x: Tensor) => Tensor, x: Tensor): Tensor {
  return checked(() => {
    const [y, pull] = vjp(f, x)
    expect(pull(onesLike(y))[0].shape).toEqual(x.shape)
    expect(jvp(f, [x], [onesLike(x)])[1].shape).toEqual(y.shape)
    return y
  })
}
