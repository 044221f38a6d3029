/** @file Two copies of the packages in one program: layers and tensors of the other copy are refused with the fix. */
import { ones } from '@tapegrad/core'
import { describe, expect, it, vi } from 'vitest'
import * as nn from '../src/index.ts'

vi.resetModules()
const other = (await import('../src/index.ts')) as unknown as typeof nn
const otherCore = await import('@tapegrad/core')

const layer = new other.Dense(2, 1)
const foreign = otherCore.ones([3, 2]) as never
const COPY =
  ' of another copy of @tapegrad/nn, which this one cannot use: npm ls @tapegrad/nn finds both, npm dedupe or an alias in the bundler leaves one'
const TENSOR =
  'a tensor of shape [3, 2] of another copy of @tapegrad/core, which this one cannot use: npm ls @tapegrad/core finds both, npm dedupe or an alias in the bundler leaves one'

it('is a second copy of both', () => {
  expect(layer).not.toBeInstanceOf(nn.Dense)
  expect(layer.call(foreign).shape).toEqual([3, 1])
})

describe('a layer of the other copy', () => {
  it('is refused by Sequential', () => {
    expect(() => nn.sequential(layer)).toThrow(
      `Sequential: layer 0 is a Dense${COPY}, expected a layer, such as new Dense(4, 3)`,
    )
  })
  it('is refused by functionalCall', () => {
    expect(() => nn.functionalCall(layer, {}, foreign)).toThrow(
      `functionalCall: expected a module, got a Dense${COPY}`,
    )
  })
  it('is told from what is no layer at all', () => {
    for (const value of [null, undefined, 3, {}, nn.Dense])
      expect(() => nn.sequential(value as never)).toThrow(
        /^Sequential: layer 0 is [^,]{1,30}, expected a layer/,
      )
  })
})

describe('a tensor of the other copy', () => {
  it('is refused by layers, losses, parameters and optimizers', () => {
    const model = nn.sequential(new nn.Dense(2, 1), new nn.Sigmoid())
    for (const run of [
      () => model.call(foreign),
      () => new nn.Sigmoid().call(foreign),
      () => nn.mse(foreign, ones([3, 2])),
      () => nn.mse(ones([3, 2]), foreign),
      () => nn.parameter(foreign),
      () => model.loadStateDict({ ...model.stateDict(), '0.weight': foreign }),
      () => new nn.SGD([foreign], { lr: 1 }),
    ])
      expect(run).toThrow(TENSOR)
  })
})
