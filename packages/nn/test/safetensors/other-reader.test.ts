/** @file The reader of @jax-js/loaders reads what we write; what it reads in files of another writer, we read too. */
import { safetensors } from '@jax-js/loaders'
import { tensor } from '@tapegrad/core'
import { tensorArb } from '@tapegrad/core/testing'
import { Dense, decodeSafetensors, encodeCheckpoint, encodeSafetensors, SGD, sequential } from '@tapegrad/nn'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { golden } from './support.ts'

const DTYPES = { float32: 'F32', float64: 'F64', int32: 'I32', bool: 'BOOL' } as const

it('reads our tensors, bit by bit', () => {
  const tensors = tensorArb({
    minRank: 0,
    maxRank: 3,
    minSide: 0,
    maxSide: 4,
    dtype: ['float32', 'float64', 'int32', 'bool'],
  })
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z.0-9]+$/), tensors), (dict) => {
      const file = safetensors.parse(encodeSafetensors(dict, { by: 'tapegrad' }))
      expect(file.metadata).toEqual({ by: 'tapegrad' })
      expect(Object.keys(file.tensors).sort()).toEqual(Object.keys(dict).sort())
      for (const [name, x] of Object.entries(dict)) {
        const { dtype, shape, data } = file.tensors[name]!
        expect([dtype, shape]).toEqual([DTYPES[x.dtype], x.shape])
        expect(data).toEqual(x.data.slice())
      }
    }),
  )
})

it('reads our checkpoints', () => {
  const model = sequential(new Dense(2, 3))
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
  const { tensors, metadata } = safetensors.parse(encodeCheckpoint({ model, optimizer, epoch: 3 }))
  expect(tensors['model.0.weight']!.data).toEqual(model.stateDict()['0.weight']!.data)
  expect(tensors['optimizer.groups.0.lr']!.data).toEqual(Float64Array.of(0.1))
  expect(metadata!.format).toBe('tapegrad-checkpoint')
})

it('finds in files of another writer what we find', () => {
  for (const name of ['written', 'linear', 'convolution', 'lstm', 'attention']) {
    const file = golden(`${name}.safetensors`)
    const theirs = safetensors.parse(file).tensors
    const ours = decodeSafetensors(file)
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort())
    for (const [key, { shape, data }] of Object.entries(theirs)) {
      expect(ours[key]!.shape).toEqual(shape)
      // num_batches_tracked is I64, of which they make BigInts.
      expect(Array.from(ours[key]!.data)).toEqual(Array.from(data as ArrayLike<number | bigint>, Number))
    }
  }
})

it('what we read we write as they read it', () => {
  const dict = { x: tensor([1.5, -0]), y: tensor([[true], [false]]) }
  const again = encodeSafetensors(decodeSafetensors(encodeSafetensors(dict)))
  expect(safetensors.parse(again)).toEqual(safetensors.parse(encodeSafetensors(dict)))
})
