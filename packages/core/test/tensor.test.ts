/** @file The Tensor itself: shape, strides, data, item, toArray, for every dtype and every kind of view. */
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DType, flip, noGrad, permute, TapegradError, Tensor, tensor, zeros } from '../src/index.ts'
import type { NestedValues } from '../src/movement-types.ts'
import { f64, leaf, values } from './support/f64.ts'

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array }
const DTYPES = Object.keys(ARRAYS) as DType[]
const matrix = (dtype: DType): Tensor =>
  tensor(
    dtype === 'bool'
      ? [
          [true, false, true],
          [false, false, true],
        ]
      : [
          [1, 2, 3],
          [4, 5, 6],
        ],
    { dtype },
  )

describe.each(DTYPES)('%s', (dtype) => {
  const x = matrix(dtype)
  const truth = dtype === 'bool'
  const rows = truth
    ? [
        [true, false, true],
        [false, false, true],
      ]
    : [
        [1, 2, 3],
        [4, 5, 6],
      ]
  const flat = truth ? [1, 0, 1, 0, 0, 1] : [1, 2, 3, 4, 5, 6]

  it('has shape, strides, dtype, ndim and size', () => {
    expect([x.shape, x.strides, x.dtype, x.ndim, x.size]).toEqual([[2, 3], [3, 1], dtype, 2, 6])
    expect([x.T.shape, x.T.strides, x.T.ndim, x.T.size]).toEqual([[3, 2], [1, 3], 2, 6])
    expect([zeros([], { dtype }).ndim, zeros([], { dtype }).size]).toEqual([0, 1])
    expect([zeros([2, 0], { dtype }).ndim, zeros([2, 0], { dtype }).size]).toEqual([2, 0])
  })
  it('gives its own memory as data when contiguous, and a row-major copy otherwise', () => {
    expect(x.data).toBeInstanceOf(ARRAYS[dtype])
    expect([...x.data]).toEqual(flat)
    expect(x.data.buffer).toBe(x.storage.data.buffer)
    const row = x.slice([1])
    expect([...row.data]).toEqual(flat.slice(3))
    expect(row.data.buffer).toBe(x.storage.data.buffer)
    expect([...x.T.data]).toEqual([0, 3, 1, 4, 2, 5].map((i) => flat[i]))
    expect(x.T.data.buffer).not.toBe(x.storage.data.buffer)
    expect([...flip(x).data]).toEqual([...flat].reverse())
    expect(x.slice([null, [0, 3, 2]]).data).toEqual(ARRAYS[dtype].from([0, 2, 3, 5].map((i) => flat[i]!)))
    expect([...x.slice([[0, 1]]).broadcastTo([2, 3]).data]).toEqual([
      ...flat.slice(0, 3),
      ...flat.slice(0, 3),
    ])
    expect(x.T.data).toBeInstanceOf(ARRAYS[dtype])
  })
  it('does not show its neighbours on a slab', () => {
    const n = 2 * Math.ceil(80 / x.data.BYTES_PER_ELEMENT)
    const [a, b] = [zeros([n], { dtype }).clone(), zeros([n], { dtype }).clone()]
    expect(a.data.buffer).toBe(b.data.buffer)
    a.assign(1)
    expect([a.data.length, b.data.length]).toEqual([n, n])
    expect([...new Set(a.data), ...new Set(b.data)]).toEqual([1, 0])
    const middle = a.slice([[1, n - 1]])
    expect([middle.data.length, new Set(middle.data).has(0)]).toEqual([n - 2, false])
  })
  it('becomes nested arrays, also as JSON', () => {
    expect(x.toArray()).toEqual(rows)
    expect(x.T.toArray()).toEqual(rows[0]!.map((_, j) => [rows[0]![j], rows[1]![j]]))
    expect(JSON.parse(JSON.stringify({ x }))).toEqual({ x: rows })
    expect(zeros([], { dtype }).toArray()).toBe(truth ? false : 0)
    expect(zeros([0], { dtype }).toArray()).toEqual([])
    expect(zeros([2, 0], { dtype }).toArray()).toEqual([[], []])
    expect(zeros([0, 2], { dtype }).toArray()).toEqual([])
  })
  it('gives a single element as item, from any place', () => {
    expect(x.slice([1, 2]).item()).toBe(truth ? true : 6)
    expect(
      x
        .slice([
          [0, 1],
          [0, 1],
        ])
        .item(),
    ).toBe(truth ? true : 1)
    expect(flip(x).slice([1, 2]).item()).toBe(truth ? true : 1)
    expect(zeros([1, 1, 1], { dtype }).item()).toBe(truth ? false : 0)
  })
})

describe('item', () => {
  it.each([
    [f64([1, 2]), '[2], 2 elements'],
    [f64([]), '[0], 0 elements'],
  ])('refuses other sizes', (x, shape) => {
    expect(() => x.item()).toThrow(TapegradError)
    expect(() => x.item()).toThrow(
      `item: the tensor has shape ${shape}; item() needs exactly one, toArray() gives all`,
    )
  })
})

describe('views', () => {
  type View = { x: Tensor; plain: NestedValues }
  const reverseAll = (rows: readonly NestedValues[], axis: number): NestedValues =>
    axis === 0 ? [...rows].reverse() : rows.map((row) => reverseAll(row as readonly NestedValues[], axis - 1))
  const isContiguous = ({ shape, strides }: Tensor): boolean => {
    let step = 1
    return [...shape.keys()].reverse().every((i) => {
      const fits = shape[i] === 1 || strides[i] === step
      step *= shape[i]!
      return fits
    })
  }
  /** A view and the nested arrays it should read as, changed by the same steps. */
  const steps: Record<string, (v: View) => View> = {
    flipFirst: ({ x, plain }) => ({ x: flip(x, 0), plain: reverseAll(plain as NestedValues[], 0) }),
    flipLast: ({ x, plain }) => ({ x: flip(x, -1), plain: reverseAll(plain as NestedValues[], x.ndim - 1) }),
    swap: ({ x, plain }) => {
      const rows = plain as NestedValues[][]
      const plainT = rows[0]!.map((_, j) => rows.map((row) => row[j]!))
      return { x: permute(x, [1, 0, ...[...x.shape.keys()].slice(2)]), plain: plainT }
    },
    everySecond: ({ x, plain }) => ({
      x: x.slice([[0, null, 2]]),
      plain: (plain as NestedValues[]).filter((_, i) => i % 2 === 0),
    }),
    dropFirst: ({ x, plain }) =>
      x.shape[0]! > 1 ? { x: x.slice([[1, null]]), plain: (plain as NestedValues[]).slice(1) } : { x, plain },
    widen: ({ x, plain }) => ({
      x: x.slice([[0, 1]]).broadcastTo([3, ...x.shape.slice(1)]),
      plain: [0, 1, 2].map(() => (plain as NestedValues[])[0]!),
    }),
  }
  it('of views of views read as the arrays they stand for', () => {
    const start = [0, 1, 2].map((i) => [0, 1, 2, 3].map((j) => [0, 1].map((k) => 100 * i + 10 * j + k)))
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 7 }), (names) => {
        const end = names.reduce<View>((view, name) => steps[name]!(view), { x: f64(start), plain: start })
        expect(values(end.x)).toEqual(end.plain)
        expect([...end.x.data]).toEqual((end.plain as number[][][]).flat(2))
        expect(values(end.x.clone())).toEqual(end.plain)
        expect(end.x.contiguous).toBe(isContiguous(end.x))
        expect(end.x.clone().contiguous).toBe(true)
        expect(end.x.detach().strides).toEqual(end.x.strides)
      }),
      { numRuns: 150 },
    )
  })
})

describe('JavaScript operators', () => {
  const x = f64(3) as unknown as number
  it.each<[string, () => unknown]>([
    ['a + b', () => x + x],
    ['a + 1', () => x + 1],
    ["a + 'text'", () => x + ('text' as never)],
    ['a * 2', () => x * 2],
    ['-a', () => -x],
    ['a < b', () => x < x],
    // biome-ignore lint/suspicious/noDoubleEquals: what the test is about
    ['a == 3', () => x == 3],
    ['Math.exp(a)', () => Math.exp(x)],
    ['Number(a)', () => Number(x)],
  ])('%s teaches the method', (_, run) => {
    expect(run).toThrow(TapegradError)
    expect(run).toThrow(
      'Tensor: JavaScript operators do not work on tensors; write a.add(b), a.lt(b), or a.item() for the number',
    )
  })
  it('template strings, String and inspect print', () => {
    expect(`${x}`).toBe(f64(3).toString())
    expect(String(x)).toBe(f64(3).toString())
    expect(inspect({ x: f64(3) })).toContain(f64(3).toString())
    expect(inspect(leaf(3))).toContain('requiresGrad')
  })
})

it('properties of a tensor hold no surprise for generic code', () => {
  const x = leaf([1, 2])
  expect(structuredClone(x.shape)).toEqual([2])
  expect(x.grad).toBe(null)
  expect(noGrad(() => x)).toBe(x)
  expect(Object.keys(x)).not.toContain('T')
})
