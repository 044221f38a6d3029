/** @file Ops that look things up by int32 indices, inside vmap: the range of one example counts, and its axes are named. */
import { describe, expect, it } from 'vitest'
import { grad, oneHot, stack, type Tensor, tensor, vmap } from '../src/index.ts'
import { messageOf } from './support/messages.ts'

const i32 = (value: number[] | number[][]): Tensor => tensor(value, { dtype: 'int32' })
const f64 = (value: number[] | number[][] | number[][][]): Tensor => tensor(value, { dtype: 'float64' })
const X = f64([
  [10, 11, 12],
  [20, 21, 22],
])
const one = f64([1])
const loop = (f: (...xs: Tensor[]) => Tensor, ...stacks: Tensor[]): Tensor =>
  stack([0, 1].map((b) => f(...stacks.map((x) => x.slice([b])))))

const lookUps: readonly [string, (x: Tensor, i: Tensor) => Tensor, string][] = [
  ['take', (x, i) => x.take(i, 0), 'take: index 3 (number 0) is out of range for axis 0 of size 3'],
  ['gather', (x, i) => x.gather(i, 0), 'gather: index 3 is out of range for axis 0 of size 3; use -3 to 2'],
  [
    'scatterAdd',
    (x, i) => x.scatterAdd(i, one, 0),
    'scatterAdd: index 3 is out of range for axis 0 of size 3; use -3 to 2',
  ],
]

describe.each(lookUps)('%s', (_, f, message) => {
  it('refuses an index that only the stack has', () => {
    expect(messageOf(() => f(X.slice([0]), i32([3])))).toBe(message)
    expect(messageOf(() => vmap(f)(X, i32([[3], [0]])))).toBe(message)
    expect(messageOf(() => vmap(f)(X, i32([[0], [3]])))).toBe(message)
    expect(messageOf(() => vmap(f, { inAxes: [null, 0] })(X.slice([0]), i32([[0], [3]])))).toBe(message)
    expect(messageOf(() => vmap(f, { inAxes: [0, null] })(X, i32([3])))).toBe(message)
    // Two axes of examples, and a derivative.
    expect(
      messageOf(() =>
        vmap(vmap(f))(
          stack([X, X]),
          i32([[3], [0]])
            .unsqueeze(0)
            .tile([2, 1, 1]),
        ),
      ),
    ).toBe(message)
    expect(
      messageOf(() => vmap(grad((x: Tensor, i: Tensor) => f(x, i).sum() as Tensor<[]>))(X, i32([[0], [3]]))),
    ).toBe(message)
  })

  it('counts negative indices from the end of an example', () => {
    const indices = i32([[-3], [-1]])
    expect(vmap(f)(X, indices).toArray()).toEqual(loop(f, X, indices).toArray())
    expect(messageOf(() => vmap(f)(X, i32([[-1], [-4]])))).toContain('index -4')
  })
})

it('an axis that is not the first keeps its name', () => {
  const deep = stack([X, X])
  const take = (x: Tensor, i: Tensor): Tensor => x.take(i, -1)
  expect(messageOf(() => vmap(take)(deep, i32([[0], [3]])))).toBe(
    'take: index 3 (number 0) is out of range for axis 1 of size 3',
  )
  const gather = (x: Tensor, i: Tensor): Tensor => x.gather(i, 1)
  expect(messageOf(() => vmap(gather, { inAxes: [0, null] })(deep, i32([[0], [3]])))).toBe(
    'gather: index 3 is out of range for axis 1 of size 3; use -3 to 2',
  )
  expect(messageOf(() => vmap(gather)(f64([[[], []]]), i32([[0], [0]]).unsqueeze(0)))).toBe(
    'gather: index 0 of axis 1, which has no elements',
  )
})

describe('oneHot', () => {
  it('of each example', () => {
    expect(vmap((i: Tensor) => oneHot(i, 3))(i32([2, 0])).toArray()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ])
    const pair = (i: Tensor): Tensor => oneHot(i, 2, { dtype: 'bool' })
    const table = i32([
      [0, 1],
      [1, 1],
    ])
    const result = vmap(vmap(pair))(table)
    expect(result.dtype).toBe('bool')
    expect(result.toArray()).toEqual(pair(table).toArray())
  })

  it('refuses a class that does not exist', () => {
    expect(messageOf(() => vmap((i: Tensor) => oneHot(i, 3))(i32([2, 3])))).toBe(
      'oneHot: index 3 (number 1) is out of range for 3 classes',
    )
    expect(messageOf(() => vmap((i: Tensor) => oneHot(i, 3))(X))).toContain(
      'oneHot: indices have dtype float64',
    )
  })

  it('is a constant of derivatives inside', () => {
    const f = (x: Tensor, i: Tensor): Tensor<[]> =>
      oneHot(i, 3, { dtype: 'float64' }).mul(x.square()).sum() as Tensor<[]>
    expect(vmap(grad(f))(X, i32([1, 2])).toArray()).toEqual([
      [0, 22, 0],
      [0, 0, 44],
    ])
  })
})
