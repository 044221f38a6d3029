/** @file Damaged and hostile files are refused, each for what is wrong with it; what the rules allow is read. */
import { TapegradError, tensor } from '@tapegrad/core'
import { decodeSafetensors, safetensorsMetadata } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { f32, hostile, raw } from './hostile.ts'
import { fileOf } from './support.ts'

describe('decodeSafetensors refuses', () => {
  it.each(hostile)('%s', (_, bytes, message) => {
    const decode = () => decodeSafetensors(bytes)
    expect(decode).toThrow(TapegradError)
    expect(decode).toThrow(message)
    expect(decode).toThrow(/^decodeSafetensors: /)
  })

  it.each([
    [null],
    [undefined],
    ['model.safetensors'],
    [7],
    [[1, 2, 3]],
    [{}],
    [new Float32Array(4)],
    [tensor([1])],
  ])('what is no bytes: %o', (bytes) => {
    expect(() => decodeSafetensors(bytes as never)).toThrow(
      /^decodeSafetensors: expected the bytes of a safetensors file, a Uint8Array or ArrayBuffer, got /,
    )
  })

  it('a header of more than 100 MB, though the file holds it', () => {
    const bytes = new Uint8Array(100_000_109)
    new DataView(bytes.buffer).setBigUint64(0, 100_000_001n, true)
    expect(() => decodeSafetensors(bytes)).toThrow(
      'the header has 100000001 bytes; at most 100000000 are allowed',
    )
  })

  it('and leaves prototypes alone', () => {
    for (const [, bytes] of hostile) expect(() => decodeSafetensors(bytes)).toThrow(TapegradError)
    expect(Object.keys(Object.prototype)).toEqual([])
    const dict = decodeSafetensors(fileOf({ toString: f32(0, 4), constructor: f32(4, 8) }, 8))
    expect(Object.getPrototypeOf(dict)).toBe(Object.prototype)
    expect(Object.keys(dict)).toEqual(['toString', 'constructor'])
  })
})

it('what the rules allow is read', () => {
  expect(decodeSafetensors(fileOf('{}'))).toEqual({})
  expect(decodeSafetensors(fileOf('{ } \n\r\t '))).toEqual({})
  const spaced = `{ "a" : { "data_offsets" : [ 0 , 4 ] , "shape" : [ ] , "dtype" : "F32" } , "" : ${JSON.stringify(f32(4, 4))} }`
  expect(Object.keys(decodeSafetensors(fileOf(spaced, 4)))).toEqual(['a', ''])
  expect(decodeSafetensors(fileOf(raw('"F32"', `[${'1,'.repeat(31)}1]`), 4)).a!.ndim).toBe(32)
  expect(decodeSafetensors(fileOf({ b: f32(4, 8), e: f32(4, 4, [0, 7]), a: f32(0, 4) }, 8)).e!.shape).toEqual(
    [0, 7],
  )
  expect(safetensorsMetadata(fileOf('{"__metadata__":{"\\u00e9\\n":"\\"\\\\"}}'))).toEqual({ 'é\n': '"\\' })
})
