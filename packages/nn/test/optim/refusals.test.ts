/** @file What every optimizer refuses: parameters, settings, gradients. */
import { mul, type Tensor, tensor, zeros } from '@tapegrad/core'
import { Dense } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { contents, fullOptions, leaf, makeOptimizer, optimizerNames, setGrad } from './all.ts'

/** Settings that exist in some optimizers, and what must be said about bad ones. */
const BAD: Record<string, [value: unknown, message: string][]> = {
  lr: [
    [-0.1, 'a finite number >= 0, got -0.1'],
    [Number.NaN, 'a finite number >= 0, got NaN'],
    [Infinity, 'a finite number >= 0, got Infinity'],
    ['0.1', 'a finite number >= 0, got "0.1"'],
    [null, 'a finite number >= 0, got null'],
  ],
  momentum: [
    [-1, 'a finite number >= 0, got -1'],
    [Number.NaN, 'a finite number >= 0, got NaN'],
  ],
  dampening: [[Number.NaN, 'a finite number, got NaN']],
  nesterov: [['yes', 'true or false, got "yes"']],
  weightDecay: [
    [-1, 'a finite number >= 0, got -1'],
    [[0.1], 'a finite number >= 0, got [0.1]'],
  ],
  betas: [
    [[0.9], 'two numbers >= 0 and < 1, got [0.9]'],
    [[0.9, 0.99, 0.999], 'two numbers >= 0 and < 1, got [0.9, 0.99, 0.999]'],
    [[0.9, 1], 'two numbers >= 0 and < 1, got [0.9, 1]'],
    [[-0.1, 0.9], 'two numbers >= 0 and < 1, got [-0.1, 0.9]'],
    [[Number.NaN, 0.9], 'two numbers >= 0 and < 1, got [NaN, 0.9]'],
    [['0.9', 0.9], 'two numbers >= 0 and < 1, got ["0.9", 0.9]'],
    [0.9, 'two numbers >= 0 and < 1, got 0.9'],
    [null, 'two numbers >= 0 and < 1, got null'],
  ],
  eps: [
    [-1e-8, 'a finite number >= 0, got -1e-8'],
    [Infinity, 'a finite number >= 0, got Infinity'],
  ],
  amsgrad: [[1, 'true or false, got 1']],
  alpha: [
    [-0.1, 'a finite number >= 0, got -0.1'],
    [1.5, 'at most 1, got 1.5'],
  ],
  centered: [['no', 'true or false, got "no"']],
  lrDecay: [[-1, 'a finite number >= 0, got -1']],
  initialAccumulatorValue: [
    [-1, 'a finite number >= 0, got -1'],
    [Number.NaN, 'a finite number >= 0, got NaN'],
  ],
}

describe.each(optimizerNames)('%s refuses', (name) => {
  const p = leaf(1, -2, 0.5)
  const expected =
    /^expected tensors, such as model\.parameters\(\), or groups \{ params, lr \}, got /.source.slice(1)

  it.each<[what: string, params: unknown, message: string]>([
    ['no parameters', [], `${expected}\\[\\]`],
    ['a model', new Dense(1, 1), `${expected}a Dense`],
    ['one tensor', p, `${expected}a tensor of shape \\[3\\]`],
    ['a group without parameters', [{ lr: 1 }], `${expected}undefined`],
    ['an empty group', [{ params: [] }], `${expected}\\[\\]`],
    ['null', null, `${expected}null`],
    ['a null group', [null], `${expected}undefined`],
    ['a string', 'weights', `${expected}"weights"`],
    ['a number', [p, 3], 'parameter 1 is 3, expected a tensor'],
    ['a tensor twice', [p, p], 'parameter 1 occurs twice; list a shared parameter once'],
    ['a tensor in two groups', [{ params: [p] }, { params: [p] }], 'parameter 1 occurs twice'],
    ['integers', [tensor([1], { dtype: 'int32' })], 'parameter 0 is int32; only floating-point tensors'],
    ['a computed tensor', [mul(p, 2)], 'parameter 0 was computed by mul; only leaves can be trained'],
    [
      'an unknown setting of a group',
      [{ params: [p], rate: 1 }],
      'there is no option "rate"; there are lr, ',
    ],
  ])('%s', (_, params, message) => {
    expect(() => makeOptimizer(name, params)).toThrow(new RegExp(`^${name}: ${message}`))
  })

  const options = Object.keys(makeOptimizer(name, [leaf(1)]).groups[0]!.options)

  it.each(options)('a bad %s, of the optimizer or of a group', (option) => {
    for (const [value, message] of BAD[option]!) {
      const expected = `${name}: ${option} must be ${message}`
      expect(() => makeOptimizer(name, [p], { [option]: value })).toThrow(expected)
      expect(() => makeOptimizer(name, [{ params: [p], [option]: value }])).toThrow(expected)
    }
  })

  it('a bad rate set later, which leaves the old one', () => {
    const optimizer = makeOptimizer(name, [leaf(1)], { lr: 0.1 })
    for (const lr of [-1, Number.NaN, Infinity, '1' as never, undefined as never]) {
      expect(() => {
        optimizer.lr = lr
      }).toThrow(`${name}: lr must be`)
    }
    expect(optimizer.lr).toBe(0.1)
  })

  it.each<[what: string, grad: unknown, message: string]>([
    ['of another shape', zeros([3, 1], { dtype: 'float64' }), 'float64 [3], its grad is float64 [3, 1]'],
    ['that would be broadcast', zeros([1], { dtype: 'float64' }), 'float64 [3], its grad is float64 [1]'],
    ['of another dtype', zeros([3]), 'float64 [3], its grad is float32 [3]'],
    ['that is a number', 1, 'float64 [3], its grad is 1'],
    ['that is undefined', undefined, 'float64 [3], its grad is undefined'],
    ['that is an array', [1, 2, 3], 'float64 [3], its grad is [1, 2, 3]'],
  ])('a gradient %s, before any parameter or state has changed', (_, grad, message) => {
    const [first, second] = [leaf(1, 2, 3), leaf(1, 2, 3)]
    const optimizer = makeOptimizer(name, [first, second], fullOptions[name])
    const before = optimizer.stateDict()
    setGrad(first, [1, 1, 1])
    second.grad = grad as never
    expect(() => optimizer.step()).toThrow(`${name}: parameter 1 is ${message}`)
    expect(flat(first)).toEqual([1, 2, 3])
    expect(contents(optimizer.stateDict())).toEqual(contents(before))
    setGrad(second, [1, 1, 1])
    optimizer.step()
    expect(flat(first)).not.toEqual([1, 2, 3])
  })

  it('a model that was converted after the optimizer was made', () => {
    const model = new Dense(2, 2)
    const optimizer = makeOptimizer(name, model.parameters())
    model.to('float64')
    model
      .call(zeros([1, 2], { dtype: 'float64' }))
      .sum()
      .backward()
    const before = model.stateDict()
    expect(() => optimizer.step()).toThrow(
      `${name}: a parameter was converted to float64; make a new optimizer`,
    )
    expect(model.stateDict()).toEqual(before)
  })
})

it('every setting of every optimizer has bad values above', () => {
  const all = optimizerNames.flatMap((name) => Object.keys(makeOptimizer(name, [leaf(1)]).groups[0]!.options))
  expect([...new Set(all)].toSorted()).toEqual(Object.keys(BAD).toSorted())
})

it('a tensor is told from groups by its looks', () => {
  const p = leaf(1) as Tensor
  expect(makeOptimizer('Adam', [p]).groups).toHaveLength(1)
  expect(makeOptimizer('Adam', [{ params: [p] }]).groups[0]!.params).toEqual([p])
})
