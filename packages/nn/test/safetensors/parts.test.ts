/** @file Checkpoints of several parts: each comes back exactly, and plain data with them. */

import { join } from 'node:path'
import { Generator, rand, TapegradError, type Tensor, tensor } from '@tapegrad/core'
import {
  BatchNorm2d,
  Dense,
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  loadSafetensors,
  Module,
  type PlainData,
  parameter,
  StandardScaler,
  type StateDict,
  safetensorsMetadata,
  saveCheckpoint,
  sequential,
} from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allBits, temporaryFolder } from './support.ts'
import { stateBits, training } from './training.ts'

const folder = temporaryFolder()

describe('a checkpoint', () => {
  it('gives every part its state back, and returns the plain data', () => {
    const parts = training(1, 4)
    const path = join(folder, 'run.safetensors')
    saveCheckpoint(path, { ...parts, epoch: 3, lr: 0.1 + 0.2, name: 'run' })
    const other = training(2, 1)
    expect(stateBits(other)).not.toEqual(stateBits(parts))
    expect(loadCheckpoint(path, other)).toEqual({ epoch: 3, lr: 0.1 + 0.2, name: 'run' })
    expect(stateBits(other)).toEqual(stateBits(parts))

    const bytes = encodeCheckpoint({ ...parts, epoch: 3 })
    const third = training(3, 2)
    const { epoch } = decodeCheckpoint<{ epoch: number }>(bytes, third)
    expect([epoch, stateBits(third)]).toEqual([3, stateBits(parts)])
  })

  it('is safetensors, with a list of its parts', () => {
    const path = join(folder, 'parts.safetensors')
    const model = sequential(new Dense(2, 1))
    const generator = new Generator(3)
    saveCheckpoint(path, { model, generator, rate: tensor(0.5), epoch: 3 })
    const { '0.weight': weight, '0.bias': bias } = model.stateDict() as Record<string, Tensor>
    expect(allBits(loadSafetensors(path))).toEqual(
      allBits({
        'model.0.weight': weight!,
        'model.0.bias': bias!,
        generator: generator.state,
        rate: tensor(0.5),
      }),
    )
    expect(safetensorsMetadata(path)).toEqual({
      format: 'tapegrad-checkpoint',
      version: '1',
      parts: '{"model":"state","generator":"generator","rate":"tensor","epoch":"data"}',
      data: '{"epoch":3}',
    })
  })

  it('gives a part alone, and leaves the others and other parts of similar names', () => {
    const [a, ab] = [sequential(new Dense(1, 1)), sequential(new Dense(2, 2))]
    const bytes = encodeCheckpoint({ a, ab, n: 1 })
    const fresh = sequential(new Dense(1, 1))
    expect(decodeCheckpoint(bytes, { a: fresh })).toEqual({ n: 1 })
    expect(allBits(fresh.stateDict())).toEqual(allBits(a.stateDict()))
    const both = { a: sequential(new Dense(1, 1)), ab: sequential(new Dense(2, 2)) }
    decodeCheckpoint(bytes, both)
    expect(allBits(both.ab.stateDict())).toEqual(allBits(ab.stateDict()))
    expect(decodeCheckpoint(bytes)).toEqual({ n: 1 })
    expect(decodeCheckpoint(encodeCheckpoint({ n: 1 }), {})).toEqual({ n: 1 })
  })

  it('holds classes of your own, scalers, modules without tensors, and buffers', () => {
    class Counter {
      count = 0
      stateDict = (): StateDict => ({ count: tensor(this.count, { dtype: 'float64' }) })
      loadStateDict = (dict: Readonly<StateDict>): void => {
        this.count = dict.count!.item()
      }
    }
    class Shared extends Module {
      one = parameter(tensor([1, 2]))
      two = this.one
      forward(): Tensor {
        return this.one
      }
    }
    const counter = new Counter()
    counter.count = 7
    const scaler = new StandardScaler()
    scaler.fit(tensor([[1], [2], [4]]))
    const norm = new BatchNorm2d(2)
    norm.call(rand([3, 2, 2, 2]) as never)
    const shared = new Shared()
    const bytes = encodeCheckpoint({ counter, scaler, norm, shared, empty: sequential() })
    const [counter2, norm2, shared2] = [new Counter(), new BatchNorm2d(2), new Shared()]
    shared2.one.assign(0)
    const scaler2 = new StandardScaler()
    decodeCheckpoint(bytes, {
      counter: counter2,
      norm: norm2,
      shared: shared2,
      scaler: scaler2,
      empty: sequential(),
    })
    expect(counter2.count).toBe(7)
    expect(allBits(norm2.stateDict())).toEqual(allBits(norm.stateDict()))
    expect(shared2.two.toArray()).toEqual([1, 2])
    expect(allBits(scaler2.stateDict())).toEqual(allBits(scaler.stateDict()))
  })

  it('converts a model of the other float dtype', () => {
    const model = sequential(new Dense(2, 2))
    const double = sequential(new Dense(2, 2)).to('float64')
    decodeCheckpoint(encodeCheckpoint({ model }), { model: double })
    expect(double.stateDict()['0.weight']!.toArray()).toEqual(model.stateDict()['0.weight']!.toArray())
  })
})

describe('plain data', () => {
  const leaves = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constant(null),
  )
  const keys = fc.string().filter((key) => key !== '__proto__' && key !== '~number')
  const data = fc.letrec<{ any: PlainData }>((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, leaves, fc.array(tie('any')), fc.dictionary(keys, tie('any'))),
  })).any

  it('come back exactly, NaN, infinities and -0 among them', () => {
    fc.assert(
      fc.property(data, (value) => {
        const { again } = decodeCheckpoint(encodeCheckpoint({ again: value }))
        // toEqual tells -0 from 0; dictionaries of fast-check may lack a prototype.
        expect(again).toEqual(typeof value === 'object' ? structuredClone(value) : value)
      }),
    )
    const special = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2]
    expect(decodeCheckpoint(encodeCheckpoint({ special })).special).toEqual(special)
  })

  const circle: Record<string, unknown> = {}
  circle.self = circle
  const refused: [unknown, string][] = [
    [undefined, 'a is undefined; what has no stateDict()'],
    [{ b: undefined }, 'a.b is undefined'],
    [new Array(2), 'a[0] is undefined'],
    [1n, 'a is 1n'],
    [() => 1, 'a is a function'],
    [Symbol.iterator, 'a is Symbol(Symbol.iterator)'],
    [
      new Date(0),
      'a is a Date; what has no stateDict() and loadStateDict() must be a tensor, a Generator, or plain',
    ],
    [new Map(), 'a is a Map'],
    [Float32Array.of(1), 'a is a Float32Array'],
    [{ b: [tensor(1)] }, 'a.b[0] is a tensor of shape []'],
    [{ b: new Dense(1, 1) }, 'a.b is a Dense'],
    [{ stateDict: () => ({}) }, 'a.stateDict is a function'],
    [circle, 'nests deeper than 100 levels; does it contain itself?'],
    [{ '~number': 'NaN' }, 'a has the key "~number", which is reserved; rename it'],
    [JSON.parse('{"b":{"__proto__":1}}'), 'a.b has the key "__proto__", which is not allowed'],
  ]
  it.each(refused)('%o cannot be saved', (value, message) => {
    const attempt = () => encodeCheckpoint({ a: value as never })
    expect(attempt).toThrow(TapegradError)
    expect(attempt).toThrow(`encodeCheckpoint: `)
    expect(attempt).toThrow(message)
  })
})
