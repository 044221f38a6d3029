/** @file take of rows that are copied whole, of rows that are not, and of both beside each other. */
import { arange, type DType, type Tensor } from '@tapegrad/core'
import { describe, expect, it } from 'vitest'

const INDICES = [2, 0, -1, 2]

/** Row by row, with plain arrays. */
const byLoop = (x: Tensor): unknown[] => {
  const rows = x.toArray() as unknown[]
  return INDICES.map((i) => rows.at(i))
}

describe.each([64, 65, 100])('rows of %i elements', (length) => {
  const table = (dtype: DType): Tensor =>
    arange(3 * length, { dtype: 'float64' })
      .to(dtype)
      .reshape([3, length]) as Tensor

  it.each(['float32', 'float64', 'int32', 'bool'] as const)('of %s are copied', (dtype) => {
    const x = table(dtype)
    expect(x.take(INDICES, 0).toArray()).toEqual(byLoop(x))
  })

  it('may be strided, reversed, a part of longer ones, or one number each', () => {
    const x = table('float32')
    const wide = arange(6 * length).reshape([3, 2 * length]) as Tensor
    const views: Tensor[] = [
      arange(3 * length).reshape([length, 3]).T as Tensor,
      x.flip(1),
      x.flip(0),
      wide.slice([null, [length - 2, 2 * length - 2]]) as Tensor,
      wide.slice([null, [0, null, 2]]) as Tensor,
      (x.slice([null, [0, 1]]) as Tensor).broadcastTo([3, length]) as Tensor,
    ]
    for (const view of views) expect(view.take(INDICES, 0).toArray()).toEqual(byLoop(view))
  })
})
