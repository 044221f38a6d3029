/** @file Tensors as text: exact texts, and properties over generated shapes and values. */
import { inspect } from 'node:util'
import {
  arange,
  broadcastTo,
  type DType,
  eye,
  flip,
  matmul,
  ones,
  reshape,
  slice,
  Tensor,
  tensor,
  transpose,
  zeros,
} from '@tapegrad/core'
import { shapeArb } from '@tapegrad/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const float64 = (values: number[]): Tensor => tensor(Float64Array.from(values))

describe('a tensor as text', () => {
  it.each([
    ['a 0-d tensor', tensor(3.5), 'tensor(3.5, shape=[], dtype=float32)'],
    ['whole numbers', tensor([1, -2, 3]), 'tensor([ 1., -2.,  3.], shape=[3], dtype=float32)'],
    ['negative zero', tensor([0, -0]), 'tensor([ 0., -0.], shape=[2], dtype=float32)'],
    ['integers', tensor(Int32Array.of(1, -200, 3)), 'tensor([   1, -200,    3], shape=[3], dtype=int32)'],
    ['booleans', tensor([true, false]), 'tensor([ true, false], shape=[2], dtype=bool)'],
    ['no elements', zeros([0, 3]), 'tensor([], shape=[0, 3], dtype=float32)'],
    ['empty rows', zeros([2, 0]), 'tensor([], shape=[2, 0], dtype=float32)'],
    [
      'a float64, to 8 digits',
      float64([Math.PI, 0.1 + 0.2]),
      'tensor([3.1415927, 0.3      ], shape=[2], dtype=float64)',
    ],
    [
      'a float32, to the digits that it needs',
      tensor([0.1, 1 / 3, 16777216]),
      'tensor([1.0000000e-01, 3.3333334e-01, 1.6777216e+07], shape=[3], dtype=float32)',
    ],
    [
      'large whole numbers',
      tensor([1, 16777216]),
      'tensor([       1., 16777216.], shape=[2], dtype=float32)',
    ],
    ['numbers from 1e8 on', float64([1e8, 12]), 'tensor([1.0e+08, 1.2e+01], shape=[2], dtype=float64)'],
    ['small numbers', tensor([0.00001, -0.5]), 'tensor([ 1e-05, -5e-01], shape=[2], dtype=float32)'],
    [
      'small, but near one another',
      tensor([0.0005, 0.25]),
      'tensor([0.0005, 0.25  ], shape=[2], dtype=float32)',
    ],
    [
      'zeros beside exponents',
      float64([6e-12, 0, -0]),
      'tensor([ 6e-12,  0e+00, -0e+00], shape=[3], dtype=float64)',
    ],
    [
      'the ends of float64',
      float64([5e-324, 1.7976931348623157e308]),
      'tensor([4.9406565e-324, 1.7976931e+308], shape=[2], dtype=float64)',
    ],
    [
      'what is not a number',
      tensor([NaN, Infinity, -Infinity, 1.5]),
      'tensor([      NaN,  Infinity, -Infinity,       1.5], shape=[4], dtype=float32)',
    ],
    ['nothing finite', tensor([NaN]), 'tensor([NaN], shape=[1], dtype=float32)'],
  ])('shows %s', (_, x, text) => {
    expect(String(x)).toBe(text)
  })

  it('aligns columns and sets matrices apart', () => {
    expect(
      String(
        tensor([
          [1, 2.25],
          [-30, 4],
        ]),
      ),
    ).toBe('tensor([[  1.  ,   2.25],\n        [-30.  ,   4.  ]], shape=[2, 2], dtype=float32)')
    expect(String(reshape(tensor([1, 2, 3, 4, 5, 6, 7, 8]), [2, 2, 2]))).toBe(
      `tensor([[[1., 2.],
         [3., 4.]],

        [[5., 6.],
         [7., 8.]]], shape=[2, 2, 2], dtype=float32)`,
    )
  })

  it('breaks long rows under their first element', () => {
    expect(
      String(arange(30)),
    ).toBe(`tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,
        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,
        28., 29.], shape=[30], dtype=float32)`)
  })

  it('puts shape and dtype on a line of their own where they do not fit', () => {
    expect(
      String(arange(14)),
    ).toBe(`tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.],
       shape=[14], dtype=float32)`)
  })

  it('shows 1,000 elements in full and the ends of more', () => {
    expect(String(zeros([1000])).match(/0\./g)).toHaveLength(1000)
    expect(String(arange(1001))).toBe(`tensor([   0.,    1.,    2., ...,  998.,  999., 1000.],
       shape=[1001], dtype=float32)`)
    expect(String(reshape(arange(2000), [2, 1000]))).toBe(
      `tensor([[   0.,    1.,    2., ...,  997.,  998.,  999.],
        [1000., 1001., 1002., ..., 1997., 1998., 1999.]],
       shape=[2, 1000], dtype=float32)`,
    )
    expect(String(reshape(arange(2000, undefined, 1, { dtype: 'int32' }), [1000, 2]))).toBe(
      `tensor([[   0,    1],
        [   2,    3],
        [   4,    5],
        ...,
        [1994, 1995],
        [1996, 1997],
        [1998, 1999]], shape=[1000, 2], dtype=int32)`,
    )
  })

  it('picks the format by what is shown', () => {
    const x = zeros([2000])
    x.data[1000] = 1e-9
    expect(String(x)).toContain('[0., 0., 0., ..., 0., 0., 0.]')
  })

  it('reads views where they are, without a copy of what is not shown', () => {
    const x = reshape(arange(6), [2, 3])
    expect(String(transpose(x))).toBe(
      String(
        tensor([
          [0, 3],
          [1, 4],
          [2, 5],
        ]),
      ),
    )
    expect(String(slice(flip(x, 1), [[1, null]]))).toBe(String(tensor([[5, 4, 3]])))
    // 400 MB if it were copied.
    expect(String(broadcastTo(tensor(7), [10_000, 10_000]))).toMatch(/^tensor\(\[\[7\., 7\., 7\., \.\.\./)
  })

  it('stays short for many axes', () => {
    const text = String(broadcastTo(tensor(1), new Array<number>(30).fill(2)))
    expect(text).toMatch(/^tensor\(\[\.\.\.\],/)
    expect(String(zeros([3, 3, 3, 3, 3, 3, 3, 3, 3, 3])).length).toBeLessThan(200_000)
  })

  it('says what is tracked', () => {
    const w = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    )
    expect(String(w)).toMatch(/, shape=\[2, 2\], dtype=float32, requiresGrad\)$/)
    expect(String(matmul(w, eye(2)))).toMatch(/, dtype=float32, from matmul\)$/)
    expect(String(w.detach())).toMatch(/, dtype=float32\)$/)
  })

  it('serves template strings and util.inspect', () => {
    const x = ones([2])
    expect(`${x}`).toBe('tensor([1., 1.], shape=[2], dtype=float32)')
    expect(inspect(x)).toBe(`${x}`)
    expect(inspect({ x })).toBe(`{ x: ${x} }`)
  })
})

describe('for any tensor', () => {
  const dtypes = fc.constantFrom<DType>('float32', 'float64')
  const numbers = fc.oneof(
    fc.double({ min: -10, max: 10 }),
    fc.double(),
    fc.integer({ min: -1e9, max: 1e9 }),
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity),
  )
  const numbersIn = (text: string): number[] =>
    [...text.slice(0, text.indexOf('shape=')).matchAll(/-?(?:\d[\d.e+-]*|NaN|Infinity)/g)].map(Number)

  it('the text holds every number, to 8 digits, or to all that a float32 has', () => {
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 20 }), dtypes, (values, dtype) => {
        const x = tensor(values, { dtype })
        const shown = numbersIn(String(x))
        expect(shown).toHaveLength(values.length)
        x.data.forEach((value, i) => {
          const eight = value === 0 ? value : Number(value.toPrecision(8))
          const same = dtype === 'float32' && Math.fround(shown[i]!) === value
          expect(same || Object.is(shown[i], eight)).toBe(true)
        })
      }),
      { numRuns: 200 },
    )
  })

  it('brackets nest as deep as the shape, and decimal points stand below one another', () => {
    fc.assert(
      fc.property(shapeArb({ minSide: 0, maxSide: 5 }), (shape) => {
        const size = shape.reduce((n, d) => n * d, 1)
        const x = tensor(
          Float64Array.from({ length: size }, (_, i) => (i - 3) / 8),
          { shape },
        )
        const text = String(x)
        const body = text.slice('tensor('.length, text.lastIndexOf('shape=')).replace(/,\s*$/, '')
        if (size === 0) {
          expect(body).toBe('[]')
          return
        }
        // `1.` and `[1., 2.]` are JavaScript: what is printed can be pasted back.
        const pasted: unknown = new Function(`return ${body}`)()
        expect(pasted).toEqual(x.toArray())
        if (shape.length === 2) {
          const points = body
            .split('\n')
            .map((line, i) => [...line].flatMap((c, at) => (c === '.' ? [i === 0 ? at + 7 : at] : [])))
          for (const row of points) expect(row).toEqual(points[0])
        }
      }),
      { numRuns: 100 },
    )
  })

  it('no line is much longer than 80 columns', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 200 }), (values) => {
        for (const line of String(float64(values)).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
      }),
      { numRuns: 50 },
    )
  })
})
