/** @file Definitions and calls that make no op: refused, with what is wrong and the fix. */
import { defineOp, ones, tensor } from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { define } from './support/custom-ops.ts'
import { errorOf } from './support/messages.ts'

const x = ones([2, 3])

describe('a definition is refused', () => {
  it.each<[string, () => unknown, string]>([
    [
      'that is none',
      () => defineOp(3 as never),
      'defineOp: expected a plain object { name, forward, backward }, got 3',
    ],
    [
      'without name',
      () => define({ name: '' }),
      'defineOp: the name must be a text that is not empty, got ""',
    ],
    [
      'without forward',
      () => define({ forward: undefined }),
      'defineOp: forward of op must be a function, got undefined',
    ],
    [
      'with a rule that is no function',
      () => define({ backward: [x] }),
      'defineOp: backward of op must be a function, got an array of length 1',
    ],
    [
      'without a derivative',
      () => define({ backward: undefined }),
      'defineOp: op has neither backward nor jvp; write one of them (backward: () => [null] where there is no gradient)',
    ],
    [
      'with a misspelt field',
      () => define({ backwards: () => [null] }),
      'defineOp: op has the field "backwards"; the fields are name, shape, forward, backward, jvp, saves, onceDifferentiable, check',
    ],
    [
      'with saves that are no positions',
      () => define({ saves: { inputs: ['x'] } }),
      'defineOp: saves.inputs of op must be an array of positions of inputs, got ["x"]',
    ],
  ])('%s', (_, f, message) => {
    expect(errorOf(f).message).toBe(message)
    expect(errorOf(f).op).toBe('defineOp')
  })
})

describe('a call is refused', () => {
  it.each<[string, () => unknown, string]>([
    ['without arguments', () => define({})(), 'op: expected a tensor as first argument, got undefined'],
    ['without a tensor', () => define({})(3), 'op: expected a tensor as first argument, got 3'],
    [
      'with a number among the tensors',
      () => define({})(x, 3, x),
      'op: argument 1 is 3; tensors come first, then at most one argument of another kind',
    ],
    [
      'with two params',
      () => define({})(x, { a: 1 }, { b: 2 }),
      'op: argument 1 is a plain object; tensors come first, then at most one argument of another kind',
    ],
    [
      'with a tracked tensor in the params',
      () => define({})(x, { weight: tensor(1, { requiresGrad: true }) }),
      'op: params.weight is a tracked tensor, to which no gradient would flow; pass it as an input',
    ],
    [
      'with fewer inputs than the rules read',
      () => define({ saves: { inputs: [1] } })(x),
      'op: saves names input 1, but there are 1, counted from 0',
    ],
  ])('%s', (_, f, message) => {
    expect(errorOf(f).message).toBe(message)
    expect(errorOf(f).op).toBe('op')
  })
})
