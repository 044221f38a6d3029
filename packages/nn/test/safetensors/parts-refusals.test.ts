/** @file Checkpoints: what cannot be saved or put back is refused, and then all parts are as they were. */
import { join } from 'node:path'
import { Generator, TapegradError, type Tensor, tensor, zeros } from '@tapegrad/core'
import {
  Dense,
  decodeCheckpoint,
  decodeSafetensors,
  encodeCheckpoint,
  encodeSafetensors,
  loadCheckpoint,
  SGD,
  StandardScaler,
  type StateDict,
  saveCheckpoint,
  saveSafetensors,
  sequential,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './support.ts'
import { stateBits, training } from './training.ts'

const folder = temporaryFolder()

describe('what cannot be saved is refused, before anything is written', () => {
  const x = tensor(1)
  const cases: [unknown, string][] = [
    [undefined, 'expected an object of parts, as in { model, optimizer, epoch }, got undefined'],
    [null, 'expected an object of parts'],
    [x, 'expected an object of parts, as in { model, optimizer, epoch }, got a tensor of shape []'],
    [sequential(), 'expected an object of parts, as in { model, optimizer, epoch }, got a Sequential'],
    [[x], 'expected an object of parts'],
    [{}, 'there is nothing to save; name the parts, as in { model, optimizer, epoch }'],
    [{ '': x }, 'a part cannot be called ""; use a name without dots'],
    [{ 'a.b': x }, 'a part cannot be called "a.b"'],
    [{ __metadata__: x }, 'a part cannot be called "__metadata__"'],
    [JSON.parse('{"__proto__":1}'), 'a part cannot be called "__proto__"'],
    [
      { a: { stateDict: () => null, loadStateDict() {} } },
      'a.stateDict() must give an object of tensors, got null',
    ],
    [
      { a: { stateDict: () => ({ b: 1 }), loadStateDict() {} } },
      'a.stateDict() must give tensors, but b is 1',
    ],
    [{ made: new Date(0) }, 'made is a Date; what has no stateDict() and loadStateDict()'],
    [{ made: new Date(0) }, 'plain objects of these; save made.toJSON()'],
    [{ '\ud800': x }, 'half a surrogate pair'],
  ]
  it.each(cases)('%o', (parts, message) => {
    expect(() => encodeCheckpoint(parts as never)).toThrow(message)
    expect(() => saveCheckpoint(join(folder, 'never'), parts as never)).toThrow(message)
    expect(() => loadCheckpoint(join(folder, 'never'))).toThrow('there is no such file')
  })
})

describe('what cannot be put back is refused, and all parts stay as they were', () => {
  const saved = { ...training(1, 2), epoch: 3 }
  const bytes = encodeCheckpoint(saved)
  const failing = {
    stateDict: () => ({}),
    loadStateDict: () => {
      throw new Error('not today')
    },
  }
  const withFailing = encodeCheckpoint({ ...saved, failing })
  const cases: [what: string, extra: Record<string, unknown>, message: string | RegExp, from?: Uint8Array][] =
    [
      [
        'a part that is not there',
        { critic: new Dense(1, 1) },
        'there is no part critic; there are model, optimizer, schedule, ema, generator, best, epoch',
      ],
      ['a part of every object', { toString: new Dense(1, 1) }, 'there is no part toString; there are model'],
      [
        'plain data',
        { epoch: 0 },
        'epoch is 0, which cannot be put back; leave it out here: plain data are returned',
      ],
      ['another kind', { best: new Generator(1) }, 'best was saved as a tensor, but is a Generator here'],
      [
        'data as a state',
        { epoch: new Dense(1, 1) },
        'epoch was saved as plain data, but is something with a stateDict() here',
      ],
      [
        'another shape',
        { best: zeros([2], { dtype: 'float64' }) },
        /best: .* has shape \[\] in the dict, it must be \[2\]/,
      ],
      [
        'another dtype',
        { best: zeros([], { dtype: 'int32' }) },
        /best: .* is float64 in the dict, it must be int32/,
      ],
      [
        'another optimizer',
        { optimizer: new SGD([tensor([1], { requiresGrad: true })]) },
        /optimizer: loadStateDict: missing keys: none; unexpected keys: state\.0/,
      ],
      ['a class that fails', { failing }, 'failing: not today', withFailing],
    ]
  it.each(cases)('%s', (_, extra, message, from = bytes) => {
    const parts = training(2, 1)
    const before = stateBits(parts)
    const attempt = () => decodeCheckpoint(from, { ...parts, ...extra } as never)
    expect(attempt).toThrow(TapegradError)
    expect(attempt).toThrow(message)
    expect(stateBits(parts)).toEqual(before)
  })

  it('a class that fails halfway', () => {
    class Halves {
      x = tensor(1)
      stateDict = (): StateDict => ({ x: this.x })
      loadStateDict = (dict: Readonly<StateDict>): void => {
        const changed = dict.x!.item() !== this.x.item()
        this.x = dict.x!
        if (changed) throw new Error('halfway')
      }
    }
    const from = encodeCheckpoint({ halves: new Halves() })
    const halves = new Halves()
    halves.x = tensor(2)
    expect(() => decodeCheckpoint(from, { halves })).toThrow('decodeCheckpoint: halves: halfway')
    expect(halves.x.item()).toBe(2)
  })

  it('a part after one that had no state yet', () => {
    const fitted = new StandardScaler()
    fitted.fit(tensor([[1], [3]]))
    const parts = { scaler: new StandardScaler(), best: zeros([2]) }
    const from = encodeCheckpoint({ scaler: fitted, best: tensor(1) })
    expect(() => decodeCheckpoint(from, parts)).toThrow(/^decodeCheckpoint: best: /)
    expect(() => parts.scaler.stateDict()).toThrow('call fit(x) first')
  })

  it('a file that is no checkpoint, of another version, or damaged', () => {
    const path = join(folder, 'plain.safetensors')
    saveSafetensors(path, { x: tensor(1) })
    expect(() => loadCheckpoint(path, {})).toThrow(
      `loadCheckpoint: ${path}: this is a safetensors file, but no checkpoint; get its tensors with loadSafetensors`,
    )
    const metadata = { format: 'tapegrad-checkpoint', version: '1', parts: '{"x":"tensor"}', data: '{}' }
    const decode = (changes: Record<string, string>, x: Tensor | Generator = tensor(0)) =>
      decodeCheckpoint(encodeSafetensors({ x: tensor(1) }, { ...metadata, ...changes }), { x })
    expect(decode({})).toEqual({})
    expect(() => decode({ version: '2' })).toThrow(
      'this checkpoint has version "2", this tapegrad reads 1; update it',
    )
    for (const parts of ['', '[]', 'null', '3', '{', '"x"', '['.repeat(100_000)])
      expect(() => decode({ parts })).toThrow('this checkpoint is damaged: its list of parts cannot be read')
    for (const data of ['[', 'null', '[]'])
      expect(() => decode({ data })).toThrow('its list of data cannot be read')
    expect(() => decode({ data: '{"a":{"~number":"1e999"}}' })).toThrow('data.a holds a damaged number')
    expect(() => decode({ data: '{"a":{"__proto__":{}}}' })).toThrow('data.a has the key "__proto__"')
    expect(() => decode({ data: `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}` })).toThrow(
      'nests deeper than 100',
    )
    expect(() => decode({ parts: '{"x":"generator"}' }, new Generator(1))).toThrow(
      /x: Generator: the state must be/,
    )
    expect(() => decode({ parts: '{"y":"tensor"}' })).toThrow('there is no part x; there are y')
    // A part on the list of which there is nothing.
    const none = encodeSafetensors({}, metadata)
    expect(() => decodeCheckpoint(none, { x: tensor(0) })).toThrow(/^decodeCheckpoint: x: /)
    expect(Object.keys(decodeSafetensors(none))).toEqual([])
  })

  it('parts that are no object of parts', () => {
    for (const parts of [null, tensor(1), new Dense(1, 1), [], 'model'])
      expect(() => decodeCheckpoint(bytes, parts as never)).toThrow(
        /^decodeCheckpoint: expected an object of parts/,
      )
    expect(() => decodeCheckpoint('x' as never, {})).toThrow(
      /^decodeCheckpoint: expected the bytes of a safetensors/,
    )
    expect(() => loadCheckpoint(3 as never, {})).toThrow(/^loadCheckpoint: expected the path of a file/)
  })
})
