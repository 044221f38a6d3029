/** @file Scalers: what they make of columns, and the way back. */
import { full, grad, ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { MinMaxScaler, StandardScaler } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectClose, flat } from './support/close.ts'

const data = tensor(Float64Array.of(1, 10, 5, 2, 30, 5, 5, 20, 5), { shape: [3, 3] })

describe('MinMaxScaler', () => {
  it('brings the columns to [0, 1], exactly at both ends, and a constant one to 0', () => {
    const scaled = new MinMaxScaler().fitTransform(data)
    expect(scaled.toArray()).toEqual([
      [0, 0, 0],
      [0.25, 1, 0],
      [1, 0.5, 0],
    ])
    expect(scaled.dtype).toBe('float64')
  })

  it('brings them to another range', () => {
    expect(new MinMaxScaler({ range: [-1, 3] }).fitTransform(data).toArray()).toEqual([
      [-1, -1, -1],
      [0, 3, -1],
      [3, 1, -1],
    ])
  })

  it('scales other data by what it learned, single rows and more axes too', () => {
    const scaler = new MinMaxScaler().fit(data)
    expect(scaler.transform(tensor(Float64Array.of(9, 0, 6), { shape: [3] })).toArray()).toEqual([2, -0.5, 1])
    expect(scaler.transform(data.reshape([1, 3, 3])).shape).toEqual([1, 3, 3])
    expect(scaler.transform(zeros([0, 3], { dtype: 'float64' })).shape).toEqual([0, 3])
  })
})

describe('StandardScaler', () => {
  it('brings the columns to mean 0 and the population’s standard deviation 1, a constant one to 0', () => {
    const scaled = new StandardScaler().fitTransform(data)
    // Means 8/3 and 20; variances 26/9 and 200/3.
    const [a, b] = [Math.sqrt(26 / 9), Math.sqrt(200 / 3)]
    expectClose(
      scaled,
      [(1 - 8 / 3) / a, -10 / b, 0, (2 - 8 / 3) / a, 10 / b, 0, (5 - 8 / 3) / a, 0, 0],
      1e-15,
    )
  })

  it('is not misled by a constant column whose mean is rounded', () => {
    // In float32 the mean of three times 0.9 is not 0.9.
    expect(full([3], 0.9).mean().item()).not.toBe(Math.fround(0.9))
    const scaler = new StandardScaler()
    expect(flat(scaler.fitTransform(full([3, 1], 0.9)))).toEqual([0, 0, 0])
    expect(flat(scaler.transform(full([1, 1], 1.9)))).toEqual([
      Math.fround(Math.fround(1.9) - Math.fround(0.9)),
    ])
  })
})

describe.each([
  ['MinMaxScaler', () => new MinMaxScaler()],
  ['MinMaxScaler to [-1, 2]', () => new MinMaxScaler({ range: [-1, 2] })],
  ['StandardScaler', () => new StandardScaler()],
])('%s', (title, make) => {
  const op = title.split(' ')[0]!

  it('inverseTransform gives the data back', () => {
    const scaler = make()
    expectClose(scaler.inverseTransform(scaler.fitTransform(data)), data, 1e-15)
  })

  it('does so for any data, constant columns among them', () => {
    const value = fc.oneof(fc.constant(7), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
    const table = fc.array(fc.tuple(value, value, fc.constant(-3)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(table, (rows) => {
        const x = tensor(Float64Array.from(rows.flat()), { shape: [rows.length, 3] })
        const scaler = make()
        const y = scaler.fitTransform(x)
        expect(flat(y).every(Number.isFinite)).toBe(true)
        // Relative to the largest value, 1e6 at most: a few roundings of a difference and back.
        expectClose(scaler.inverseTransform(y), x, 1e-14)
      }),
      { numRuns: 100 },
    )
  })

  it('takes data of one axis, and float32', () => {
    const x = tensor([3, 1, 2])
    const scaler = make()
    expectClose(scaler.inverseTransform(scaler.fitTransform(x)), x, 1e-6)
    expect(scaler.transform(x).dtype).toBe('float32')
  })

  it('does not keep a tape of the data it was fitted to', () => {
    const x = ones([2, 2], { requiresGrad: true })
    const y = make()
      .fit(x)
      .transform(zeros([2, 2]))
    expect(y.requiresGrad).toBe(false)
  })

  it('refuses data that cannot be scaled', () => {
    const say =
      (x: unknown): (() => unknown) =>
      () =>
        make().fit(x as Tensor)
    expect(say(tensor([[1], [2]], { dtype: 'int32' }))).toThrow(
      `${op}: needs floating-point numbers, got int32; convert with to('float32')`,
    )
    expect(say(zeros([0, 3]))).toThrow(`${op}: there are no samples in data of shape [0, 3]`)
    expect(say(zeros([3, 0]))).toThrow(`${op}: there are no samples`)
    expect(say(tensor(1))).toThrow(`${op}: there are no samples in data of shape []`)
    expect(say([[1, 2]])).toThrow(`${op}: the data must be a tensor`)
    const holes = [
      [1, 2, 3],
      [4, Number.NaN, 6],
    ]
    expect(say(tensor(holes))).toThrow(`${op}: column 1 holds NaN (row 1); remove or replace it`)
    expect(say(tensor([[1], [Infinity]]))).toThrow(`${op}: column 0 holds Infinity (row 1)`)
    expect(() => make().transform(data)).toThrow(`${op}: call fit(x) first`)
    expect(() => make().inverseTransform(data)).toThrow(`${op}: call fit(x) first`)
    expect(() => make().inverseTransform(null as never)).toThrow(`${op}: the data must be a tensor, got null`)
    const fitted = make().fit(data)
    expect(() => fitted.transform(zeros([3, 2], { dtype: 'float64' }))).toThrow(
      `${op}: was fitted to features of shape [3], got data of shape [3, 2]`,
    )
    expect(() => fitted.transform(zeros([], { dtype: 'float64' }))).toThrow(`${op}: was fitted to features`)
    expect(() => fitted.transform(zeros([2, 3]))).toThrow(`${op}: was fitted to float64, got float32`)
  })
})

describe.each([
  [
    'MinMaxScaler',
    () => new MinMaxScaler({ range: [-1, 2] }),
    (c: number[]) => [Math.min(...c), Math.max(...c) - Math.min(...c)],
  ],
  [
    'StandardScaler',
    () => new StandardScaler(),
    (c: number[]) => {
      const mean = c.reduce((a, b) => a + b) / c.length
      return [mean, Math.sqrt(c.reduce((a, b) => a + (b - mean) ** 2, 0) / c.length)]
    },
  ],
] as const)('the state of %s', (op, make, byLoop) => {
  const columns = [
    [1, 2, 5],
    [10, 30, 20],
    [5, 5, 5],
  ]

  it('is center and spread, which plain loops give too; of a constant column the spread is 1', () => {
    const { center, spread, ...rest } = make().fit(data).stateDict()
    expect(rest).toEqual({})
    const expected = columns.map((column) => byLoop(column))
    expectClose(
      center,
      expected.map(([c]) => c),
      1e-15,
    )
    expectClose(
      spread,
      expected.map(([, s]) => s || 1),
      1e-15,
    )
  })

  it.each(['float32', 'float64'] as const)('makes a scaler that was never fitted the same (%s)', (dtype) => {
    const x = data.to(dtype)
    const fitted = make().fit(x)
    const fresh = make()
    const dict = fitted.stateDict()
    fresh.loadStateDict(dict)
    expect(fresh.transform(x).dtype).toBe(dtype)
    expect(flat(fresh.transform(x))).toEqual(flat(fitted.transform(x)))
    expect(flat(fresh.inverseTransform(x))).toEqual(flat(fitted.inverseTransform(x)))
    // Copies, both ways.
    dict.center!.assign(zeros([3], { dtype }))
    expect(flat(fresh.transform(x))).toEqual(flat(fitted.transform(x)))
    // In the place of what it had, of whatever shape.
    const other = make().fit(tensor([1, 2, 3]))
    other.loadStateDict(fitted.stateDict())
    expect(flat(other.transform(x))).toEqual(flat(fitted.transform(x)))
  })

  it('is not there before fit', () => {
    expect(() => make().stateDict()).toThrow(`${op}: call fit(x) first`)
  })

  it('is refused when it is none, and the scaler stays as it was', () => {
    const scaler = make().fit(data)
    const before = flat(scaler.transform(data))
    const good = { center: zeros([3]), spread: ones([3]) }
    const wrong: [unknown, string][] = [
      [null, 'loadStateDict: expected an object of tensors, got null'],
      [zeros([3]), 'loadStateDict: expected an object of tensors, got a tensor'],
      [{ center: zeros([3]) }, 'loadStateDict: missing keys: spread; unexpected keys: none'],
      [{ ...good, scale: ones([3]) }, 'loadStateDict: missing keys: none; unexpected keys: scale'],
      [{ ...good, center: [0, 0, 0] }, 'loadStateDict: the value of center must be a tensor'],
      [
        { ...good, spread: ones([2]) },
        `${op}: center and spread must be floating-point tensors of one dtype and shape, got float32 [3] and float32 [2]`,
      ],
      [{ ...good, spread: ones([3], { dtype: 'float64' }) }, 'got float32 [3] and float64 [3]'],
      [
        { center: zeros([3], { dtype: 'int32' }), spread: ones([3], { dtype: 'int32' }) },
        'must be floating-point',
      ],
      [{ ...good, spread: zeros([3]) }, `${op}: center must hold finite numbers and spread positive ones`],
      [{ ...good, spread: full([3], Infinity) }, 'spread positive ones'],
      [{ ...good, spread: full([3], Number.NaN) }, 'spread positive ones'],
      [{ ...good, spread: full([3], -1) }, 'spread positive ones'],
      [{ ...good, center: full([3], Number.NaN) }, 'center must hold finite numbers'],
    ]
    for (const [dict, message] of wrong) expect(() => scaler.loadStateDict(dict as never)).toThrow(message)
    expect(flat(scaler.transform(data))).toEqual(before)
  })

  it('lets gradients through to the data: 1 / spread there, spread on the way back', () => {
    const scaler = make().fit(data)
    const spread = flat(scaler.stateDict().spread)
    const width = op === 'MinMaxScaler' ? 3 : 1
    const slope = (f: (x: Tensor) => Tensor): number[] =>
      flat(grad((x: Tensor) => f(x).sum() as Tensor<[]>)(data as Tensor)).slice(0, 3)
    expectClose(
      slope((x) => scaler.transform(x)),
      spread.map((s) => width / s),
      1e-15,
    )
    expectClose(
      slope((x) => scaler.inverseTransform(x)),
      spread.map((s) => s / width),
      1e-15,
    )
  })
})

it('a range must be two numbers, the first one smaller', () => {
  for (const range of [[1, 0], [1, 1], [0, Number.NaN], [0], 5, null])
    expect(() => new MinMaxScaler({ range: range as never })).toThrow(/^MinMaxScaler: range must be/)
})
