/** @file What is encoded and decoded again is the same, bit by bit, from every dtype, shape and memory layout. */
import { ones, Tensor, tensor, zeros } from '@tapegrad/core'
import { tensorArb } from '@tapegrad/core/testing'
import { Dense, decodeSafetensors, encodeSafetensors, safetensorsMetadata, sequential } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allBits, bits, golden } from './support.ts'

/** Numbers at all edges: -0, NaN, infinities, subnormals. */
const reals = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Infinity, -Infinity, 1e-310, 1e-45))
const sized = { minRank: 0, maxRank: 4, minSide: 0, maxSide: 3 }
const tensors = fc.oneof(
  tensorArb({ ...sized, dtype: ['float32', 'float64'], elements: reals }),
  tensorArb({ ...sized, dtype: 'int32', elements: fc.integer() }),
  tensorArb({ ...sized, dtype: 'bool' }),
)
const words = fc.string({ unit: 'grapheme' })
const names = words.filter((name) => name !== '__proto__' && name !== '__metadata__')

describe('encodeSafetensors, then decodeSafetensors', () => {
  it('gives the same tensors, under any names, from any layout', () => {
    fc.assert(
      fc.property(
        fc.dictionary(names, tensors, { maxKeys: 5 }),
        fc.dictionary(names, words),
        (dict, metadata) => {
          const bytes = encodeSafetensors(dict, metadata)
          const decoded = decodeSafetensors(bytes)
          expect(allBits(decoded)).toEqual(allBits(dict))
          expect(safetensorsMetadata(bytes)).toEqual({ ...metadata })
          // The same bytes again, whatever the order and the layout were.
          const reversed = Object.fromEntries(Object.entries(decoded).reverse())
          expect(encodeSafetensors(reversed, metadata)).toEqual(bytes)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('keeps the bits of every float, the payload of NaN too', () => {
    fc.assert(
      fc.property(fc.uint32Array(), (words) => {
        const singles = tensor(new Float32Array(words.slice().buffer))
        const even = words.slice(0, words.length & ~1)
        const doubles = tensor(new Float64Array(even.buffer))
        const decoded = decodeSafetensors(encodeSafetensors({ singles, doubles }))
        expect(bits(decoded.singles!)).toBe(
          `float32 [${words.length}] ${Buffer.from(words.buffer).toString('hex')}`,
        )
        expect(bits(decoded.doubles!)).toBe(
          `float64 [${even.length >> 1}] ${Buffer.from(even.buffer).toString('hex')}`,
        )
      }),
    )
  })

  it('copies: neither the bytes nor the tensors share memory', () => {
    const x = ones([3])
    const bytes = encodeSafetensors({ x })
    const decoded = decodeSafetensors(bytes)
    bytes.fill(0)
    x.assign(2)
    expect(decoded.x!.toArray()).toEqual([1, 1, 1])
  })

  it('gives leaves that are not tracked, from those that are', () => {
    const w = ones([2], { requiresGrad: true })
    const decoded = decodeSafetensors(encodeSafetensors({ w, twice: w.mul(2) }))
    expect(decoded.w).toBeInstanceOf(Tensor)
    expect([decoded.w!.requiresGrad, decoded.twice!.requiresGrad]).toEqual([false, false])
    expect(decoded.twice!.toArray()).toEqual([2, 2])
  })

  it('works on a part of larger memory, at any address, and on an ArrayBuffer', () => {
    const dict = { x: tensor([1, 2, 3]), y: tensor(4, { dtype: 'float64' }) }
    const bytes = encodeSafetensors(dict)
    for (let shift = 0; shift < 9; shift++) {
      const larger = new Uint8Array(bytes.length + 20).fill(255)
      larger.set(bytes, shift)
      expect(allBits(decodeSafetensors(larger.subarray(shift, shift + bytes.length)))).toEqual(allBits(dict))
    }
    expect(allBits(decodeSafetensors(bytes.buffer))).toEqual(allBits(dict))
    expect(allBits(decodeSafetensors(Buffer.from(bytes)))).toEqual(allBits(dict))
  })

  it('has room for no tensors at all', () => {
    expect(decodeSafetensors(encodeSafetensors({}))).toEqual({})
    expect(safetensorsMetadata(encodeSafetensors({}))).toEqual({})
    expect(safetensorsMetadata(encodeSafetensors({}, { only: 'notes' }))).toEqual({ only: 'notes' })
  })

  it('loads into a module', () => {
    const make = () => sequential(new Dense(3, 4), new Dense(4, 2))
    const [one, other] = [make(), make()]
    other.loadStateDict(decodeSafetensors(encodeSafetensors(one.stateDict())))
    expect(allBits(other.stateDict())).toEqual(allBits(one.stateDict()))
  })
})

describe('the bytes', () => {
  it('are those of the reference writer', () => {
    const file = golden('written.safetensors')
    const dict = decodeSafetensors(file)
    expect(Object.keys(dict)).toHaveLength(13)
    const shuffled = Object.fromEntries(Object.entries(dict).reverse())
    expect(Buffer.from(encodeSafetensors(shuffled, { note: 'a é\n' })).equals(Buffer.from(file))).toBe(true)
  })

  it('begin every tensor at a multiple of its element size', () => {
    const dict = { a: ones([3], { dtype: 'bool' }), b: tensor([1, 2, 3]), c: ones([1], { dtype: 'float64' }) }
    const bytes = encodeSafetensors(dict)
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
    expect(header).toEqual({
      c: { dtype: 'F64', shape: [1], data_offsets: [0, 8] },
      b: { dtype: 'F32', shape: [3], data_offsets: [8, 20] },
      a: { dtype: 'BOOL', shape: [3], data_offsets: [20, 23] },
    })
  })

  it('hold a tensor with two names twice', () => {
    const x = zeros([10])
    const once = encodeSafetensors({ x })
    const twice = encodeSafetensors({ x, y: x })
    expect(twice.length - once.length).toBeGreaterThanOrEqual(40)
    expect(Object.keys(decodeSafetensors(twice))).toEqual(['x', 'y'])
  })
})
