/** @file assign, the one in-place operation: what it copies, what it refuses, and who notices. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assign,
  flip,
  grad,
  noGrad,
  permute,
  slice,
  TapegradError,
  type Tensor,
  tensor,
} from '../src/index.ts'
import { f64, leaf, values } from './support/f64.ts'

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('assign', () => {
  it('copies values and returns the target, which stays the same tensor', () => {
    const x = f64([1, 2, 3])
    const value = f64([4, 5, 6])
    const { storage } = x
    expect(x.assign(value)).toBe(x)
    expect([values(x), x.storage === storage]).toEqual([[4, 5, 6], true])
    value.assign(0)
    expect(values(x)).toEqual([4, 5, 6])
  })
  it('takes a number, and broadcasts', () => {
    const x = f64([
      [1, 2],
      [3, 4],
    ])
    expect(values(x.assign(7))).toEqual([
      [7, 7],
      [7, 7],
    ])
    expect(values(assign(x, f64([1, 2])))).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(values(assign(x, f64([[5], [6]])))).toEqual([
      [5, 5],
      [6, 6],
    ])
    expect(values(assign(x, f64(9)))).toEqual([
      [9, 9],
      [9, 9],
    ])
  })
  it('writes through views: rows, columns, reversed, stepped', () => {
    const x = f64([range(3), range(3), range(3)])
    x.slice([0]).assign(f64([1, 2, 3]))
    x.slice([null, 2]).assign(f64([7, 8, 9]))
    flip(x.slice([1])).assign(f64([30, 20, 10]))
    x.T.slice([0, [1, null]]).assign(-1)
    expect(values(x)).toEqual([
      [1, 2, 7],
      [-1, 20, 30],
      [-1, 1, 9],
    ])
  })
  it('takes empty and 0-d targets', () => {
    expect(values(f64([]).assign(5))).toEqual([])
    expect(values(f64([]).assign(f64([])))).toEqual([])
    expect(values(f64(1).assign(f64(2)))).toBe(2)
  })
  it('works on leaves, inside and outside of noGrad, and leaves them leaves', () => {
    const w = leaf([1, 2])
    w.assign(w.mul(3))
    noGrad(() => w.assign(w.sub(1)))
    expect([values(w), w.requiresGrad, w.node!.primitive]).toEqual([[2, 5], true, null])
    w.square().sum().backward()
    expect(values(w.grad)).toEqual([4, 10])
  })
  it.each([
    ['int32', [3, -4]],
    ['bool', [true, false]],
    ['float32', [0.5, 2]],
  ] as const)('keeps %s', (dtype, data) => {
    const x = tensor(data.map((v) => !v) as never, { dtype }) as Tensor
    expect(values(x.assign(tensor([...data] as never, { dtype })))).toEqual(data)
  })
})

describe('assign with source and target in the same memory', () => {
  it('a tensor onto itself, and its reverse onto itself', () => {
    const x = f64([1, 2, 3, 4])
    expect(values(x.assign(x))).toEqual([1, 2, 3, 4])
    expect(values(x.assign(flip(x)))).toEqual([4, 3, 2, 1])
    expect(values(flip(x).assign(x))).toEqual([4, 3, 2, 1])
    expect(values(x)).toEqual([1, 2, 3, 4])
  })
  it('shifted by one, both ways, and a transpose', () => {
    const x = f64(range(100))
    x.slice([[1, 100]]).assign(x.slice([[0, 99]]))
    expect(values(x)).toEqual([0, ...range(99)])
    const y = f64(range(100))
    y.slice([[0, 99]]).assign(y.slice([[1, 100]]))
    expect(values(y)).toEqual([...range(100).slice(1), 99])
    const z = f64([
      [1, 2],
      [3, 4],
    ])
    expect(values(z.assign(z.T))).toEqual([
      [1, 3],
      [2, 4],
    ])
  })
  it('one of its own elements, broadcast', () => {
    const x = f64([1, 2, 3])
    expect(values(x.assign(x.slice([[2, 3]])))).toEqual([3, 3, 3])
  })
  it('through detach', () => {
    const x = leaf([1, 2, 3])
    x.assign(flip(x.detach()))
    expect(values(x)).toEqual([3, 2, 1])
  })
  it('any view onto any other of its shape equals the copy made first', () => {
    const view = fc.record({
      flips: fc.subarray([0, 1]),
      swap: fc.boolean(),
      row: fc.integer({ min: 0, max: 2 }),
      column: fc.integer({ min: 0, max: 2 }),
    })
    fc.assert(
      fc.property(view, view, (a, b) => {
        const take = (x: Tensor, { flips, swap, row, column }: typeof a): Tensor => {
          const part = slice(x, [
            [row, row + 3],
            [column, column + 3],
          ])
          return flip(swap ? permute(part, [1, 0]) : part, flips)
        }
        const make = (): Tensor =>
          f64([range(5), range(5), range(5), range(5), range(5)]).add(f64(range(5).map((r) => [10 * r])))
        const [x, y] = [make(), make()]
        take(x, a).assign(take(x, b))
        take(y, a).assign(take(y, b).clone())
        expect(values(x)).toEqual(values(y))
      }),
      { numRuns: 100 },
    )
  })
  it('two tensors on one slab do not touch each other', () => {
    // 20 float64 are 160 bytes: both come from one 4 KB slab.
    const x = f64(range(20)).clone()
    const y = f64(range(20)).clone()
    expect(x.storage.data).toBe(y.storage.data)
    expect(x.storage.base).not.toBe(y.storage.base)
    x.assign(-1)
    expect([values(x), values(y)]).toEqual([range(20).map(() => -1), range(20)])
    y.assign(x)
    expect(values(y)).toEqual(values(x))
    const { version } = x.storage
    y.assign(3)
    expect(x.storage.version).toBe(version)
  })
})

describe('assign refuses', () => {
  const x = f64([
    [1, 2],
    [3, 4],
  ])
  it.each([
    [
      'a broadcast view',
      () => f64([1, 2]).broadcastTo([3, 2]).assign(0),
      'axis 0 of the target repeats one element',
    ],
    [
      'a tracked tensor that is no leaf',
      () => leaf([1]).mul(2).assign(0),
      'the target was computed by mul and is tracked',
    ],
    [
      'a view of a leaf while recording',
      () => leaf([1, 2]).slice([0]).assign(0),
      'the target was computed by',
    ],
    [
      'a shape that does not fit',
      () => assign(x, f64([1, 2, 3]) as never),
      "a value of shape [3] does not fit the target's shape [2, 2]",
    ],
    [
      'a shape that would widen the target',
      () => assign(f64([1]), f64([1, 2]) as never),
      'a value of shape [2] does not fit',
    ],
    ['more axes', () => assign(f64([1]), f64([[1]]) as never), 'a value of shape [1, 1] does not fit'],
    [
      'another dtype',
      () => assign(x, tensor(1) as never),
      "the target is float64, the value float32; convert it with to('float64')",
    ],
    [
      'a fraction for int32',
      () => (tensor([1], { dtype: 'int32' }) as Tensor).assign(1.5),
      '1.5 with an int32 tensor',
    ],
    [
      'a number beyond int32',
      () => (tensor([1], { dtype: 'int32' }) as Tensor).assign(2 ** 31),
      '2147483648 with an int32 tensor',
    ],
    ['a number that is no truth value', () => (tensor([true]) as Tensor).assign(2), '2 with a bool tensor'],
    ['an array', () => x.assign([1] as never), 'expected a tensor, got [1]'],
    ['nothing', () => x.assign(undefined as never), 'expected a tensor, got undefined'],
    ['no target', () => assign(3 as never, 3), 'expected a tensor, got 3'],
  ])('%s', (_, run, message) => {
    const before = values(x)
    expect(run).toThrow(TapegradError)
    expect(run).toThrow(`assign: ${message}`)
    expect(values(x)).toEqual(before)
  })
  it('nothing of what a view of size-1 axes or a noGrad view of a leaf needs', () => {
    expect(
      values(
        f64([[1, 2]])
          .broadcastTo([1, 2])
          .assign(5),
      ),
    ).toEqual([[5, 5]])
    const w = leaf([1, 2])
    noGrad(() => w.slice([0])).assign(9)
    expect(values(w)).toEqual([9, 2])
  })
  it('the inputs of a transform: they are not the variables of the caller', () => {
    expect(() => grad((x: Tensor) => x.assign(1).sum())(f64([1]))).toThrow(
      'assign: the target was computed by alias',
    )
  })
})
