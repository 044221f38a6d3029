/** @file Threefry against its published vectors, and the numbers made of its bits. */
import { describe, expect, it } from 'vitest'
import { TapegradError } from '../src/errors.ts'
import { cosNumber, logNumber, sinNumber } from '../src/math.ts'
import {
  advance,
  fillBits,
  fillIntegers,
  fillNormal,
  fillPermutation,
  fillUniform,
  threefry,
} from '../src/threefry.ts'
import { chiSquare, deviations, moments } from './support/statistics.ts'

const STATE = [2024, 7, 0, 0]
const hex = (words: Uint32Array): string[] => Array.from(words, (w) => w.toString(16).padStart(8, '0'))

/** The state after `blocks` blocks. */
function later(state: readonly number[], blocks: number): number[] {
  const copy = [...state]
  advance(copy, blocks)
  return copy
}

describe('threefry', () => {
  /** The known-answer vectors of Random123 for threefry2x32, 20 rounds. */
  it.each([
    [
      [0, 0],
      [0, 0],
      ['6b200159', '99ba4efe'],
    ],
    [
      [-1, -1],
      [-1, -1],
      ['1cb996fc', 'bb002be7'],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      ['c4923a9c', '483df7a0'],
    ],
  ] as const)('key %j and counter %j give the published block', ([k0, k1], [c0, c1], block) => {
    const out = new Uint32Array(4)
    threefry(k0, k1, c0, c1, out, 1)
    expect(hex(out)).toEqual(['00000000', ...block, '00000000'])
    threefry(k0 >>> 0, k1 >>> 0, c0 >>> 0, c1 >>> 0, out, 1)
    expect(hex(out)).toEqual(['00000000', ...block, '00000000'])
  })

  it('changes about half of the bits when one bit of key or counter changes', () => {
    const block = (words: number[]) => {
      const out = new Uint32Array(2)
      threefry(words[0]!, words[1]!, words[2]!, words[3]!, out, 0)
      return out
    }
    const ones = (x: number) => x.toString(2).replaceAll('0', '').length
    const base = block([1, 2, 3, 4])
    const changes = Array.from({ length: 128 }, (_, i) => {
      const words = [1, 2, 3, 4].map((w, k) => (k === i >> 5 ? w ^ (1 << (i & 31)) : w))
      const other = block(words)
      return ones((base[0]! ^ other[0]!) >>> 0) + ones((base[1]! ^ other[1]!) >>> 0)
    })
    // 64 bits: mean 32, standard deviation 4; the mean of 128 such counts is within 6 of its deviations.
    expect(Math.abs(moments(changes).mean - 32)).toBeLessThan((6 * 4) / Math.sqrt(128))
    expect(Math.min(...changes)).toBeGreaterThan(8)
  })
})

describe('the counter', () => {
  it('advances modulo 2^64', () => {
    expect(later([1, 2, 0, 0], 5)).toEqual([1, 2, 5, 0])
    expect(later([1, 2, -1, 0], 1)).toEqual([1, 2, 0, 1])
    expect(later([1, 2, -1, -1], 1)).toEqual([1, 2, 0, 0])
    expect(later([1, 2, -2, 3], 2 ** 33)).toEqual([1, 2, -2, 5])
    const words = Int32Array.of(1, 2, -1, 2 ** 31 - 1)
    advance(words, 1)
    expect(Array.from(words)).toEqual([1, 2, 0, -(2 ** 31)])
  })

  it('carries into its high word within a draw', () => {
    const across = new Uint32Array(4)
    expect(fillBits([5, 6, -1, 41], across)).toBe(2)
    const second = new Uint32Array(2)
    fillBits([5, 6, 0, 42], second)
    expect(hex(across.subarray(2))).toEqual(hex(second))
  })

  it.each<[string, (state: number[], n: number) => { data: ArrayLike<number>; blocks: number }]>([
    ['bits', fill(fillBits, (n) => new Uint32Array(n))],
    ['float64 uniforms', fill(fillUniform, (n) => new Float64Array(n))],
    ['float32 uniforms', fill(fillUniform, (n) => new Float32Array(n))],
    ['float64 normals', fill(fillNormal, (n) => new Float64Array(n))],
    ['float32 normals', fill(fillNormal, (n) => new Float32Array(n))],
    [
      'integers',
      fill(
        (state, out: Int32Array) => fillIntegers(state, -5, 1000, out),
        (n) => new Int32Array(n),
      ),
    ],
  ])('%s: a draw goes on where one of even length ended, and begins like a shorter one', (_, draw) => {
    const whole = draw(STATE, 1500)
    const first = draw(STATE, 700)
    const second = draw(later(STATE, first.blocks), 800)
    expect([...Array.from(first.data), ...Array.from(second.data)]).toEqual(Array.from(whole.data))
    expect(first.blocks + second.blocks).toBe(whole.blocks)
    expect(Array.from(draw(STATE, 333).data)).toEqual(Array.from(whole.data).slice(0, 333))
    expect(draw(STATE, 0)).toEqual({ data: draw(STATE, 0).data, blocks: 0 })
  })

  function fill<A extends ArrayLike<number>>(f: (state: number[], out: A) => number, make: (n: number) => A) {
    return (state: number[], n: number) => {
      const data = make(n)
      return { data, blocks: f(state, data) }
    }
  }
})

describe('uniform numbers', () => {
  it.each([
    [new Float64Array(100_000), 53],
    [new Float32Array(100_000), 24],
  ] as const)('%o are in [0, 1), of the stated resolution, and evenly spread', (out, bits) => {
    expect(fillUniform(STATE, out)).toBe(bits === 53 ? 100_000 : 50_000)
    const counts = new Array<number>(100).fill(0)
    let finest = 0
    for (const x of out) {
      if (!(x >= 0 && x < 1 && Number.isInteger(x * 2 ** bits))) expect.fail(`${x}`)
      if (!Number.isInteger(x * 2 ** (bits - 1))) finest++
      counts[Math.floor(x * 100)]!++
    }
    // Fixed seeds: deterministic. Bounds are five standard deviations of the statistic.
    expect(Math.abs(finest / out.length - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(out.length))
    const { mean, variance } = moments(out)
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / out.length))
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / out.length))
    expect(Math.abs(deviations(chiSquare(counts), 99))).toBeLessThan(5)
  })

  it('are the top bits of the words', () => {
    const words = new Uint32Array(8)
    fillBits(STATE, words)
    const [double, single] = [new Float64Array(4), new Float32Array(8)]
    fillUniform(STATE, double)
    fillUniform(STATE, single)
    const exact = (i: number) =>
      Number(((BigInt(words[2 * i]!) >> 5n) << 26n) | (BigInt(words[2 * i + 1]!) >> 6n)) / 2 ** 53
    expect(Array.from(double)).toEqual([0, 1, 2, 3].map(exact))
    expect(Array.from(single)).toEqual(Array.from(words, (w) => Math.floor(w / 256) / 2 ** 24))
  })
})

describe('normal numbers', () => {
  it('have the moments and the quantiles of the normal distribution', () => {
    const out = new Float64Array(200_000)
    expect(fillNormal(STATE, out)).toBe(200_000)
    const { mean, variance, kurtosis } = moments(out)
    // Five standard deviations of each estimate: 1, 2 and 24 over n are their variances.
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / out.length))
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / out.length))
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / out.length))
    // The octiles of the standard normal distribution.
    const edges = [
      -1.1503493803760079, -0.6744897501960817, -0.31863936396437514, 0, 0.31863936396437514,
      0.6744897501960817, 1.1503493803760079,
    ]
    const counts = new Array<number>(8).fill(0)
    for (const x of out) counts[edges.filter((edge) => edge < x).length]!++
    expect(Math.abs(deviations(chiSquare(counts), 7))).toBeLessThan(5)
    const tail = out.filter((x) => Math.abs(x) > 3.290526731491926).length
    expect(Math.abs(tail - 200)).toBeLessThan(5 * Math.sqrt(200))
  })

  it('neighbours, which share a radius, are uncorrelated', () => {
    const out = new Float64Array(100_000)
    fillNormal([1, 2, 3, 4], out)
    let product = 0
    for (let i = 0; i < out.length; i += 2) product += out[i]! * out[i + 1]!
    expect(Math.abs(product)).toBeLessThan(5 * Math.sqrt(out.length / 2))
  })

  it("are Box and Muller's transform of the uniform numbers; float32 ones are rounded", () => {
    const [normal, single, uniform] = [new Float64Array(5), new Float32Array(5), new Float64Array(6)]
    expect(fillNormal(STATE, normal)).toBe(6)
    fillNormal(STATE, single)
    fillUniform(STATE, uniform)
    for (let i = 0; i < 5; i++) {
      const [u, v] = [uniform[i - (i % 2)]!, uniform[i - (i % 2) + 1]!]
      const turn = i % 2 === 0 ? cosNumber : sinNumber
      expect(normal[i]).toBe(Math.sqrt(-2 * logNumber(1 - u)) * turn(2 * Math.PI * v))
    }
    expect(Array.from(single)).toEqual(Array.from(normal, Math.fround))
  })
})

describe('integers', () => {
  it.each([
    [0, 10],
    [-3, 4],
    [100, 101],
    [-(2 ** 31), 2 ** 31],
    [0, 3 * 2 ** 29],
  ])('in [%d, %d) are floor(w span / 2^64) of 64-bit words w', (low, high) => {
    const out = new Int32Array(1000)
    const words = new Uint32Array(2000)
    expect(fillIntegers(STATE, low, high, out)).toBe(1000)
    fillBits(STATE, words)
    const exact = Array.from(out, (_, i) => {
      const w = (BigInt(words[2 * i + 1]!) << 32n) | BigInt(words[2 * i]!)
      return low + Number((w * BigInt(high - low)) >> 64n)
    })
    expect(Array.from(out)).toEqual(exact)
  })

  it('are evenly spread', () => {
    const out = new Int32Array(70_000)
    fillIntegers(STATE, -3, 4, out)
    const counts = new Array<number>(7).fill(0)
    for (const x of out) counts[x + 3]!++
    expect(Math.abs(deviations(chiSquare(counts), 6))).toBeLessThan(5)
  })

  it('show no modulo bias where the range is not a power of two', () => {
    // A remainder of a 32-bit word would fall into the lower half of [0, 3 2^30) with probability 1/2 + 1/8
    // or so.
    const out = new Int32Array(40_000)
    fillIntegers(STATE, -(2 ** 31), 2 ** 30, out)
    const lower = out.filter((x) => x < -(2 ** 31) + 3 * 2 ** 29).length
    expect(Math.abs(lower - 20_000)).toBeLessThan(5 * Math.sqrt(10_000))
  })

  it.each([
    [3, 3],
    [5, 2],
    [0.5, 3],
    [0, 2 ** 31 + 1],
    [-(2 ** 31) - 1, 0],
    [Number.NaN, 2],
    [0, Infinity],
  ])('refuse [%d, %d)', (low, high) => {
    expect(() => fillIntegers(STATE, low, high, new Int32Array(1))).toThrow(TapegradError)
  })
})

describe('permutations', () => {
  it('hold every element once', () => {
    for (const n of [0, 1, 2, 3, 10, 1000]) {
      const out = new Int32Array(n)
      expect(fillPermutation(STATE, out)).toBe(Math.max(n - 1, 0))
      expect(Array.from(out).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
    }
  })

  it('of four are equally likely', () => {
    const counts = new Map<string, number>()
    const out = new Int32Array(4)
    let state = STATE
    for (let i = 0; i < 12_000; i++) {
      state = later(state, fillPermutation(state, out))
      counts.set(out.join(), (counts.get(out.join()) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    expect(Math.abs(deviations(chiSquare([...counts.values()]), 23))).toBeLessThan(5)
  })
})

describe('the streams', () => {
  it('of different keys are unrelated', () => {
    const [a, b] = [new Float64Array(20_000), new Float64Array(20_000)]
    fillUniform([1, 0, 0, 0], a)
    fillUniform([2, 0, 0, 0], b)
    const covariance = a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i]! - 0.5), 0)
    expect(Math.abs(covariance)).toBeLessThan((5 * Math.sqrt(a.length)) / 12)
  })

  it('give the same numbers as ever', () => {
    const [uniform, normal, integers, order] = [
      new Float64Array(3),
      new Float64Array(3),
      new Int32Array(6),
      new Int32Array(8),
    ]
    fillUniform([42, 0, 0, 0], uniform)
    fillNormal([42, 0, 0, 0], normal)
    fillIntegers([42, 0, 0, 0], 0, 100, integers)
    fillPermutation([42, 0, 0, 0], order)
    expect(Array.from(uniform)).toEqual([0.8690483965743594, 0.1506324111875399, 0.5203206621592672])
    expect(Array.from(normal)).toEqual([1.178716738511106, 1.6359956532438382, 0.000477113166451928])
    expect(Array.from(integers)).toEqual([31, 99, 10, 86, 4, 16])
    expect(Array.from(order)).toEqual([5, 6, 2, 1, 7, 3, 0, 4])
  })
})
