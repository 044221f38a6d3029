/** @file What cannot be written to a safetensors file is refused before anything is written. */
import { TapegradError, zeros } from '@tapegrad/core'
import { Dense, encodeSafetensors, saveSafetensors } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

describe('encodeSafetensors refuses', () => {
  const x = zeros([2])
  const foreign = Object.assign(Object.create({}), { shape: [2], dtype: 'float32' })
  const calls: [what: string, args: unknown[], message: string | RegExp][] = [
    ['nothing', [], 'expected an object of tensors, as model.stateDict() gives, got undefined'],
    ['null', [null], 'expected an object of tensors, as model.stateDict() gives, got null'],
    ['a tensor', [x], 'expected an object of tensors, as model.stateDict() gives, got a tensor of shape [2]'],
    ['a module', [new Dense(1, 1)], 'expected an object of tensors, as model.stateDict() gives, got a Dense'],
    ['a list', [[x]], 'expected an object of tensors'],
    ['a Map', [new Map([['x', x]])], 'expected an object of tensors, as model.stateDict() gives, got a Map'],
    ['numbers', [{ x: [1, 2] }], 'the value of x must be a tensor, got [1, 2]; make one with tensor(...)'],
    ['what looks like a tensor', [{ x: foreign }], 'the value of x must be a tensor'],
    ['__metadata__', [{ __metadata__: x }], 'a tensor cannot be called "__metadata__"'],
    ['__proto__', [JSON.parse('{"__proto__":1}')], 'a tensor cannot be called "__proto__"'],
    ['half a surrogate pair', [{ 'a\ud800': x }], 'holds half a surrogate pair'],
    [
      'metadata that are no object',
      [{ x }, 'pt'],
      `metadata must be an object of strings, as in { author: 'Ada' }, got "pt"`,
    ],
    ['metadata that are null', [{ x }, null], 'metadata must be an object of strings'],
    [
      'numbers in the metadata',
      [{ x }, { epoch: 3 }],
      'metadata must be strings, but epoch is 3; write it as one',
    ],
    ['objects in the metadata', [{ x }, { a: {} }], 'metadata must be strings, but a is a plain object'],
    [
      'a note __proto__',
      [{ x }, JSON.parse('{"__proto__":"1"}')],
      'an entry of the metadata cannot be called "__proto__"',
    ],
    [
      'half a surrogate pair in a note',
      [{ x }, { a: '\udc00' }],
      "the metadata's a holds half a surrogate pair",
    ],
  ]
  it.each(calls)('%s', (_, args, message) => {
    for (const [op, call] of [
      ['encodeSafetensors', encodeSafetensors],
      ['saveSafetensors', (...rest: unknown[]) => saveSafetensors('never.safetensors', ...(rest as [never]))],
    ] as const) {
      const attempt = () => (call as (...args: unknown[]) => unknown)(...args)
      expect(attempt).toThrow(TapegradError)
      expect(attempt).toThrow(message)
      expect(attempt).toThrow(new RegExp(`^${op}: `))
    }
  })

  it('a header that nobody would read', () => {
    expect(() => encodeSafetensors({ x }, { a: 'x'.repeat(100_000_000) })).toThrow(
      /^encodeSafetensors: names and metadata take 1000000\d\d bytes; readers allow 100000000/,
    )
  })
})
