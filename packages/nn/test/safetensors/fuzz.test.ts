/** @file Valid files, changed at random: each either decodes to what its header says or is refused, and never costs more than it is long. */
import { TapegradError, type Tensor, tensor, zeros } from '@tapegrad/core'
import { decodeCheckpoint, decodeSafetensors, encodeCheckpoint, encodeSafetensors } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entry, fileOf } from './support.ts'

const seeds = [
  encodeSafetensors(
    {
      weight: tensor([
        [1, 2],
        [3, 4],
      ]),
      bias: zeros([2], { dtype: 'float64' }),
    },
    { format: 'pt' },
  ),
  encodeSafetensors({ i: tensor(Int32Array.of(1, 2)), b: tensor([true, false]), e: zeros([0, 3]) }),
  fileOf({ h: entry('F16', [2], 0, 4), l: entry('I64', [1], 4, 12), u: entry('U8', [3], 12, 15) }, 15),
  encodeSafetensors({}),
]

/** Numbers as JSON may have them where a header has sizes and offsets. */
const numbers = fc.oneof(
  fc.constantFrom(
    '-1',
    '1e5',
    '0.5',
    '4294967296',
    '9007199254740993',
    '18446744073709551615',
    'null',
    '""',
    '[]',
    '{}',
  ),
  fc.nat(40).map(String),
)

type Change = (bytes: Uint8Array) => Uint8Array

const splice = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)])

/** The header as text, changed, with its length made right again. */
const inHeader =
  (change: (text: string) => string): Change =>
  (bytes) => {
    if (bytes.length < 8) return bytes
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
    if (length > bytes.length - 8) return bytes
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + length))
    return fileOf(change(text), Array.from(bytes.subarray(8 + length)))
  }

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(7)).map(
    ([at, bit]): Change =>
      (bytes) => {
        const copy = bytes.slice()
        if (copy.length > 0) copy[at % copy.length]! ^= 1 << bit
        return copy
      },
  ),
  fc.nat().map(
    (at): Change =>
      (bytes) =>
        bytes.slice(0, at % (bytes.length + 1)),
  ),
  fc.uint8Array({ maxLength: 9 }).map(
    (more): Change =>
      (bytes) =>
        splice(bytes, bytes.length, 0, more),
  ),
  fc.tuple(fc.nat(), fc.nat(5), fc.uint8Array({ maxLength: 5 })).map(
    ([at, remove, insert]): Change =>
      (bytes) =>
        splice(bytes, at % (bytes.length + 1), remove, insert),
  ),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(
    (length): Change =>
      (bytes) => {
        const copy = bytes.slice()
        if (copy.length >= 8) new DataView(copy.buffer).setBigUint64(0, length, true)
        return copy
      },
  ),
  fc.tuple(fc.nat(20), numbers).map(([nth, number]) =>
    inHeader((text) => {
      let seen = 0
      return text.replace(/\d+/g, (digits) => (seen++ === nth ? number : digits))
    }),
  ),
  fc
    .tuple(
      fc.constantFrom('F32', 'F64', 'I32', 'BOOL', 'F16', 'I64', 'U8'),
      fc.constantFrom('BF16', 'F8_E4M3', 'I8', 'U64', 'BOOL', 'F32'),
    )
    .map(([from, to]) => inHeader((text) => text.replace(from, to))),
  fc
    .tuple(
      fc.constantFrom('weight', 'bias', '"i"', 'dtype', 'shape'),
      fc.constantFrom('__proto__', '"b"', 'bias', '__metadata__'),
    )
    .map(([from, to]) => inHeader((text) => text.replace(from, to))),
)

const changed = fc
  .tuple(fc.constantFrom(...seeds), fc.array(changes, { minLength: 1, maxLength: 3 }))
  .map(([seed, list]) => list.reduce<Uint8Array>((bytes, change) => change(bytes), seed))

/** What decoding gives; undefined when it refuses, which must be done by an error of ours. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof TapegradError) return undefined
    throw error
  }
}

/** What the bytes say, by an independent route: JSON.parse and a DataView. */
function consistent(bytes: Uint8Array, dict: Record<string, Tensor>): void {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  const { __metadata__: _, ...header } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
  expect(Object.keys(dict).sort()).toEqual(Object.keys(header).sort())
  let covered = 0
  for (const [name, { shape, data_offsets }] of Object.entries<{ shape: number[]; data_offsets: number[] }>(
    header,
  )) {
    expect(dict[name]!.shape).toEqual(shape)
    covered += data_offsets[1]! - data_offsets[0]!
  }
  expect(covered).toBe(bytes.length - 8 - length)
}

/** Bytes that `f` asks of typed arrays and buffers of more than `least`, all together. */
function allocated(f: () => void): number {
  let total = 0
  const names = ['ArrayBuffer', 'Uint8Array', 'Float32Array', 'Float64Array', 'Int32Array'] as const
  const own = names.map((name) => globalThis[name])
  const count = (Own: (typeof own)[number]) =>
    new Proxy(Own, {
      construct(target, args, newTarget) {
        if (typeof args[0] === 'number')
          total += args[0] * ('BYTES_PER_ELEMENT' in target ? target.BYTES_PER_ELEMENT : 1)
        return Reflect.construct(target, args, newTarget === counting.get(target) ? target : newTarget)
      },
    })
  const counting = new Map<unknown, unknown>()
  names.forEach((name, i) => {
    const proxy = count(own[i]!)
    counting.set(own[i], proxy)
    ;(globalThis as Record<string, unknown>)[name] = proxy
  })
  try {
    f()
  } finally {
    names.forEach((name, i) => {
      ;(globalThis as Record<string, unknown>)[name] = own[i]
    })
  }
  return total
}

describe('a changed file', () => {
  it('decodes to what it says, or is refused by an error of ours', () => {
    let decoded = 0
    fc.assert(
      fc.property(changed, (bytes) => {
        const dict = attempt(() => decodeSafetensors(bytes))
        if (dict === undefined) return
        decoded++
        consistent(bytes, dict)
      }),
      { numRuns: 2000 },
    )
    // Flipped bits of data are such files: a reader that refused all would be caught here.
    expect(decoded).toBeGreaterThan(100)
  })

  it('costs at most what its bytes become: 1 byte of I8 4 of int32, beside the header', () => {
    fc.assert(
      fc.property(changed, (bytes) => {
        const cost = allocated(() => attempt(() => decodeSafetensors(bytes)))
        expect(cost).toBeLessThanOrEqual(6 * bytes.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('that claims much allocates nothing for it', () => {
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`t${i}`, entry('F32', [2 ** 28], 0, 2 ** 30)]),
    )
    const hostile = [
      fileOf({ a: entry('F64', [2 ** 30], 0, 2 ** 33) }),
      fileOf({ a: entry('I8', [2 ** 31 - 1], 0, 2 ** 31 - 1) }, 4),
      fileOf(many, 8),
      fileOf({ a: entry('F32', [1], 0, 4), b: entry('F32', [2 ** 29], 4, 2 ** 31 + 4) }, 4),
      fileOf('{}', 0, 100_000_000n),
    ]
    for (const bytes of hostile) {
      const cost = allocated(() => expect(attempt(() => decodeSafetensors(bytes))).toBe(undefined))
      expect(cost).toBeLessThanOrEqual(bytes.length + 8)
    }
    // The measure itself: a sound file costs its elements and its header.
    const sound = encodeSafetensors({ x: zeros([1000]) })
    expect(allocated(() => decodeSafetensors(sound))).toBeGreaterThanOrEqual(4000)
  })
})

describe('a changed checkpoint', () => {
  it('gives what it says, or is refused by an error of ours, and the parts are all loaded or none', () => {
    const one = () => tensor([1, 2, 3])
    const file = encodeCheckpoint({
      x: one(),
      y: one(),
      epoch: 3,
      notes: { loss: [1, Number.NaN], name: 'run' },
    })
    let loaded = 0
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 3 }), (list) => {
        const bytes = list.reduce<Uint8Array>((bytes, change) => change(bytes), file)
        const parts = { x: zeros([3]), y: zeros([3]) }
        const data = attempt(() => decodeCheckpoint(bytes, parts))
        if (data === undefined) expect([...parts.x.data, ...parts.y.data]).toEqual([0, 0, 0, 0, 0, 0])
        else loaded++
      }),
      { numRuns: 1000 },
    )
    expect(loaded).toBeGreaterThan(50)
  })
})
