/** @file Files of an independent writer: every dtype at the edges of its range, and PyTorch's models, which compute the same here. */
import { readFileSync } from 'node:fs'
import { Tensor, tensor } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import * as nn from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { entry, fileOf, golden, goldenPath } from './support.ts'

interface Values {
  readonly shape: number[]
  readonly values: (string | number)[]
}
interface Goldens {
  readonly tensors: Record<string, Values & { readonly dtype: string }>
  readonly models: Record<string, { readonly in: Values; readonly out: Values }>
}
const { tensors, models } = JSON.parse(readFileSync(goldenPath('values.json'), 'utf8')) as Goldens

const OURS: Record<string, string> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float32',
  BF16: 'float32',
  BOOL: 'bool',
}

/** Elements as the goldens have them: floats as hexadecimal bits. */
function shown(x: Tensor): (string | number)[] {
  const { data } = x
  const hex = (word: number | bigint, digits: number) => word.toString(16).padStart(digits, '0')
  if (data instanceof Float32Array)
    return Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length), (word) => hex(word, 8))
  if (data instanceof Float64Array)
    return Array.from(new BigUint64Array(data.buffer, data.byteOffset, data.length), (word) => hex(word, 16))
  return Array.from(data)
}

describe.each([
  ['aligned, as the reference writes it', 'dtypes.safetensors', 23],
  ['at odd addresses, by name', 'unaligned.safetensors', 23],
  ['our dtypes alone', 'written.safetensors', 13],
])('a file %s', (_, name, count) => {
  it.each([
    ['from bytes', () => nn.decodeSafetensors(golden(name))],
    ['from the file', () => nn.loadSafetensors(goldenPath(name))],
  ])('%s has what it should', (_, read) => {
    const dict = read()
    expect(Object.keys(dict)).toHaveLength(count)
    for (const [key, x] of Object.entries(dict)) {
      const { dtype, shape, values } = tensors[key]!
      expect([key, x.dtype, x.shape, shown(x)]).toEqual([key, OURS[dtype] ?? 'int32', shape, values])
    }
  })
})

it('the metadata of a file', () => {
  expect(nn.safetensorsMetadata(golden('dtypes.safetensors'))).toEqual({ format: 'pt' })
  expect(nn.safetensorsMetadata(goldenPath('unaligned.safetensors'))).toEqual({ a: 'é "1"', b: '2' })
})

it('every F16 is what its bits say', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i)
  const data = Array.from(new Uint8Array(all.buffer))
  const { x } = nn.decodeSafetensors(fileOf({ x: entry('F16', [65536], 0, 131072) }, data))
  const wrong = all.filter((bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
    const normal = (1 + fraction / 1024) * 2 ** (exponent - 15)
    const special = fraction === 0 ? Infinity : Number.NaN
    const value = sign * (exponent === 31 ? special : exponent === 0 ? fraction * 2 ** -24 : normal)
    return !Object.is(x!.data[bits], value)
  })
  expect(Array.from(wrong)).toEqual([])
})

it('values of many chunks are converted each in its place', () => {
  const count = 300_001
  const values = BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 7919) % 65537) - 30000n)
  const file = fileOf({ x: entry('I64', [count], 0, 8 * count) })
  const whole = new Uint8Array(file.length + 8 * count)
  whole.set(file)
  whole.set(new Uint8Array(values.buffer), file.length)
  const { x } = nn.decodeSafetensors(whole)
  const first = x!.data.findIndex((value, i) => value !== Number(values[i]))
  expect([x!.size, first]).toEqual([count, -1])
})

describe('weights of PyTorch load unchanged, and compute what PyTorch computes', () => {
  type Build = () => readonly [nn.Module, (x: Tensor) => Tensor]
  const builds: Record<string, Build> = {
    linear: () => {
      const model = new nn.Sequential(new nn.Dense(4, 3), new nn.Tanh(), new nn.Dense(3, 2))
      return [model, (x) => model.call(x as Tensor<[5, 4]>) as Tensor]
    },
    convolution: () => {
      const model = new nn.Sequential(
        new nn.Conv2d(2, 3, 3, { stride: 2, padding: 1 }),
        new nn.BatchNorm2d(3),
        new nn.ReLU(),
        new nn.Flatten(),
        new nn.Dense(27, 2),
      )
      return [model, (x) => model.call(x as Tensor<[2, 2, 5, 5]>) as Tensor]
    },
    lstm: () => {
      const model = new nn.LSTM(3, 4, { layers: 2 })
      return [model, (x) => model.call(x as Tensor<[2, 5, 3]>) as Tensor]
    },
    attention: () => {
      const model = new nn.MultiHeadAttention(8, 2)
      return [model, (x) => model.call(x as Tensor<[2, 3, 8]>) as Tensor]
    },
  }

  it('all of the goldens', () => {
    expect(Object.keys(builds)).toEqual(Object.keys(models))
  })

  it.each(Object.entries(builds))('%s', (name, build) => {
    const [model, run] = build()
    model.to('float64').eval()
    model.loadStateDict(nn.loadSafetensors(goldenPath(`${name}.safetensors`)))
    const { in: x, out } = models[name]!
    const y = run(tensor(Float64Array.from(x.values as number[]), { shape: x.shape }))
    expect(y.shape).toEqual(out.shape)
    // PyTorch computed in float64, too, from weights that float64 holds exactly: only the order of sums differs.
    expectClose(y, tensor(Float64Array.from(out.values as number[]), { shape: out.shape }), {
      rtol: 1e-12,
      atol: 1e-13,
    })
  })
})
