/** @file Tensors without elements, without axes, and with axes of size 1: the right answer or a TapegradError. */
import { describe, expect, it } from 'vitest'
import { jvp, vjp } from '../../src/autodiff.ts'
import { tensor, zeros } from '../../src/create.ts'
import { TapegradError } from '../../src/errors.ts'
import {
  argmax,
  broadcastTo,
  clamp,
  concat,
  flatten,
  flip,
  linear,
  logSoftmax,
  logsumexp,
  matmul,
  max,
  mean,
  min,
  mul,
  pad,
  permute,
  prod,
  reshape,
  slice,
  softmax,
  squeeze,
  stack,
  std,
  sum,
  take,
  transpose,
  unsqueeze,
  variance,
} from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { checked } from '../support/checking.ts'
import { LAYOUTS, place } from '../support/layouts.ts'
import { binaryRows } from './table/binary.ts'
import { elementwiseRows } from './table/elementwise.ts'
import { callOf, nameOf } from './table/row.ts'

const empty = (...shape: number[]): Tensor => zeros(shape, { dtype: 'float64' })
const reduceAny = (f: unknown): ((x: Tensor, axis?: unknown, options?: object) => Tensor) => f as never

/** f, its vjp and its jvp: no error, and shapes that agree. */
function differentiate(f: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]): Tensor {
  return checked(() => {
    const y = f(...xs)
    const [, pull] = vjp(f, ...xs)
    pull(zeros([...y.shape], { dtype: 'float64' })).forEach((ct, i) => {
      expect(ct.shape).toEqual(xs[i]!.shape)
    })
    const dy = jvp(
      f,
      xs,
      xs.map((x) => zeros([...x.shape], { dtype: 'float64' })),
    )[1]
    expect(dy.shape).toEqual(y.shape)
    return y
  })
}

describe('no elements: elementwise ops', () => {
  const table = [...elementwiseRows, ...binaryRows].filter(
    (row) =>
      row.order > 0 && row.inputs.every(({ shape, dtype }) => shape.length === 2 && dtype === undefined),
  )
  it.each(table.map((row) => [nameOf(row), row] as const))('%s', (_, row) => {
    for (const layout of LAYOUTS) {
      for (const shape of [
        [0, 3],
        [2, 0],
        [0, 0],
      ]) {
        const xs = row.inputs.map(() => place({ shape, data: [] }, 'float64', layout))
        expect(differentiate(callOf(row), ...xs).shape).toEqual(shape)
      }
    }
  })

  it('size 1 stretches to 0, and sums over nothing are 0', () => {
    const one = tensor([[2]], { dtype: 'float64' })
    const y = differentiate(mul, one, empty(0, 3))
    expect(y.shape).toEqual([0, 3])
    expect(vjp(mul, one, empty(0, 3))[1](empty(0, 3))[0].toArray()).toEqual([[0]])
  })
})

describe('no elements: reductions', () => {
  const x = empty(2, 0, 3)

  it('sum is 0, prod is 1, logsumexp -Infinity', () => {
    for (const axis of [1, [0, 1], undefined]) {
      const expected = (value: number): number[] =>
        new Array(axis === undefined ? 1 : axis === 1 ? 6 : 3).fill(value)
      expect([...differentiate((x) => sum(x!, axis), x).data]).toEqual(expected(0))
      expect([...differentiate((x) => prod(x!, axis), x).data]).toEqual(expected(1))
      expect([...differentiate((x) => logsumexp(x!, axis), x).data]).toEqual(expected(-Infinity))
    }
  })

  it('their derivatives are of nothing, hence 0', () => {
    for (const f of [sum, prod, logsumexp])
      for (const keepdims of [false, true]) {
        const call = (x: Tensor): Tensor => reduceAny(f)(x, 1, { keepdims })
        expect([...jvp(call, [x], [x])[1].data], f.name).toEqual(new Array(6).fill(0))
        expect(call(x).shape).toEqual(keepdims ? [2, 1, 3] : [2, 3])
        expect(vjp(call, x)[1](call(x))[0].shape).toEqual([2, 0, 3])
      }
  })

  it('max, min, mean, variance, std and argmax of no elements are errors that name them', () => {
    for (const [name, f] of Object.entries({ max, min, mean, variance, std, argmax })) {
      for (const axis of [1, undefined]) {
        const call = (): Tensor => reduceAny(f)(x, axis)
        expect(call).toThrow(TapegradError)
        expect(call).toThrow(new RegExp(`^${name}: `))
      }
    }
    expect(() => max(x)).toThrow('max: axis 1 of [2, 0, 3] is empty; the max of no elements is not defined')
    expect(() => mean(x, 1)).toThrow('mean: there are no elements to average in [2, 0, 3]')
  })

  it('along another axis they are empty', () => {
    for (const f of [sum, prod, max, min, mean, variance, std, logsumexp]) {
      const y = differentiate((x) => reduceAny(f)(x!, 2), x)
      expect(y.shape).toEqual([2, 0])
    }
    expect(argmax(x, 0).shape).toEqual([0, 3])
    for (const f of [softmax, logSoftmax]) {
      for (const axis of [0, 1, 2]) expect(differentiate((x) => f(x!, axis), x).shape).toEqual([2, 0, 3])
    }
  })
})

describe('no elements: movement, joining, products', () => {
  it('move as other tensors do', () => {
    const x = empty(2, 0, 3)
    const cases: readonly (readonly [(x: Tensor) => Tensor, number[]])[] = [
      [(x) => reshape(x, [0, 5]), [0, 5]],
      [(x) => flatten(x), [0]],
      [(x) => flatten(x, 0, 1), [0, 3]],
      [(x) => permute(x, [2, 0, 1]), [3, 2, 0]],
      [(x) => transpose(x), [3, 0, 2]],
      [(x) => unsqueeze(x, 1), [2, 1, 0, 3]],
      [(x) => slice(x, [0, null, [1, null]]), [0, 2]],
      [(x) => slice(x, [null, [5, 9]]), [2, 0, 3]],
      [(x) => flip(x), [2, 0, 3]],
      [(x) => broadcastTo(x, [4, 2, 0, 3]), [4, 2, 0, 3]],
      [(x) => clamp(x, 0, 1), [2, 0, 3]],
      [(x) => take(x, [1, 0, 1], 0), [3, 0, 3]],
      [(x) => take(x, [], 2), [2, 0, 0]],
      [(x) => concat([x, empty(2, 4, 3)], 1), [2, 4, 3]],
      [(x) => stack([x, x], 3), [2, 0, 3, 2]],
    ]
    for (const [f, shape] of cases) expect(differentiate((x) => f(x!), x).shape).toEqual(shape)
    expect(() => take(x, [0], 1)).toThrow('take: index 0 (number 0) is out of range for axis 1 of size 0')
    expect(() => reshape(x, [2, -1])).not.toThrow()
    expect(() => reshape(x, [0, -1])).toThrow(TapegradError)
  })

  it('pad fills what was empty', () => {
    const y = differentiate((x) => pad(x!, [[1, 1]], 7), empty(0))
    expect(y.toArray()).toEqual([7, 7])
  })

  it('matmul over an inner axis of size 0 is 0', () => {
    const y = differentiate(matmul, empty(2, 0), empty(0, 3))
    expect(y.toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ])
    expect(differentiate(matmul, empty(0, 2), empty(2, 3)).shape).toEqual([0, 3])
    expect(differentiate(matmul, empty(0), empty(0)).item()).toBe(0)
    expect(differentiate(matmul, empty(0, 2, 3), empty(3, 4)).shape).toEqual([0, 2, 4])
    expect(differentiate(matmul, empty(0, 2, 3), empty(0, 3, 4)).shape).toEqual([0, 2, 4])
    expect(differentiate((x, w) => linear(x!, w!), empty(0, 3), empty(2, 3)).shape).toEqual([0, 2])
  })
})

describe('0-d tensors', () => {
  const x = tensor(3, { dtype: 'float64' })

  it('reduce, reshape and repeat', () => {
    for (const f of [sum, prod, max, min, mean, logsumexp]) expect(reduceAny(f)(x).item()).toBe(3)
    expect([variance(x).item(), std(x).item(), argmax(x).item()]).toEqual([0, 0, 0])
    expect(reshape(x, [1, 1]).shape).toEqual([1, 1])
    expect(flatten(x).shape).toEqual([1])
    expect([transpose(x), permute(x, []), flip(x), slice(x, []), squeeze(x)].map((y) => y.item())).toEqual([
      3, 3, 3, 3, 3,
    ])
    expect(stack([x, x]).toArray()).toEqual([3, 3])
    expect(pad(x, []).item()).toBe(3)
    expect(broadcastTo(x, [2]).toArray()).toEqual([3, 3])
  })

  it('have no axis to name', () => {
    const calls: readonly (readonly [string, () => Tensor])[] = [
      ['sum', () => reduceAny(sum)(x, 0)],
      ['max', () => reduceAny(max)(x, -1)],
      ['argmax', () => reduceAny(argmax)(x, 0)],
      ['softmax', () => reduceAny(softmax)(x, 0)],
      ['logSoftmax', () => reduceAny(logSoftmax)(x, -1)],
      ['flip', () => reduceAny(flip)(x, 0)],
      ['squeeze', () => reduceAny(squeeze)(x, 0)],
      ['take', () => (take as unknown as (x: Tensor, i: number[], axis: number) => Tensor)(x, [0], 0)],
      ['transpose', () => (transpose as unknown as (x: Tensor, a: number, b: number) => Tensor)(x, 0, 1)],
      ['concat', () => concat([x, x] as never)],
      ['matmul', () => matmul(x, x as never)],
      ['slice', () => slice(x, [0] as never)],
    ]
    for (const [name, call] of calls) {
      expect(call).toThrow(TapegradError)
      expect(call).toThrow(new RegExp(`^${name}: `))
    }
  })
})
