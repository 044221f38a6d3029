/** @file Convolutions beyond the op table: random windows, PyTorch's 'same', dtypes, empty images. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as tg from '../../src/index.ts'
import { checked } from '../support/checking.ts'
import { expectClose, expectSame } from '../support/close.ts'
import { f64, loose } from '../support/f64.ts'
import { LAYOUTS, place, read } from '../support/layouts.ts'
import { build } from '../support/plain.ts'
import { randomFor } from '../support/sample.ts'
import { convReference, transposeReference } from './table/conv.ts'

const conv1d = loose(tg.conv1d)
const conv2d = loose(tg.conv2d)
const convTranspose2d = loose(tg.convTranspose2d)
const zeros = (...shape: number[]): tg.Tensor => tg.zeros(shape, { dtype: 'float64' })

/** Values in [-1, 1). */
function random(shape: readonly number[], seed: string, layout: (typeof LAYOUTS)[number] = 'contiguous') {
  const next = randomFor(seed)
  return place(
    build(shape, () => 2 * next() - 1),
    'float64',
    layout,
  )
}

const pairOf = (least: number, most: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))

/** Shapes and options that fit; kernels large enough, now and then, for the packed matrix product. */
const cases = fc
  .record({
    count: fc.integer({ min: 0, max: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 4 }),
    outputs: fc.integer({ min: 1, max: 5 }),
    kernel: pairOf(1, 4),
    more: pairOf(0, 9),
    stride: pairOf(1, 4),
    dilation: pairOf(1, 3),
    padding: pairOf(0, 5),
    layout: fc.constantFrom(...LAYOUTS.slice(0, 4)),
    seed: fc.string(),
  })
  .map(({ kernel, more, dilation, padding, ...rest }) => {
    const size = ([0, 1] as const).map((a) =>
      Math.max(1, dilation[a] * (kernel[a] - 1) + 1 + more[a] - 2 * padding[a]),
    ) as [number, number]
    return { ...rest, kernel, dilation, padding, size }
  })

/** <ct, f(x, w)> = <gradient by x, x> = <gradient by w, w> for a bilinear f. */
function expectAdjoints(f: (x: tg.Tensor, w: tg.Tensor) => tg.Tensor, x: tg.Tensor, w: tg.Tensor): void {
  const [y, pull] = tg.vjp(f, x, w)
  const ct = random(y.shape, 'ct', 'transposed')
  const [byX, byW] = pull(ct) as [tg.Tensor, tg.Tensor]
  const product = (a: tg.Tensor, b: tg.Tensor): number => tg.sum(tg.mul(a, b)).item()
  const [one, two, three] = [product(ct, y), product(byX, x), product(byW, w)]
  // Sums of some 10,000 products of magnitude 10 that cancel: 1e-16 times 10 times the root of their number.
  expect(Math.abs(one - two)).toBeLessThan(1e-11)
  expect(Math.abs(one - three)).toBeLessThan(1e-11)
}

describe('random windows', () => {
  it('conv2d is the sum over their elements, and convTranspose2d its transpose', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { stride, dilation, padding, groups } = c
        const options = { stride, dilation, padding, groups }
        const x = random([c.count, c.channels * groups, ...c.size], c.seed, c.layout)
        const w = random([c.outputs * groups, c.channels, ...c.kernel], `${c.seed} w`, c.layout)
        const y = checked(() => conv2d(x, w, options))
        const expected = convReference(read(x), read(w), options)
        // Up to 64 products of magnitude 1, whose sum may cancel.
        expectClose(y, expected, 1e-14, '', 16)
        expectAdjoints((x, w) => conv2d(x, w, options), x, w)
      }),
      { numRuns: 300 },
    )
  })

  it('convTranspose2d spreads its elements', () => {
    const extra = fc.tuple(cases, pairOf(0, 3)).filter(([{ stride, dilation, ...c }, extra]) =>
      ([0, 1] as const).every((a) => {
        const size = (c.size[a] - 1) * stride[a] + dilation[a] * (c.kernel[a] - 1) + 1 + extra[a]
        return extra[a] < Math.max(stride[a], dilation[a]) && size > 2 * c.padding[a]
      }),
    )
    fc.assert(
      fc.property(extra, ([{ stride, dilation, padding, groups, ...c }, outputPadding]) => {
        const options = { stride, dilation, padding, groups, outputPadding }
        const x = random([c.count, c.outputs * groups, ...c.size], c.seed, c.layout)
        const w = random([c.outputs * groups, c.channels, ...c.kernel], `${c.seed} w`, c.layout)
        const y = checked(() => convTranspose2d(x, w, options))
        // Up to 5 x 16 products of magnitude 1, whose sum may cancel.
        expectClose(y, transposeReference(read(x), read(w), options), 1e-14, '', 16)
        expectAdjoints((x, w) => convTranspose2d(x, w, options), x, w)
      }),
      { numRuns: 200 },
    )
  })
})

describe("padding 'same'", () => {
  it('puts the odd zero at the end, as PyTorch', () => {
    expect(conv1d(f64([[1, 2, 3]]), f64([[[1, 1]]]), { padding: 'same' }).toArray()).toEqual([[3, 5, 3]])
    expect(conv1d(f64([[1, 2, 3]]), f64([[[1, 10, 100, 1000]]]), { padding: 'same' }).toArray()).toEqual([
      [3210, 321, 32],
    ])
  })

  it('of an odd kernel is half of it', () => {
    const [x, w] = [random([2, 3, 5, 6], 'x'), random([4, 3, 3, 5], 'w')]
    expectSame(conv2d(x, w, { padding: 'same' }), conv2d(x, w, { padding: [1, 2] }))
    expectSame(
      conv2d(x, w, { padding: 'same', dilation: [2, 1] }),
      conv2d(x, w, { padding: [2, 2], dilation: [2, 1] }),
    )
  })
})

describe('groups', () => {
  it('are convolutions of their own', () => {
    const [x, w] = [random([2, 6, 4, 4], 'x'), random([9, 2, 2, 2], 'w')]
    const parts = [0, 1, 2].map((k) =>
      conv2d(x.slice([null, [2 * k, 2 * k + 2]]), w.slice([[3 * k, 3 * k + 3]])),
    )
    expectSame(conv2d(x, w, { groups: 3 }), tg.concat(parts, 1))
  })
})

describe('many images', () => {
  it('are done in parts: each result and each gradient is that of its image alone', () => {
    // Windows of 49 elements, 94 x 94 of them on each image: 2^24 elements on 39 images.
    const count = 41
    const x = tg.sin(tg.arange(0, count * 1e4, 1, { dtype: 'float64' })).reshape([count, 1, 100, 100])
    const w = random([1, 1, 7, 7], 'w')
    const y = conv2d(x, w)
    const [z, pull] = tg.vjp((y: tg.Tensor) => convTranspose2d(y, w), y)
    const ct = pull(x)[0]
    for (const n of [0, 19, 20, 40]) {
      expectSame(y.slice([n]), conv2d(x.slice([n]), w))
      expectSame(z.slice([n]), convTranspose2d(y.slice([n]), w))
      expectSame(ct.slice([n]), y.slice([n]))
    }
    expect([y.shape, z.shape]).toEqual([[count, 1, 94, 94], x.shape])
  })
})

describe('int32', () => {
  it('wraps, as mul and sum do', () => {
    const x = tg.full([1, 2, 2, 2], 2 ** 30, { dtype: 'int32' })
    const w = tg.full([1, 2, 2, 2], 3, { dtype: 'int32' })
    const y = conv2d(x, w)
    expect([y.dtype, y.item()]).toEqual(['int32', (24 * 2 ** 30) | 0])
    const odd = tg.full([1, 2, 2, 2], 2 ** 30 + 1, { dtype: 'int32' })
    expect(conv2d(odd, w).item()).toBe(24)
    expect(convTranspose2d(odd, tg.full([2, 1, 1, 1], 3, { dtype: 'int32' })).toArray()).toEqual([
      [
        [
          [6 - 2 ** 31, 6 - 2 ** 31],
          [6 - 2 ** 31, 6 - 2 ** 31],
        ],
      ],
    ])
  })
})

describe('no elements', () => {
  const shapesOf = (f: (...xs: tg.Tensor[]) => tg.Tensor, ...xs: tg.Tensor[]): number[] => {
    const [y, pull] = tg.vjp(f, ...xs)
    pull(zeros(...y.shape)).forEach((ct, i) => {
      expect(ct!.shape).toEqual(xs[i]!.shape)
      expect([...ct!.data].every((value) => value === 0)).toBe(true)
    })
    return [...y.shape]
  }

  it('of images, channels, outputs: empty results or zeros, and gradients of the right shapes', () => {
    expect(shapesOf(conv2d, zeros(0, 2, 4, 4), zeros(3, 2, 2, 2))).toEqual([0, 3, 3, 3])
    expect(shapesOf(conv2d, zeros(2, 2, 4, 4), zeros(0, 2, 2, 2))).toEqual([2, 0, 3, 3])
    expect(shapesOf(conv2d, zeros(2, 0, 4, 4), zeros(3, 0, 2, 2))).toEqual([2, 3, 3, 3])
    expect(shapesOf(conv1d, zeros(0, 2, 4), zeros(3, 2, 2))).toEqual([0, 3, 3])
    expect(shapesOf(convTranspose2d, zeros(0, 2, 4, 4), zeros(2, 3, 2, 2))).toEqual([0, 3, 5, 5])
    expect(shapesOf(convTranspose2d, zeros(2, 0, 4, 4), zeros(0, 3, 2, 2))).toEqual([2, 3, 5, 5])
  })

  it('padding alone gives the bias', () => {
    const y = conv2d(zeros(1, 1, 0, 1), tg.ones([2, 1, 2, 2], { dtype: 'float64' }), {
      padding: 1,
      bias: f64([5, 7]),
    })
    expect(y.toArray()).toEqual([[[[5, 5]], [[7, 7]]]])
  })

  it('an empty batch under vmap, in every choice of what is batched', () => {
    const [x, w] = [zeros(0, 1, 2, 3, 3), zeros(0, 2, 1, 2, 2)]
    const f = (x: tg.Tensor, w: tg.Tensor): tg.Tensor => conv2d(x, w, { groups: 2 })
    for (const batched of [
      [true, true],
      [true, false],
      [false, true],
    ] as const) {
      const one = (t: tg.Tensor, b: boolean): tg.Tensor => (b ? t : zeros(...t.shape.slice(1)))
      const inAxes = batched.map((b) => (b ? 0 : null))
      const y = loose(tg.vmap)(f, { inAxes })(one(x, batched[0]), one(w, batched[1]))
      expect(y.shape).toEqual([0, 1, 2, 2, 2])
    }
    // Differentiated from outside: the batched convolution has 0 groups.
    const cts = loose(tg.vjp)(loose(tg.vmap)(f), x, w)[1](zeros(0, 1, 2, 2, 2))
    expect(cts.map((ct: tg.Tensor) => ct.shape)).toEqual([x.shape, w.shape])
  })

  it('in 2^53 groups: no loop over them', () => {
    const [x, groups] = [zeros(1, 0, 2, 2), 2 ** 53]
    expect(shapesOf((x, w) => conv2d(x, w, { groups }), x, zeros(0, 0, 2, 2))).toEqual([1, 0, 1, 1])
    expect(shapesOf((x, w) => convTranspose2d(x, w, { groups }), x, zeros(0, 0, 2, 2))).toEqual([1, 0, 3, 3])
  })
})
