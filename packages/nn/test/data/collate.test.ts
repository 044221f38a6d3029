/** @file What batches are made of: every kind of sample, samples that differ, and collate functions. */
import { ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { DataLoader } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'

/** The one batch of these samples. */
const batchOf = <Sample>(samples: readonly Sample[]) => [...new DataLoader(samples, { batchSize: 100 })][0]!

describe('samples that are alike', () => {
  it('are stacked as tensors of their dtype, 0-d ones and views too', () => {
    for (const dtype of ['float32', 'float64', 'int32', 'bool'] as const) {
      const batch = batchOf([zeros([2, 3], { dtype }), ones([3, 2], { dtype }).T])
      expect([batch.shape, batch.dtype]).toEqual([[2, 2, 3], dtype])
      expect(flat(batch)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
      expect(batchOf([ones([], { dtype })])).toMatchObject({ shape: [1], dtype })
    }
  })

  it('of numbers make float32, of booleans bool, of typed arrays their dtype', () => {
    expect(batchOf([1, 2.5])).toMatchObject({ shape: [2], dtype: 'float32' })
    expect(batchOf([true, false]).toArray()).toEqual([true, false])
    for (const [array, dtype] of [
      [Float32Array, 'float32'],
      [Float64Array, 'float64'],
      [Int32Array, 'int32'],
    ] as const) {
      const batch = batchOf([array.of(1, 2), array.of(3, 4), array.of(5, 6)])
      expect(batch.dtype).toBe(dtype)
      expect(batch.toArray()).toEqual([
        [1, 2],
        [3, 4],
        [5, 6],
      ])
    }
  })

  it('keep their arrays and objects', () => {
    const batch = batchOf([
      { pair: [1, [true]], none: [], __proto__: null },
      { pair: [2, [false]], none: [] },
    ] as { pair: [number, [boolean]]; none: never[] }[])
    expect(Object.keys(batch)).toEqual(['pair', 'none'])
    expect(batch.pair[0].toArray()).toEqual([1, 2])
    expect(batch.pair[1][0].toArray()).toEqual([true, false])
    expect(batch.none).toEqual([])
    const hostile = JSON.parse('{"__proto__": 1}') as { __proto__: number }
    const own = batchOf([hostile, hostile])
    expect(Object.getPrototypeOf(own)).toBe(Object.prototype)
    expect((Object.getOwnPropertyDescriptor(own, '__proto__')!.value as Tensor).toArray()).toEqual([1, 1])
  })

  it('let gradients through', () => {
    const x = ones([2], { requiresGrad: true })
    batchOf([x, x, x]).sum().backward()
    expect(x.grad!.toArray()).toEqual([3, 3])
  })
})

describe('samples that differ', () => {
  const rows: [string, readonly unknown[], string][] = [
    [
      'shapes',
      [zeros([2]), zeros([2]), zeros([3])],
      'sample 2 is a tensor of shape [3] (float32), sample 0 a tensor of shape [2] (float32)',
    ],
    [
      'dtypes',
      [zeros([2]), zeros([2], { dtype: 'int32' })],
      'sample 1 is a tensor of shape [2] (int32), sample 0 a tensor of shape [2] (float32)',
    ],
    [
      'ranks',
      [
        [zeros([2]), 1],
        [zeros([2, 1]), 1],
      ],
      'sample 1 has at [0] a tensor of shape [2, 1] (float32), sample 0 a tensor of shape [2] (float32)',
    ],
    ['kinds', [1, true], 'sample 1 is true, sample 0 1'],
    ['a tensor and a number', [zeros([]), 1], 'sample 1 is 1, sample 0 a tensor of shape [] (float32)'],
    ['lengths', [[1, 2], [1]], 'sample 1 is an array of length 1, sample 0 an array of length 2'],
    [
      'lengths of typed arrays',
      [Float32Array.of(1), Float32Array.of(1, 2)],
      'sample 1 is a Float32Array of length 2, sample 0 a Float32Array of length 1',
    ],
    [
      'kinds of typed arrays',
      [Float32Array.of(1), Float64Array.of(1)],
      'sample 1 is a Float64Array of length 1, sample 0 a Float32Array of length 1',
    ],
    [
      'keys',
      [
        { a: 1, b: 2 },
        { a: 1, c: 2 },
      ],
      'sample 1 is an object with the keys a, c, sample 0 an object with the keys a, b',
    ],
    [
      'something missing',
      [{ a: { b: 1 } }, { a: null }],
      'sample 1 has at .a null, sample 0 an object with the keys b',
    ],
    [
      'deep inside',
      [{ a: [1, { b: zeros([1]) }] }, { a: [1, { b: 7 }] }],
      'sample 1 has at .a[1].b 7, sample 0 a tensor of shape [1] (float32)',
    ],
  ]
  it.each(rows)('in their %s are named', (_, samples, message) => {
    expect(() => batchOf(samples)).toThrow(
      `DataLoader: ${message}; the samples of a batch must be alike: pad or cut them, or pass a collate function`,
    )
  })

  it('are named by their numbers in the data, not in the batch', () => {
    const ragged = { length: 9, get: (i: number) => zeros([i === 7 ? 2 : 1]) }
    expect(() => [...new DataLoader(ragged, { batchSize: 4 })]).toThrow(
      'sample 7 is a tensor of shape [2] (float32), sample 4',
    )
    expect(() => [
      ...new DataLoader(() => Array.from({ length: 9 }, (_, i) => ragged.get(i)), {
        batchSize: 9,
        shuffleBuffer: 3,
        seed: 1,
      }),
    ]).toThrow(/sample 7 is a tensor of shape \[2\] \(float32\)/)
  })
})

describe('what has no default', () => {
  class Image {
    pixels = 1
  }
  it.each([
    ['"text"', 'text'],
    ['null', null],
    ['5n', 5n],
    ['a Uint8Array', Uint8Array.of(1)],
    ['a Map', new Map()],
    ['a Date', new Date(0)],
    ['a Image', new Image()],
    ['a function', () => 1],
    ['"text"', [1, 'text']],
  ])('%s needs a collate function', (shown, sample) => {
    expect(() => batchOf([sample])).toThrow(
      `DataLoader: cannot collate samples that hold ${shown}; pass a collate function`,
    )
    const loader = new DataLoader([sample, sample], { batchSize: 2, collate: (samples) => samples })
    expect([...loader]).toEqual([[sample, sample]])
  })
})

describe('a collate function', () => {
  const make = (collate: unknown) =>
    new DataLoader<number, number>([1, 2, 3], { batchSize: 2, collate: collate as never })

  it('may return a promise where the loop waits', async () => {
    const loader = make(async (samples: number[]) => samples.length)
    const found: number[] = []
    for await (const size of loader) found.push(size)
    expect(found).toEqual([2, 1])
    expect(() => [...loader]).toThrow(
      'DataLoader: collate is asynchronous; write for await (const batch of loader)',
    )
    const stream = new DataLoader(() => [1, 2, 3], { collate: async (samples) => samples.length })
    expect(() => [...stream]).toThrow('DataLoader: collate is asynchronous; write for await')
  })

  it('must return something', async () => {
    const message = 'DataLoader: collate returned undefined, expected a batch'
    expect(() => [...make(() => undefined)]).toThrow(message)
    await expect(
      make(async () => undefined)
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toThrow(message)
    expect([...make(() => null)]).toEqual([null, null])
  })

  it('must be a function', () => {
    for (const collate of ['stack', null, {}])
      expect(() => make(collate)).toThrow('DataLoader: collate must be a function, got')
  })
})

it('int32 labels come from tensors or typed arrays', () => {
  const batch = batchOf([tensor(1, { dtype: 'int32' }), tensor(2, { dtype: 'int32' })])
  expect([batch.dtype, batch.toArray()]).toEqual(['int32', [1, 2]])
})
